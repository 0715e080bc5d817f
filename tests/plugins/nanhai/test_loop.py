"""市政部门解决问题后，要反馈给市民: the loop begins at the resident and ends there."""

from dataclasses import replace

import pytest

from core.hooks import ContactView, Objection
from core.hooks.specs import guard_command, handling_rules
from tests.plugins.making import answers, make_ticket


def guarded(command: str, contact: ContactView, **settings: int) -> list[Objection]:
    return answers(
        "nanhai.loop", guard_command, settings, ticket=make_ticket(), command=command, duty=None, contact=contact
    )


def contact(*, attempts: int = 0, was_reached: bool = False, is_possible: bool = True) -> ContactView:
    return ContactView(is_possible=is_possible, attempts=attempts, was_reached=was_reached)


def test_a_unit_that_told_nobody_does_not_answer() -> None:
    assert guarded("reply", contact()) == [
        Objection(
            text="答复前须向诉求人反馈：还没有联系过诉求人，联系不上的至少联系 1 次。请联系并登记“联系诉求人”后再提交",
            rule_id="nanhai.loop/told",
            reason="解决问题后要反馈给市民",
        )
    ]


@pytest.mark.parametrize(
    ("tried", "needed", "may"),
    [
        (contact(attempts=1), 1, True),
        (contact(attempts=1), 3, False),
        (contact(attempts=3), 3, True),
        (contact(attempts=1, was_reached=True), 3, True),
        (contact(is_possible=False), 3, True),
    ],
    ids=["tried once", "tried too little", "tried enough", "reached", "no phone"],
)
def test_who_cannot_be_reached_is_called_often_enough_and_who_left_no_phone_not(
    tried: ContactView, needed: int, *, may: bool
) -> None:
    assert (guarded("reply", tried, attempts=needed) == []) is may


def test_nothing_is_concluded_that_the_resident_was_not_told() -> None:
    for command in ("pass_reply", "answer_directly"):
        [objection] = guarded(command, contact(was_reached=True))
        assert objection.rule_id == "nanhai.loop/proof"
        assert "登记“告知诉求人”后再办" in objection.text
        for proven in ({"was_told": True}, {"will_be_told": True}, {"told_in_vain": 1}):
            assert guarded(command, replace(contact(), **proven)) == []
        assert guarded(command, replace(contact(), told_in_vain=1), attempts=2) != [], "tried too little"
        assert guarded(command, contact(), proof=False) == []


def test_the_desk_goes_on_trying_for_the_districts_days() -> None:
    [rules] = answers("nanhai.loop", handling_rules, {"try_days": 4, "notice": False})
    assert (rules.proves_telling, rules.telling_days, rules.notice_tells) == (True, 4, False)


def test_nothing_else_waits_for_a_call() -> None:
    assert [guarded(command, contact()) for command in ("sign", "note", "request_return")] == [[]] * 3

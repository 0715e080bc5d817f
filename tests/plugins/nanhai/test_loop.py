"""市政部门解决问题后，要反馈给市民: the loop begins at the resident and ends there."""

import pytest

from core.hooks import ContactView, Objection
from core.hooks.specs import guard_command
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


def test_nothing_else_waits_for_a_call() -> None:
    assert [guarded(command, contact()) for command in ("sign", "note", "request_return", "pass_reply")] == [[]] * 4

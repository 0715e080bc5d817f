"""首问负责、首办负责: whoever is responsible by the list keeps the ticket."""

from typing import Any

from core.hooks import ContactView, HandlingRules, Objection
from core.hooks.specs import guard_command, handling_rules
from tests.plugins.making import answers, make_duty, make_ticket

POTHOLE = make_duty()


def test_after_the_first_return_the_units_consult_and_nobody_passes_the_ball_again() -> None:
    assert answers("pingshan.first_owner", handling_rules) == [
        HandlingRules(max_returns=1, consult_after=28_800, informs_asked=True, asked_follows_up=False)
    ]


def test_whoever_was_asked_first_follows_up_only_where_it_is_kept_informed() -> None:
    both = {"asked_informed": True, "asked_follows_up": True}

    assert [
        (rules.informs_asked, rules.asked_follows_up)
        for settings in (both, {**both, "asked_informed": False})
        for rules in answers("pingshan.first_owner", handling_rules, settings)
    ] == [(True, True), (False, False)]


def guarded(settings: dict[str, Any], command: str = "request_return", **ticket: Any) -> list[Objection]:
    return answers(
        "pingshan.first_owner",
        guard_command,
        settings,
        ticket=make_ticket(**{"lead_unit": "roads", "matter": "0101", **ticket}),
        command=command,
        duty=POTHOLE,
        contact=ContactView(is_possible=True, attempts=0, was_reached=False),
    )


def test_the_listed_owner_does_not_kick_the_ball() -> None:
    assert guarded({}) == [
        Objection(
            text="贵单位是职责清单“道路交通 / 路面坑洼”的处置责任主体，不能退单。事项定错的，请联系受理席更正或改派",
            rule_id="pingshan.first_owner/owner-keeps",
            reason="首问负责，杜绝“踢皮球”",
        )
    ]


def test_a_district_may_let_the_owner_return_so_often_or_as_others_do() -> None:
    assert guarded({"owner_returns": 1}) == []
    assert "本单已退过 1 次" in guarded({"owner_returns": 1}, bounce_count=1)[0].text
    assert guarded({"owner_keeps": False}, bounce_count=3) == []


def test_another_unit_or_a_matter_nobody_confirmed_may_be_returned_and_nothing_else_is_guarded() -> None:
    assert guarded({}, lead_unit="parks") == []
    assert guarded({}, matter_guessed=True) == []
    assert guarded({}, command="sign") == []

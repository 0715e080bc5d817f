"""通过数据统计分析建立“提醒函”预警制度，将矛盾化解在萌芽状态."""

from typing import Any

import pytest

from core.hooks import Budget, EscalationStep, Mark, ReminderRules, Trigger
from core.hooks.specs import clock_marks, escalation_steps, reminder_rules
from tests.plugins.making import answers, make_clock, make_ticket

REMINDER = Trigger("mark", "reply", "reminder")
OVERDUE = Trigger("mark", "reply", "overdue")
ENDS = "诉求 {serial_no}“{title}”的处置时限将于 {due} 到期，请尽快处置并答复诉求人"
ENDED = "诉求 {serial_no}“{title}”的处置时限已于 {due} 超期，请尽快处置并答复诉求人"
BEFORE = ("pingshan.reminder/reminder", "临期提醒，把矛盾化解在萌芽状态")
AFTER = ("pingshan.reminder/overdue", "超期提醒")

AT_EIGHTY_PERCENT = Mark(
    name="reminder",
    light="yellow",
    rule_id="pingshan.reminder/share-used",
    reason="时限已用 80%，提醒处置责任主体",
    share_used=0.8,
)


def _marks(clock: Any, **settings: Any) -> list[Any]:
    return answers("pingshan.reminder", clock_marks, settings, ticket=make_ticket(), clock=clock)


def _steps(trigger: Trigger, *, lead: str | None = "roads", **settings: Any) -> list[Any]:
    ticket = make_ticket(lead_unit=lead)
    return answers("pingshan.reminder", escalation_steps, settings, ticket=ticket, trigger=trigger)


def test_the_reminder_is_due_when_four_fifths_of_the_time_are_used() -> None:
    assert _marks(make_clock(budget=Budget("wall", 7200))) == [AT_EIGHTY_PERCENT]


def test_the_reminder_may_be_set_by_hours_instead() -> None:
    assert _marks(make_clock(budget=Budget("wd_eod", 5)), mark_by="hours", hours_left=4) == [
        Mark(
            name="reminder",
            light="yellow",
            rule_id="pingshan.reminder/hours-left",
            reason="剩余 4 个工作小时，提醒处置责任主体",
            working_seconds_left=4 * 3600,
        )
    ]


def test_a_limit_shorter_than_those_hours_is_reminded_by_share() -> None:
    two_hours = make_clock(budget=Budget("ws", 7200))

    assert _marks(two_hours, mark_by="hours", hours_left=4) == [AT_EIGHTY_PERCENT]


def test_other_clocks_get_no_letter() -> None:
    assert _marks(make_clock(name="on_site", budget=Budget("wall", 3600))) == []
    assert _steps(Trigger("mark", "on_site", "overdue")) == []
    assert _steps(Trigger("urgent")) == []


def test_a_note_and_a_numbered_letter_remind_the_responsible_unit_in_time() -> None:
    assert _steps(REMINDER) == [
        EscalationStep("inbox", "lead", ENDS, *BEFORE),
        EscalationStep("letter", "lead", ENDS, *BEFORE, letter="reminder"),
    ]


def test_another_letter_follows_when_time_is_up() -> None:
    assert _steps(OVERDUE) == [
        EscalationStep("inbox", "lead", ENDED, *AFTER),
        EscalationStep("letter", "lead", ENDED, *AFTER, letter="reminder"),
    ]


@pytest.mark.parametrize(("letter_at", "kinds"), [("reminder", (2, 1)), ("overdue", (1, 2)), ("both", (2, 2))])
def test_the_district_chooses_which_occasion_deserves_a_letter(letter_at: str, kinds: tuple[int, int]) -> None:
    assert (len(_steps(REMINDER, letter_at=letter_at)), len(_steps(OVERDUE, letter_at=letter_at))) == kinds


def test_before_dispatch_the_desk_finds_a_note() -> None:
    assert _steps(REMINDER, lead=None) == [EscalationStep("inbox", "desk", ENDS, *BEFORE)]


def test_letters_are_drafted_from_figures_by_the_numbers_that_the_district_sets() -> None:
    assert answers("pingshan.reminder", reminder_rules, {}) == [ReminderRules()]
    assert answers("pingshan.reminder", reminder_rules, {"repeated_least": 20, "rise_percent": 150}) == [
        ReminderRules(repeated_least=20, rise_factor=1.5)
    ]

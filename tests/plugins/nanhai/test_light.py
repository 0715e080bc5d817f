"""咨询类限 1 个工作日，办理类初步限 5 个；倒计时到 3 小时圆点转黄并发短信，超时变红 (2013)."""

import pytest

from core.hooks import Budget, EscalationStep, Mark, TimeLimit, Trigger, UrgencySignal
from core.hooks.specs import assess_urgency, clock_marks, escalation_steps, time_limits
from tests.plugins.making import answers, make_clock, make_ticket

YELLOW = Trigger("mark", "reply", "yellow")
OVERDUE = Trigger("mark", "reply", "overdue")


def test_an_inquiry_is_answered_within_one_working_day() -> None:
    ticket = make_ticket(nature="inquiry")

    assert answers("nanhai.light", time_limits, ticket=ticket, duty=None) == [
        TimeLimit(
            "reply", Budget("wd_eod", 1), "nanhai.light/inquiry", "咨询类诉求，限 1 个工作日完成", from_dispatch=True
        )
    ]


@pytest.mark.parametrize("nature", ["complaint", "help", "suggestion", "praise"])
def test_what_has_to_be_handled_is_answered_within_five(nature: str) -> None:
    ticket = make_ticket(nature=nature)

    assert answers("nanhai.light", time_limits, ticket=ticket, duty=None) == [
        TimeLimit(
            "reply", Budget("wd_eod", 5), "nanhai.light/handling", "办理类诉求，限 5 个工作日完成", from_dispatch=True
        )
    ]


def test_yellow_with_three_working_hours_left() -> None:
    assert answers("nanhai.light", clock_marks, ticket=make_ticket(), clock=make_clock()) == [
        Mark(
            name="yellow",
            light="yellow",
            rule_id="nanhai.light/yellow",
            reason="倒计时剩 3 个工作小时，圆点由绿转黄",
            working_seconds_left=3 * 3600,
        )
    ]


@pytest.mark.parametrize(
    "clock",
    [
        make_clock(budget=Budget("ws", 3 * 3600)),
        make_clock(budget=Budget("wall", 7200)),
        make_clock(name="on_site", budget=Budget("wd_eod", 5)),
    ],
)
def test_clocks_without_the_dot_are_left_to_the_core(clock: object) -> None:
    assert answers("nanhai.light", clock_marks, ticket=make_ticket(), clock=clock) == []


def test_at_yellow_the_responsible_unit_gets_a_text_message() -> None:
    ticket = make_ticket(lead_unit="roads")

    assert answers("nanhai.light", escalation_steps, ticket=ticket, trigger=YELLOW) == [
        EscalationStep(
            "sms",
            "lead",
            "工单 {serial_no}“{title}”尚未答复，将于 {due} 到期",
            "nanhai.light/yellow",
            "圆点变黄，系统自动发短信提醒责任部门",
        )
    ]


def test_at_red_the_responsible_unit_is_told_twice() -> None:
    ticket = make_ticket(lead_unit="roads")
    text = "工单 {serial_no}“{title}”已于 {due} 超时未答复，圆点变红，问责机制启动"

    assert answers("nanhai.light", escalation_steps, ticket=ticket, trigger=OVERDUE) == [
        EscalationStep("sms", "lead", text, "nanhai.light/red", "超时未答复，圆点变红"),
        EscalationStep("inbox", "lead", text, "nanhai.light/red", "超时未答复，圆点变红"),
    ]


def test_a_missing_manhole_cover_is_very_urgent_and_told_to_the_desk_at_once() -> None:
    ticket = make_ticket(title="沙井盖缺失", text="道路上的沙井盖缺失，晚上看不清。", lead_unit=None)
    text = "紧急诉求 {serial_no}“{title}”，请立即处理"

    assert answers("nanhai.light", assess_urgency, ticket=ticket) == [
        UrgencySignal("nanhai.light/keyword", "诉求提到“井盖缺失”，非常紧急，快速处理")
    ]
    assert answers("nanhai.light", escalation_steps, ticket=ticket, trigger=Trigger("urgent")) == [
        EscalationStep("sms", "desk", text, "nanhai.light/urgent", "非常紧急的诉求，快速处理"),
        EscalationStep("inbox", "desk", text, "nanhai.light/urgent", "非常紧急的诉求，快速处理"),
    ]


def test_other_appeals_are_not_urgent_and_other_marks_are_not_the_light_s() -> None:
    on_site = Trigger("mark", "on_site", "overdue")
    reminder = Trigger("mark", "reply", "reminder")

    assert answers("nanhai.light", assess_urgency, ticket=make_ticket()) == []
    assert answers("nanhai.light", escalation_steps, ticket=make_ticket(), trigger=on_site) == []
    assert answers("nanhai.light", escalation_steps, ticket=make_ticket(), trigger=reminder) == []

"""倒计时圆点: started at dispatch; green, yellow with three hours left and a text message, red when the time is up."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import (
    Budget,
    ClockView,
    EscalationStep,
    Mark,
    TicketView,
    TimeLimit,
    Trigger,
    UrgencySignal,
    hookimpl,
    joined,
    said,
    word,
)
from core.hooks.settings import OneOf, Settings, Words, WorkDays, WorkHours
from core.hooks.values import StepKind

HOUR = 3600
COUNTED = ("reply", "dispatch")
"""Clocks that the dot shows: of the reply, and before dispatch of the waiting for it."""


class LightSettings(Settings):
    """The countdown of the light, and the words that make an appeal very urgent."""

    inquiry_days = WorkDays(
        load_default=1,
        min=1,
        max=10,
        title="咨询类答复时限",
        help="次日起算，最后一个工作日下班前答复",
        group="时限",
    )
    handling_days = WorkDays(
        load_default=5,
        min=1,
        max=30,
        title="办理类答复时限",
        help="咨询以外的诉求",
        group="时限",
    )
    application_days = WorkDays(
        load_default=5,  # the article puts applications beside complaints and names no days of their own
        min=1,
        max=60,
        title="办事申请答复时限",
        help="准予办理、不予办理或移交，都算答复",
        group="时限",
    )
    begins = OneOf(
        load_default="dispatch",
        choices={"dispatch": "派单时", "acceptance": "受理时"},
        title="倒计时从何时开始",
        help="从派单开始的，派出以前按同样长短的派单时限提示派单台，超时同样变红",
        group="时限",
    )
    yellow_hours = WorkHours(
        load_default=3,
        min=1,
        max=7,
        title="剩余多少小时变黄",
        help="圆点由绿色转为黄色，并发短信提醒责任部门",
        group="信号灯",
    )
    yellow_counts = OneOf(
        load_default="working",  # the article says three hours, and not of which kind
        choices={"working": "工作小时", "wall": "钟点小时"},
        title="剩余时间怎样数",
        help="工作小时只数上班时间，钟点小时连午休、夜间和周末一起数",
        group="信号灯",
    )
    keywords = Words(
        load_default=[
            *("井盖缺失", "井盖不见", "井盖丢失", "井盖被盗", "没有井盖"),
            *("漏电", "触电", "燃气泄漏", "煤气泄漏", "倒塌", "坍塌", "塌陷", "起火", "落水", "被困"),
        ],
        shortest=2,
        longest=20,
        title="非常紧急的关键词",
        help="标题或内容出现任意一词即按紧急诉求处理",
        group="识别",
    )


@hookimpl
def assess_urgency(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[UrgencySignal] | None:
    """Find in the words what the hotline was opened for: very urgent 非常紧急 appeals."""
    words = [word for word in settings["keywords"] if word in ticket.title or word in ticket.text]
    if not words:
        return None
    return [
        UrgencySignal("nanhai.light/keyword", said("诉求提到“{words}”，非常紧急，快速处理", words=joined("、", words)))
    ]


@hookimpl
def time_limits(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[TimeLimit]:
    """Answer an inquiry within a working day; an application 办事申请, and whatever has to be handled 办理类, within five."""
    if ticket.nature == "inquiry":
        rule, kind, days = "inquiry", "咨询类", settings["inquiry_days"]
    elif ticket.nature == "application":
        rule, kind, days = "application", "办事申请类", settings["application_days"]
    else:
        rule, kind, days = "handling", "办理类", settings["handling_days"]
    return [
        TimeLimit(
            clock="reply",
            budget=Budget("wd_eod", days),
            rule_id=f"nanhai.light/{rule}",
            reason=said("{kind}诉求，限 {days} 个工作日完成", kind=word(kind), days=days),
            from_dispatch=settings["begins"] == "dispatch",
        )
    ]


@hookimpl
def clock_marks(settings: Mapping[str, Any], clock: ClockView) -> Sequence[Mark] | None:
    """Turn the dot yellow before the reply, or the dispatch, is due; a clock of fewer hours is left to the core."""
    hours = settings["yellow_hours"]
    if clock.name not in COUNTED or (clock.budget.mode in ("wall", "ws") and clock.budget.amount <= hours * HOUR):
        return None
    counts_working_time = settings["yellow_counts"] == "working"
    kind = "工作小时" if counts_working_time else "小时（钟点）"
    return [
        Mark(
            name="yellow",
            light="yellow",
            rule_id="nanhai.light/yellow",
            reason=said("倒计时剩 {hours} 个{kind}，圆点由绿转黄", hours=hours, kind=word(kind)),
            working_seconds_left=hours * HOUR if counts_working_time else None,
            wall_seconds_left=None if counts_working_time else hours * HOUR,
        )
    ]


@hookimpl
def escalation_steps(ticket: TicketView, trigger: Trigger) -> Sequence[EscalationStep] | None:
    """Text the responsible unit at yellow; text and write to it at red, and at once when very urgent.

    What waits for dispatch is told to the desk in the same way.
    """
    if trigger.kind == "urgent":
        return _tell(ticket, "urgent", "紧急诉求 {serial_no}“{title}”，请立即处理", "非常紧急的诉求，快速处理")
    if trigger.clock == "dispatch":
        return _press_desk(trigger.mark)
    if trigger.clock != "reply":
        return None
    if trigger.mark == "yellow":
        text = "工单 {serial_no}“{title}”尚未答复，将于 {due} 到期"
        return [_step("sms", ticket, "yellow", text, "圆点变黄，系统自动发短信提醒责任部门")]
    if trigger.mark == "overdue":
        text = "工单 {serial_no}“{title}”已于 {due} 超时未答复，圆点变红，问责机制启动"
        return _tell(ticket, "red", text, "超时未答复，圆点变红")
    return None


def _press_desk(mark: str | None) -> Sequence[EscalationStep] | None:
    if mark == "yellow":
        text = "工单 {serial_no}“{title}”尚未派单，应于 {due} 前派出"
        return [EscalationStep("sms", "desk", text, "nanhai.light/waiting-yellow", "等待派单将超时，圆点变黄")]
    if mark == "overdue":
        text = "工单 {serial_no}“{title}”至 {due} 仍未派单，圆点变红"
        rule_id, reason = "nanhai.light/waiting-red", "超时未派单，圆点变红"
        return [
            EscalationStep("sms", "desk", text, rule_id, reason),
            EscalationStep("inbox", "desk", text, rule_id, reason),
        ]
    return None


def _tell(ticket: TicketView, rule: str, text: str, reason: str) -> list[EscalationStep]:
    return [_step("sms", ticket, rule, text, reason), _step("inbox", ticket, rule, text, reason)]


def _step(kind: StepKind, ticket: TicketView, rule: str, text: str, reason: str) -> EscalationStep:
    """Address the responsible unit, or before dispatch the desk."""
    to = "lead" if ticket.lead_unit else "desk"
    return EscalationStep(kind=kind, to=to, text=text, rule_id=f"nanhai.light/{rule}", reason=reason)

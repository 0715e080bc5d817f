"""紧急诉求: danger is recognised at acceptance and told at once; a long clock warns one working day before its end."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import ClockView, EscalationStep, Mark, TicketView, Trigger, UrgencySignal, hookimpl, joined, said, word
from core.hooks.settings import Settings, UnitChoice, Whole, Words, WorkHours
from core.hooks.values import ClockName, StepKind

HOUR = 3600
CLOCKS: dict[ClockName, str] = {
    "accept": "受理",
    "dispatch": "派单",
    "reply": "答复",
    "follow_up": "回访",
    "progress": "进展反馈",
    "sign": "签收",
    "return_window": "退单",
    "first_contact": "联系诉求人",
    "on_site": "到场核实",
    "handle": "办理",
    "respond": "督办答复",
}


class UrgentSettings(Settings):
    """What makes an appeal urgent, who hears of it, and when a long clock turns yellow."""

    keywords = Words(
        # Bare 燃气, 变压器 and 倾斜 mostly speak of gas bills, noise and 政策倾斜; hence the longer words.
        load_default=[
            *("倒塌", "坍塌", "垮塌", "塌陷", "坠落", "砸伤"),
            *("板房倾斜", "房屋倾斜", "墙体倾斜", "楼体倾斜", "整体倾斜", "向外倾斜", "电杆倾斜"),
            *("漏电", "触电", "电线断", "变压器起火", "变压器冒烟", "起火", "着火"),
            *("燃气泄漏", "煤气泄漏", "燃气味", "漏气", "被困", "落水"),
            *("群体性事件", "集体上访"),
        ],
        shortest=2,
        longest=20,
        title="紧急关键词",
        help="标题或内容出现任意一词即按紧急诉求处理；请写险情本身，不写“燃气”这类日常用词",
        group="识别",
    )
    affected_from = Whole(
        load_default=30,  # no article says how many people make a mass incident possible
        min=2,
        max=10000,
        unit="人（户）",
        title="可能引发群体性事件的人数",
        help="诉求涉及的人数或户数达到此数，即按紧急诉求处理",
        group="识别",
    )
    leaders_unit = UnitChoice(
        load_default="",
        may_be_empty=True,
        title="领导理政平台",
        help="紧急诉求同时告知的单位；留空则不告知",
        group="告知",
        risk="privacy",
    )
    warn_hours = WorkHours(
        load_default=7,  # one working day of 9:00–12:00 and 14:00–18:00
        min=1,
        max=40,
        title="剩余多少工作小时亮黄灯",
        help="7 个工作小时即一个工作日；只用于两个工作日以上的时限",
        group="黄灯",
    )


@hookimpl
def assess_urgency(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[UrgencySignal]:
    """Find danger in the words, or so many people concerned that the matter may become a mass incident."""
    signals = []
    dangers = [word for word in settings["keywords"] if word in ticket.title or word in ticket.text]
    if dangers:
        reason = said("诉求提到“{dangers}”，按紧急诉求处理", dangers=joined("、", dangers))
        signals.append(UrgencySignal("chengdu.urgent/keyword", reason))
    if ticket.affected_count >= settings["affected_from"]:
        reason = said(
            "涉及 {affected_count} 人（户），可能引发群体性事件，按紧急诉求处理", affected_count=ticket.affected_count
        )
        signals.append(UrgencySignal("chengdu.urgent/crowd", reason))
    return signals


@hookimpl
def clock_marks(settings: Mapping[str, Any], clock: ClockView) -> Sequence[Mark] | None:
    """Turn a clock of two working days or more yellow with one working day left; shorter ones are the core's."""
    if clock.budget.mode not in ("wd_eod", "wd_same") or clock.budget.amount < 2:
        return None
    hours = settings["warn_hours"]
    return [
        Mark(
            name="last-day",
            light="yellow",
            rule_id="chengdu.urgent/last-day",
            reason=said("剩余 {hours} 个工作小时，亮黄灯", hours=hours),
            working_seconds_left=hours * HOUR,
        )
    ]


@hookimpl
def escalation_steps(
    settings: Mapping[str, Any], ticket: TicketView, trigger: Trigger
) -> Sequence[EscalationStep] | None:
    """Tell of danger by text message; remind on the last day; when time is up, tell the unit and the desk."""
    if trigger.kind == "urgent":
        return _danger(settings, ticket)
    if trigger.mark == "last-day":
        return [_last_day(ticket, trigger)]
    if trigger.mark == "overdue":
        return _overdue(ticket, trigger)
    return None


def _holder(ticket: TicketView) -> str:
    """Who has the ticket in hand: the unit that handles it, or before dispatch the desk."""
    return "lead" if ticket.lead_unit else "desk"


def _danger(settings: Mapping[str, Any], ticket: TicketView) -> list[EscalationStep]:
    receivers = [_holder(ticket)]
    if settings["leaders_unit"]:
        receivers.append(settings["leaders_unit"])
    kinds: tuple[StepKind, ...] = ("sms", "inbox")
    return [
        EscalationStep(
            kind=kind,
            to=receiver,
            text="紧急诉求 {serial_no}“{title}”，请立即电话联系并到现场核实情况",
            rule_id="chengdu.urgent/tell",
            reason="紧急诉求第一时间告知，要求到现场核实",
        )
        for receiver in receivers
        for kind in kinds
    ]


def _last_day(ticket: TicketView, trigger: Trigger) -> EscalationStep:
    return EscalationStep(
        kind="inbox",
        to=_holder(ticket),
        text=said(
            "工单 {{serial_no}}“{{title}}”的{clock}时限将于 {{due}} 到期，请抓紧办理", clock=word(_clock(trigger))
        ),
        rule_id="chengdu.urgent/last-day",
        reason="到期前一个工作日提醒",
    )


def _overdue(ticket: TicketView, trigger: Trigger) -> list[EscalationStep]:
    return [
        EscalationStep(
            kind="inbox",
            to=receiver,
            text=said("工单 {{serial_no}}“{{title}}”的{clock}时限已于 {{due}} 超期", clock=word(_clock(trigger))),
            rule_id="chengdu.urgent/overdue",
            reason="超期告知承办单位和分派台",
        )
        for receiver in (("lead", "desk") if ticket.lead_unit else ("desk",))
    ]


def _clock(trigger: Trigger) -> str:
    return CLOCKS[trigger.clock] if trigger.clock else ""

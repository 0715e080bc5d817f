"""提醒函: a numbered letter reminds the responsible unit before, or when, its time is up, and when figures call for one."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import ClockView, EscalationStep, Mark, ReminderRules, TicketView, Trigger, hookimpl, said
from core.hooks.settings import OneOf, Percent, Settings, Whole, WorkHours

HOUR = 3600


class ReminderSettings(Settings):
    """When a reminder is due, which of the two occasions deserves a letter, and what figures call for one.

    The article says that reminders come “通过数据统计分析” and names no number.
    """

    mark_by = OneOf(
        load_default="share",
        choices={"share": "按已用时间比例", "hours": "按剩余工作小时"},
        title="提醒方式",
        help="职责清单时限长短不一，按比例较为公平",
        group="提醒",
    )
    share_percent = Percent(
        load_default=80,  # the article names no number
        min=10,
        max=99,
        title="已用时限的百分之几时提醒",
        help="提醒方式为按比例时使用",
        group="提醒",
    )
    hours_left = WorkHours(
        load_default=3,  # the article names no number
        min=1,
        max=7,
        title="剩余多少工作小时时提醒",
        help="提醒方式为按小时时使用；时限本身不足此数的，仍按比例提醒",
        group="提醒",
    )
    letter_at = OneOf(
        load_default="both",
        choices={"reminder": "临期时", "overdue": "超期时", "both": "临期和超期时"},
        title="何时发提醒函",
        help="提醒函编号存档；其余提醒只进收件箱",
        group="提醒函",
    )
    window_days = Whole(
        load_default=30,
        min=7,
        max=60,
        unit="天",
        title="统计最近多少天",
        help="到昨天为止，与之前同样多的天数相比；发函后再看同样多的天数",
        group="按数据起草",
    )
    repeated_least = Whole(
        load_default=10,
        min=2,
        max=1000,
        unit="件",
        title="同一事项、同一区域达到多少件",
        help="按现在承办的单位计；每晚起草，由督办席签发",
        group="按数据起草",
    )
    rise_least = Whole(
        load_default=6,
        min=2,
        max=1000,
        unit="件",
        title="比之前明显增多的，至少多少件",
        help="少于此数的，增多也不起草",
        group="按数据起草",
    )
    rise_percent = Whole(
        load_default=200,
        min=120,
        max=1000,
        unit="%",
        title="明显增多是之前的百分之多少",
        help="200 即两倍",
        group="按数据起草",
    )
    due_hours = Whole(
        load_default=24,
        min=1,
        max=240,
        unit="小时",
        title="多少小时内到期算临期",
        help="自然小时；临期件数与按时率下降同时出现才起草",
        group="按数据起草",
    )
    due_least = Whole(
        load_default=10,
        min=2,
        max=1000,
        unit="件",
        title="临期达到多少件",
        help="未办结、由本单位主办的工单",
        group="按数据起草",
    )
    fall_points = Whole(
        load_default=5,
        min=1,
        max=100,
        unit="个百分点",
        title="按时率下降多少",
        help="与之前同样天数到期的时限相比",
        group="按数据起草",
    )
    again_days = Whole(
        load_default=30,
        min=1,
        max=365,
        unit="天",
        title="办结后多少天内再次反映算反复",
        help="同一事项，同一诉求人或同一地点",
        group="按数据起草",
    )
    again_least = Whole(
        load_default=3,
        min=1,
        max=1000,
        unit="件",
        title="办结后反复达到多少件",
        help="计在上一件的办结单位",
        group="按数据起草",
    )
    acknowledge_days = Whole(
        load_default=1,
        min=1,
        max=20,
        unit="个工作日",
        title="几个工作日内签收",
        help="逾期先提醒单位，再过同样时间报督办",
        group="按数据起草",
    )
    answer_days = Whole(
        load_default=5,
        min=1,
        max=40,
        unit="个工作日",
        title="几个工作日内答复采取的措施",
        help="逾期提醒单位；是否督办由人决定",
        group="按数据起草",
    )


@hookimpl
def clock_marks(settings: Mapping[str, Any], clock: ClockView) -> Sequence[Mark] | None:
    """Place the reminder on the reply clock, by share of the time used or by working hours left."""
    if clock.name != "reply":
        return None
    hours = settings["hours_left"]
    if settings["mark_by"] == "hours" and not _is_shorter(clock, hours * HOUR):
        return [
            Mark(
                name="reminder",
                light="yellow",
                rule_id="pingshan.reminder/hours-left",
                reason=said("剩余 {hours} 个工作小时，提醒处置责任主体", hours=hours),
                working_seconds_left=hours * HOUR,
            )
        ]
    percent = settings["share_percent"]
    return [
        Mark(
            name="reminder",
            light="yellow",
            rule_id="pingshan.reminder/share-used",
            reason=said("时限已用 {percent}%，提醒处置责任主体", percent=percent),
            share_used=percent / 100,
        )
    ]


@hookimpl
def escalation_steps(
    settings: Mapping[str, Any], ticket: TicketView, trigger: Trigger
) -> Sequence[EscalationStep] | None:
    """Put a note in the unit's mailbox on both occasions, with a letter on those that settings name."""
    if trigger.clock != "reply" or trigger.mark not in ("reminder", "overdue"):
        return None
    said = "将于 {due} 到期" if trigger.mark == "reminder" else "已于 {due} 超期"
    text = "诉求 {serial_no}“{title}”的处置时限" + said + "，请尽快处置并答复诉求人"
    rule_id = f"pingshan.reminder/{trigger.mark}"
    reason = "临期提醒，把矛盾化解在萌芽状态" if trigger.mark == "reminder" else "超期提醒"
    if ticket.lead_unit is None:
        return [EscalationStep(kind="inbox", to="desk", text=text, rule_id=rule_id, reason=reason)]
    steps = [EscalationStep(kind="inbox", to="lead", text=text, rule_id=rule_id, reason=reason)]
    if settings["letter_at"] in (trigger.mark, "both"):
        letter = EscalationStep(kind="letter", to="lead", letter="reminder", text=text, rule_id=rule_id, reason=reason)
        steps.append(letter)
    return steps


@hookimpl
def reminder_rules(settings: Mapping[str, Any]) -> Sequence[ReminderRules]:
    """Have letters drafted where one matter gathers in one area, much falls due at once, or what was concluded comes back."""
    return [
        ReminderRules(
            window_days=settings["window_days"],
            repeated_least=settings["repeated_least"],
            rise_least=settings["rise_least"],
            rise_factor=settings["rise_percent"] / 100,
            due_hours=settings["due_hours"],
            due_least=settings["due_least"],
            fall_points=settings["fall_points"],
            again_days=settings["again_days"],
            again_least=settings["again_least"],
            acknowledge_days=settings["acknowledge_days"],
            answer_days=settings["answer_days"],
        )
    ]


def _is_shorter(clock: ClockView, seconds: int) -> bool:
    """Whether the whole clock is no longer than the time that should be left at the reminder."""
    return clock.budget.mode in ("wall", "ws") and clock.budget.amount <= seconds

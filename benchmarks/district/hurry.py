"""What the measured district does: limits of seconds, an SMS at every mark, a letter when a limit is over."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Budget, ClockName, EscalationStep, HandlingRules, TicketView, TimeLimit, Trigger, hookimpl
from core.hooks.settings import Settings, Whole, YesNo

FEATURE = "bench.hurry"
RULE = f"{FEATURE}/seconds"
LEISURE = "不急："
"""How the words of tickets begin whose clocks run for days: most of those that are taken in by the thousand."""
LEISURE_SECONDS = 5 * 86_400


class HurrySettings(Settings):
    """How many seconds the clocks run."""

    reply_seconds = Whole(load_default=60, min=1, max=86_400, title="答复秒数", help="答复的时限", group="时限")
    handle_seconds = Whole(load_default=40, min=1, max=86_400, title="办理秒数", help="办理的时限", group="时限")
    sign_seconds = Whole(load_default=15, min=1, max=86_400, title="签收秒数", help="签收的时限", group="时限")
    letters = YesNo(load_default=True, title="催办函", help="超时即发函", group="督促")


@hookimpl
def time_limits(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[TimeLimit]:
    """Give the resident's clock and the unit's clocks their seconds; the window for returns is the core's."""
    clocks: tuple[ClockName, ...] = ("reply", "handle", "sign")
    seconds = {
        clock: LEISURE_SECONDS if ticket.text.startswith(LEISURE) else settings[f"{clock}_seconds"] for clock in clocks
    }
    return [TimeLimit(clock, Budget("wall", seconds[clock]), RULE, "测量") for clock in clocks]


@hookimpl
def handling_rules() -> Sequence[HandlingRules]:
    """Allow what can be allowed, so that commands are mixed for long."""
    return [HandlingRules(max_returns=5, extension_times=20, extension_days=200, pauses_reply=True, max_redos=20)]


@hookimpl
def escalation_steps(settings: Mapping[str, Any], trigger: Trigger) -> Sequence[EscalationStep] | None:
    """Write to the unit at each mark, by night too, and where it is wanted issue a letter when a limit is over."""
    if trigger.kind != "mark":
        return None
    said = "工单 {serial_no} 时限提示：应于 {due} 前答复。"
    steps = [EscalationStep("sms", "lead", said, RULE, "测量", at_night=True)]
    if settings["letters"] and trigger.mark == "overdue":
        steps.append(EscalationStep("letter", "lead", said, RULE, "测量"))
    return steps

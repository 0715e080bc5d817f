"""What the measured district does: limits of seconds, an SMS at every mark, a letter when a limit is over."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields

from core.hooks import Budget, ClockName, EscalationStep, HandlingRules, TimeLimit, Trigger, hookimpl
from core.hooks.settings import Settings

FEATURE = "bench.hurry"


class HurrySettings(Settings):
    """How many seconds the clocks run."""

    reply_seconds = fields.Integer(load_default=60)
    handle_seconds = fields.Integer(load_default=40)
    sign_seconds = fields.Integer(load_default=15)
    letters = fields.Boolean(load_default=True)


@hookimpl
def time_limits(settings: Mapping[str, Any]) -> Sequence[TimeLimit]:
    """Give the resident's clock and the unit's clocks their seconds; the window for returns is the core's."""
    clocks: tuple[ClockName, ...] = ("reply", "handle", "sign")
    return [TimeLimit(clock, Budget("wall", settings[f"{clock}_seconds"]), FEATURE, "测量") for clock in clocks]


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
    steps = [EscalationStep("sms", "lead", said, FEATURE, "测量", at_night=True)]
    if settings["letters"] and trigger.mark == "overdue":
        steps.append(EscalationStep("letter", "lead", said, FEATURE, "测量"))
    return steps

"""How long the clocks run, where their marks stand, and how often units may ask for more."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import (
    ClockView,
    Context,
    DutyView,
    HandlingRules,
    Mark,
    TicketView,
    TimeLimit,
)


@hook(label="时限", kind="policy", merge="each", on_error="default", item=TimeLimit, budget_ms=50, since="1.0")
def time_limits(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, duty: DutyView | None
) -> Sequence[TimeLimit] | None:
    """How long the ticket's clocks run. Asked whenever one may start, and when urgency or classification change.

    Per clock the first feature in the tenant's order decides. Nobody answers: reply within 5 working days, return
    within 2, answer a supervision within 1, report on a promise every 20; handle within the duty item's own limit, if
    it has one and nobody answers for any clock; no other clock.
    """


@hook(label="时限提示点", kind="policy", merge="each", on_error="default", item=Mark, budget_ms=50, since="1.0")
def clock_marks(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, clock: ClockView
) -> Sequence[Mark] | None:
    """Points on a clock before and after it is due. Asked when it starts, and whenever its due time moves.

    Nobody answers: yellow at 80 % of the time.
    """


@hook(
    label="办理规则", kind="load", merge="all", on_error="quarantine", item=HandlingRules, budget_ms=1000, since="1.0"
)
def handling_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[HandlingRules] | None:
    """How often and how long units may return, extend, pause and redo. Asked once per tenant and epoch.

    Answers are combined field by field: who leaves a field None says nothing of it, and of two that say it the stricter
    holds. The check of a draft tells where it says something else than another feature. Nobody says it: what is customary.
    """

"""The questions the core asks a district. Every hook declares when, how answers merge, and what happens if one fails.

A feature's implementation takes any of the arguments named here, always including none it does not need. `ctx` and
`settings` (its own, validated) are given to each implementation; the asker passes the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeVar

import pluggy

from core.hooks.values import (
    Channel,
    ClockView,
    Context,
    DutyView,
    EscalationStep,
    HandlingRules,
    Mark,
    Metric,
    RouteProposal,
    TicketView,
    TimeLimit,
    Trigger,
    UnitView,
    UrgencySignal,
    Watcher,
)

PROJECT = "huiying"
hookspec = pluggy.HookspecMarker(PROJECT)

Kind = Literal["load", "policy"]
OnError = Literal["skip", "default", "manual", "quarantine"]

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Hook(Generic[P, T]):
    """One question: its name, the rule for its answers, and the types that mypy checks where it is asked.

    `item` is the type of each element that an implementation returns in its list. `on_error` tells what the core does
    when an implementation fails: `skip` its answer, use the core's `default`, give the ticket to a person (`manual`),
    or switch the feature off until repaired (`quarantine`). `budget_ms` is the time one implementation should need.
    """

    name: str
    spec: Callable[..., Any]
    kind: Kind
    item: type[T]
    on_error: OnError
    budget_ms: int
    since: str


def hook(
    *, kind: Kind, item: type[T], on_error: OnError, budget_ms: int, since: str
) -> Callable[[Callable[Concatenate[Context, Mapping[str, Any], P], Sequence[T] | None]], Hook[P, T]]:
    """Declare a hook. All answers of all enabled features are joined, in the tenant's order of features."""

    def declare(spec: Callable[Concatenate[Context, Mapping[str, Any], P], Sequence[T] | None]) -> Hook[P, T]:
        return Hook(
            name=spec.__name__,
            spec=hookspec(spec),
            kind=kind,
            item=item,
            on_error=on_error,
            budget_ms=budget_ms,
            since=since,
        )

    return declare


@hook(kind="load", item=Channel, on_error="quarantine", budget_ms=1000, since="1.0")
def channels(ctx: Context, settings: Mapping[str, Any]) -> Sequence[Channel] | None:
    """The channels 渠道 by which the district takes in appeals.

    Asked once per tenant and epoch. Together with the core's own (desk, import) they are the only channels an appeal
    may name.
    """


@hook(kind="policy", item=UrgencySignal, on_error="skip", budget_ms=50, since="1.0")
def assess_urgency(ctx: Context, settings: Mapping[str, Any], ticket: TicketView) -> Sequence[UrgencySignal] | None:
    """Grounds to treat the ticket as urgent. Asked at acceptance; any one is enough. Nobody answers: normal."""


@hook(kind="policy", item=RouteProposal, on_error="manual", budget_ms=50, since="1.0")
def propose_routes(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, duty: DutyView | None, units: Sequence[UnitView]
) -> Sequence[RouteProposal] | None:
    """Units that should handle the ticket. Asked at acceptance and after a return; highest score wins.

    `duty` is the duty-list item of the ticket's matter. Only a proposal with `direct` is carried out without a
    person. A unit that returned this ticket is never proposed again. Nobody answers: the lead unit of the duty item
    is suggested to the dispatcher, or nobody.
    """


@hook(kind="policy", item=Watcher, on_error="skip", budget_ms=50, since="1.0")
def propose_watchers(ctx: Context, settings: Mapping[str, Any], ticket: TicketView) -> Sequence[Watcher] | None:
    """Units that look on from the start 知会. Asked at acceptance. Nobody answers: nobody looks on."""


@hook(kind="policy", item=TimeLimit, on_error="default", budget_ms=50, since="1.0")
def time_limits(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, duty: DutyView | None
) -> Sequence[TimeLimit] | None:
    """How long the ticket's clocks run. Asked whenever one may start, and when urgency or classification change.

    Per clock the first feature in the tenant's order decides. Nobody answers: reply within 5 working days, return
    within 2, answer a supervision within 1, report on a promise every 20; handle within the duty item's own limit, if
    it has one and nobody answers for any clock; no other clock.
    """


@hook(kind="policy", item=Mark, on_error="default", budget_ms=50, since="1.0")
def clock_marks(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, clock: ClockView
) -> Sequence[Mark] | None:
    """Points on a clock before and after it is due. Asked when it starts, and whenever its due time moves.

    Nobody answers: yellow at 80 % of the time.
    """


@hook(kind="policy", item=EscalationStep, on_error="default", budget_ms=50, since="1.0")
def escalation_steps(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, trigger: Trigger
) -> Sequence[EscalationStep] | None:
    """What is done at a mark, about an urgent ticket, a second redo, too many returns, an instruction not reported on.

    All answers are carried out, each once per occasion. A `case` whose unit does not exist, or without a lead unit,
    opens nothing and says so in the timeline.

    Nobody answers: the lead unit, or before dispatch the dispatch desk, finds a note in its mailbox at a mark and about
    an urgent ticket, and is put under yellow supervision for the second redo, blue for an instruction not reported on;
    too many returns are a note for the desk.
    """


@hook(kind="load", item=HandlingRules, on_error="quarantine", budget_ms=1000, since="1.0")
def handling_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[HandlingRules] | None:
    """How often and how long units may return, extend, pause and redo. Asked once per tenant and epoch.

    The first feature in the tenant's order decides. Nobody answers: the defaults of `HandlingRules`.
    """


@hook(kind="load", item=Metric, on_error="quarantine", budget_ms=1000, since="1.0")
def metrics(ctx: Context, settings: Mapping[str, Any]) -> Sequence[Metric] | None:
    """Figures the district shows besides the core's. Asked once per tenant and epoch."""


ALL_HOOKS: tuple[Hook[..., Any], ...] = (
    channels,
    assess_urgency,
    propose_routes,
    propose_watchers,
    time_limits,
    clock_marks,
    escalation_steps,
    handling_rules,
    metrics,
)

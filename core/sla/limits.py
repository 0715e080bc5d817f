"""What limits and marks a clock gets: the district's rules first, then the core's few."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from core.hooks import specs
from core.hooks.contract import CORE
from core.hooks.core_features import ROUTING
from core.hooks.values import Budget, BudgetMode, ClockName, ClockView, DutyView, Mark, TimeLimit
from core.kit.saying import said, word
from core.routing.policy import RoutingPolicy
from core.routing.policy_in_force import policy_of
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.failing import note_failures
from core.tickets.models import Ticket
from core.tickets.views import view_of
from core.units.queries import directory

OVERDUE = "overdue"
KEEPS_PROMISING = ("planned",)
"""Results that are a promise 挂账: the unit goes on reporting progress after the ticket is concluded."""
DEFAULT_LIMITS: Mapping[ClockName, TimeLimit] = {
    limit.clock: limit
    for limit in (
        TimeLimit("reply", Budget("wd_eod", 5), "core.sla/reply", "未设时限的诉求，5 个工作日内答复"),
        TimeLimit("return_window", Budget("wd_eod", 2), "core.sla/return-window", "派单后 2 个工作日内可以退单"),
        TimeLimit("respond", Budget("wd_eod", 1), "core.sla/respond", "督办后 1 个工作日内答复"),
        TimeLimit("progress", Budget("wd_eod", 20), "core.sla/progress", "列入计划的，每 20 个工作日反馈进展"),
    )
}
"""Limits that the core sets where the district sets none. Clocks that are not here do not run without a rule."""
DEFAULT_YELLOW = Mark("yellow", "yellow", "core.sla/yellow", "时限已用去八成", share_used=0.8)
UNPRESSED = ("return_window",)
"""Clocks that only run out: nothing is late when they do, so no rule gives them marks, and they light no lamp."""
STATEMENT = "statement"
"""The clock of a case of accountability: the core alone gives it limit and marks."""
UNLIT = (*UNPRESSED, STATEMENT)
"""Clocks that the lights and due times of their ticket do not tell of."""
UNSIGNED = Mark("unsigned", "green", "core.sla/unsigned", "退单期限已用去八成，还没有签收", share_used=0.8)
"""The one mark of the return window, after which a unit counts as having signed: its head is told that nobody has."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A limit, and the feature that set it."""

    feature: str
    limit: TimeLimit


def limits_of(scope: Scope, ticket: Ticket, *, now: datetime) -> dict[str, Ruled]:
    """Return the limit of each clock that has one: a routing rule's, the first feature's in the tenant's order, else ours."""
    duty = directory(scope).find_duty(ticket.matter, ticket.area)
    answers = scope.hooks.ask(specs.time_limits, ticket=view_of(scope, ticket), duty=duty)
    note_failures(scope, ticket, answers.failures, instead="时限没有按它的规则", now=now)
    given = given_by_rule(policy_of(scope), ticket.rule_limit)
    return waited_for(overruled(limits_from(answers, duty, disposition=ticket.disposition), given))


def given_by_rule(policy: RoutingPolicy, code: str) -> dict[str, Ruled]:
    """Return the limits that a routing rule gave a ticket by their code: they go before all others."""
    return {
        each.clock: Ruled(
            ROUTING.id,
            TimeLimit(
                each.clock, each.budget, f"{ROUTING.id}/{code}", said("规则时限“{label}”", label=word(each.label))
            ),
        )
        for each in policy.limits.get(code, ())
    }


def limits_from(
    answers: Iterable[tuple[str, TimeLimit]], duty: DutyView | None, *, disposition: str | None
) -> dict[str, Ruled]:
    """Return the limit of each clock that has one, as features answered for a ticket of this duty item and result.

    Where no feature speaks of time, the unit has as long as the duty list gives it for the matter. A progress clock
    runs only after a promise, whoever sets its limit.
    """
    limits: dict[str, Ruled] = {}
    for feature, limit in answers:
        limits.setdefault(limit.clock, Ruled(feature, limit))
    if not limits and duty is not None and duty.limit is not None:
        limits["handle"] = Ruled(CORE, TimeLimit("handle", duty.limit, "core.sla/duty-list", _listed(duty)))
    for name, limit in DEFAULT_LIMITS.items():
        limits.setdefault(name, Ruled(CORE, limit))
    if disposition not in KEEPS_PROMISING:
        del limits["progress"]
    return limits


def overruled(limits: Mapping[str, Ruled], given: Mapping[str, Ruled]) -> dict[str, Ruled]:
    """Return the limits with those that a routing rule gave; another length changes nothing about when the time begins."""
    reply, asked = given.get("reply"), limits.get("reply")
    if reply is not None and asked is not None and asked.limit.from_dispatch:
        given = {**given, "reply": replace(reply, limit=replace(reply.limit, from_dispatch=True))}
    return {**limits, **given}


def waited_for(limits: dict[str, Ruled]) -> dict[str, Ruled]:
    """Return the limits, with one for dispatch where the resident's time begins only then: nobody waits without one."""
    reply = limits["reply"]
    if reply.limit.from_dispatch and "dispatch" not in limits:
        because = said("派单时起算答复时限；派出以前，等待也不超过它的长短（{reason}）", reason=reply.limit.reason)
        waiting = TimeLimit("dispatch", reply.limit.budget, "core.sla/waiting", because)
        return {**limits, "dispatch": Ruled(reply.feature, waiting)}
    return limits


def _listed(duty: DutyView) -> str:
    return said("职责清单“{category} / {subcategory}”的办理时限", category=duty.category, subcategory=duty.subcategory)


def marks_of(scope: Scope, ticket: Ticket, clock: Clock, due: datetime, *, now: datetime) -> list[tuple[str, Mark]]:
    """Return the marks of a clock that is due then, without the due time itself, each with who set it."""
    if clock.name in UNPRESSED:
        return []
    if clock.name == STATEMENT:
        return [(CORE, DEFAULT_YELLOW)]
    view = ClockView(
        name=cast(ClockName, clock.name),
        budget=budget_of(clock),
        started_at=clock.started_at,
        due_at=due,
        rule_id=clock.rule_id,
    )
    answers = scope.hooks.ask(specs.clock_marks, ticket=view_of(scope, ticket), clock=view)
    note_failures(scope, ticket, answers.failures, instead="时限提示没有按它的规则", now=now)
    return marks_from(answers)


def marks_from(answers: Iterable[tuple[str, Mark]]) -> list[tuple[str, Mark]]:
    """Return the marks of a pressing clock, as features answered for it, each with who set it: of a name the first."""
    marks: dict[str, tuple[str, Mark]] = {}
    for feature, mark in answers:
        if mark.name != OVERDUE:
            marks.setdefault(mark.name, (feature, mark))
    return list(marks.values()) or [(CORE, DEFAULT_YELLOW)]


def budget_of(clock: Clock) -> Budget:
    """Return a clock's limit as it was started with."""
    return Budget(cast(BudgetMode, clock.mode), clock.amount)

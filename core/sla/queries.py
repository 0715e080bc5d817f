"""Reading clocks: those of a ticket, and the account of why each is due when it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select

from core.hooks.values import Budget, BudgetMode
from core.sla.explanation import explain
from core.sla.ledger import Tightening
from core.sla.models import Clock
from core.sla.rules import reckon
from core.tenancy.scope import Scope
from core.workdays.queries import calendar_of_version


@dataclass(frozen=True, slots=True)
class ClockAccount:
    """Why a clock is due when it is: the rule that set it, the calendar, and the computation line by line.

    `agrees` is False when the stored due time is not what the computation comes to.
    """

    name: str
    cycle_no: int
    state: str
    due_at: datetime
    reason: str
    rule_id: str
    calendar: str
    lines: tuple[str, ...]
    agrees: bool


def clocks_of(scope: Scope, ticket_id: int) -> list[Clock]:
    """Return all clocks of a ticket, ended ones too, in the order in which they started."""
    return list(
        scope.session.scalars(
            select(Clock)
            .where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id == ticket_id)
            .order_by(Clock.started_at, Clock.id)
        )
    )


def account_of(scope: Scope, clock: Clock) -> ClockAccount:
    """Return the account of a clock, computed with the version of the calendar that it was started with."""
    calendar = calendar_of_version(scope, clock.calendar_version_id)
    budget = Budget(cast(BudgetMode, clock.mode), clock.amount)
    computed = reckon(calendar.timetable, budget, clock.started_at).due
    adjustments = []
    if clock.name == "handle" and clock.due_at < computed:
        adjustments.append(Tightening(clock.started_at, clock.due_at, "办理时限不超过答复时限"))
    return ClockAccount(
        name=clock.name,
        cycle_no=clock.cycle_no,
        state=clock.state,
        due_at=clock.due_at,
        reason=clock.reason,
        rule_id=clock.rule_id,
        calendar=f"“{calendar.name}”第 {calendar.number} 版",
        lines=explain(calendar.timetable, budget, clock.started_at, adjustments=adjustments),
        agrees=clock.due_at == computed or bool(adjustments),
    )

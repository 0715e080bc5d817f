"""The time for a unit's statement of the facts 情况说明: a clock of the case, which the ticket's own lights do not show."""

from datetime import datetime
from typing import cast

from core.escalation.accountability.rules_in_force import InForce
from core.hooks.values import Budget, ClockName, TimeLimit
from core.kit.saying import said
from core.sla.limits import STATEMENT, Ruled
from core.sla.models import Clock
from core.sla.service import cancel_clocks, start_own_clock, stop_clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order


def start_statement(scope: Scope, ticket: Ticket, case_id: int, order: Order, *, in_force: InForce) -> Clock:
    """Start the clock by the days of the district's rules."""
    days = in_force.rules.statement_days
    limit = TimeLimit(
        cast(ClockName, STATEMENT),  # no feature speaks of this clock: its days stand in the rules of accountability
        Budget("wd_eod", days),
        "core.escalation/statement",
        said("立案后 {days} 个工作日内说明情况", days=days),
    )
    return start_own_clock(scope, ticket, Ruled(in_force.feature, limit), order, subject="case", subject_id=case_id)


def stop_statement(scope: Scope, ticket: Ticket, case_id: int, *, now: datetime) -> None:
    """Stop the clock: the unit has spoken."""
    stop_clock(scope, ticket, STATEMENT, at=now, now=now, case_id=case_id)


def drop_statement(scope: Scope, ticket: Ticket, case_id: int, *, now: datetime) -> None:
    """End the clock without a verdict: the case was decided without a statement."""
    cancel_clocks(scope, ticket, (STATEMENT,), now=now, case_id=case_id)

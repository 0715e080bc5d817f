"""Letting a clock of the ticket go on that a move had ended without a verdict, with the time that had run on it by then."""

from datetime import datetime

from sqlalchemy import select

from core.sla.limits import budget_of
from core.sla.models import Clock
from core.sla.service import start_clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.workdays.queries import current_calendar


def go_on_with(scope: Scope, ticket: Ticket, name: str, order: Order, *, ended_at: datetime) -> Clock | None:
    """Start the ticket's newest clock of this name anew as if it had stood still since it ended at `ended_at`.

    What had run of its limit counts, in working time or wall time as the limit does; what passed since does not. None
    where there never was one, or no limit is set for it any more.
    """
    before = scope.session.scalar(
        select(Clock)
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.subject == "ticket",
            Clock.subject_id == ticket.id,
            Clock.name == name,
            Clock.state == "cancelled",
        )
        .order_by(Clock.id.desc())
        .limit(1)
    )
    if before is None:
        return None
    timetable = current_calendar(scope).timetable
    if budget_of(before).mode == "wall":
        since = order.now - (ended_at - before.started_at)
    else:
        since = timetable.look_back(order.now, timetable.between(before.started_at, ended_at))
    return start_clock(scope, ticket, name, order, since=since)

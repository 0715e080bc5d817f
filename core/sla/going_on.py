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
from core.workdays.rules import Timetable


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
    since = begun_as_if_still(before, current_calendar(scope).timetable, ended_at=ended_at, now=order.now)
    return start_clock(scope, ticket, name, order, since=since)


def begun_as_if_still(before: Clock, timetable: Timetable, *, ended_at: datetime, now: datetime) -> datetime:
    """Return when a clock that goes on now would have begun, had it run without standing still since `ended_at`."""
    if budget_of(before).mode == "wall":
        return now - (ended_at - before.started_at)
    return timetable.look_back(now, timetable.between(before.started_at, ended_at))

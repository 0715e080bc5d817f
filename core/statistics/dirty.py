"""Marking days whose counts must be made anew; called by journeys in the transaction of the event."""

from datetime import datetime

from sqlalchemy import insert, literal, select, union_all

from core.sla.models import Clock
from core.statistics.days import local_day
from core.statistics.models import DirtyDay
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent


def mark_dirty(scope: Scope, *instants: datetime | None) -> None:
    """Mark the local days of these instants; None is passed over."""
    for day in {instant.astimezone(scope.tenant.zone).date() for instant in instants if instant}:
        scope.session.add(DirtyDay(tenant_id=scope.tenant.id, day=day, mark=scope.new_id()))


def mark_ticket(scope: Scope, ticket: Ticket) -> None:
    """Mark every day on which the ticket counts or ever counted; what is pending is written first.

    The anchors of all measures are instants of its timeline or due times of its clocks. Entries stay, and a due time that
    was missed stays as the instant of that even when it is moved: so one call after a change finds the day that the
    ticket leaves as well as the day it comes to.
    """
    scope.session.flush()
    _mark(scope, ticket_id=ticket.id)


def mark_everything(scope: Scope) -> None:
    """Mark every day of every ticket, when a measure has a new definition."""
    _mark(scope, ticket_id=None)


def _mark(scope: Scope, *, ticket_id: int | None) -> None:
    entries = select(TicketEvent.at.label("at")).where(TicketEvent.tenant_id == scope.tenant.id)
    dues = select(Clock.due_at.label("at")).where(Clock.tenant_id == scope.tenant.id, Clock.due_at.is_not(None))
    missed = select(Clock.overdue_at.label("at")).where(
        Clock.tenant_id == scope.tenant.id, Clock.overdue_at.is_not(None)
    )
    if ticket_id is not None:
        entries = entries.where(TicketEvent.ticket_id == ticket_id)
        dues = dues.where(Clock.ticket_id == ticket_id)
        missed = missed.where(Clock.ticket_id == ticket_id)
    touched = union_all(entries, dues, missed).subquery()
    days = select(
        literal(scope.tenant.id), local_day(literal(scope.tenant.zone.key), touched.c.at), literal(scope.new_id())
    ).distinct()
    scope.session.execute(insert(DirtyDay).from_select(["tenant_id", "day", "mark"], days))

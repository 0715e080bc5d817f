"""Tickets that nobody takes 久拖不决: after so many working hours units consult by themselves, without anybody asking."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from core.kit.saying import said
from core.routing.consultations import open_record
from core.routing.models import Assignment, Consultation, ReturnRequest
from core.routing.referrals import tell_other_side
from core.routing.rules_in_force import rules_of
from core.routing.states import AssignmentState
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import in_order, lock_ticket_of_id
from core.tickets.states import WAITING_FOR_DISPATCH, WITH_UNIT
from core.tickets.timeline import SYSTEM, Order
from core.workdays.queries import timetable


def stalled_tickets(scope: Scope, *, now: datetime, only: int | None = None) -> Sequence[int]:
    """Return the ids of the tickets on which units should consult by now because nobody has taken them; or `only` this.

    They were accepted the district's number of working hours ago (a cycle that was redone: first dispatched), and wait
    at the desk after a return, or for a decision on one. Each cycle comes to this once.
    """
    after = timedelta(seconds=rules_of(scope).consult_after)
    if not after:
        return ()
    candidates = scope.session.execute(
        select(Ticket.id, *_begins())
        .where(Ticket.tenant_id == scope.tenant.id, _waits(), true() if only is None else Ticket.id == only)
        .order_by(Ticket.id)
    ).all()
    calendar = timetable(scope)
    return [
        row.id
        for row in candidates
        if (since := _since(row.cycle_no, row.accepted_at, row.first_sent_at)) is not None
        and (row.last_consulted_at is None or row.last_consulted_at < since)
        and calendar.between(since, now) >= after
    ]


def consult_if_stalled(scope: Scope, ticket_id: int, *, now: datetime) -> bool:
    """Open the consultation on a ticket that nobody takes, judged anew under its lock; return whether one was opened."""
    ticket = lock_ticket_of_id(scope, ticket_id)
    if not stalled_tickets(scope, now=now, only=ticket_id):
        return False
    order = in_order(scope, ticket, Order(SYSTEM, now))
    hours = rules_of(scope).consult_after / 3600
    question = said("受理后已过 {hours:g} 个工作小时，退单以后仍没有单位承办，主办单位待明确", hours=hours)
    open_record(scope, ticket, order, question=question, because="stalled")
    tell_other_side(scope, ticket, now=order.now)
    mark_ticket(scope, ticket)
    return True


def _waits() -> ColumnElement[bool]:
    """The ticket waits at the desk after its unit gave it back in this cycle, or its unit asks to."""
    was_returned = exists().where(
        _is_lead(), Assignment.cycle_no == Ticket.cycle_no, Assignment.state == AssignmentState.RETURNED
    )
    is_asked_back = exists().where(
        ReturnRequest.tenant_id == Ticket.tenant_id,
        ReturnRequest.ticket_id == Ticket.id,
        ReturnRequest.state == "pending",
    )
    is_consulted = exists().where(
        Consultation.tenant_id == Ticket.tenant_id, Consultation.ticket_id == Ticket.id, Consultation.state == "open"
    )
    waiting = and_(Ticket.state.in_(WAITING_FOR_DISPATCH), Ticket.bounce_count > 0, was_returned)
    return and_(or_(waiting, and_(Ticket.state.in_(WITH_UNIT), is_asked_back)), ~is_consulted)


def _begins() -> tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]:
    first_sent_at = select(func.min(Assignment.assigned_at)).where(_is_lead(), Assignment.cycle_no == Ticket.cycle_no)
    last_consulted_at = select(func.max(Consultation.opened_at)).where(
        Consultation.tenant_id == Ticket.tenant_id, Consultation.ticket_id == Ticket.id
    )
    return (
        Ticket.cycle_no,
        Ticket.accepted_at,
        first_sent_at.scalar_subquery().label("first_sent_at"),
        last_consulted_at.scalar_subquery().label("last_consulted_at"),
    )


def _is_lead() -> ColumnElement[bool]:
    return and_(
        Assignment.tenant_id == Ticket.tenant_id,
        Assignment.ticket_id == Ticket.id,
        Assignment.role == "lead",
        Assignment.parent_id.is_(None),
    )


def _since(cycle_no: int, accepted_at: datetime | None, first_sent_at: datetime | None) -> datetime | None:
    return accepted_at if cycle_no == 1 else first_sent_at

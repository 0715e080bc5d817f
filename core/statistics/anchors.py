"""How a thing is counted: the rows, the instant that gives each its day, and whose it is.

Whose it is. Tickets and the clocks and ratings of their present cycle are the lead unit's that has the ticket now
(nobody's before dispatch and after a return); those of earlier cycles are the unit's whose reply concluded that cycle, and
so is the redo that follows; dispatches, returns and extensions are those of the unit they concern.

Every anchor is the instant of an entry in the timeline or the due time of a clock: `dirty.mark_ticket` relies on it.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import FromClause, SQLColumnExpression, and_, case, func, literal, select, true

from core.escalation.accountability.models import AccountabilityCase
from core.escalation.models import Instruction
from core.evaluation.models import Adjudication, FollowUp, Rating
from core.evaluation.panels.models import ReviewPanel
from core.handling.models import Enforcement, Reply, ReplyCheck, Verification
from core.routing.models import Assignment, ReturnAttempt, ReturnRequest
from core.sla.models import Clock, ExtensionRequest
from core.tickets.models import Attachment, Ticket, TicketEvent
from core.tickets.states import Command


@dataclass(frozen=True, eq=False)
class Anchor:
    """What gives a row its day: the rows, joined with their ticket, the instant, and whose they are.

    `where` tells which of the rows count at all.
    """

    rows: FromClause
    tenant_id: SQLColumnExpression[int]
    instant: SQLColumnExpression[Any]
    unit_id: SQLColumnExpression[Any]
    where: SQLColumnExpression[bool]


_Row = type[
    AccountabilityCase
    | Assignment
    | Attachment
    | Clock
    | Enforcement
    | ExtensionRequest
    | FollowUp
    | Instruction
    | Rating
    | ReplyCheck
    | ReturnAttempt
    | ReturnRequest
    | ReviewPanel
    | TicketEvent
    | Verification
]
IS_NO_PART = Ticket.part_of_id.is_(None)


def with_ticket(table: _Row) -> FromClause:
    """Return the rows of a table, each with its ticket."""
    same = and_(Ticket.tenant_id == table.tenant_id, Ticket.id == table.ticket_id)
    return table.__table__.join(Ticket.__table__, same)


def _replied_by(table: _Row, which: SQLColumnExpression[bool]) -> SQLColumnExpression[Any]:
    """Return the unit of the newest reply that was passed, of those meant."""
    return (
        select(Reply.unit_id)
        .where(
            Reply.tenant_id == table.tenant_id,
            Reply.ticket_id == table.ticket_id,
            Reply.state == "approved",
            which,
        )
        .order_by(Reply.submitted_at.desc(), Reply.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _unit_of_cycle(table: type[Clock | Rating]) -> SQLColumnExpression[Any]:
    concluded_by = _replied_by(table, Reply.cycle_no == table.cycle_no)
    return case((Ticket.cycle_no == table.cycle_no, Ticket.lead_unit_id), else_=concluded_by)


def _of_ticket(instant: SQLColumnExpression[Any]) -> Anchor:
    counts = and_(instant.is_not(None), IS_NO_PART)
    return Anchor(Ticket.__table__, Ticket.tenant_id, instant, Ticket.lead_unit_id, counts)


def _of_acceptance(unit_id: SQLColumnExpression[Any]) -> Anchor:
    accepted = _of_ticket(Ticket.accepted_at)
    return replace(accepted, unit_id=unit_id, where=and_(accepted.where, unit_id.is_not(None)))


def _of_lead(instant: SQLColumnExpression[Any], where: SQLColumnExpression[bool]) -> Anchor:
    lead = and_(Assignment.role == "lead", Assignment.parent_id.is_(None), where)
    return Anchor(with_ticket(Assignment), Assignment.tenant_id, instant, Assignment.unit_id, lead)


def _of_entry(*kinds: Command, unit_id: SQLColumnExpression[Any] = Ticket.lead_unit_id) -> Anchor:
    # Written out, not sent as parameters: an index holds just these kinds.
    written = [literal(str(kind), literal_execute=True) for kind in kinds]
    counts = and_(TicketEvent.kind.in_(written), IS_NO_PART)
    return Anchor(with_ticket(TicketEvent), TicketEvent.tenant_id, TicketEvent.at, unit_id, counts)


def _after_adjudication(anchor: Anchor, table: type[Clock | Rating], subject: str) -> Anchor:
    overlay = and_(
        Adjudication.tenant_id == table.tenant_id,
        Adjudication.subject == subject,
        Adjudication.subject_id == table.id,
    )
    return replace(
        anchor,
        rows=anchor.rows.outerjoin(Adjudication.__table__, overlay),
        unit_id=func.coalesce(Adjudication.unit_id, anchor.unit_id),
        where=and_(anchor.where, Adjudication.effect.is_distinct_from("exclude")),
    )


RECEIPT = _of_ticket(Ticket.submitted_at)
ACCEPTANCE = _of_ticket(Ticket.accepted_at)
REPLY = _of_ticket(Ticket.replied_at)
CONCLUSION = _of_ticket(Ticket.concluded_at)
DISPATCH = _of_lead(Assignment.assigned_at, true())
RETURN = _of_lead(Assignment.ended_at, Assignment.state == "returned")
DUE = Anchor(
    with_ticket(Clock),
    Clock.tenant_id,
    Clock.due_at,
    _unit_of_cycle(Clock),
    and_(
        Clock.name == "reply",
        Clock.state.not_in(("cancelled", "superseded")),
        Clock.stopped_at.is_not(None) | Clock.overdue_at.is_not(None),
        Ticket.part_count == 0,
    ),
)
"""Reply clocks whose verdict is known: one that still runs, or whose reply waits for review, may yet be met."""
RATED = Anchor(with_ticket(Rating), Rating.tenant_id, Rating.at, _unit_of_cycle(Rating), IS_NO_PART)
REACHED = Anchor(
    with_ticket(FollowUp),
    FollowUp.tenant_id,
    FollowUp.at,
    Ticket.lead_unit_id,
    and_(FollowUp.outcome != "unreachable", IS_NO_PART),
)
"""Follow-ups in which somebody was spoken to, whether they rated or not."""
AFTER_ADJUDICATION = {
    DUE: _after_adjudication(DUE, Clock, "clock"),
    RATED: _after_adjudication(RATED, Rating, "rating"),
}
"""Beside what may be disputed, the same after adjudication."""
ASKED = _of_acceptance(Ticket.asked_unit_id)
HANDLED_FIRST = _of_acceptance(Ticket.first_unit_id)
"""Tickets on the day of their acceptance, counted for whoever was asked, or handled them, first, as far as that is known."""
FILING = Anchor(
    with_ticket(Clock),
    Clock.tenant_id,
    Clock.due_at,
    Ticket.asked_unit_id,
    and_(
        Clock.name == "accept",
        Clock.state.not_in(("cancelled", "superseded")),
        Clock.stopped_at.is_not(None) | Clock.overdue_at.is_not(None),
    ),
)
"""Limits for taking up a message whose verdict is known."""
RETURN_REQUESTED = Anchor(
    with_ticket(ReturnRequest).join(
        Assignment.__table__,
        and_(Assignment.tenant_id == ReturnRequest.tenant_id, Assignment.id == ReturnRequest.assignment_id),
    ),
    ReturnRequest.tenant_id,
    ReturnRequest.requested_at,
    Assignment.unit_id,
    true(),
)
RETURN_REFUSED = Anchor(
    with_ticket(ReturnAttempt), ReturnAttempt.tenant_id, ReturnAttempt.at, ReturnAttempt.unit_id, true()
)
REJECTION = _of_entry(Command.REJECT)
VOIDING = _of_entry(Command.VOID)
WITHDRAWING = _of_entry(Command.WITHDRAW)
REDO = _of_entry(Command.REDO, Command.REOPEN, unit_id=_replied_by(TicketEvent, Reply.submitted_at <= TicketEvent.at))
ATTACHING = Anchor(with_ticket(Attachment), Attachment.tenant_id, Attachment.attached_at, Ticket.lead_unit_id, true())
EXTENSION = Anchor(
    with_ticket(ExtensionRequest).join(
        Assignment.__table__,
        and_(
            Assignment.tenant_id == ExtensionRequest.tenant_id,
            Assignment.id == ExtensionRequest.assignment_id,
        ),
    ),
    ExtensionRequest.tenant_id,
    ExtensionRequest.decided_at,
    Assignment.unit_id,
    ExtensionRequest.state == literal("approved", literal_execute=True),
)

SETTLED_RETURN = Anchor(
    with_ticket(ReturnRequest).join(
        Assignment.__table__,
        and_(Assignment.tenant_id == ReturnRequest.tenant_id, Assignment.id == ReturnRequest.assignment_id),
    ),
    ReturnRequest.tenant_id,
    ReturnRequest.decided_at,
    Assignment.unit_id,
    # Written out, not sent as parameters: an index holds just these states.
    ReturnRequest.state.in_([literal(state, literal_execute=True) for state in ("approved", "denied")]),
)
"""Requests to give a ticket back that were decided, whichever way, on the day of the decision."""

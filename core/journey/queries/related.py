"""Tickets that belong together: a master and those attached to it 并单, a whole and its parts 拆单."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import STATE_LABELS, State
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class RelatedTicket:
    """Another ticket, in a line."""

    serial_no: str
    title: str
    state_label: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Related:
    """What belongs to a ticket: its master or those attached to it, its whole or its parts."""

    master: RelatedTicket | None = None
    attached: tuple[RelatedTicket, ...] = ()
    whole: RelatedTicket | None = None
    parts: tuple[RelatedTicket, ...] = ()


def related_to(scope: Scope, ticket: Ticket) -> Related:
    """Return the tickets that belong to this one, in the order in which they came in."""
    above = [ticket_id for ticket_id in (ticket.master_id, ticket.part_of_id) if ticket_id]
    rows = scope.session.scalars(
        select(Ticket)
        .where(
            Ticket.tenant_id == scope.tenant.id,
            or_(Ticket.id.in_(above), Ticket.master_id == ticket.id, Ticket.part_of_id == ticket.id),
        )
        .order_by(Ticket.id)
    ).all()
    by_id = {row.id: _line(scope, row) for row in rows}
    return Related(
        master=by_id.get(ticket.master_id) if ticket.master_id else None,
        attached=tuple(by_id[row.id] for row in rows if row.master_id == ticket.id),
        whole=by_id.get(ticket.part_of_id) if ticket.part_of_id else None,
        parts=tuple(by_id[row.id] for row in rows if row.part_of_id == ticket.id),
    )


def _line(scope: Scope, ticket: Ticket) -> RelatedTicket:
    unit = directory(scope).name_of(ticket.lead_unit_id) if ticket.lead_unit_id else None
    return RelatedTicket(ticket.serial_no, ticket.title, STATE_LABELS[State(ticket.state)], unit)

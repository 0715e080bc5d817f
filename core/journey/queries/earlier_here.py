"""What a unit handled earlier at the place of a ticket 本地点以往, and what the duty list wants of the matter: standard and law."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from core.handling.dispositions import DISPOSITION_LABELS
from core.handling.models import Reply
from core.routing.models import Assignment
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import STATE_LABELS, State
from core.units.catalogue.queries import duty_list_in_force

MOST = 5
LOOKED_THROUGH = 2_000
"""So many of the unit's newest tickets are looked through."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier ticket of the unit: `here` tells whether it was just here, else on the same matter in the same area.

    `outcome` is what its last answer said that was sent, else where it stands.
    """

    serial_no: str
    title: str
    submitted_at: datetime
    here: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class Norms:
    """What the duty list in force says of a matter: how well it is to be done, and by which law; empty = it does not say."""

    standard: str
    legal_basis: str


def earlier_here(scope: Scope, ticket_id: int, unit_id: int) -> tuple[Earlier, ...]:
    """Return the newest tickets in which the unit has a share, at the same place, or on the same matter in the same area."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    ways = [Ticket.place == ticket.place] if ticket.place else []
    if ticket.area and ticket.matter:
        ways.append(and_(Ticket.area == ticket.area, Ticket.matter == ticket.matter))
    if not ways:
        return ()
    own = (
        select(Assignment.ticket_id)
        .where(
            Assignment.tenant_id == scope.tenant.id, Assignment.unit_id == unit_id, Assignment.ticket_id != ticket_id
        )
        .order_by(Assignment.id.desc())
        .limit(LOOKED_THROUGH)
    )
    found = scope.session.scalars(
        select(Ticket)
        .where(
            Ticket.tenant_id == scope.tenant.id,
            Ticket.id.in_(own),
            Ticket.submitted_at <= ticket.submitted_at,
            or_(*ways),
        )
        .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
        .limit(MOST)
    ).all()
    answered = _answered(scope, [each.id for each in found])
    return tuple(
        Earlier(
            each.serial_no,
            each.title,
            each.submitted_at,
            here=bool(ticket.place) and each.place == ticket.place,
            outcome=answered.get(each.id) or STATE_LABELS[State(each.state)],
        )
        for each in found
    )


def norms_of(scope: Scope, ticket_id: int) -> Norms:
    """Return what the duty list in force says of the ticket's matter in its area."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    catalogue = duty_list_in_force(scope).catalogue
    if ticket.matter is None or ticket.matter not in catalogue.matters:
        return Norms("", "")
    values = catalogue.resolve(ticket.matter, ticket.area if ticket.area in catalogue.areas else None).values
    return Norms(values.standard or "", values.legal_basis or "")


def _answered(scope: Scope, ticket_ids: list[int]) -> dict[int, str]:
    """Return what the newest answer of each that was sent says of the outcome."""
    rows = scope.session.execute(
        select(Reply.ticket_id, Reply.disposition)
        .where(Reply.tenant_id == scope.tenant.id, Reply.ticket_id.in_(ticket_ids), Reply.state == "approved")
        .order_by(Reply.submitted_at, Reply.id)
    )
    return {ticket_id: DISPOSITION_LABELS[disposition] for ticket_id, disposition in rows}

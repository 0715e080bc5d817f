"""Which urgent tickets wait for a call to the unit that has them in hand 电话通知."""

from dataclasses import dataclass

from sqlalchemy import select

from core.journey.call import CALLED
from core.routing.models import Assignment
from core.routing.states import ACTIVE
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import WITH_UNIT
from core.units.models import Unit


@dataclass(frozen=True, slots=True)
class CallDue:
    """The unit to be called, its number (empty = not known), and how often nobody answered."""

    unit: str
    phone: str
    tried: int


def call_due(scope: Scope, ticket_id: int) -> CallDue | None:
    """Return whom to call about an urgent ticket, None when nobody is, or it was answered since the unit got it."""
    found = scope.session.execute(
        select(Assignment.id, Unit.name, Unit.phone)
        .join(Unit, (Unit.tenant_id == Assignment.tenant_id) & (Unit.id == Assignment.unit_id))
        .join(Ticket, (Ticket.tenant_id == Assignment.tenant_id) & (Ticket.id == Assignment.ticket_id))
        .where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.ticket_id == ticket_id,
            Assignment.role == "lead",
            Assignment.parent_id.is_(None),
            Assignment.state.in_(ACTIVE),
            Ticket.urgency == "urgent",
            Ticket.state.in_(WITH_UNIT),
        )
    ).one_or_none()
    if found is None:
        return None
    details = scope.session.scalars(
        select(TicketEvent.detail).where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket_id,
            TicketEvent.kind == CALLED,
        )
    )
    calls = [detail["reached"] for detail in details if detail["assignment"] == found.id]
    return None if "yes" in calls else CallDue(found.name, found.phone, len(calls))

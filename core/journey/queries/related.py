"""Tickets that belong together: a master and those attached to it 并单, a whole and its parts 拆单, one and its like in another tenant 跨区移交."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from core.intake.joining import LETS_GO_FOR, attachment_of
from core.journey.queries.lights import Light
from core.journey.queries.other_side import other_light
from core.routing.models import Referral
from core.routing.referrals import name_of_tenant
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import ANSWERED, STATE_LABELS, State
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class RelatedTicket:
    """Another ticket, in a line."""

    serial_no: str
    title: str
    state_label: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """That the ticket was referred to another tenant, or came from one; `their_state` is what was told last."""

    came_in: bool
    tenant: str
    made_at: datetime
    their_state: str
    their_due_at: datetime | None
    has_ended: bool
    is_answered: bool

    def their_light(self, now: datetime) -> Light:
        """Return the dot of the other side's clock."""
        return other_light(self.their_due_at, is_answered=self.is_answered, has_ended=self.has_ended, now=now)


@dataclass(frozen=True, slots=True)
class Related:
    """What belongs to a ticket: its master or those attached to it, its whole or its parts.

    `lets_go_until`: until when it can be let go from its master, in the tenant's own time.
    """

    master: RelatedTicket | None = None
    lets_go_until: datetime | None = None
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
        lets_go_until=_lets_go_until(scope, ticket) if ticket.master_id else None,
        attached=tuple(by_id[row.id] for row in rows if row.master_id == ticket.id),
        whole=by_id.get(ticket.part_of_id) if ticket.part_of_id else None,
        parts=tuple(by_id[row.id] for row in rows if row.part_of_id == ticket.id),
    )


def referrals_of(scope: Scope, ticket: Ticket) -> tuple[ReferralLine, ...]:
    """Return the referrals of the ticket between tenants 跨区移交, the newest first."""
    rows = scope.session.scalars(
        select(Referral)
        .where(Referral.tenant_id == scope.tenant.id, Referral.ticket_id == ticket.id)
        .order_by(Referral.made_at.desc(), Referral.id.desc())
    )
    return tuple(
        ReferralLine(
            came_in=row.direction == "in",
            tenant=name_of_tenant(scope, row.other_tenant),
            made_at=row.made_at,
            their_state=STATE_LABELS[State(row.their_state)] if row.their_state else "",
            their_due_at=row.their_due_at.astimezone(scope.tenant.zone) if row.their_due_at else None,
            has_ended=row.ended_at is not None,
            is_answered=row.their_state in ANSWERED,
        )
        for row in rows
    )


def _lets_go_until(scope: Scope, ticket: Ticket) -> datetime:
    return (attachment_of(scope, ticket).attached_at + LETS_GO_FOR).astimezone(scope.tenant.zone)


def _line(scope: Scope, ticket: Ticket) -> RelatedTicket:
    unit = directory(scope).name_of(ticket.lead_unit_id) if ticket.lead_unit_id else None
    return RelatedTicket(ticket.serial_no, ticket.title, STATE_LABELS[State(ticket.state)], unit)

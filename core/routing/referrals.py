"""Referrals between tenants 跨区移交: made with a dispatch, told of whenever a ticket changes, never in a circle."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import said
from core.routing.models import Assignment, Referral
from core.tenancy.models import Tenant
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.units.queries import directory

REFER = "refer"
"""Kind of the job that tells the receiving tenant how the sender's side stands; the first one makes its ticket."""
REFERRAL_NEWS = "referral-news"
"""Kind of the job that tells the sending tenant how the receiver's ticket stands."""
REFERENCE_BYTES = 24


class ReferralLoop(Refused):
    """The tenant to which the ticket would be referred had it before."""

    code = "referral-loop"


class LeadsOnly(Refused):
    """A unit that stands for another tenant was asked to help, not to lead."""

    code = "leads-only"


def refer_if_elsewhere(scope: Scope, ticket: Ticket, assigned: Sequence[Assignment], order: Order) -> None:
    """Refer the ticket when the unit that leads from now on stands for another tenant.

    The other side learns of it by a job of this transaction. Raises `ReferralLoop`, and `LeadsOnly` when such a unit
    is to help.
    """
    units = directory(scope)
    lead, *partners = [units.unit_of_id(each.unit_id) for each in assigned]
    for partner in partners:
        if partner and partner.refers_to:
            raise LeadsOnly(
                said("{name}是跨区移交的对象，只能主办，不能协办。请把它改为主办，或另选协办单位。", name=partner.name)
            )
    if lead is None or not lead.refers_to:
        return
    if lead.refers_to in came_by(scope, ticket):
        raise ReferralLoop(
            said(
                "工单 {serial_no} 正是由{name}移交而来，不能再移交回去。请改用「退回移交方」。",
                serial_no=ticket.serial_no,
                name=lead.name,
            )
        )
    reference = secrets.token_urlsafe(REFERENCE_BYTES)
    scope.session.flush()  # the assignment is there before what points to it
    scope.session.add(
        Referral(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            direction="out",
            other_tenant=lead.refers_to,
            reference=reference,
            made_at=order.now,
            assignment_id=assigned[0].id,
        )
    )
    _enqueue(scope, REFER, reference, now=order.now)


def may_direct(scope: Scope, ticket: Ticket, code: str) -> bool:
    """Tell whether a rule may give the ticket to this unit: not to one that stands for a tenant that had it before."""
    unit = directory(scope).find_unit(code)
    return unit is None or not unit.refers_to or unit.refers_to not in came_by(scope, ticket)


def units_of_ours(scope: Scope, codes: Sequence[str]) -> Sequence[str]:
    """Return those of the units that stand for no other tenant, and so can help."""
    elsewhere = {unit.code for unit in directory(scope).units if unit.refers_to}
    return [code for code in codes if code not in elsewhere]


def came_by(scope: Scope, ticket: Ticket) -> Sequence[str]:
    """Return the tenants by which the ticket, or the one of which it is a part, came here; none when it is our own."""
    incoming = find_incoming(scope, ticket.part_of_id or ticket.id) if ticket.is_from_elsewhere else None
    return incoming.trail if incoming else ()


def tell_other_side(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Have the other side of every referral of this ticket told how it stands; called after each change.

    What is told is read when the job runs, so that jobs may run late, twice, or one instead of the other. A tenant of
    which no unit stands for another pays nothing for its own tickets.
    """
    if not ticket.is_from_elsewhere and not _refers(scope):
        return
    present = select(Referral.direction, Referral.reference).where(
        Referral.tenant_id == scope.tenant.id, Referral.ticket_id == ticket.id, Referral.ended_at.is_(None)
    )
    for direction, reference in scope.session.execute(present):
        _enqueue(scope, REFERRAL_NEWS if direction == "in" else REFER, reference, now=now)


def keep_incoming(
    scope: Scope, ticket: Ticket, *, reference: str, trail: Sequence[str], due_at: datetime | None, now: datetime
) -> None:
    """Keep by which tenants a ticket of ours came, under which reference its sender knows it, and until when it waits."""
    scope.session.add(
        Referral(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            direction="in",
            other_tenant=trail[-1],
            reference=reference,
            made_at=now,
            their_due_at=due_at,
            trail=list(trail),
        )
    )


def find_incoming(scope: Scope, ticket_id: int) -> Referral | None:
    """Return the referral by which the ticket came here, if it did."""
    return scope.session.scalar(
        select(Referral).where(
            Referral.tenant_id == scope.tenant.id, Referral.ticket_id == ticket_id, Referral.direction == "in"
        )
    )


def is_awaited_elsewhere(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether another tenant referred the ticket here and waits for what becomes of it."""
    incoming = find_incoming(scope, ticket.id) if ticket.is_from_elsewhere else None
    return incoming is not None and incoming.ended_at is None


def find_referral(scope: Scope, direction: str, reference: str, *, locked: bool = False) -> Referral | None:
    """Return our side of the referral with this reference, as it stands now; with `locked` until the transaction ends."""
    wanted = select(Referral).where(
        Referral.tenant_id == scope.tenant.id, Referral.direction == direction, Referral.reference == reference
    )
    if locked:
        wanted = wanted.with_for_update()
    return scope.session.scalar(wanted.execution_options(populate_existing=True))


def find_former(scope: Scope, referral: Referral) -> Referral | None:
    """Return the last referral of the same ticket to the same tenant before this one, for instance before a redo."""
    return scope.session.scalar(
        select(Referral)
        .where(
            Referral.tenant_id == scope.tenant.id,
            Referral.ticket_id == referral.ticket_id,
            Referral.direction == referral.direction,
            Referral.other_tenant == referral.other_tenant,
            Referral.id != referral.id,
            Referral.made_at <= referral.made_at,
        )
        .order_by(Referral.made_at.desc(), Referral.id.desc())
        .limit(1)
    )


def name_of_tenant(scope: Scope, slug: str) -> str:
    """Return what a tenant is called; its short name when it is not there any more. Names are known to all tenants."""
    return scope.session.scalar(select(Tenant.name).where(Tenant.slug == slug)) or slug


def _refers(scope: Scope) -> bool:
    return scope.remember("refers", lambda: any(unit.refers_to for unit in directory(scope).units))


def _enqueue(scope: Scope, kind: str, reference: str, *, now: datetime) -> None:
    enqueue(
        scope.session,
        kind,
        dedup_key=f"{kind}/{reference}/{scope.new_id()}",
        payload={"reference": reference},
        now=now,
    )

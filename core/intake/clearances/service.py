"""Clearances as records: which ticket waits, opening one, writing anew, letting go. Flushes, never commits."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import func, select

from core.intake.clearances.models import OPEN, Clearance, ClearanceVersion
from core.intake.clearances.settings import clears_every_call
from core.intake.rules import Appeal, usable
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.contact import unnamed
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.service import note
from core.tickets.timeline import Actor, Order

BECAUSE_LABELS: Mapping[str, str] = {
    "wish": "受理席要求审定",
    "trainee": "见习受理席记录，须审定",
    "district": "本区电话工单一律审定",
}
STATE_LABELS: Mapping[str, str] = {
    "pending": "待审定",
    "returned": "退回修改",
    "cleared": "已审定",
    "dropped": "另行了结",
}


class ClearanceOpen(Refused):
    """The ticket waits for somebody to clear it."""

    code = "clearance-open"


class NoClearance(Refused):
    """The ticket does not wait for clearance, or not in this way."""

    code = "no-clearance"


def why_to_clear(scope: Scope, ticket: Ticket, actor: Actor, *, wished: bool) -> str | None:
    """Return why what somebody took in waits for clearance, None = it does not. Danger never waits, nor a centre's counter."""
    if actor.kind != "staff" or ticket.urgency == "urgent" or Permission.TAKE_IN in actor.permissions:
        return None
    if Permission.DISPATCH not in actor.permissions:
        return "trainee"
    if wished:
        return "wish"
    return "district" if ticket.medium == "phone" and clears_every_call(scope.hooks) else None


def find_clearance(scope: Scope, ticket: Ticket) -> Clearance | None:
    """Return the clearance for which the ticket waits, if there is one."""
    if ticket in scope.session.fresh:
        return None
    return scope.session.scalar(
        select(Clearance).where(
            Clearance.tenant_id == scope.tenant.id, Clearance.ticket_id == ticket.id, Clearance.state.in_(OPEN)
        )
    )


def refuse_uncleared(scope: Scope, ticket: Ticket, deed: str) -> None:
    """Raise `ClearanceOpen` while the ticket waits for clearance."""
    found = find_clearance(scope, ticket)
    if found is None:
        return
    waits = "退回修改，改好再交审定后" if found.state == "returned" else "等待审定，通过后"
    raise ClearanceOpen(
        said(
            "工单 {serial_no} {waits}才能{deed}。事情紧急的，请先升为紧急，不必等待。",
            serial_no=ticket.serial_no,
            waits=word(waits),
            deed=word(deed),
        )
    )


def ask_clearance(scope: Scope, ticket: Ticket, order: Order, *, because: str) -> Clearance:
    """Let a ticket wait for clearance, and write it down."""
    clearance = Clearance(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        because=because,
        written_by=order.actor.name,
        written_by_id=order.actor.id,
        written_at=order.now,
    )
    scope.session.add(clearance)
    tell(scope, ticket, order, clearance, said("交审定：{because}", because=word(BECAUSE_LABELS[because])))
    return clearance


def write_anew(
    scope: Scope, ticket: Ticket, clearance: Clearance, order: Order, *, title: str, text: str, place: str
) -> bool:
    """Put other words into the ticket and keep those that stood there; return whether anything is different.

    Raises `AppealUnusable`.
    """
    spoke = scope.session.get(TicketContact, (scope.tenant.id, ticket.id))
    kept = usable(replace(Appeal(channel=ticket.channel, text=text), title=title, place=place.strip()))
    named = unnamed(kept.title, opened(scope.keys, spoke)) if spoke else kept.title
    if (named, kept.text, kept.place) == (ticket.title, ticket.text, ticket.place):
        return False
    before = select(func.count()).where(
        ClearanceVersion.tenant_id == scope.tenant.id, ClearanceVersion.clearance_id == clearance.id
    )
    scope.session.add(
        ClearanceVersion(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            clearance_id=clearance.id,
            number=(scope.session.scalar(before) or 0) + 1,
            title=ticket.title,
            text=ticket.text,
            place=ticket.place,
            replaced_by=order.actor.name,
            replaced_at=order.now,
        )
    )
    ticket.title, ticket.text, ticket.place = named, kept.text, kept.place
    return True


def drop_clearance(scope: Scope, ticket: Ticket, order: Order, *, why: str) -> None:
    """Let an open clearance go: the ticket came to its end in another way, or cannot wait."""
    if (clearance := find_clearance(scope, ticket)) is not None:
        clearance.state, clearance.words = "dropped", why
        tell(scope, ticket, order, clearance, said("不再审定：{why}", why=word(why)))


def tell(scope: Scope, ticket: Ticket, order: Order, clearance: Clearance, words: str) -> None:
    """Write into the timeline what happened to the clearance."""
    note(scope, ticket, "clearance", order, summary=words, detail={"clearance": clearance.id})

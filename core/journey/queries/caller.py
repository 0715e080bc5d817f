"""Who calls 来电人: what is known of a phone while an appeal is written, by its keyed hash: name masked, appeals, and what to mind."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from core.evaluation.models import FollowUp
from core.intake.calls.models import CallRecord
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, masked, normal_phone
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.states import OPEN, STATE_LABELS, State

MOST_ROWS, LOOKED_AT = 6, 100
SHORTEST = 7
"""Digits with which a phone is looked up: shorter ones are not finished."""
RECENT = timedelta(days=30)
OFTEN = 3
"""Appeals within `RECENT` with which somebody calls often."""


@dataclass(frozen=True, slots=True)
class CallersTicket:
    """An appeal of the same phone, in a line."""

    serial_no: str
    title: str
    state_label: str
    is_open: bool
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of whoever calls. `name` is masked; `flags` say what whoever speaks to them should mind."""

    name: str
    phone: str
    has_address: bool
    total: int
    in_hand: int
    flags: tuple[str, ...]
    tickets: tuple[CallersTicket, ...]


def find_caller(scope: Scope, phone: str, *, call_id: int | None = None, now: datetime) -> Caller | None:
    """Return what is known of a phone, or of the one that a call record holds; None when nothing is."""
    phone_hash = _hash_of(scope, phone, call_id)
    if phone_hash is None:
        return None
    rows = scope.session.execute(
        select(Ticket, TicketContact)
        .join(TicketContact, (TicketContact.tenant_id == Ticket.tenant_id) & (TicketContact.ticket_id == Ticket.id))
        .where(
            Ticket.tenant_id == scope.tenant.id,
            TicketContact.phone_hash == phone_hash,
            Ticket.part_of_id.is_(None),
        )
        .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
        .limit(LOOKED_AT)
    ).all()
    if not rows:
        return None
    tickets, contacts = [row[0] for row in rows], [row[1] for row in rows]
    known = [opened(scope.keys, contact) for contact in contacts]
    shown = masked(_best(known))
    return Caller(
        name=shown.name,
        phone=shown.phone,
        has_address=bool(_best(known).address),
        total=len(tickets),
        in_hand=sum(ticket.state in OPEN for ticket in tickets),
        flags=tuple(_flags(scope, tickets, contacts, now=now)),
        tickets=tuple(
            CallersTicket(
                ticket.serial_no,
                ticket.title,
                STATE_LABELS[State(ticket.state)],
                ticket.state in OPEN,
                ticket.submitted_at,
            )
            for ticket in tickets[:MOST_ROWS]
        ),
    )


def known_contact(scope: Scope, phone: str, *, call_id: int | None = None) -> Contact:
    """Return name and address as this phone left them last, empty = it left none. Not for showing: nobody is told of it."""
    phone_hash = _hash_of(scope, phone, call_id)
    if phone_hash is None:
        return Contact()
    rows = scope.session.scalars(
        select(TicketContact)
        .where(TicketContact.tenant_id == scope.tenant.id, TicketContact.phone_hash == phone_hash)
        .order_by(TicketContact.ticket_id.desc())
        .limit(LOOKED_AT)
    )
    return _best([opened(scope.keys, row) for row in rows])


def _best(known: list[Contact]) -> Contact:
    """Return the newest contact with a name, else the newest."""
    return next((contact for contact in known if contact.name), known[0] if known else Contact())


def _hash_of(scope: Scope, phone: str, call_id: int | None) -> bytes | None:
    spoken = normal_phone(phone.strip())
    if spoken.isdigit() and len(spoken) >= SHORTEST:
        return scope.keys.lookup_hash(spoken, tenant_id=scope.tenant.id, field="phone")
    record = scope.session.get(CallRecord, (scope.tenant.id, call_id)) if call_id else None
    return record.phone_hash if record else None


def _flags(scope: Scope, tickets: list[Ticket], contacts: list[TicketContact], *, now: datetime) -> list[str]:
    recent = sum(ticket.submitted_at > now - RECENT for ticket in tickets)
    refused = exists().where(
        FollowUp.tenant_id == scope.tenant.id,
        FollowUp.ticket_id.in_([ticket.id for ticket in tickets]),
        FollowUp.outcome == "refused",
    )
    flags: list[str] = []
    if recent >= OFTEN:
        flags.append(said("30 天内第 {count} 次反映，先看是不是同一件事", count=recent + 1))
    if scope.session.scalar(select(refused)):
        flags.append("拒绝过回访：不要主动再打")
    if any(ticket.news_stopped for ticket in tickets):
        flags.append("要求过不再推送进展")
    if contacts[0].tell_by == "none":
        flags.append("上次选择不接收通知，自己查看")
    if contacts[0].keep_private:
        flags.append("上次要求不向承办单位公开身份")
    return flags

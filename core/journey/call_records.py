"""What becomes of a call 来电记录: a ticket, part of one, an answer by words, or nothing; missed calls are called back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.intake.calls.models import CallRecord
from core.intake.calls.rules import IncomingCall
from core.intake.calls.service import (
    CALL_SUBJECT,
    add_step,
    keep_call,
    lock_call,
    phone_of,
    refuse_settled,
    revealed_since,
    settle,
)
from core.intake.rules import Appeal
from core.journey.accept import Accepted, accept
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.models import Ticket
from core.tickets.reveals import midnight_of, refuse_more_than_a_day
from core.tickets.service import lock_ticket, note, reason_of, refuse_actor
from core.tickets.timeline import Actor, Order

MOST_CALLS = 500
"""Calls that can be handed in at once."""
LONGEST_WORDS = 2000


class NoPhoneOfCall(Refused):
    """The caller's number was withheld, or erased."""

    code = "no-phone-of-call"


@dataclass(frozen=True, slots=True)
class Kept:
    """How many calls were kept, and how many were known before."""

    created: int
    existing: int


@dataclass(frozen=True, slots=True)
class RevealedPhone:
    """A caller's phone in full, shown once; never kept, never logged."""

    call_id: int
    phone: str


def receive_calls(scope: Scope, calls: Sequence[IncomingCall], *, actor: Actor, now: datetime) -> Kept:
    """Keep calls that the telephone system tells of, all or none; each once by its own id.

    Raises `NotPermitted`, `CallUnusable`, `CallReused`, `UnknownChannel`.
    """
    refuse_actor(actor, Permission.ACCEPT, "接收来电记录")
    kept = [keep_call(scope, call, by=actor.name, now=now)[1] for call in calls]
    return Kept(sum(kept), len(kept) - sum(kept))


def make_ticket(
    scope: Scope, call_id: int, appeal: Appeal, *, for_clearance: bool = False, actor: Actor, now: datetime
) -> Accepted:
    """Accept what was said in a call as a ticket, with the caller's phone; the resident spoke when the call began.

    Made a second time it is the same ticket. Raises `NoSuchCall`, `CallSettled`, and as `accept`.
    """
    record = lock_call(scope, call_id)
    if record.state != "ticket":
        refuse_settled(record)
    phone = appeal.contact.phone or phone_of(scope, record)
    told = replace(
        appeal,
        channel=record.channel,
        source=appeal.source or record.line,
        external_id=f"call/{record.source_id}",
        submitted_at=record.began_at,
        contact=replace(appeal.contact, phone=phone),
    )
    accepted = accept(scope, told, for_clearance=for_clearance, actor=actor, now=now)
    if record.state == "open":
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, accepted.ticket_id))
        settle(
            scope,
            record,
            "ticket",
            words=saying.said("工单 {serial_no}", serial_no=ticket.serial_no),
            actor=actor,
            now=now,
            ticket=ticket,
        )
    return accepted


def join_call(scope: Scope, call_id: int, *, serial_no: str, words: str, actor: Actor, now: datetime) -> Ticket:
    """Say that a call belongs to a ticket that is there; the ticket's timeline tells of it.

    Raises `NotPermitted`, `NoSuchTicket`, `ReasonMissing`, `NoSuchCall`, `CallSettled`.
    """
    refuse_actor(actor, Permission.ACCEPT, "并入工单")
    said = reason_of(words, "并入工单（来电说了什么）")
    ticket = lock_ticket(scope, serial_no.strip().upper())
    record = _open(scope, call_id)
    at = record.began_at.astimezone(scope.tenant.zone)
    note(
        scope,
        ticket,
        "call",
        Order(actor, max(now, ticket.submitted_at)),
        summary=saying.said("诉求人 {at:%Y-%m-%d %H:%M} 来电：{said}", at=at, said=said),
        detail={"call": record.id, "channel": record.channel},
    )
    settle(scope, record, "joined", words=said, actor=actor, now=now, ticket=ticket)
    return ticket


def answer_call(scope: Scope, call_id: int, *, words: str, actor: Actor, now: datetime) -> CallRecord:
    """Say that the caller was answered at once, and what they were told.

    Raises `NotPermitted`, `ReasonMissing`, `NoSuchCall`, `CallSettled`.
    """
    return _end(scope, call_id, "answered", words, "直接答复（告诉了来电人什么）", actor, now)


def dismiss_call(scope: Scope, call_id: int, *, words: str, actor: Actor, now: datetime) -> CallRecord:
    """Say that there is nothing to do about a call, and why. Raises as `answer_call`."""
    return _end(scope, call_id, "nothing", words, "认定无需处理", actor, now)


def call_back(scope: Scope, call_id: int, *, reached: bool, words: str, actor: Actor, now: datetime) -> CallRecord:
    """Note that somebody called back; the record stays open until it is said what became of it.

    Raises `NotPermitted`, `NoSuchCall`, `CallSettled`.
    """
    refuse_actor(actor, Permission.ACCEPT, "回拨")
    record = _open(scope, call_id)
    add_step(scope, record, "called_back" if reached else "not_reached", words=words.strip(), actor=actor, now=now)
    return record


def reveal_phone(
    scope: Scope, call_id: int, *, words: str, actor: Actor, now: datetime, address: str = ""
) -> RevealedPhone:
    """Show a caller's phone in full, once, for a purpose; who looked stands on the record and in the security log.

    Each counts with the contacts that one may look at on a day. Raises `NotPermitted`, `ReasonMissing`, `NoSuchCall`,
    `NoPhoneOfCall`, `TooManyReveals`.
    """
    refuse_actor(actor, Permission.REVEAL, "查看来电号码")
    why = reason_of(words, "查看来电号码")
    record = lock_call(scope, call_id)
    phone = phone_of(scope, record)
    if not phone:
        raise NoPhoneOfCall("来电没有显示号码，或已按规定删除，没有可以显示的。")
    seen = revealed_since(scope, actor, midnight_of(scope, now))
    refuse_more_than_a_day(scope, actor, now=now, besides=seen)
    add_step(scope, record, "revealed", words=why.replace(phone, "＊＊"), actor=actor, now=now)
    note_security(
        scope,
        "unmasked",
        actor=actor.name,
        actor_id=actor.id,
        address=address,
        subject=f"{CALL_SUBJECT}{record.id}",
        detail={"purpose": "verify", "shown": ["phone"]},
        now=now,
    )
    return RevealedPhone(record.id, phone)


def _end(scope: Scope, call_id: int, state: str, words: str, deed: str, actor: Actor, now: datetime) -> CallRecord:
    refuse_actor(actor, Permission.ACCEPT, deed)
    said = reason_of(words, deed)
    record = _open(scope, call_id)
    settle(scope, record, state, words=said, actor=actor, now=now)
    return record


def _open(scope: Scope, call_id: int) -> CallRecord:
    record = lock_call(scope, call_id)
    refuse_settled(record)
    return record

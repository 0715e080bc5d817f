"""What is kept about oneself 本人信息: shown to who shows that they are the one, to take along, and to put right.

A phone at hand shows who holds it now, not who wrote with it before: families share one, and numbers are given out again. So
of a phone the appeals are shown that were left under the very name that is given; those without a name where the phone was
shown to be at hand when they were handed in, or for a year. Whether there are others under another name is not said. Each name that is tried
costs a code, of which a phone gets so many a day.
Number and access code show one appeal and no other.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select

from core.escalation.accountability.labels import ENDED as CASE_ENDED
from core.escalation.accountability.models import AccountabilityCase
from core.evaluation.models import Dispute
from core.evaluation.panels.models import ReviewPanel
from core.evaluation.panels.words import UNDER_WAY
from core.files.queries import files_of
from core.journey.command import command
from core.journey.erase import ENDED
from core.journey.own_appeal import NotFound, find_own
from core.journey.person import Plain, as_file, beside_tickets, kept_of_ticket, tickets_of_person
from core.journey.phone_proof import PROOF_GOOD, prove_phone
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.residents.phones.rules import mobile_phone, readable_phone
from core.residents.tokens import opened_token, sealed_token
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.contact import Contact, masked_phone, normal_name
from core.tickets.models import ContactReveal, Message, Ticket, TicketContact
from core.tickets.reveals import PURPOSE_LABELS
from core.tickets.sealing import opened, sealed
from core.tickets.service import note
from core.tickets.states import STATE_LABELS, State
from core.tickets.timeline import Order

CORRECTED = "contact_corrected"
"""Kind of the timeline's entry about a resident who puts right how they are reached."""
SPEAKS_FOR = timedelta(days=365)
"""So long a phone alone stands for who wrote with it without a name."""
USE = "own-data"
PARTS: Mapping[str, str] = {"name": "姓名", "phone": "电话", "address": "住址"}
BY_PHONE, BY_CODE = "诉求人（手机验证）", "诉求人（提取码）"


class NothingCorrected(Refused):
    """What was sent is what is kept already."""

    code = "nothing-corrected"


class NothingKept(Refused):
    """There is no contact on the appeal that could be put right: none was left, or it was erased."""

    code = "nothing-kept"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who showed whose data they may see: a phone at hand with the name that was left, or one appeal by its code."""

    phone: str = ""
    name: str = ""
    ticket_id: int = 0

    @property
    def proven_by(self) -> str:
        """What showed it."""
        return "code" if self.ticket_id else "phone"

    @property
    def called(self) -> str:
        """As whom the security log names them."""
        return BY_CODE if self.ticket_id else BY_PHONE


@dataclass(frozen=True, slots=True)
class Looked:
    """For what, and how often, the contact of an appeal was looked at, and when last."""

    purpose: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OwnAppeal:
    """What is kept of one appeal, as its resident sees it. `kept_because` are the grounds against erasing it now."""

    serial_no: str
    version: int
    title: str
    submitted_at: datetime
    state: str
    has_ended: bool
    contact: Contact
    messages: int
    files: int
    looked: tuple[Looked, ...]
    kept_because: tuple[str, ...]


def hold_by_phone(scope: Scope, typed: str, name: str, code: str, *, address: str, now: datetime) -> str:
    """Return a token of who gives the code that came to this phone. The caller commits also when this raises.

    Raises `core.residents.phones.rules.PhoneUnusable`, `core.journey.phone_proof.CodeWrong`.
    """
    prove_phone(scope, typed, code, purpose="own", now=now)
    return _held(scope, Holder(mobile_phone(typed), " ".join(name.split())), address=address, now=now)


def hold_by_code(
    scope: Scope, serial_no: str, code: str, *, address: str, is_proved: bool, now: datetime
) -> str | NotFound:
    """Return a token of who knows number and code of an appeal. A failure is counted, so the caller must commit."""
    found = find_own(scope, serial_no, code, address=address, is_proved=is_proved, now=now)
    if isinstance(found, NotFound):
        return found
    return _held(scope, Holder(ticket_id=found.id), address=address, now=now)


def holder_of(scope: Scope, token: str, *, now: datetime) -> Holder | None:
    """Return who holds a token of this tenant, None where it has ended or never was one."""
    text = opened_token(scope, token, use=USE, now=now)
    return Holder(**json.loads(text)) if text else None


def own_tickets(scope: Scope, holder: Holder, *, now: datetime) -> list[Ticket]:
    """Return the appeals that are the holder's, the oldest first."""
    if holder.ticket_id:
        ticket = scope.session.get(Ticket, (scope.tenant.id, holder.ticket_id))
        return [ticket] if ticket is not None else []
    return [each for each in tickets_of_person(scope, holder.phone) if _is_theirs(scope, each, holder, now=now)]


def is_alone(scope: Scope, holder: Holder, *, now: datetime) -> bool:
    """Tell whether all that was ever left under the holder's phone is theirs: then what has a phone alone is theirs too."""
    if holder.ticket_id:
        return False
    return len(own_tickets(scope, holder, now=now)) == len(tickets_of_person(scope, holder.phone))


def own_appeals(scope: Scope, holder: Holder, *, now: datetime) -> list[OwnAppeal]:
    """Return what is kept of each of the holder's appeals."""
    return [_own(scope, each) for each in own_tickets(scope, holder, now=now)]


def take_along(scope: Scope, holder: Holder, *, address: str, now: datetime) -> bytes:
    """Return all that is kept about the holder as a file, byte by byte as its digest is kept in the security log."""
    tickets = own_tickets(scope, holder, now=now)
    found: Plain = {
        "tenant": scope.tenant.slug,
        "tenant_name": scope.tenant.name,
        "exported_at": now,
        "exported_by": holder.called,
        "tickets": [kept_of_ticket(scope, each) for each in tickets],
        **(beside_tickets(scope, holder.phone) if is_alone(scope, holder, now=now) else {}),
    }
    note_security(
        scope,
        "exported",
        actor=holder.called,
        address=address,
        subject=subject_of(scope, holder),
        detail={"tickets": [each.serial_no for each in tickets], "rows": len(tickets)},
        now=now,
    )
    return as_file(found)


def grounds_against(scope: Scope, ticket: Ticket) -> tuple[str, ...]:
    """Return why the person is not erased from a ticket now: it is open, or what is argued about it is."""
    own = Ticket.part_of_id == ticket.id
    open_part = exists().where(Ticket.tenant_id == scope.tenant.id, own, Ticket.state.not_in(ENDED))
    asked = {
        "open": ticket.state not in ENDED or bool(scope.session.scalar(select(open_part))),
        "dispute": _has(scope, ticket, Dispute, Dispute.state == "open")
        or _has(scope, ticket, ReviewPanel, ReviewPanel.state.in_(UNDER_WAY)),
        "accountability": _has(scope, ticket, AccountabilityCase, AccountabilityCase.state.not_in(CASE_ENDED)),
    }
    return tuple(ground for ground, holds in asked.items() if holds)


def subject_of(scope: Scope, holder: Holder) -> str:
    """Return about whom the security log tells: the number of the appeal, or the phone masked."""
    if holder.ticket_id:
        return scope.session.get_one(Ticket, (scope.tenant.id, holder.ticket_id)).serial_no
    return masked_phone(holder.phone)


@command(Permission.SPEAK, "更正联系方式")
def correct_contact(scope: Scope, ticket: Ticket, order: Order, *, name: str, phone: str, address: str) -> None:
    """The resident puts right how they are reached. The timeline tells which parts, and neither the old nor the new ones.

    A phone that is changed is not shown to be at hand any more. Raises `NothingKept`, `NothingCorrected`, `PhoneUnusable`.
    """
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.id))
    kept = opened(scope.keys, row) if row is not None else Contact()
    if row is None or not any(asdict(replace(kept, keep_private=False, tell_by="", tell_hours="")).values()):
        raise NothingKept(said("诉求 {serial_no} 没有保存您的联系方式，没有可以更正的。", serial_no=ticket.serial_no))
    wanted = replace(
        kept, name=name.strip(), phone=readable_phone(phone) if phone.strip() else "", address=address.strip()
    )
    changed = [part for part in PARTS if getattr(wanted, part) != getattr(kept, part)]
    if not changed:
        raise NothingCorrected("填写的和现在保存的一样，没有改动。")
    if "phone" in changed:
        wanted = replace(wanted, phone_proven=False)
    fresh = sealed(scope.keys, wanted, tenant_id=scope.tenant.id, ticket_id=ticket.id)
    for column in ("name", "name_hash", "phone", "phone_hash", "phone_proven", "address"):
        setattr(row, column, getattr(fresh, column))
    parts = joined("、", (word(PARTS[part]) for part in changed))
    note(scope, ticket, CORRECTED, order, summary=said("诉求人更正了联系方式：{parts}", parts=parts))


def _held(scope: Scope, holder: Holder, *, address: str, now: datetime) -> str:
    note_security(scope, "own_shown", actor=holder.called, address=address, subject=subject_of(scope, holder), now=now)
    text = json.dumps(asdict(holder), ensure_ascii=False)
    return sealed_token(scope, text, use=USE, good_until=now + PROOF_GOOD)


def _is_theirs(scope: Scope, ticket: Ticket, holder: Holder, *, now: datetime) -> bool:
    row = scope.session.get_one(TicketContact, (scope.tenant.id, ticket.id))
    if row.name is None:
        return row.phone_proven or ticket.submitted_at > now - SPEAKS_FOR
    return bool(holder.name) and normal_name(opened(scope.keys, row).name) == normal_name(holder.name)


def _own(scope: Scope, ticket: Ticket) -> OwnAppeal:
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.id))
    return OwnAppeal(
        serial_no=ticket.serial_no,
        version=ticket.version,
        title=ticket.title,
        submitted_at=ticket.submitted_at,
        state=STATE_LABELS[State(ticket.state)],
        has_ended=ticket.state in ENDED,
        contact=opened(scope.keys, row) if row is not None else Contact(),
        messages=len(_ids(scope, ticket, Message, Message.to_unit_id.is_(None))),
        files=len(files_of(scope, ticket.id)),
        looked=_looked(scope, ticket),
        kept_because=grounds_against(scope, ticket),
    )


def _looked(scope: Scope, ticket: Ticket) -> tuple[Looked, ...]:
    rows = scope.session.scalars(
        select(ContactReveal)
        .where(ContactReveal.tenant_id == scope.tenant.id, ContactReveal.ticket_id == ticket.id)
        .order_by(ContactReveal.at)
    ).all()
    times = Counter(each.purpose for each in rows)
    last = {each.purpose: each.at for each in rows}
    return tuple(Looked(PURPOSE_LABELS.get(each, each), times[each], last[each]) for each in times)


def _ids(scope: Scope, ticket: Ticket, table: Any, *which: Any) -> Sequence[int]:
    return scope.session.scalars(
        select(table.id).where(table.tenant_id == scope.tenant.id, table.ticket_id == ticket.id, *which)
    ).all()


def _has(scope: Scope, ticket: Ticket, table: Any, *which: Any) -> bool:
    return bool(
        scope.session.scalar(
            select(exists().where(table.tenant_id == scope.tenant.id, table.ticket_id == ticket.id, *which))
        )
    )

"""Revealing 查看联系方式: the contact of one ticket in full, shown once, for a purpose, and never without a record of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal, get_args

from sqlalchemy import func, select

from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.contact import Contact, blanked
from core.tickets.models import ContactReveal, Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.service import keep_result, note, reason_of
from core.tickets.timeline import Actor, Order

Purpose = Literal["verify", "visit", "follow_up", "dispute", "emergency"]
PURPOSE_LABELS: dict[str, str] = {
    "verify": "回电核实诉求",
    "visit": "约定上门或到场",
    "follow_up": "电话回访",
    "dispute": "处理申诉、复核",
    "emergency": "人身安全等紧急情况",
}
"""What the contact of a resident may be looked at for."""
REVEAL = "reveal_contact"
"""The name of the act, under which its result is kept."""
A_DAY = 30
"""Contacts that one person may look at between two midnights."""
LONGEST_WORDS = 200
PARTS = (("name", "姓名"), ("phone", "电话"), ("address", "住址"), ("email", "邮箱"))


class NoContact(Refused):
    """The resident left no name, phone, address or e-mail, or they were erased."""

    code = "no-contact"


class PurposeUnknown(Refused):
    """The purpose is none of those for which a contact may be looked at."""

    code = "purpose-unknown"


class WordsTooLong(Refused):
    """The words about the purpose are too long."""

    code = "words-too-long"


class TooManyReveals(Refused):
    """The person has looked at as many contacts as one may on a day. Kept as a trespass: somebody should ask why."""

    code = "too-many-reveals"
    is_trespass = True


class RevealedAlready(Refused):
    """What was sent was sent before: each time the contact is shown is told of, so it is not shown again for it."""

    code = "revealed-already"


@dataclass(frozen=True, slots=True)
class Revealed:
    """A contact in full, with what stands across it when it is shown. Never kept, never logged."""

    serial_no: str
    contact: Contact
    purpose: str
    by: str
    at: datetime


def find_contact(scope: Scope, ticket: Ticket) -> TicketContact | None:
    """Return the encrypted contact of who spoke. A part 分项 has none: who spoke is known to the whole alone."""
    return scope.session.get(TicketContact, (scope.tenant.id, ticket.id))


def reveal(
    scope: Scope, ticket: Ticket, row: TicketContact | None, order: Order, *, purpose: str, words: str, address: str
) -> Revealed:
    """Open the contact of a locked ticket, and keep who looked at what, when, and what for.

    It stands in the timeline and in the security log, in both without the data; `words` only in the record itself.
    Raises `PurposeUnknown`, `ReasonMissing`, `WordsTooLong`, `NoContact`, `TooManyReveals`.
    """
    if purpose not in get_args(Purpose):
        known = joined(
            "、", (said("{code}（{label}）", code=code, label=word(label)) for code, label in PURPOSE_LABELS.items())
        )
        raise PurposeUnknown(said("没有“{purpose}”这项用途，没有显示。请选择：{known}。", purpose=purpose, known=known))
    why = reason_of(words, "查看联系方式")
    if len(why) > LONGEST_WORDS:
        raise WordsTooLong(
            said("事由有 {number} 个字，最多 {longest} 字。请精简后再提交。", number=len(why), longest=LONGEST_WORDS)
        )
    contact = opened(scope.keys, row) if row else Contact()
    shown = [(part, label) for part, label in PARTS if getattr(contact, part)]
    if not shown:
        raise NoContact(said("工单 {serial_no} 没有诉求人的联系方式，没有可以显示的。", serial_no=ticket.serial_no))
    refuse_more_than_a_day(scope, order.actor, now=order.now)
    record = ContactReveal(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        purpose=purpose,
        words=blanked(why, contact),
        shown=",".join(part for part, _ in shown),
        actor_kind=order.actor.kind,
        actor_id=order.actor.id,
        actor_name=order.actor.name,
        at=order.now,
    )
    scope.session.add(record)
    label = PURPOSE_LABELS[purpose]
    named = joined("、", (part for _, part in shown))
    note(
        scope,
        ticket,
        "contact_revealed",
        order,
        summary=said("查看了诉求人的{named}，用途：{label}", named=named, label=word(label)),
        detail={"purpose": purpose},
        records=[record],
    )
    keep_result(scope, ticket, REVEAL, order)
    note_security(
        scope,
        "unmasked",
        actor=order.actor.name,
        actor_id=order.actor.id,
        address=address,
        subject=ticket.serial_no,
        detail={"purpose": purpose, "shown": [part for part, _ in shown]},
        now=order.now,
    )
    return Revealed(ticket.serial_no, contact, label, order.actor.name, order.now)


def reveals(scope: Scope, *, since: datetime | None = None) -> Sequence[tuple[ContactReveal, str]]:
    """Return who looked at a contact, and the ticket's number, the newest first; with `since` from then on."""
    query = (
        select(ContactReveal, Ticket.serial_no)
        .join(Ticket, (Ticket.tenant_id == ContactReveal.tenant_id) & (Ticket.id == ContactReveal.ticket_id))
        .where(ContactReveal.tenant_id == scope.tenant.id)
        .order_by(ContactReveal.at.desc(), ContactReveal.id.desc())
    )
    if since is not None:
        query = query.where(ContactReveal.at >= since)
    return [(record, serial_no) for record, serial_no in scope.session.execute(query)]


def refuse_more_than_a_day(scope: Scope, actor: Actor, *, now: datetime, besides: int = 0) -> None:
    """Raise `TooManyReveals` when the person looked at enough contacts today; two at once are counted one by one.

    `besides` is how many phones they looked at today that belong to no ticket.
    """
    key = f"reveal/{actor.kind}/{actor.id}"
    scope.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, scope.tenant.id))))
    done = scope.session.scalar(
        select(func.count())
        .select_from(ContactReveal)
        .where(
            ContactReveal.tenant_id == scope.tenant.id,
            ContactReveal.actor_kind == actor.kind,
            ContactReveal.actor_id == actor.id,
            ContactReveal.at >= midnight_of(scope, now),
        )
    )
    looked = (done or 0) + besides
    if looked >= A_DAY:
        raise TooManyReveals(
            said(
                "您今天已查看 {looked} 位诉求人的联系方式，达到每人每天 {a_day} 次的上限，"
                "没有显示。确有需要的，请由同事办理，或明天再查看；这次尝试已记入安全日志。",
                looked=looked,
                a_day=A_DAY,
            )
        )


def midnight_of(scope: Scope, now: datetime) -> datetime:
    """Return when the day began in the tenant's zone."""
    return datetime.combine(now.astimezone(scope.tenant.zone).date(), time(), scope.tenant.zone)

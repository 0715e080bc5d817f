"""Erasing a person 删除个人信息: the contact goes, the name, phone and address in the words, and the files; the ticket stays.

What is evidence is never changed, so that it still proves what happened: there it is counted where the person is named. The
timeline holds no contact by itself; only words that somebody typed could name a person.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, and_, exists, func, select, update
from sqlalchemy.dialects.postgresql import JSONB

from core.engagement.erasing import erase_entries
from core.files.models import TicketFile
from core.files.service import erase_files
from core.intake.calls.erasing import erase_calls, erase_calls_before, erase_calls_of
from core.intake.inbound import BODY
from core.intake.interviews.erasing import erase_questions, erase_questions_before, erase_questions_of
from core.intake.mail.reading import is_mail
from core.intake.models import InboundItem, IntakeEvent
from core.intake.outreach.erasing import erase_drafts
from core.intake.wechat.erasing import erase_talk_before, erase_talk_of, erase_talk_of_person
from core.intake.weibo.erasing import erase_posts_before, erase_posts_of, erase_posts_of_person
from core.journey.person import tickets_of_person, weibo_number
from core.kit.db import Base, is_connection_lost
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.drafts.service import erase_naming, erase_of_ticket
from core.people.roles import Permission
from core.residents.drafts.service import drop_naming
from core.residents.phones.codes import forget_codes_of
from core.residents.rights.keeping import empty_of_phone
from core.tasks.service import take_away_files
from core.tenancy.catalogue import APPEND_ONLY
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.contact import Contact, blanked, masked_reach, normal_email, normal_phone
from core.tickets.held import empty_of_ticket
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.service import in_order, lock_ticket, note, reason_of, refuse_actor
from core.tickets.states import CONCLUDED, State
from core.tickets.timeline import SYSTEM, Actor, Order

ENDED = (*CONCLUDED, State.ARCHIVED, State.REJECTED, State.VOIDED)
"""States in which nobody needs to reach the resident any more for the ticket's own sake."""
ERASED_BODY = b"{}"
BATCH = 20
"""Tickets that the retention erases in one transaction."""
LOOKED_AT = 200
"""Tickets that are looked at for that: some may not be erasable."""
STAFF = ("leader", "officer")
"""Columns with names of staff, beside those that end in `by`."""
log = logging.getLogger(__name__)


class StillOpen(Refused):
    """The ticket is being handled: whoever handles it may have to reach the resident."""

    code = "still-open"


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of the tickets of a person: erased, left because they are open, and evidence that names the person.

    `named` counts entries and records that cannot be changed, by their table.
    """

    erased: tuple[str, ...]
    still_open: tuple[str, ...]
    named: Mapping[str, int]


def erase_person(
    scope: Scope, phone: str, *, actor: Actor, reason: str, now: datetime, dry_run: bool = False
) -> Erased:
    """Erase who left this phone from all tickets that have ended; a second time nobody is found any more.

    With `dry_run` only tell what would be erased. Raises `NotPermitted`, `ReasonMissing`, `PhoneUnusable`.
    """
    refuse_actor(actor, Permission.ADMINISTER, "删除个人信息")
    why = reason_of(reason, "删除个人信息")
    tickets = tickets_of_person(scope, phone)
    ended = [ticket.serial_no for ticket in tickets if ticket.state in ENDED]
    still_open = tuple(ticket.serial_no for ticket in tickets if ticket.state not in ENDED)
    if dry_run:
        return Erased(tuple(ended), still_open, {})
    named: Counter[str] = Counter()
    for serial_no in ended:
        named.update(erase_contact(scope, serial_no, Order(actor, now), reason=why))
    beside = erase_beside_tickets(scope, phone)
    empty_of_phone(scope, normal_phone(phone))
    talk = erase_talk_of_person(scope, phone.strip()) + erase_posts_of_person(scope, weibo_number(phone))
    if ended or beside or talk:
        note_security(
            scope,
            "erased",
            actor=actor.name,
            actor_id=actor.id,
            subject=masked_reach(phone),
            detail={
                "tickets": ended,
                **beside,
                "reason": why,
            },
            now=now,
        )
    return Erased(tuple(ended), still_open, dict(named))


def erase_beside_tickets(scope: Scope, phone: str) -> Mapping[str, int]:
    """Erase who left this phone from what belongs to no ticket; return how much of it there was, by its kind."""
    done = {
        "calls": erase_calls(scope, phone),
        "said_at_meetings": erase_drafts(scope, phone),
        "campaign_entries": erase_entries(scope, phone),
        "interview_questions": erase_questions(scope, phone),
    }
    take_away_files(scope)
    naming = normal_email(phone) if "@" in phone else normal_phone(phone.strip())
    erase_naming(scope, naming)
    drop_naming(scope, naming)
    forget_codes_of(scope, naming)
    return {kind: count for kind, count in done.items() if count}


def erase_contact(scope: Scope, serial_no: str, order: Order, *, reason: str) -> Mapping[str, int]:
    """Erase who spoke from one ticket and its parts; return what names the person and cannot be changed, by table.

    The message as it came is emptied, its keyed digest stays. Files go whatever they show: nobody can tell who is in a
    photo. Raises `NoSuchTicket`, `StillOpen`.
    """
    ticket = lock_ticket(scope, serial_no)
    if ticket.state not in ENDED:
        raise StillOpen(
            said("工单 {serial_no} 还在办理，没有删除诉求人的信息。请在办结后再删除。", serial_no=serial_no)
        )
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.id))
    contact = opened(scope.keys, row) if row else Contact()
    parts = scope.session.scalars(
        select(Ticket)
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.part_of_id == ticket.id)
        .order_by(Ticket.id)
        .with_for_update()
    ).all()
    erase_calls_of(scope, ticket)
    erase_talk_of(scope, ticket)
    erase_questions_of(scope, ticket)
    erase_posts_of(scope, ticket)
    for each in (ticket, *parts):
        erase_of_ticket(scope, each.id)
        empty_of_ticket(scope, each.id)
    files = sum(erase_files(scope, each) for each in (ticket, *parts))
    known = (contact.name, contact.phone, contact.address, contact.wechat, contact.weibo, contact.email)
    has_contact = any(known)
    if not has_contact and not files:
        return {}
    named: Counter[str] = Counter()
    for each in (ticket, *parts) if has_contact else ():
        each.title, each.text, each.place = (blanked(words, contact) for words in (each.title, each.text, each.place))
        named.update(_blank_words(scope, each, contact))
        _empty_messages(scope, each, contact)
    if row is not None:
        row.name = row.phone = row.address = row.phone_hash = row.name_hash = None
        row.phone_proven = False
        row.wechat = row.wechat_hash = row.weibo = row.weibo_hash = row.email = row.email_hash = None
        row.email_confirmed, row.tell_by, row.tell_hours = False, "", ""
    note(
        scope,
        ticket,
        "erased",
        in_order(scope, ticket, order),
        summary=said(
            "删除了诉求人的个人信息{files}：{blanked}",
            files=said("和 {files} 个附件", files=files) if files else "",
            blanked=blanked(reason, contact),
        ),
    )
    scope.session.flush()
    return named


def due_for_erasure(scope: Scope, *, days: int, now: datetime, limit: int | None = None) -> Sequence[str]:
    """Return the numbers of tickets that ended longer than so many days ago and still have a contact or a file.

    The oldest come first.
    """
    has_contact = (
        TicketContact.name.is_not(None)
        | TicketContact.phone.is_not(None)
        | TicketContact.address.is_not(None)
        | TicketContact.wechat.is_not(None)
        | TicketContact.weibo.is_not(None)
        | TicketContact.email.is_not(None)
    )
    has_files = exists().where(
        TicketFile.tenant_id == Ticket.tenant_id, TicketFile.ticket_id == Ticket.id, TicketFile.key.is_not(None)
    )
    query = (
        select(Ticket.serial_no)
        .outerjoin(
            TicketContact,
            (TicketContact.tenant_id == Ticket.tenant_id) & (TicketContact.ticket_id == Ticket.id),
        )
        .where(Ticket.tenant_id == scope.tenant.id, _ended_before(now - timedelta(days=days)), has_contact | has_files)
        .order_by(Ticket.submitted_at, Ticket.id)
    )
    return scope.session.scalars(query.limit(limit) if limit else query).all()


def erase_due(scope: Scope, *, days: int, now: datetime, limit: int = BATCH) -> int:
    """Erase the contacts of up to so many tickets, and calls without one, whose retention has ended; return how many.

    One that cannot be erased, because somebody changed its rows, is logged and left.
    """
    erased: list[str] = []
    for serial_no in due_for_erasure(scope, days=days, now=now, limit=LOOKED_AT):
        if len(erased) == limit:
            break
        try:
            with scope.session.begin_nested():
                erase_contact(scope, serial_no, Order(SYSTEM, now), reason=said("办结满 {days} 天", days=days))
        except Exception as error:
            if is_connection_lost(error):
                raise
            log.error("租户 %s 工单 %s 的联系方式到期未能删除：%s", scope.tenant.slug, serial_no, type(error).__name__)
        else:
            erased.append(serial_no)
    before = now - timedelta(days=days)
    calls, talk = erase_calls_before(scope, before, limit=limit), erase_talk_before(scope, before, limit=limit)
    questions = erase_questions_before(scope, before, limit=limit)
    talk += erase_posts_before(scope, before, limit=limit)
    if erased or calls or questions:
        detail = {
            "tickets": erased,
            **({"calls": calls} if calls else {}),
            **({"interview_questions": questions} if questions else {}),
            "days": days,
        }
        note_security(scope, "erased", actor=SYSTEM.name, subject="保存期限已到", detail=detail, now=now)
    return len(erased) + calls + talk + questions


def _ended_before(instant: datetime) -> ColumnElement[bool]:
    """Put away before then; one that was refused or voided and never concluded counts from when it was handed in."""
    closed = Ticket.state.in_((State.ARCHIVED, State.REJECTED, State.VOIDED))
    return and_(closed, func.coalesce(Ticket.concluded_at, Ticket.submitted_at) < instant)


def _blank_words(scope: Scope, ticket: Ticket, contact: Contact) -> Counter[str]:
    """Blank the person in all words beside the ticket; count those that are evidence and name the person."""
    named: Counter[str] = Counter()
    for table, which in _beside(ticket):
        columns = [column for column in table.columns if _may_hold_words(column)]
        if not columns:
            continue
        key = list(table.primary_key.columns)
        rows = scope.session.execute(
            select(*key, *(column for column in columns if column not in key)).where(
                table.c.tenant_id == scope.tenant.id, which
            )
        ).mappings()
        for row in rows.all():
            changed = {
                column.key: new
                for column in columns
                if column not in key and (new := _without(row[column.key], contact)) != row[column.key]
            }
            if not changed:
                continue
            if table.name in APPEND_ONLY:
                named[table.name] += 1
            else:
                where = [column == row[column.key] for column in key]
                scope.session.execute(update(table).where(*where).values(changed))
    return named


def _beside(ticket: Ticket) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield every table whose rows belong to a ticket, or to a row that does, with the condition for this one's."""
    own = {table.name: table for table in Base.metadata.tables.values() if "ticket_id" in table.c}
    for table in own.values():
        yield table, table.c.ticket_id == ticket.id
    for table in Base.metadata.tables.values():
        if table.name in own or "tenant_id" not in table.c:
            continue
        for constraint in table.foreign_key_constraints:
            parent = constraint.referred_table
            pairs = {element.column.key: element.parent for element in constraint.elements}
            if parent.name in own and set(pairs) == {"tenant_id", "id"}:
                of_ticket = select(parent.c.id).where(
                    parent.c.tenant_id == ticket.tenant_id, parent.c.ticket_id == ticket.id
                )
                yield table, pairs["id"].in_(of_ticket)
                break


def _may_hold_words(column: Any) -> bool:
    return isinstance(column.type, Text | JSONB) and not column.key.endswith("by") and column.key not in STAFF


def _without(value: Any, contact: Contact) -> Any:
    """Return a value of a column without the person: a text, or a document with texts in it."""
    if isinstance(value, str):
        return blanked(value, contact)
    if isinstance(value, list):
        return [_without(each, contact) for each in value]
    if isinstance(value, dict):
        return {name: _without(each, contact) for name, each in value.items()}
    return value


def _empty_messages(scope: Scope, ticket: Ticket, contact: Contact) -> None:
    """Empty what came in as it came; of what was pushed and became other people's tickets too, blank this person only."""
    events = scope.session.scalars(
        select(IntakeEvent).where(IntakeEvent.tenant_id == scope.tenant.id, IntakeEvent.ticket_id == ticket.id)
    ).all()
    for event in events:
        event.payload = scope.keys.encrypt_bytes(
            ERASED_BODY, tenant_id=scope.tenant.id, field="intake.payload", row_id=event.id
        )
        item = _pushed(scope, ticket, event)
        if item is not None:
            where: dict[str, Any] = {"tenant_id": scope.tenant.id, "field": BODY, "row_id": item.id}
            # A mail is the words of one person, and mostly encoded so that no name is found in it.
            alone = is_mail(item.content_type) or set(item.tickets.values()) <= {ticket.id}
            body = ERASED_BODY if alone else _blanked_bytes(scope.keys.decrypt_bytes(item.body, **where), contact)
            item.body = scope.keys.encrypt_bytes(body, **where)


def _pushed(scope: Scope, ticket: Ticket, event: IntakeEvent) -> InboundItem | None:
    """Return the pushed item that the ticket came from, locked: read by a feature, or entered by a person."""
    channel, _, rest = event.external_id.partition("/")
    message_id = rest.rpartition("/")[0]
    by_feature = (InboundItem.channel == channel) & (InboundItem.message_id == message_id)
    by_hand = InboundItem.received_at == ticket.submitted_at
    items = scope.session.scalars(
        select(InboundItem)
        .where(InboundItem.tenant_id == scope.tenant.id, by_feature if message_id else by_hand)
        .with_for_update()
    ).all()
    return next((item for item in items if ticket.id in item.tickets.values()), None)


def _blanked_bytes(body: bytes, contact: Contact) -> bytes:
    try:
        return blanked(body.decode(), contact).encode()
    except UnicodeDecodeError:
        return ERASED_BODY

"""Opening a ticket for an appeal."""

import hashlib
import json
import uuid
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.intake.channels import get_channel
from core.intake.drafting import Completed, note_readings
from core.intake.models import IntakeEvent
from core.intake.rules import Appeal, is_storable, usable
from core.intake.sources.queries import source_book
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.kit.serials import serial_no
from core.tenancy.scope import Scope
from core.tickets.contact import unnamed
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened, sealed
from core.tickets.service import begin
from core.tickets.states import State
from core.tickets.timeline import Actor, Order
from core.units.mailboxes.queries import mailbox_book
from core.units.queries import directory

TICKET_NO_SEQUENCE = "ticket_no"


class MessageReused(Refused):
    """The channel's id of a message came before, with another text."""

    code = "message-reused"


def find_ticket_of(scope: Scope, channel: str, external_id: str | None) -> Ticket | None:
    """Return the ticket that the channel's message became, if it came in before."""
    if external_id is None or not is_storable(external_id):
        return None
    known = select(IntakeEvent.ticket_id).where(
        IntakeEvent.tenant_id == scope.tenant.id,
        IntakeEvent.channel == channel,
        IntakeEvent.external_id == external_id,
    )
    ticket_id = scope.session.scalar(known)
    return None if ticket_id is None else scope.session.get(Ticket, (scope.tenant.id, ticket_id))


def refuse_another_text(known: Ticket, appeal: Appeal) -> None:
    """Raise `MessageReused` unless the message says what it said when it came in before: its words would be lost."""
    if usable(appeal).text != known.text:
        raise MessageReused(
            said(
                "来件编号 {external_id} 已登记为工单 {serial_no}，但内容不同，本次没有登记。"
                "如是新的诉求，请换一个编号；如是补充，请记入该工单。",
                external_id=appeal.external_id,
                serial_no=known.serial_no,
            )
        )


def open_ticket(scope: Scope, done: Completed, *, actor: Actor, now: datetime) -> Ticket:
    """Register 登记 an appeal: ticket, contact, the message as it came, and the first timeline entries.

    Raises `AppealUnusable` or `UnknownChannel`; then nothing was written, and the caller still holds the message.
    A message from a clock that is fast counts as spoken now.
    """
    appeal = done.appeal
    channel = get_channel(scope, appeal.channel)
    kept = usable(appeal)
    tenant = scope.tenant
    submitted_at = min(appeal.submitted_at or now, now)
    ticket = Ticket(
        tenant_id=tenant.id,
        id=scope.new_id(),
        serial_no=_new_serial_no(scope, submitted_at),
        state=State.REGISTERED,
        channel=channel.id,
        medium=channel.medium,
        mailbox=appeal.mailbox or channel.owner,
        title=unnamed(kept.title, appeal.contact),
        text=kept.text,
        place=kept.place,
        longitude=kept.point.x if kept.point else None,
        latitude=kept.point.y if kept.point else None,
        nature=appeal.nature or "help",
        urgency=appeal.urgency or "normal",
        complexity=appeal.complexity,
        affected_count=appeal.affected_count,
        appellant=appeal.appellant or channel.appellant,
        source=source_book(scope).code_of(appeal.source),
        relation=appeal.relation or "",
        submitted_at=submitted_at,
        asked_unit_id=_asked_first(scope, appeal, actor),
    )
    raw = json.dumps(done.as_it_came, ensure_ascii=False, sort_keys=True, default=_plain)
    event_id = scope.new_id()
    scope.session.add_all(
        (
            ticket,
            sealed(scope.keys, appeal.contact, tenant_id=tenant.id, ticket_id=ticket.id),
            IntakeEvent(
                tenant_id=tenant.id,
                id=event_id,
                channel=channel.id,
                external_id=appeal.external_id or uuid.uuid4().hex,
                received_at=now,
                payload=scope.keys.encrypt(raw, tenant_id=tenant.id, field="intake.payload", row_id=event_id),
                payload_sha256=_mark(scope, raw),
                ticket_id=ticket.id,
            ),
        )
    )
    begin(
        scope,
        ticket,
        Order(actor, submitted_at),
        summary=said("经{label}登记", label=word(channel.label)),
        detail={"channel": channel.id},
    )
    note_readings(scope, ticket, done, now=now)
    return ticket


def open_part(scope: Scope, whole: Ticket, order: Order, *, text: str) -> Ticket:
    """Register one part 分项 of a ticket about several matters: its own number, the appeal's own beginning.

    Who spoke is known to the whole alone. Raises `AppealUnusable`.
    """
    kept = usable(Appeal(channel=whole.channel, text=text))
    spoke = scope.session.get(TicketContact, (whole.tenant_id, whole.id))
    part = Ticket(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        serial_no=_new_serial_no(scope, order.now),
        state=State.REGISTERED,
        channel=whole.channel,
        medium=whole.medium,
        mailbox=whole.mailbox,
        title=unnamed(kept.title, opened(scope.keys, spoke)) if spoke else kept.title,
        text=kept.text,
        place=whole.place,
        longitude=whole.longitude,
        latitude=whole.latitude,
        area=whole.area,
        nature=whole.nature,
        urgency=whole.urgency,
        complexity=whole.complexity,
        affected_count=whole.affected_count,
        appellant=whole.appellant,
        source=whole.source,
        relation=whole.relation,
        submitted_at=whole.submitted_at,
        part_of_id=whole.id,
        asked_unit_id=whole.asked_unit_id,
    )
    scope.session.add(part)
    scope.session.flush()
    begin(
        scope,
        part,
        order,
        summary=said("由工单 {serial_no} 拆出", serial_no=whole.serial_no),
        detail={"channel": whole.channel, "part_of": whole.serial_no},
    )
    return part


def _asked_first(scope: Scope, appeal: Appeal, actor: Actor) -> int | None:
    """Return whom the resident asked 首问: whoever takes it in, else whose mailbox it was written to, else the desk."""
    if actor.unit_id is not None:
        return actor.unit_id
    units, mailbox = directory(scope), mailbox_book(scope).find(appeal.mailbox) if appeal.mailbox else None
    asked = units.find_unit(mailbox.owner) if mailbox else None
    desk = asked or next((unit for unit in units.units if unit.kind == "dispatch_desk"), None)
    return desk.id if desk else None


def _mark(scope: Scope, raw: str) -> bytes:
    """Return a keyed digest of what came in: it proves the message, and nobody learns a phone by trying them all."""
    digest = hashlib.sha256(raw.encode()).hexdigest()
    return scope.keys.lookup_hash(digest, tenant_id=scope.tenant.id, field="intake.payload")


def _new_serial_no(scope: Scope, at: datetime) -> str:
    return serial_no(
        scope.keys,
        tenant_id=scope.tenant.id,
        prefix=scope.tenant.serial_prefix,
        day=at.astimezone(scope.tenant.zone).date(),
        number=scope.session.new_id(TICKET_NO_SEQUENCE),
    )


def _plain(value: Any) -> Any:
    """Return what JSON does not know as something it knows: a dataclass by its fields, an instant as text."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return str(value)

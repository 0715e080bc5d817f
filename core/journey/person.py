"""All that is kept of a person 个人信息: the tickets of a phone, with everything that was said, sent and looked at."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.engagement.erasing import entries_of_person
from core.evaluation.answers import RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.causes import DISSATISFACTION_LABELS
from core.evaluation.models import Rating, RatingCause
from core.evaluation.telling.models import Telling
from core.evaluation.telling.words import WAY_LABELS
from core.files.queries import files_of
from core.handling.dispositions import DISPOSITION_LABELS
from core.handling.models import ContactAttempt, Reply
from core.intake.calls.erasing import calls_of_person
from core.intake.calls.models import CallRecord
from core.intake.calls.rules import STATE_LABELS as CALL_STATE_LABELS
from core.intake.channels import channels_of
from core.intake.inbound import get_item, payload_of
from core.intake.interviews.erasing import questions_of_person
from core.intake.interviews.service import asker_of
from core.intake.models import IntakeEvent, WechatMessage, WeiboPost
from core.intake.outreach.erasing import drafts_of_person
from core.intake.outreach.service import said_in
from core.intake.readable import readable
from core.kit.saying import said
from core.people.roles import Permission
from core.residents.phones.rules import PhoneUnusable
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.contact import Contact, masked_reach, normal_phone
from core.tickets.models import ContactReveal, Message, Ticket, TicketContact
from core.tickets.reveals import PURPOSE_LABELS
from core.tickets.sealing import email_hash, opened, wechat_hash, weibo_hash
from core.tickets.service import reason_of, refuse_actor
from core.tickets.states import STATE_LABELS, State
from core.tickets.timeline import Actor

SHORTEST_PHONE = 7
WEIBO_USER = "weibo:"
"""Before the number of a Weibo user, which by itself might be a phone's."""
OPENID = re.compile(r"(?=.*[A-Za-z_-])[A-Za-z0-9_-]{20,64}")
"""How a WeChat user of an account is named; never all digits, so never a phone."""
Plain = dict[str, Any]


def tickets_of_person(scope: Scope, phone: str) -> Sequence[Ticket]:
    """Return the tickets of who left this phone, the oldest first; of a WeChat user where an openid is given, of one of Weibo
    where their number stands after `weibo:`, of an e-mail address where there is an at sign.

    Raises `PhoneUnusable`.
    """
    wanted = normal_phone(phone.strip())
    if uid := weibo_number(phone):
        known_by = TicketContact.weibo_hash == weibo_hash(scope.keys, uid, tenant_id=scope.tenant.id)
    elif "@" in phone:
        known_by = TicketContact.email_hash == email_hash(scope.keys, phone, tenant_id=scope.tenant.id)
    elif OPENID.fullmatch(phone.strip()):
        known_by = TicketContact.wechat_hash == wechat_hash(scope.keys, phone.strip(), tenant_id=scope.tenant.id)
    else:
        known_by = TicketContact.phone_hash == _phone_hash(scope, wanted, phone)
    return scope.session.scalars(
        select(Ticket)
        .join(
            TicketContact,
            (TicketContact.tenant_id == Ticket.tenant_id) & (TicketContact.ticket_id == Ticket.id),
        )
        .where(Ticket.tenant_id == scope.tenant.id, known_by)
        .order_by(Ticket.submitted_at, Ticket.id)
    ).all()


def weibo_number(given: str) -> str:
    """Return the number of the Weibo user that is meant, "" where something else is."""
    said = given.strip()
    return said.removeprefix(WEIBO_USER).strip() if said.startswith(WEIBO_USER) else ""


def _phone_hash(scope: Scope, wanted: str, phone: str) -> bytes:
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) < SHORTEST_PHONE:
        raise PhoneUnusable(said("“{phone}”不是完整的电话号码，没有查找。请写全号码，只写数字。", phone=phone))
    return scope.keys.lookup_hash(wanted, tenant_id=scope.tenant.id, field="phone")


def export_person(scope: Scope, phone: str, *, actor: Actor, reason: str, now: datetime) -> Plain:
    """Return everything that is kept of who left this phone, for them to have; who asked for it is kept.

    It holds the person's own data and no other's: no name of a clerk, nothing that units said among themselves.
    Raises `NotPermitted`, `ReasonMissing`, `PhoneUnusable`.
    """
    refuse_actor(actor, Permission.ADMINISTER, "导出个人信息")
    why = reason_of(reason, "导出个人信息")
    tickets = tickets_of_person(scope, phone)
    number = masked_reach(phone)
    found = {
        "tenant": scope.tenant.slug,
        "tenant_name": scope.tenant.name,
        "phone": number,
        "exported_at": now,
        "exported_by": actor.name,
        "reason": why,
        "tickets": [kept_of_ticket(scope, ticket) for ticket in tickets],
        **beside_tickets(scope, phone),
    }
    detail = {
        "tickets": [ticket.serial_no for ticket in tickets],
        "rows": len(tickets),
        "sha256": hashlib.sha256(as_file(found)).hexdigest(),
        "reason": why,
    }
    note_security(scope, "exported", actor=actor.name, actor_id=actor.id, subject=number, detail=detail, now=now)
    return found


def beside_tickets(scope: Scope, phone: str) -> Plain:
    """Return what is kept of who left this phone and belongs to no ticket."""
    return {
        "calls": [_of_call(record) for record in calls_of_person(scope, phone)],
        "campaigns": [
            {"at": each.entered_at, "number": each.number, "answers": each.answers}
            for each in entries_of_person(scope, phone)
        ],
        "said_at_meetings": [asdict(said_in(scope, line)) for line in drafts_of_person(scope, phone)],
        "asked_in_interviews": [
            {"at": each.asked_at, "text": each.text, "answer": each.answer, "asker": asdict(asker_of(scope, each))}
            for each in questions_of_person(scope, phone)
        ],
    }


def _of_call(record: CallRecord) -> Plain:
    return {
        "at": record.began_at,
        "line": record.line,
        "seconds": record.seconds,
        "missed": record.missed,
        "recording": record.recording,
        "state": CALL_STATE_LABELS[record.state],
        "words": record.words if record.state == "answered" else "",
    }


def as_file(found: Plain) -> bytes:
    """Return what was exported as the file that is handed over, byte by byte as its digest was kept."""
    return f"{json.dumps(found, ensure_ascii=False, indent=2, default=str)}\n".encode()


def kept_of_ticket(scope: Scope, ticket: Ticket) -> Plain:
    """Return all that is kept of who spoke on a ticket: their words, their contact, what was said to them, who looked."""
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.id))
    contact = opened(scope.keys, row) if row is not None else Contact()
    channel = channels_of(scope).get(ticket.channel)
    parts = scope.session.scalars(
        select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.part_of_id == ticket.id).order_by(Ticket.id)
    ).all()
    return {
        **_said(scope, ticket),
        "channel": channel.label if channel else ticket.channel,
        "contact": {
            "name": contact.name,
            "phone": contact.phone,
            "phone_proven": contact.phone_proven,
            "address": contact.address,
            "wechat": contact.wechat,
            "weibo": contact.weibo,
            "email": contact.email,
            "email_confirmed": contact.email_confirmed,
            "tell_by": contact.tell_by,
            "tell_hours": contact.tell_hours,
            "keep_private": contact.keep_private,
        },
        "point": [ticket.longitude, ticket.latitude] if ticket.point else None,
        "as_it_came": _as_it_came(scope, ticket),
        "conversation": _talk(scope, ticket),
        "parts": [_said(scope, part) for part in parts],
        "looked_at": [
            {"at": each.at, "purpose": PURPOSE_LABELS.get(each.purpose, each.purpose), "shown": each.shown.split(",")}
            for each in _rows(scope, ContactReveal, ticket, ContactReveal.at)
        ],
    }


def _said(scope: Scope, ticket: Ticket) -> Plain:
    """Return what was said about one ticket between the resident and the house."""
    causes = {each.rating_id: each.cause for each in _rows(scope, RatingCause, ticket, RatingCause.at)}
    return {
        "serial_no": ticket.serial_no,
        "state": STATE_LABELS[State(ticket.state)],
        "submitted_at": ticket.submitted_at,
        "accepted_at": ticket.accepted_at,
        "concluded_at": ticket.concluded_at,
        "title": ticket.title,
        "text": ticket.text,
        "place": ticket.place,
        "replies": [
            {"at": each.submitted_at, "text": each.text, "result": DISPOSITION_LABELS[each.disposition]}
            for each in _rows(scope, Reply, ticket, Reply.id)
            if each.state == "approved"
        ],
        "ratings": [
            {
                "at": each.at,
                "resolved": RESOLVED_LABELS.get(each.resolved, each.resolved),
                "satisfaction": SATISFACTION_LABELS.get(each.satisfaction, each.satisfaction),
                "cause": DISSATISFACTION_LABELS.get(causes.get(each.id, ""), ""),
                "comment": each.comment,
            }
            for each in _rows(scope, Rating, ticket, Rating.at)
        ],
        "tellings": [
            {"at": each.at, "way": WAY_LABELS[each.way], "text": each.text, "arrived": each.arrived}
            for each in _rows(scope, Telling, ticket, Telling.at)
        ],
        "calls": [
            {"at": each.at, "reached": each.outcome == "reached"}
            for each in _rows(scope, ContactAttempt, ticket, ContactAttempt.at)
        ],
        "messages": [
            {"at": each.created_at, "text": each.text, "state": each.state}
            for each in _rows(scope, Message, ticket, Message.id)
            if each.to_unit_id is None
        ],
        "files": [
            {"at": each.added_at, "kind": each.kind.label, "bytes": each.size, "sha256": each.sha256}
            for each in files_of(scope, ticket.id)
        ],
    }


def _as_it_came(scope: Scope, ticket: Ticket) -> list[Plain]:
    return [
        {
            "at": event.received_at,
            "content": json.loads(
                scope.keys.decrypt(event.payload, tenant_id=scope.tenant.id, field="intake.payload", row_id=event.id)
            ),
        }
        for event in _rows(scope, IntakeEvent, ticket, IntakeEvent.received_at)
    ]


def _talk(scope: Scope, ticket: Ticket) -> list[Plain]:
    """Return what was written about the ticket in WeChat and on Weibo, and what was answered there and then."""
    return [
        {"at": each.at, "said": readable(payload_of(scope, get_item(scope, each.item_id))), "answered": answered}
        for each, answered in (
            *((each, each.answer) for each in _rows(scope, WechatMessage, ticket, WechatMessage.id)),
            *((each, "") for each in _rows(scope, WeiboPost, ticket, WeiboPost.id)),
        )
    ]


def _rows(scope: Scope, model: Any, ticket: Ticket, order: Any) -> Sequence[Any]:
    return scope.session.scalars(
        select(model).where(model.tenant_id == scope.tenant.id, model.ticket_id == ticket.id).order_by(order)
    ).all()

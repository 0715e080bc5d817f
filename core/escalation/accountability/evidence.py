"""Evidence 证据: a frozen picture of a ticket, in which a case can be judged whatever becomes of the ticket afterwards."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select

from core.coordination.models import Reading
from core.escalation.accountability.labels import EVIDENCE_LABELS
from core.escalation.accountability.models import AccountabilityCase, AccountabilityEvidence
from core.escalation.letters import number_of
from core.escalation.models import Letter, LetterReceipt
from core.files.models import TicketFile
from core.kit.db import Base
from core.kit.saying import said, word
from core.people.roster.queries import name_of_person
from core.routing.models import Assignment
from core.sla.labels import CLOCK_LABELS, CLOCK_STATE_LABELS
from core.sla.models import Clock, ClockAdjustment, ClockPause
from core.tenancy.scope import Scope
from core.tickets.models import ContactReveal, Message, Ticket, TicketEvent
from core.tickets.timeline import Actor
from core.units.queries import directory

RowT = TypeVar("RowT", bound=Base)
Picture = dict[str, Any]
TRANSPORT_LABELS = {"sms": "短信", "mail": "邮件", "inbox": "站内信", "wechat": "微信", "weibo": "微博"}
RESIDENT = "诉求人"
UNTOLD = "（内容见工单）"
"""What stands for the words that a resident was told: they are theirs, and may be erased from the ticket."""


def freeze(
    scope: Scope, ticket: Ticket, case: AccountabilityCase, *, kind: str, actor: Actor, now: datetime
) -> AccountabilityEvidence:
    """Keep a picture of the ticket as it stands now, with its fingerprint."""
    content = picture_of(scope, ticket, case)
    return _keep(
        scope,
        case,
        kind=kind,
        title=said("{evidence}：工单 {serial_no}", evidence=word(EVIDENCE_LABELS[kind]), serial_no=ticket.serial_no),
        content=content,
        sha256=fingerprint_of(content),
        file_id=None,
        actor=actor,
        now=now,
    )


def put_in_file(
    scope: Scope, case: AccountabilityCase, file: TicketFile, *, title: str, actor: Actor, now: datetime
) -> AccountabilityEvidence:
    """Keep that a file of the ticket belongs to the case."""
    content: Picture = {"name": file.name, "size": file.size}
    return _keep(
        scope,
        case,
        kind="file",
        title=title,
        content=content,
        sha256=file.sha256,
        file_id=file.id,
        actor=actor,
        now=now,
    )


def fingerprint_of(content: Picture) -> str:
    """Return the SHA-256 of a picture in its one canonical form."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def picture_of(scope: Scope, ticket: Ticket, case: AccountabilityCase) -> Picture:
    """Return the ticket's timeline, clocks, what was said to whom, who had it in hand, who looked, and earlier cases."""
    return {
        "ticket": {
            "serial_no": ticket.serial_no,
            "title": ticket.title,
            "state": ticket.state,
            "version": ticket.version,
            "head": ticket.head_hash.hex(),
            "submitted_at": _at(ticket.submitted_at),
        },
        "timeline": [
            {"seq": each.seq, "at": _at(each.at), "by": each.actor_name, "kind": each.kind, "what": each.summary}
            for each in _rows(scope, TicketEvent, TicketEvent.ticket_id, ticket.id, key="seq")
        ],
        "clocks": _clocks(scope, ticket),
        "told": _told(scope, ticket),
        "letters": _letters(scope, ticket),
        "in_hand": _in_hand(scope, ticket),
        "looked": _looked(scope, ticket),
        "earlier": [
            {"case": each.label, "opened_at": _at(each.opened_at), "state": each.state, "outcome": each.outcome}
            for each in _rows(scope, AccountabilityCase, AccountabilityCase.unit_id, case.unit_id, key="id")
            if each.id != case.id and each.opened_at <= case.opened_at
        ],
    }


def said_since(scope: Scope, ticket: Ticket, picture: Picture) -> Picture:
    """Return the messages and letters that came after a picture was frozen, or are not as they were, such as acknowledged since.

    They are read now and vouched for by no fingerprint; `told` and `letters` are as a picture has them.
    """
    return {
        "told": _beside(picture["told"], _told(scope, ticket)),
        "letters": _beside(picture["letters"], _letters(scope, ticket)),
    }


def _beside(frozen: Iterable[Picture], now: Iterable[Picture]) -> list[Picture]:
    left = Counter(fingerprint_of(each) for each in frozen)
    found = []
    for each in now:
        mark = fingerprint_of(each)
        if left[mark]:
            left[mark] -= 1
        else:
            found.append(each)
    return found


def _clocks(scope: Scope, ticket: Ticket) -> list[Picture]:
    clocks = _rows(scope, Clock, Clock.ticket_id, ticket.id, key="id")
    return [
        {
            "clock": CLOCK_LABELS[each.name],
            "started_at": _at(each.started_at),
            "due_at": _at(each.due_at),
            "overdue_at": _at(each.overdue_at),
            "stopped_at": _at(each.stopped_at),
            "state": CLOCK_STATE_LABELS[each.state],
            "reason": each.reason,
            "rule_id": each.rule_id,
            "pauses": [
                {"from": _at(pause.started_at), "to": _at(pause.ended_at), "why": pause.reason}
                for pause in _rows(scope, ClockPause, ClockPause.clock_id, each.id, key="started_at")
            ],
            "moved": [
                {"at": _at(moved.at), "days": moved.days, "until": _at(moved.until), "why": moved.reason}
                for moved in _rows(scope, ClockAdjustment, ClockAdjustment.clock_id, each.id, key="at")
            ],
        }
        for each in clocks
    ]


def _told(scope: Scope, ticket: Ticket) -> list[Picture]:
    units = directory(scope)
    return [
        {
            "at": _at(each.created_at),
            "to": units.name_of(each.to_unit_id) if each.to_unit_id else RESIDENT,
            "by": TRANSPORT_LABELS.get(each.transport, each.transport),
            "what": each.text if each.to_unit_id else UNTOLD,
            "state": each.state,
            "sent_at": _at(each.sent_at),
            "failure": each.failure or "",
        }
        for each in _rows(scope, Message, Message.ticket_id, ticket.id, key="id")
    ]


def _letters(scope: Scope, ticket: Ticket) -> list[Picture]:
    units, lines = directory(scope), []
    for letter in _rows(scope, Letter, Letter.ticket_id, ticket.id, key="id"):
        receipt = scope.session.get(LetterReceipt, (scope.tenant.id, letter.id))
        lines.append(
            {
                "number": number_of(letter),
                "to": units.name_of(letter.unit_id),
                "issued_at": _at(letter.issued_at),
                "received_at": _at(receipt.at) if receipt else None,
                "received_by": receipt.by if receipt else "",
            }
        )
    return lines


def _in_hand(scope: Scope, ticket: Ticket) -> list[Picture]:
    units = directory(scope)
    assignments = _rows(scope, Assignment, Assignment.ticket_id, ticket.id, key="id")
    return [
        {
            "unit": units.name_of(each.unit_id),
            "person": name_of_person(scope, each.person_id) if each.person_id else "",
            "role": each.role,
            "since": _at(each.assigned_at),
            "signed_at": _at(each.signed_at),
            "until": _at(each.ended_at),
            "state": each.state,
        }
        for each in assignments
    ]


def _looked(scope: Scope, ticket: Ticket) -> list[Picture]:
    read = [
        {"at": _at(each.at), "by": each.by, "what": "阅"}
        for each in _rows(scope, Reading, Reading.ticket_id, ticket.id, key="id")
    ]
    revealed = [
        {"at": _at(each.at), "by": each.actor_name, "what": "查看联系方式"}
        for each in _rows(scope, ContactReveal, ContactReveal.ticket_id, ticket.id, key="id")
    ]
    return sorted((*read, *revealed), key=lambda each: str(each["at"]))


def _rows(scope: Scope, table: type[RowT], column: Any, value: int, *, key: str) -> list[RowT]:
    """Return the rows of a table that belong to something, those of this transaction too, in the order of `key`."""
    of_it: ColumnElement[bool] = column == value
    tenant: Any = table.__table__.c.tenant_id
    fresh: Iterable[Any] = (
        row for row in scope.session.fresh if isinstance(row, table) and getattr(row, column.key) == value
    )
    kept = scope.session.scalars(select(table).where(tenant == scope.tenant.id, of_it))
    return sorted({id(row): row for row in (*kept, *fresh)}.values(), key=lambda row: getattr(row, key))


def _at(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat(timespec="seconds") if instant else None


def _keep(
    scope: Scope,
    case: AccountabilityCase,
    *,
    kind: str,
    title: str,
    content: Picture,
    sha256: str,
    file_id: int | None,
    actor: Actor,
    now: datetime,
) -> AccountabilityEvidence:
    evidence = AccountabilityEvidence(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        case_id=case.id,
        ticket_id=case.ticket_id,
        kind=kind,
        title=title,
        content=content,
        sha256=sha256,
        file_id=file_id,
        by=actor.name,
        by_id=actor.id,
        by_unit_id=actor.unit_id,
        at=now,
    )
    scope.session.add(evidence)
    return evidence

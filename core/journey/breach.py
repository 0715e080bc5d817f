"""A breach 个人信息泄露: whose personal data somebody had in a span of time, and the notice to them (PIPL art. 57).

Counted from the security log: contacts that were looked at, and persons who were exported. Pages show contacts masked, so
whoever only read tickets had nobody's contact.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from core.intake.calls.models import CallRecord
from core.intake.calls.service import CALL_SUBJECT, phone_of
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security, security_events
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor

KINDS = ("unmasked", "export_begun", "exported")
PARTS = {"name": "姓名", "phone": "电话", "address": "住址", "email": "邮箱"}
NOTICE = """{name}：

{tenant}在受理您的诉求（工单 {tickets}）时保存了您的{parts}。经查，{since} 至 {until} 期间，这些信息曾被{how}，
可能未经授权。

一、涉及的信息：{parts}。
二、原因和可能的危害：{reason}。您可能接到冒用工单内容的来电、短信。
三、已采取的措施：（请填写，例如已停用有关账号、更换密码、报告主管部门）。
四、您可以怎么做：不要向来电者提供验证码、银行卡号；遇到以工单名义要求转账的，请报警。
五、联系我们：（请填写单位名称、电话、联系人）。

特此告知。
{tenant}
{today}
"""


class SpanUnusable(Refused):
    """The span of time ends before it begins."""

    code = "span-unusable"


@dataclass(slots=True)
class Affected:
    """A person concerned: how they are reached, of which tickets, what was seen of them, by whom and when."""

    contact: Contact
    tickets: list[str] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    seen: list[tuple[datetime, str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Breach:
    """Whom a breach concerns, with the notice to each; tickets whose contact is erased concern nobody who could be told."""

    persons: Sequence[Affected]
    notices: Sequence[str]
    gone: Sequence[str]
    events: int


def affected(
    scope: Scope,
    *,
    since: datetime,
    until: datetime,
    accounts: Collection[int],
    actor: Actor,
    reason: str,
    now: datetime,
) -> Breach:
    """Return whose data was looked at or exported from `since` on and before `until`, by these accounts (empty = by anybody).

    That the list was made is itself an export, and told. Raises `NotPermitted`, `ReasonMissing`, `SpanUnusable`.
    """
    refuse_actor(actor, Permission.ADMINISTER, "列出受影响的人")
    why = reason_of(reason, "列出受影响的人")
    if until <= since:
        raise SpanUnusable("时间段的结束不晚于开始，没有查找。请核对 --since 和 --until。")
    events = [
        event
        for kind in KINDS
        for event in security_events(scope, since=since, until=until, kind=kind)
        if not accounts or event.actor_id in accounts
    ]
    people: dict[bytes | str, Affected] = {}
    gone: list[str] = []
    for event in sorted(events, key=lambda each: (each.at, each.id)):
        for serial_no in _tickets_of(scope, event):
            _add(scope, people, gone, serial_no, event)
    persons = list(people.values())
    notices = [_notice(scope, each, since=since, until=until, reason=why, now=now) for each in persons]
    detail = {"persons": len(persons), "since": since.isoformat(), "until": until.isoformat(), "reason": why}
    note_security(scope, "exported", actor=actor.name, actor_id=actor.id, subject="受影响的人", detail=detail, now=now)
    return Breach(persons, notices, gone, len(events))


def _tickets_of(scope: Scope, event: SecurityEvent) -> list[str]:
    """Return the tickets whose contacts an event is about; where the whole tenant was taken out, all of them."""
    if event.kind == "unmasked":
        return [event.subject]
    if event.subject == saying.said("租户 {slug}", slug=scope.tenant.slug):
        everybodys = (
            select(Ticket.serial_no)
            .join(
                TicketContact,
                (TicketContact.tenant_id == Ticket.tenant_id) & (TicketContact.ticket_id == Ticket.id),
            )
            .where(Ticket.tenant_id == scope.tenant.id, Ticket.submitted_at <= event.at)
            .order_by(Ticket.id)
        )
        return list(scope.session.scalars(everybodys))
    tickets = event.detail.get("tickets", [])
    return [str(each) for each in tickets] if isinstance(tickets, list) else []


def _add(
    scope: Scope, people: dict[bytes | str, Affected], gone: list[str], serial_no: str, event: SecurityEvent
) -> None:
    if serial_no.startswith(CALL_SUBJECT):
        _add_caller(scope, people, gone, serial_no, event)
        return
    row = scope.session.scalar(
        select(TicketContact)
        .join(Ticket, (Ticket.tenant_id == TicketContact.tenant_id) & (Ticket.id == TicketContact.ticket_id))
        .where(TicketContact.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
    )
    contact = opened(scope.keys, row) if row else Contact()
    if row is None or not (contact.name or contact.phone or contact.address or contact.email):
        gone.extend([serial_no] if serial_no not in gone else [])
        return
    person = people.setdefault(row.phone_hash or serial_no, Affected(contact))
    if serial_no not in person.tickets:
        person.tickets.append(serial_no)
    shown = event.detail.get("shown") if event.kind == "unmasked" else list(PARTS)
    person.parts |= {part for part in PARTS if part in (shown or ()) and getattr(contact, part)}
    person.seen.append((event.at, event.actor, event.kind))


def _add_caller(
    scope: Scope, people: dict[bytes | str, Affected], gone: list[str], subject: str, event: SecurityEvent
) -> None:
    """Add who made a call whose phone was looked at."""
    record = scope.session.get(CallRecord, (scope.tenant.id, int(subject.removeprefix(CALL_SUBJECT))))
    if record is None or record.phone_hash is None:
        gone.extend([subject] if subject not in gone else [])
        return
    person = people.setdefault(record.phone_hash, Affected(Contact(phone=phone_of(scope, record))))
    if subject not in person.tickets:
        person.tickets.append(subject)
    person.parts.add("phone")
    person.seen.append((event.at, event.actor, event.kind))


def _notice(scope: Scope, person: Affected, *, since: datetime, until: datetime, reason: str, now: datetime) -> str:
    zone = scope.tenant.zone
    kinds = {kind.replace("export_begun", "exported") for _, _, kind in person.seen}
    how = saying.joined(
        "、", (saying.word(word) for kind, word in (("unmasked", "查看"), ("exported", "导出")) if kind in kinds)
    )
    return NOTICE.format(
        name=person.contact.name or "诉求人",
        tenant=scope.tenant.name,
        tickets=saying.joined("、", person.tickets),
        parts=saying.joined("、", (saying.word(label) for part, label in PARTS.items() if part in person.parts)),
        since=f"{since.astimezone(zone):%Y-%m-%d %H:%M}",
        until=f"{until.astimezone(zone):%Y-%m-%d %H:%M}",
        how=how,
        reason=reason,
        today=f"{now.astimezone(zone):%Y-%m-%d}",
    )

"""Call records as people see them: what nobody has decided about, what was missed, and one call with what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, select

from core.intake.calls.models import CallRecord, CallStep
from core.intake.calls.rules import STATE_LABELS, STEP_LABELS
from core.intake.calls.service import NoSuchCall, phone_of
from core.intake.channels import channels_of
from core.journey.queries.lanes import COUNTED
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.contact import masked_phone
from core.tickets.models import Ticket, TicketContact

MOST_ROWS = 200
MOST_RELATED = 5
CallTab = Literal["open", "missed", "ended"]


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call in a list; the phone is masked."""

    number: int
    channel: str
    line: str
    phone: str
    began_at: datetime
    seconds: int
    missed: bool
    answered_by: str
    state: str
    words: str
    ended_by: str
    ended_at: datetime | None
    tries: int
    """How often somebody called back."""

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def length(self) -> str:
        """How long was spoken, in words."""
        minutes, seconds = divmod(self.seconds, 60)
        return (
            said("{minutes} 分 {seconds:02d} 秒", minutes=minutes, seconds=seconds)
            if minutes
            else said("{seconds} 秒", seconds=seconds)
        )


@dataclass(frozen=True, slots=True)
class CallStepLine:
    """Something that was done about a call."""

    label: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TicketOfCaller:
    """A ticket of who called from the same phone."""

    serial_no: str
    title: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedCall:
    """One call with what was done about it, its ticket, and other tickets of the same phone, the newest first."""

    line: CallLine
    channel_id: str
    source_id: str
    recording: str
    has_phone: bool
    ticket: str | None
    steps: tuple[CallStepLine, ...]
    related: tuple[TicketOfCaller, ...]


def count_calls(scope: Scope, tab: CallTab = "open") -> int | None:
    """Count calls that nobody has decided about, or those of another tab, up to `COUNTED`; None = no call ever came."""
    of_tab = select(CallRecord.id).where(*_of_tab(scope, tab)).limit(COUNTED).subquery()
    counted = select(func.count()).select_from(of_tab).scalar_subquery()
    ever = exists().where(CallRecord.tenant_id == scope.tenant.id)
    number, has_any = scope.session.execute(select(counted, ever)).one()
    return int(number) if has_any else None


def call_lines(scope: Scope, tab: CallTab = "open", *, limit: int = MOST_ROWS) -> tuple[CallLine, ...]:
    """Return the calls of a tab: of open ones the oldest first, of others the latest."""
    order = (
        (CallRecord.ended_at.desc(), CallRecord.id.desc()) if tab == "ended" else (CallRecord.began_at, CallRecord.id)
    )
    records = scope.session.scalars(select(CallRecord).where(*_of_tab(scope, tab)).order_by(*order).limit(limit)).all()
    tries = _tries(scope, [record.id for record in records])
    return tuple(_line(scope, record, tries.get(record.id, 0)) for record in records)


def opened_call(scope: Scope, call_id: int) -> OpenedCall:
    """Return one call. Raises `NoSuchCall`."""
    record = scope.session.get(CallRecord, (scope.tenant.id, call_id))
    if record is None:
        raise NoSuchCall(said("没有编号为 {call_id} 的来电记录。请回到来电记录的列表重新选择。", call_id=call_id))
    steps = scope.session.scalars(
        select(CallStep)
        .where(CallStep.tenant_id == scope.tenant.id, CallStep.call_id == record.id)
        .order_by(CallStep.at, CallStep.id)
    ).all()
    ticket = scope.session.get(Ticket, (scope.tenant.id, record.ticket_id)) if record.ticket_id else None
    return OpenedCall(
        line=_line(scope, record, sum(step.kind in ("called_back", "not_reached") for step in steps)),
        channel_id=record.channel,
        source_id=record.source_id,
        recording=record.recording,
        has_phone=record.phone is not None,
        ticket=ticket.serial_no if ticket else None,
        steps=tuple(CallStepLine(STEP_LABELS[step.kind], step.words, step.by, step.at) for step in steps),
        related=_tickets_of_caller(scope, record),
    )


def _of_tab(scope: Scope, tab: CallTab) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [CallRecord.tenant_id == scope.tenant.id]
    conditions.append(CallRecord.state != "open" if tab == "ended" else CallRecord.state == "open")
    if tab == "missed":
        conditions.append(CallRecord.missed.is_(True))
    return conditions


def _tries(scope: Scope, ids: Sequence[int]) -> dict[int, int]:
    rows = scope.session.execute(
        select(CallStep.call_id, func.count().label("tries"))
        .where(
            CallStep.tenant_id == scope.tenant.id,
            CallStep.call_id.in_(ids),
            CallStep.kind.in_(("called_back", "not_reached")),
        )
        .group_by(CallStep.call_id)
    )
    return {row.call_id: row.tries for row in rows}


def _tickets_of_caller(scope: Scope, record: CallRecord) -> tuple[TicketOfCaller, ...]:
    if record.phone_hash is None:
        return ()
    rows = scope.session.execute(
        select(Ticket.serial_no, Ticket.title, Ticket.submitted_at)
        .join(TicketContact, (TicketContact.tenant_id == Ticket.tenant_id) & (TicketContact.ticket_id == Ticket.id))
        .where(Ticket.tenant_id == scope.tenant.id, TicketContact.phone_hash == record.phone_hash)
        .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
        .limit(MOST_RELATED)
    )
    return tuple(TicketOfCaller(*row) for row in rows)


def _line(scope: Scope, record: CallRecord, tries: int) -> CallLine:
    channel = channels_of(scope).get(record.channel)
    return CallLine(
        number=record.id,
        channel=channel.label if channel else record.channel,
        line=record.line,
        phone=masked_phone(phone_of(scope, record)),
        began_at=record.began_at,
        seconds=record.seconds,
        missed=record.missed,
        answered_by=record.answered_by,
        state=record.state,
        words=record.words,
        ended_by=record.ended_by,
        ended_at=record.ended_at,
        tries=tries,
    )

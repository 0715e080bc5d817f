"""Keeping call records and what was done about them. Flushes, never commits."""

from datetime import datetime

from sqlalchemy import func, select

from core.intake.calls.models import CallRecord, CallStep
from core.intake.calls.rules import STATE_LABELS, IncomingCall, usable_call
from core.intake.channels import get_open_channel
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.contact import normal_phone
from core.tickets.models import Ticket
from core.tickets.timeline import Actor

PHONE = "call.phone"
"""The field under which a caller's phone is encrypted."""


CALL_SUBJECT = "来电记录 "
"""How the security log names a call whose phone was looked at; its number follows."""


class NoSuchCall(Refused):
    """The tenant has no call record of this number."""

    code = "no-such-call"


class CallSettled(Refused):
    """It is known already what became of the call."""

    code = "call-settled"


class CallReused(Refused):
    """The telephone system's id of a call came before, for another call."""

    code = "call-reused"


def keep_call(scope: Scope, call: IncomingCall, *, by: str, now: datetime) -> tuple[CallRecord, bool]:
    """Keep a call; return its record and whether it is new. One that came before under its id is left as it is.

    Raises `CallUnusable`, `UnknownChannel`, and `CallReused` when the id belongs to a call of another moment.
    """
    known = scope.session.scalar(
        select(CallRecord).where(CallRecord.tenant_id == scope.tenant.id, CallRecord.source_id == call.source_id)
    )
    if known is not None:
        if known.began_at != call.began_at:
            raise CallReused(
                said(
                    "通话编号 {source_id} 已用于 {began_at:%Y-%m-%d %H:%M:%S} 的来电，"
                    "本次没有接收。另一通来电请用另一个编号。",
                    source_id=call.source_id,
                    began_at=known.began_at,
                )
            )
        return known, False
    kept = usable_call(call, now=now)
    channel = get_open_channel(scope, kept.channel)
    record_id, phone = scope.new_id(), normal_phone(kept.phone.strip())
    record = CallRecord(
        tenant_id=scope.tenant.id,
        id=record_id,
        source_id=kept.source_id,
        channel=channel.id,
        line=kept.line.strip(),
        phone=scope.keys.encrypt(phone, tenant_id=scope.tenant.id, field=PHONE, row_id=record_id) if phone else None,
        phone_hash=scope.keys.lookup_hash(phone, tenant_id=scope.tenant.id, field="phone") if phone else None,
        began_at=kept.began_at,
        seconds=kept.seconds,
        missed=kept.missed,
        answered_by=kept.answered_by.strip(),
        recording=kept.recording.strip(),
        received_at=now,
        received_by=by,
    )
    scope.session.add(record)
    scope.session.flush()
    return record, True


def lock_call(scope: Scope, call_id: int) -> CallRecord:
    """Return a call record, locked. Raises `NoSuchCall`."""
    record = scope.session.scalar(
        select(CallRecord)
        .where(CallRecord.tenant_id == scope.tenant.id, CallRecord.id == call_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if record is None:
        raise NoSuchCall(said("没有编号为 {call_id} 的来电记录。请回到来电记录的列表重新选择。", call_id=call_id))
    return record


def refuse_settled(record: CallRecord) -> None:
    """Raise `CallSettled` unless somebody may still decide what becomes of the call."""
    if record.state != "open":
        raise CallSettled(
            said(
                "这条来电记录已由{ended_by}处理（{state}），不用再处理。请回到列表看下一条。",
                ended_by=record.ended_by,
                state=word(STATE_LABELS[record.state]),
            )
        )


def settle(
    scope: Scope,
    record: CallRecord,
    state: str,
    *,
    words: str,
    actor: Actor,
    now: datetime,
    ticket: Ticket | None = None,
) -> None:
    """Say how a call ended; the record stays."""
    record.state, record.words, record.ended_by, record.ended_at = state, words, actor.name, now
    record.ticket_id = ticket.id if ticket else None
    add_step(scope, record, state, words=words, actor=actor, now=now)


def add_step(scope: Scope, record: CallRecord, kind: str, *, words: str, actor: Actor, now: datetime) -> None:
    """Keep that something was done about a call."""
    scope.session.add(
        CallStep(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            call_id=record.id,
            kind=kind,
            words=words,
            by=actor.name,
            by_id=actor.id,
            at=now,
        )
    )
    scope.session.flush()


def revealed_since(scope: Scope, actor: Actor, instant: datetime) -> int:
    """Return how many phones of calls somebody has looked at since then."""
    done = select(func.count()).where(
        CallStep.tenant_id == scope.tenant.id,
        CallStep.kind == "revealed",
        CallStep.by_id == actor.id,
        CallStep.at >= instant,
    )
    return scope.session.scalar(done) or 0


def phone_of(scope: Scope, record: CallRecord) -> str:
    """Return the caller's phone in full, empty when it was withheld or erased."""
    if record.phone is None:
        return ""
    return scope.keys.decrypt(record.phone, tenant_id=scope.tenant.id, field=PHONE, row_id=record.id)

"""The person in call records: whose calls they are, and taking number and words away while the record stays."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.intake.calls.models import CallRecord
from core.intake.calls.service import phone_of
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, blanked, normal_phone
from core.tickets.models import Ticket


def calls_of_person(scope: Scope, phone: str) -> Sequence[CallRecord]:
    """Return the calls from this phone, the oldest first."""
    phone_hash = scope.keys.lookup_hash(normal_phone(phone.strip()), tenant_id=scope.tenant.id, field="phone")
    return scope.session.scalars(
        select(CallRecord)
        .where(CallRecord.tenant_id == scope.tenant.id, CallRecord.phone_hash == phone_hash)
        .order_by(CallRecord.began_at, CallRecord.id)
    ).all()


def erase_calls(scope: Scope, phone: str) -> int:
    """Erase who called from the records of this phone that are settled without a ticket; return how many.

    One that is open stays: somebody may have to call back. One with a ticket goes with the ticket.
    """
    settled = [record for record in calls_of_person(scope, phone) if record.state in ("answered", "nothing")]
    for record in settled:
        _erase(scope, record)
    return len(settled)


def erase_calls_of(scope: Scope, ticket: Ticket) -> None:
    """Erase who called from the records that belong to a ticket."""
    for record in scope.session.scalars(
        select(CallRecord).where(
            CallRecord.tenant_id == scope.tenant.id,
            CallRecord.ticket_id == ticket.id,
            CallRecord.phone.is_not(None),
        )
    ):
        _erase(scope, record)


def erase_calls_before(scope: Scope, instant: datetime, *, limit: int) -> int:
    """Erase who called from up to so many records that were settled without a ticket before then; return how many."""
    records = scope.session.scalars(
        select(CallRecord)
        .where(
            CallRecord.tenant_id == scope.tenant.id,
            CallRecord.ended_at < instant,
            CallRecord.ticket_id.is_(None),
            CallRecord.phone.is_not(None),
        )
        .order_by(CallRecord.ended_at, CallRecord.id)
        .limit(limit)
    ).all()
    for record in records:
        _erase(scope, record)
    return len(records)


def _erase(scope: Scope, record: CallRecord) -> None:
    record.words = blanked(record.words, Contact(phone=phone_of(scope, record)))
    record.phone = record.phone_hash = None

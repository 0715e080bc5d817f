"""Codes that go out to phones: six digits, reckoned from the row and the key of the tenant and kept nowhere."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select

from core.kit.outbox import enqueue
from core.residents.phones.models import PhoneCode
from core.tenancy.scope import Scope

PHONE_CODE = "phone-code"
"""Kind of the job that sends one."""
SEALED = "phone_code.phone"
DIGITS = 6
GOOD = timedelta(minutes=10)
AGAIN_AFTER = timedelta(seconds=60)
MOST_WRONG = 5
KEPT = timedelta(days=1)


def phone_hash(scope: Scope, phone: str) -> bytes:
    """Return the keyed hash by which a phone is found, as in contacts."""
    return scope.keys.lookup_hash(phone, tenant_id=scope.tenant.id, field="phone")


def newest_code(scope: Scope, phone: str, purpose: str) -> PhoneCode | None:
    """Return the newest code of the phone for the purpose, locked."""
    return scope.session.scalar(
        select(PhoneCode)
        .where(
            PhoneCode.tenant_id == scope.tenant.id,
            PhoneCode.phone_hash == phone_hash(scope, phone),
            PhoneCode.purpose == purpose,
        )
        .order_by(PhoneCode.id.desc())
        .limit(1)
        .with_for_update()
    )


def ask_code(scope: Scope, phone: str, purpose: str, *, now: datetime) -> PhoneCode:
    """Make a code and have it sent."""
    id_ = scope.new_id()
    row = PhoneCode(
        tenant_id=scope.tenant.id,
        id=id_,
        purpose=purpose,
        phone=scope.keys.encrypt(phone, tenant_id=scope.tenant.id, field=SEALED, row_id=id_),
        phone_hash=phone_hash(scope, phone),
        asked_at=now,
        ends_at=now + GOOD,
    )
    scope.session.add(row)
    enqueue(scope.session, PHONE_CODE, dedup_key=f"{PHONE_CODE}/{id_}", payload={"code_id": id_}, now=now)
    scope.session.flush()
    return row


def code_of(scope: Scope, row: PhoneCode) -> str:
    """Return the code of the row."""
    key = scope.keys.derive("phone-code", scope.tenant.id, number=1)
    number = int.from_bytes(hmac.digest(key, f"{row.purpose}/{row.id}".encode(), sha256)[:8], "big")
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def phone_of(scope: Scope, row: PhoneCode) -> str:
    """Return the phone that the code goes to."""
    return scope.keys.decrypt(row.phone, tenant_id=scope.tenant.id, field=SEALED, row_id=row.id)


def find_code(scope: Scope, code_id: int) -> PhoneCode | None:
    """Return the row of a code, locked; None when it was forgotten meanwhile."""
    return scope.session.scalar(
        select(PhoneCode).where(PhoneCode.tenant_id == scope.tenant.id, PhoneCode.id == code_id).with_for_update()
    )


def forget_codes(scope: Scope, *, now: datetime) -> None:
    """Take away codes of which nobody needs to know any more that they were sent."""
    scope.session.execute(
        delete(PhoneCode).where(PhoneCode.tenant_id == scope.tenant.id, PhoneCode.asked_at < now - KEPT)
    )


def forget_codes_of(scope: Scope, phone: str) -> int:
    """Take away every code that was sent to the phone; return how many."""
    gone = scope.session.execute(
        delete(PhoneCode)
        .where(PhoneCode.tenant_id == scope.tenant.id, PhoneCode.phone_hash == phone_hash(scope, phone))
        .returning(PhoneCode.id)
    )
    return len(gone.all())

"""Binding a second factor, using its codes, and taking it away. Flushes, never commits."""

import re
import secrets
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select, update

from core.kit.keys import CROCKFORD
from core.people.second_factor.models import RecoveryCode, SecondFactor
from core.people.second_factor.totp import DIGITS, matching_step, new_secret
from core.tenancy.scope import Scope

FIELD = "second-factor"
RECOVERY_CODES = 10
RECOVERY_GROUPS, GROUP_LENGTH = 3, 4
"""Three groups of four letters and digits: 60 random bits."""
BLANKS = re.compile(r"[\s-]+")
MISREAD = str.maketrans("OIL", "011")
"""Letters that are no Crockford digits, as what they are mistaken for."""
Used = Literal["code", "recovery-code"]


def offer(scope: Scope, account_id: int) -> bytes:
    """Return the secret that is offered to the account, the same until a code confirms it; what is in force stays."""
    row = _row(scope, account_id) or SecondFactor(tenant_id=scope.tenant.id, account_id=account_id)
    if row.offered is not None:
        return _open(scope, account_id, row.offered)
    secret = new_secret()
    row.offered = scope.keys.encrypt_bytes(secret, tenant_id=scope.tenant.id, field=FIELD, row_id=account_id)
    scope.session.add(row)
    scope.session.flush()
    return secret


def drop_offer(scope: Scope, account_id: int) -> None:
    """Forget what was offered and not confirmed."""
    row = _row(scope, account_id)
    if row is not None:
        row.offered = None
        scope.session.flush()


def bind(scope: Scope, account_id: int, code: str, *, now: datetime) -> tuple[str, ...] | None:
    """Let the offered secret hold when the code is one of its, and return ten new recovery codes; else None.

    The codes are shown this once. What was in force before, and its recovery codes, are worth nothing afterwards.
    """
    row = _row(scope, account_id)
    if row is None or row.offered is None:
        return None
    step = matching_step(_open(scope, account_id, row.offered), BLANKS.sub("", code), now=now, after=0)
    if step is None:
        return None
    row.secret, row.offered, row.bound_at, row.last_step = row.offered, None, now, step
    scope.session.flush()
    return renew_recovery_codes(scope, account_id, now=now)


def renew_recovery_codes(scope: Scope, account_id: int, *, now: datetime) -> tuple[str, ...]:
    """Make ten recovery codes in place of those before, and return them; they are nowhere stored as they are."""
    _forget_recovery_codes(scope, account_id)
    codes = tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))
    scope.session.add_all(
        RecoveryCode(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            account_id=account_id,
            code_hash=_recovery_hash(scope, account_id, code),
            made_at=now,
        )
        for code in codes
    )
    scope.session.flush()
    return codes


def use_code(scope: Scope, account_id: int, typed: str, *, now: datetime) -> Used | None:
    """Use up a code, from the phone or a recovery code, and say which it was; None when it is wrong or used before."""
    row = _row(scope, account_id)
    if row is None or row.secret is None:
        return None
    code = BLANKS.sub("", typed)
    if len(code) == DIGITS and code.isascii() and code.isdigit():
        step = matching_step(_open(scope, account_id, row.secret), code, now=now, after=row.last_step)
        if step is None:
            return None
        row.last_step = step
        scope.session.flush()
        return "code"
    used = scope.session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.tenant_id == scope.tenant.id,
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == _recovery_hash(scope, account_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return "recovery-code" if used is not None else None


def unbind(scope: Scope, account_id: int) -> bool:
    """Take the second factor and its recovery codes away; return whether there was one in force."""
    row = _row(scope, account_id)
    if row is None:
        return False
    was_bound = row.secret is not None
    _forget_recovery_codes(scope, account_id)
    scope.session.delete(row)
    scope.session.flush()
    return was_bound


def _row(scope: Scope, account_id: int) -> SecondFactor | None:
    """Return the row under lock, as it is now: of two who bring the same code at once, one comes too late."""
    row: SecondFactor | None = scope.session.scalar(
        select(SecondFactor)
        .where(SecondFactor.tenant_id == scope.tenant.id, SecondFactor.account_id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return row


def _open(scope: Scope, account_id: int, stored: bytes) -> bytes:
    return scope.keys.decrypt_bytes(stored, tenant_id=scope.tenant.id, field=FIELD, row_id=account_id)


def _forget_recovery_codes(scope: Scope, account_id: int) -> None:
    scope.session.execute(
        delete(RecoveryCode).where(RecoveryCode.tenant_id == scope.tenant.id, RecoveryCode.account_id == account_id)
    )


def _new_recovery_code() -> str:
    groups = ("".join(secrets.choice(CROCKFORD) for _ in range(GROUP_LENGTH)) for _ in range(RECOVERY_GROUPS))
    return "-".join(groups).lower()


def _recovery_hash(scope: Scope, account_id: int, code: str) -> bytes:
    """Return the keyed hash of a recovery code, however it was typed: the database alone lets nobody guess it."""
    plain = BLANKS.sub("", code).upper().translate(MISREAD)
    return scope.keys.lookup_hash(plain, tenant_id=scope.tenant.id, field=f"recovery-code/{account_id}")

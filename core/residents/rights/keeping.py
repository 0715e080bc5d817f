"""How requests are kept: sealed while they are of use, and emptied of everybody afterwards."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, update

from core.residents.phones.codes import phone_hash
from core.residents.rights.models import RightsRequest
from core.residents.rights.rules import READABLE_DAYS
from core.tenancy.scope import Scope

PHONE, WORDS, ANSWER = "rights_request.phone", "rights_request.words", "rights_request.answer"
"""Under which fields they are encrypted."""
DIGITS = 6


def number_of(scope: Scope, request_id: int, now: datetime) -> str:
    """Return the number by which a request is spoken of: its day and six digits, which tell nobody how many there are."""
    key = scope.keys.derive("rights-request", scope.tenant.id, number=1)
    digits = int.from_bytes(hmac.digest(key, str(request_id).encode(), sha256)[:8], "big") % 10**DIGITS
    return f"SQ{now.astimezone(scope.tenant.zone):%y%m%d}{digits:0{DIGITS}d}"


def seal(scope: Scope, request_id: int, field: str, text: str) -> bytes | None:
    """Return a text of a request encrypted, None for none."""
    return scope.keys.encrypt(text, tenant_id=scope.tenant.id, field=field, row_id=request_id) if text else None


def unseal(scope: Scope, request: RightsRequest, field: str, kept: bytes | None) -> str:
    """Return what `seal` was given."""
    if kept is None:
        return ""
    return scope.keys.decrypt(kept, tenant_id=scope.tenant.id, field=field, row_id=request.id)


def empty_answered(scope: Scope, *, now: datetime) -> None:
    """Take away whose requests they were that were answered long ago."""
    _empty(scope, RightsRequest.answered_at < now - timedelta(days=READABLE_DAYS))


def empty_of_phone(scope: Scope, phone: str) -> None:
    """Take away whose requests they were that this phone was shown for and that are answered."""
    _empty(scope, RightsRequest.phone_hash == phone_hash(scope, phone), RightsRequest.answered_at.is_not(None))


def _empty(scope: Scope, *which: ColumnElement[bool]) -> None:
    scope.session.execute(
        update(RightsRequest)
        .where(
            RightsRequest.tenant_id == scope.tenant.id,
            RightsRequest.phone.is_not(None) | RightsRequest.words.is_not(None) | RightsRequest.answer.is_not(None),
            *which,
        )
        .values(phone=None, phone_hash=None, name_hash=None, words=None, answer=None)
    )

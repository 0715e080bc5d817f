"""Something that a resident carries along 凭据: encrypted and authenticated for one tenant and one use, with an end.

Nothing of it is kept here: whoever brings it within its time says what it says. It cannot be read by who carries it.
"""

import base64
import binascii
import re
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag

from core.kit.key_file import KeysUnusable
from core.tenancy.scope import Scope

SHAPE = re.compile(r"([0-9a-z]{1,8})\.([A-Za-z0-9_-]{40,700})")
BASE = 36


def sealed_token(scope: Scope, text: str, *, use: str, good_until: datetime) -> str:
    """Return a token that says `text` until then, for this use in this tenant alone."""
    ends = int(good_until.timestamp())
    hidden = scope.keys.encrypt(text, tenant_id=scope.tenant.id, field=f"token/{use}", row_id=ends)
    return f"{_in_base(ends)}.{base64.urlsafe_b64encode(hidden).rstrip(b'=').decode()}"


def opened_token(scope: Scope, token: str, *, use: str, now: datetime) -> str | None:
    """Return what the token says; None where it has ended, is of another use or tenant, or was never ours."""
    found = SHAPE.fullmatch(token)
    if found is None:
        return None
    ends, hidden = int(found[1], BASE), found[2]
    try:
        stored = base64.urlsafe_b64decode(hidden + "=" * (-len(hidden) % 4))
        text = scope.keys.decrypt(stored, tenant_id=scope.tenant.id, field=f"token/{use}", row_id=ends)
    except (InvalidTag, KeysUnusable, UnicodeDecodeError, ValueError, binascii.Error):
        return None
    return text if now.astimezone(UTC).timestamp() < ends else None


def _in_base(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, BASE)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"

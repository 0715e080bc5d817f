"""Codes by time (RFC 6238): six digits from a shared secret, others every 30 seconds."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
DRIFT_STEPS = 1
"""So many steps a phone's clock may be ahead or behind."""
ISSUER = "Huiying"
GROUP = 4


def new_secret() -> bytes:
    """Return 160 random bits, as long as the hash that is made of them."""
    return secrets.token_bytes(SECRET_BYTES)


def step_at(moment: datetime) -> int:
    """Return the number of the step of 30 seconds that a moment lies in, counted from 1970."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """Return the code of a step (RFC 4226, section 5.3, with HMAC-SHA-1: every authenticator knows it)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """Return the step whose code this is, at most one off from now and later than `after`, or None.

    All are compared whatever the first gives, so that the time taken tells nothing.
    """
    current = step_at(now)
    steps = range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
    fitting = [step for step in steps if hmac.compare_digest(code_at(secret, step), code)]
    return next((step for step in fitting if step > after), None)


def address_of(secret: bytes, *, account: str) -> str:
    """Return what the QR code says to an authenticator: whose secret this is, and how codes are made of it."""
    asked = {"secret": base64.b32encode(secret).decode(), "issuer": ISSUER, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{quote(f'{ISSUER}:{account}')}?{urlencode(asked)}"


def in_letters(secret: bytes) -> str:
    """Return the secret as it is typed by hand where no camera is: letters and digits in groups of four."""
    letters = base64.b32encode(secret).decode()
    return " ".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))

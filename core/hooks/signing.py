"""Whether a push comes from whom it says: signatures of other systems, compared so that the time it takes tells nothing."""

import base64
import binascii
import hashlib
import hmac
from datetime import timedelta

from core.hooks.settings import SecretText
from core.hooks.values import Authenticated, InboundRequest

SHORTEST_KEY = 24
"""Bytes that a key must have: with fewer it could be guessed."""
TOLERANCE = timedelta(minutes=5)
"""How far the time of a signature may lie from the time at which it arrives, before or after."""
LONGEST_MESSAGE_ID = 120
LONGEST_TIMESTAMP = 12
MOST_SIGNATURES = 10
ENCODED_KEY = "whsec_"
SIGNATURE = "v1,"


def hmac_sha256_matches(secret: SecretText | None, content: bytes, given: str) -> bool:
    """Tell whether `given` is the HMAC-SHA256 of the content, in base64 or as hexadecimal digits.

    The key is the secret's UTF-8 bytes, or what follows `whsec_` in base64. Without a secret, or with one of less than
    24 bytes, nothing matches.
    """
    key = _key_of(secret)
    if key is None:
        return False
    digest = hmac.digest(key, content, hashlib.sha256)
    written = given.encode("utf-8", errors="replace")
    in_base64 = hmac.compare_digest(base64.b64encode(digest), written)
    in_digits = hmac.compare_digest(digest.hex().encode(), written.lower())
    return in_base64 or in_digits


def signed_message_id(secret: SecretText | None, request: InboundRequest) -> str | None:
    """Return the id of a push that is signed as Standard Webhooks says; None unless everything about it is right.

    `webhook-id` is that id, `webhook-timestamp` the seconds since 1970, within five minutes of now, and one of the
    `webhook-signature`s is `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64. There may be several, so that a
    sender can change its key without a gap. An id has up to 120 printable ASCII characters without a full stop, which
    parts what is signed.
    """
    message_id = request.headers.get("webhook-id", "")
    timestamp = request.headers.get("webhook-timestamp", "")
    if not (_is_id(message_id) and _is_timely(timestamp, request)):
        return None
    content = f"{message_id}.{timestamp}.".encode() + request.body
    signatures = request.headers.get("webhook-signature", "").split(" ", MOST_SIGNATURES)[:MOST_SIGNATURES]
    matching = [
        hmac_sha256_matches(secret, content, each.removeprefix(SIGNATURE))
        for each in signatures
        if each.startswith(SIGNATURE)
    ]
    return message_id if any(matching) else None


def vouched_for(
    secret: SecretText | None, request: InboundRequest, *, rule_id: str, reason: str
) -> tuple[Authenticated, ...] | None:
    """Return what `authenticate_inbound` answers to a push that is signed so, under this rule; None unless it is."""
    message_id = signed_message_id(secret, request)
    return (Authenticated(message_id=message_id, rule_id=rule_id, reason=reason),) if message_id is not None else None


def _key_of(secret: SecretText | None) -> bytes | None:
    text = secret.reveal() if secret else ""
    try:
        key = _decoded(text) if text.startswith(ENCODED_KEY) else text.encode()
    except (binascii.Error, UnicodeEncodeError):
        return None
    return key if len(key) >= SHORTEST_KEY else None


def _decoded(text: str) -> bytes:
    encoded = text.removeprefix(ENCODED_KEY).encode()
    return base64.b64decode(encoded + b"=" * (-len(encoded) % 4), validate=True)


def _is_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST_MESSAGE_ID and text.isascii() and text.isprintable() and "." not in text


def _is_timely(text: str, request: InboundRequest) -> bool:
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_TIMESTAMP):
        return False
    return abs(request.received_at.timestamp() - int(text)) <= TOLERANCE.total_seconds()

"""Receiving what WeChat sends of residents: known by its signature, opened, and kept before anybody reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from core.hooks.core_features import WECHAT
from core.intake.inbound import find_message, new_item
from core.intake.wechat.account import Credentials
from core.intake.wechat.envelope import EnvelopeBroken, is_signed, opened, sealed, signature
from core.intake.wechat.reading import (
    WECHAT_TYPE,
    Incoming,
    Unreadable,
    answer_to,
    in_envelope,
    read_fields,
    read_message,
)
from core.intake.wechat.settings import WeChat, find_wechat
from core.journey.inbound.receive import have_taken_in
from core.kit.db import insert_rows
from core.kit.errors import Refused
from core.people.rules import FAILURES_PER_ADDRESS
from core.tenancy.rates import count, counted, key_of
from core.tenancy.scope import Scope

FRESH = timedelta(minutes=5)
"""How far WeChat's time may be from ours; older is a repetition by somebody else."""
LARGEST = 64 * 1024
"""Bytes of a message; WeChat's have some hundred."""
LONGEST_ANSWER = 600
"""Characters; WeChat shows no more than 2,048 bytes."""
Refusal = Literal["unknown", "throttled", "stale", "unreadable"]
"""Nobody vouches for it; too many such from there; signed too long ago; signed, but no message."""


class NoAccount(Refused):
    """The tenant has no WeChat account."""

    code = "no-wechat-account"


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message as it is kept under a number of ours, and how it is answered. A value: it is committed."""

    number: int
    incoming: Incoming
    is_sealed: bool


def verify(scope: Scope, query: Mapping[str, str], *, address: str, now: datetime) -> str | Refusal:
    """Return what WeChat wants to hear when the account's server is set up, or why not. Raises `NoAccount`.

    A value, since what is refused is counted.
    """
    wechat = _get_wechat(scope)
    refusal = _refusal(scope, wechat, query, address=address, now=now)
    return refusal or query.get("echostr", "")[:200]


def receive_message(
    scope: Scope, query: Mapping[str, str], body: bytes, *, address: str, now: datetime
) -> KeptMessage | Refusal:
    """Keep a message and have it read soon; one that came before stays as it is. Raises `NoAccount`.

    `core.kit.errors.Collision` means that it came at the same moment: run again and it is found.
    """
    wechat = _get_wechat(scope)
    if (refusal := _refusal(scope, wechat, query, address=address, now=now)) is not None:
        return refusal
    try:
        content = _opened(wechat.account.credentials, query, body)
        incoming = read_message(content)
    except EnvelopeBroken:
        return _counted(scope, "unknown", address=address, now=now)
    except Unreadable:
        return _counted(scope, "unreadable", address=address, now=now)
    original_id = wechat.account.credentials.original_id
    if original_id and incoming.account != original_id:
        return _counted(scope, "unknown", address=address, now=now)
    is_sealed = wechat.account.credentials.key is not None
    before = find_message(scope, wechat.channel, incoming.message_id)
    if before is not None:
        scope.session.vouch_for_earlier()
        return KeptMessage(before.id, incoming, is_sealed)
    with scope.session.gathering() as rows:
        item = new_item(
            scope,
            channel=wechat.channel,
            message_id=incoming.message_id,
            content_type=WECHAT_TYPE,
            body=content,
            state="waiting",
            vouched_by=scope.hooks.stamp(WECHAT.id),
            now=now,
        )
        have_taken_in(scope, item, now=now)
    insert_rows(scope.session, rows)
    return KeptMessage(item.id, incoming, is_sealed)


def answer_body(scope: Scope, kept: KeptMessage, words: str, *, nonce: str, now: datetime) -> bytes:
    """Return the answer to a message as WeChat reads it: in an envelope where the message came in one; empty = none."""
    if not words:
        return b"success"
    content = answer_to(kept.incoming.person, kept.incoming.account, words[:LONGEST_ANSWER], now=now)
    credentials = _get_wechat(scope).account.credentials
    key, token = credentials.key, credentials.token
    if not kept.is_sealed or key is None or token is None:
        return content
    encrypted, timestamp = sealed(content, key=key, app_id=credentials.app_id), str(int(now.timestamp()))
    return in_envelope(encrypted, signature(token.reveal(), timestamp, nonce, encrypted), timestamp, nonce)


def _get_wechat(scope: Scope) -> WeChat:
    wechat = find_wechat(scope.hooks)
    if wechat is None:
        raise NoAccount("没有这个地址。")
    return wechat


def _refusal(scope: Scope, wechat: WeChat, query: Mapping[str, str], *, address: str, now: datetime) -> Refusal | None:
    """Return why a request is not WeChat's, None when it is."""
    source = key_of(scope, "unknown-pushes", f"wechat/{address}")
    if counted(scope, "unknown-pushes", source, now=now) >= FAILURES_PER_ADDRESS:
        return "throttled"
    token = wechat.account.credentials.token
    timestamp = query.get("timestamp", "")
    if token is None or not is_signed(query.get("signature", ""), token.reveal(), timestamp, query.get("nonce", "")):
        return _counted(scope, "unknown", address=address, now=now)
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11
    if not is_number or abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds():
        return _counted(scope, "stale", address=address, now=now)
    return None


def _counted(scope: Scope, refusal: Refusal, *, address: str, now: datetime) -> Refusal:
    count(scope, "unknown-pushes", key_of(scope, "unknown-pushes", f"wechat/{address}"), now=now)
    return refusal


def _opened(credentials: Credentials, query: Mapping[str, str], body: bytes) -> bytes:
    """Return the XML of the message. Where a key is set, only what is encrypted with it is read: the rest is unsigned."""
    if len(body) > LARGEST:
        raise Unreadable("too large")
    key, token = credentials.key, credentials.token
    if credentials.aes_key is None:
        return body
    if key is None or token is None:
        raise EnvelopeBroken("no usable key")
    encrypted = read_fields(body).get("Encrypt", "")
    words = (query.get("timestamp", ""), query.get("nonce", ""), encrypted)
    if not is_signed(query.get("msg_signature", ""), token.reveal(), *words):
        raise EnvelopeBroken("wrong signature")
    return opened(encrypted, key=key, app_id=credentials.app_id)

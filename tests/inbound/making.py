"""Pushing as another system does, and looking at what became of it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.hooks import Authenticated, Channel, InboundAppeal, InboundPayload, InboundRequest
from core.hooks.features import Feature
from core.hooks.payloads import json_of
from core.hooks.settings import Secret, SecretText, Settings
from core.hooks.signing import signed_message_id
from core.intake.models import InboundItem
from core.jobs.drain import Drain
from core.jobs.kinds import job_kinds
from core.tenancy.scope import Installation
from core.tenancy.secret_rows import keep_text
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from tests.builders import make_district, make_feature

KEY = "推送密钥，只有测试和对方系统知道"
CHANNEL = "wire"
SMS = Channel("texts", "短信", "sms")
FEATURE = "test.wire"
CANARY = "13900001234"
"""A phone number that must turn up nowhere but in the ticket's encrypted contact."""


class WireSettings(Settings):
    """The key of the system that pushes."""

    key = Secret(title="推送密钥", shortest=24)


@dataclass
class Wire:
    """A feature that takes what a wire pushes; what it answers can be changed while it is on, as by mending it."""

    vouch: Callable[[Mapping[str, Any], InboundRequest], Any] = field(default=lambda *_: None)
    read: Callable[[InboundPayload], Any] = field(default=lambda *_: None)

    def __post_init__(self) -> None:
        self.mend()

    def mend(self) -> None:
        """Have it work as it should."""
        self.vouch, self.read = vouch_for, read_appeals

    def feature(self) -> Feature:
        made = make_feature(
            FEATURE,
            channels=lambda: [Channel(CHANNEL, "电报", "web"), Channel("other", "另一渠道", "web"), SMS],
            authenticate_inbound=lambda settings, channel, request: self.vouch(settings, request),
            parse_inbound=lambda channel, payload: self.read(payload),
        )
        return Feature(made.id, "电报", made.summary, made.answers, WireSettings)


def vouch_for(settings: Mapping[str, Any], request: InboundRequest) -> Sequence[Authenticated] | None:
    """Vouch for what is signed with the key."""
    message_id = signed_message_id(settings["key"], request)
    return [Authenticated(message_id, f"{FEATURE}/key", "签名核对无误")] if message_id else None


def read_appeals(payload: InboundPayload) -> Sequence[InboundAppeal] | None:
    """Read `{"appeals": [{"text", "channel", "phone"}]}`."""
    document = json_of(payload)
    if not isinstance(document, dict) or not isinstance(document.get("appeals"), list):
        return None
    return [
        InboundAppeal(
            each["text"],
            f"{FEATURE}/appeal",
            "电报里的诉求",
            channel=each.get("channel", ""),
            contact_name="王女士",
            contact_phone=each.get("phone", ""),
        )
        for each in document["appeals"]
    ]


def make_wired_district(
    installation: Installation, *, feature: str = FEATURE, name: str = "key", key: str = KEY
) -> str:
    """Make a district with the feature on and the key set; return its slug."""
    slug = make_district(installation, features={feature: {}})
    with installation.scope(slug) as scope:
        keep_text(scope, feature, name, SecretText(key), by="测试", now=datetime.now(UTC))
    installation.forget()
    return slug


def body_of(*texts: str, **more: Any) -> bytes:
    """Return a message with these appeals."""
    return json.dumps({"appeals": [{"text": text, **more} for text in texts]}, ensure_ascii=False).encode()


def signature(message_id: str, timestamp: str, body: bytes, *, key: str = KEY) -> str:
    """Return a signature in the form of Standard Webhooks."""
    digest = hmac.digest(key.encode(), f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def signed(
    message_id: str, body: bytes, *, key: str = KEY, at: datetime | None = None, late: timedelta = timedelta()
) -> dict[str, str]:
    """Return the headers of a push that was signed at a time, `late` before now."""
    timestamp = str(int(((at or datetime.now(UTC)) - late).timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(message_id, timestamp, body, key=key),
        "content-type": "application/json",
    }


def push(
    app: Flask,
    slug: str,
    body: bytes,
    *,
    message_id: str = "m-1",
    headers: Mapping[str, str] | None = None,
    channel: str = CHANNEL,
    address: str = "203.0.113.7",
) -> TestResponse:
    """Push as the other system does, signed unless other headers are given."""
    return app.test_client().post(
        f"/in/{slug}/{channel}",
        input_stream=BytesIO(body),  # given as data, the client would write an empty form of its own
        content_length=len(body),
        headers=signed(message_id, body) if headers is None else headers,
        environ_overrides={"REMOTE_ADDR": address},
    )


def work(installation: Installation, *, now: datetime | None = None) -> None:
    """Do all due jobs as a worker does."""
    Drain(installation, job_kinds({}, installation)).run(now=lambda: now or datetime.now(UTC))


def items_of(installation: Installation, slug: str) -> list[InboundItem]:
    """Return what was pushed, in the order of its coming."""
    with installation.scope(slug) as scope:
        found = select(InboundItem).where(InboundItem.tenant_id == scope.tenant.id).order_by(InboundItem.id)
        return list(scope.session.scalars(found))


def tickets_of(installation: Installation, slug: str) -> list[Ticket]:
    """Return the tenant's tickets in the order of their making."""
    with installation.scope(slug) as scope:
        found = select(Ticket).where(Ticket.tenant_id == scope.tenant.id).order_by(Ticket.id)
        return list(scope.session.scalars(found))


def phone_of(installation: Installation, slug: str, ticket: Ticket) -> str:
    """Return the resident's phone as it was given."""
    with installation.scope(slug) as scope:
        return opened(scope.keys, scope.session.get_one(TicketContact, (scope.tenant.id, ticket.id))).phone


def request_of(body: bytes, headers: Mapping[str, str], *, received_at: datetime | None = None) -> InboundRequest:
    """Return a push as a feature sees it."""
    return InboundRequest(headers=headers, query={}, body=body, received_at=received_at or datetime.now(UTC))


def secret(text: str = KEY) -> SecretText:
    """Return a secret as a feature gets it."""
    return SecretText(text)

"""What the measured district takes in by push: a signed list of appeals, each with its words and a title."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Authenticated, Channel, InboundAppeal, InboundPayload, InboundRequest, hookimpl
from core.hooks.payloads import json_of
from core.hooks.settings import SecretText
from core.hooks.signing import signed_message_id

FEATURE = "bench.push"
CHANNEL = "bench-push"
KEY = b"opens nothing but a measured district"
"""Signs pushes to a district in which nobody lives, on the machine that measures it."""
SECRET = SecretText(KEY.decode())


@hookimpl
def channels() -> Sequence[Channel]:
    """Take in from one other system."""
    return [Channel(id=CHANNEL, label="测量推送", medium="app")]


@hookimpl
def authenticate_inbound(channel: str, request: InboundRequest) -> Sequence[Authenticated] | None:
    """Vouch for what is signed."""
    message_id = signed_message_id(SECRET, request) if channel == CHANNEL else None
    return [Authenticated(message_id=message_id, rule_id=f"{FEATURE}/signature", reason="测量")] if message_id else None


@hookimpl
def parse_inbound(channel: str, payload: InboundPayload) -> Sequence[InboundAppeal] | None:
    """Read {"appeals": [{"text", "title"}]}."""
    read = json_of(payload)
    if channel != CHANNEL or not isinstance(read, dict):
        return None
    listed: Sequence[Mapping[str, Any]] = read["appeals"]
    return [InboundAppeal(**each, rule_id=f"{FEATURE}/list", reason="测量") for each in listed]

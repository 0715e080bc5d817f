"""SMS by a signed HTTP request, as `docs/transports.md` describes it to whoever runs the gateway."""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from core.jobs.drain import TryLater
from core.jobs.transports.outgoing import GatewayMisconfigured, NotAccepted, Outgoing
from core.kit.saying import said

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
REFUSED_FOR_GOOD = (400, 422)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SHORTEST_SECRET = 24
"""Bytes, as Standard Webhooks asks for."""


class SmsGateway:
    """Posts each message to one address, signed in the manner of Standard Webhooks."""

    def __init__(self, url: str, secret: bytes) -> None:
        self._url = url
        self._secret = secret
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False)

    @classmethod
    def configured(cls, url: str, secret: str) -> "SmsGateway":
        """Return the gateway of SMS_URL and SMS_SECRET. Raises `GatewayMisconfigured`."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise GatewayMisconfigured("SMS_URL 不是网址。请写成 https://主机/路径。")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise GatewayMisconfigured("SMS_URL 没有加密，手机号会在网络上明文传送。请改用 https://。")
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            key = b""
        if len(key) < SHORTEST_SECRET:
            raise GatewayMisconfigured(
                said(
                    "SMS_SECRET 不可用：应为至少 {shortest_secret} 字节随机数的 base64，可加前缀 whsec_。",
                    shortest_secret=SHORTEST_SECRET,
                )
            )
        return cls(url, key)

    def send(self, outgoing: Outgoing, *, now: datetime) -> None:
        """Post the message; any 2xx means it was taken."""
        body = json.dumps({"id": outgoing.id, "to": outgoing.to, "text": outgoing.text}, ensure_ascii=False).encode()
        timestamp = str(int(now.timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": outgoing.id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self._secret, outgoing.id, timestamp, body),
        }
        try:
            # Streamed and closed: what the gateway says beside its status is not read.
            with self._client.stream("POST", self._url, content=body, headers=headers) as response:
                status = response.status_code
        except httpx.HTTPError as error:
            raise TryLater(said("短信网关没有应答（{name}）", name=type(error).__name__)) from error
        if status in REFUSED_FOR_GOOD:
            raise NotAccepted(said("短信网关拒绝了这条短信（HTTP {status}），请核对号码。", status=status))
        if not 200 <= status < 300:
            raise TryLater(said("短信网关没有接受（HTTP {status}）", status=status))


def signature(secret: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature over `id.timestamp.body`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()

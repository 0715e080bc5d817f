"""Phones for a demonstration 演示手机: an SMS gateway of this machine alone, whose messages are read on a page instead of a phone.

`huiying up --demo` runs it where no gateway is configured, and nothing else does. It takes what is signed with a secret that
was made for this run, keeps the last messages in memory, and is reached from this machine under its own name alone.
"""

import base64
import hmac
import json
import os
import secrets
import socket
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.embedded.programs import Program, StandIn
from core.jobs.transports.sms import signature
from core.tickets.contact import masked_phone

KEY_BYTES = 32
KEPT = 50
LARGEST = 64 * 1024
HOSTS = ("127.0.0.1", "localhost")
STYLE = (
    "body{font:17px/1.7 system-ui,sans-serif;max-width:640px;margin:24px auto;padding:0 16px;color:#1b2430;background:#f4f6f9}"
    "article{background:#fff;border:1px solid #d5dbe3;border-radius:8px;padding:12px 16px;margin:12px 0}"
    "h1{font-size:24px}p{margin:4px 0}time{color:#55606e}"
    "@media(prefers-color-scheme:dark){body{background:#12161c;color:#e8edf3}article{background:#1b222b;border-color:#39434f}"
    "time{color:#a8b3c0}}"
)


@dataclass(frozen=True, slots=True)
class Sms:
    """A message as the gateway got it: `id` is the same at every try."""

    id: str
    to: str
    text: str


class SmsServer(ThreadingHTTPServer):
    """Takes signed messages at `/sms` and shows the last ones at `/`."""

    daemon_threads = True

    def __init__(self, port: int, key: bytes) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.key = key
        self.received: deque[tuple[datetime, Sms]] = deque(maxlen=KEPT)

    @property
    def url(self) -> str:
        """Where messages are posted to."""
        return f"http://127.0.0.1:{self.server_port}/sms"

    def take(self, sms: Sms) -> None:
        """Keep a message, once however often it is tried, and say it on the terminal."""
        if any(sms.id == before.id for _, before in self.received):
            return
        self.received.append((datetime.now().astimezone(), sms))
        sys.stdout.write(f"{masked_phone(sms.to)}：{sms.text}\n")
        sys.stdout.flush()


class _Handler(BaseHTTPRequestHandler):
    server: SmsServer

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length) if 0 < length <= LARGEST else b""
        named = [self.headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
        is_signed = hmac.compare_digest(signature(self.server.key, named[0], named[1], body), named[2])
        if is_signed:
            self.server.take(Sms(**json.loads(body)))
        self._answer(204 if is_signed else 401)

    def do_GET(self) -> None:
        if self.headers.get("host", "").partition(":")[0] not in HOSTS:
            self._answer(403)
            return
        shown = "".join(
            f"<article><p><b>{escape(sms.to)}</b> <time>{at:%H:%M:%S}</time></p><p>{escape(sms.text)}</p></article>"
            for at, sms in reversed(self.server.received)
        )
        self._answer(200, PAGE.format(shown=shown or "<p>还没有短信。在演示里获取验证码之后，它显示在这里。</p>"))

    def _answer(self, status: int, page: str = "") -> None:
        body = page.encode()
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.send_header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing of requests."""


PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta http-equiv="refresh" content="3"><title>演示手机</title>'
    f"<style>{STYLE.replace('{', '{{').replace('}', '}}')}</style>"
    "<h1>演示手机</h1><p>演示里发出的短信到这里为止，不会发给任何人。每 3 秒自动刷新。</p>{shown}</html>"
)


def stand_in(environment: Mapping[str, str], port: int) -> StandIn | None:
    """Return the gateway that a demonstration runs beside the pages, None where a real one is configured."""
    if environment.get("SMS_URL"):
        return None
    secret = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    own = _free_port(port + 1)
    address = f"http://127.0.0.1:{own}"
    return StandIn(
        Program("sms", [sys.executable, "-P", "-m", "tenants.telephone", str(own)]),
        {"SMS_URL": f"{address}/sms", "SMS_SECRET": secret},
        f"演示短信不发给任何人，验证码在这里看：{address}",
    )


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


if __name__ == "__main__":
    SmsServer(int(sys.argv[1]), base64.b64decode(os.environ["SMS_SECRET"])).serve_forever()

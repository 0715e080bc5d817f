"""The outside world of the tests: an SMS gateway that checks signatures, and a mail server."""

import base64
import hashlib
import hmac
import json
import threading
import time
from asyncio import Server
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, long enough").decode()


@dataclass
class SmsReceiver:
    """Takes messages as `docs/transports.md` tells a gateway to; answers with `answers` first, then 204."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    delay: float = 0.0
    expects_now: bool = True
    """Whether messages signed at another time than now are refused; tests that give the time say no."""
    received: list[dict[str, str]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> Sequence[str]:
        return [message["id"] for message in self.received]


@contextmanager
def sms_receiver() -> Iterator[SmsReceiver]:
    """Run a gateway for the length of the block."""
    receiver = SmsReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.answers.pop(0) if receiver.answers else 204
            if not is_signed(self.headers, body, now=receiver.expects_now):
                status = 401
            else:
                receiver.received.append(json.loads(body))
                receiver.arrived.set()
                time.sleep(receiver.delay)
            self.send_response(status)
            if status in (301, 307):
                self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/sms"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def is_signed(headers: Any, body: bytes, *, now: bool) -> bool:
    """Check a signature as the manual tells a gateway to, without our own code."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    is_fresh = not now or abs(time.time() - int(headers["webhook-timestamp"])) < 300
    has_same_id = json.loads(body)["id"] == headers["webhook-id"]
    return is_fresh and has_same_id and hmac.compare_digest(headers["webhook-signature"], f"v1,{expected}")


@dataclass
class MailReceiver:
    """Takes mail, unless it answers with one of `refusals` first."""

    address: str = ""
    refusals: list[str] = field(default_factory=list)
    received: list[EmailMessage] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [message["message-id"].strip("<>").partition("@")[0] for message in self.received]

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _options: Any) -> str:  # noqa: N802
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        return "250 OK"


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_receiver() -> Iterator[MailReceiver]:
    """Run a mail server for the length of the block."""
    receiver = MailReceiver()
    controller = _OnAnyPort(receiver, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        receiver.address = f"127.0.0.1:{controller.port}"
        yield receiver
    finally:
        controller.stop()

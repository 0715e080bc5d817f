"""An SMS gateway that only listens: what a demonstration sends, it receives over HTTP and keeps."""

import base64
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.jobs.transports.sms import signature

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Sms:
    """A message as the gateway got it: `id` is the same at every try."""

    id: str
    to: str
    text: str


@dataclass
class ListeningGateway:
    """Where it listens, the secret that signs what it takes, and what came."""

    url: str
    secret: str
    received: list[Sms] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[ListeningGateway]:
    """Run the gateway on this machine for the length of the block. What is not signed it refuses."""
    key = secrets.token_bytes(KEY_BYTES)
    gateway = ListeningGateway("", base64.b64encode(key).decode())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            expected = signature(key, self.headers["webhook-id"], self.headers["webhook-timestamp"], body)
            is_signed = hmac.compare_digest(expected, self.headers["webhook-signature"])
            if is_signed:
                gateway.received.append(Sms(**json.loads(body)))
            self.send_response(204 if is_signed else 401)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_port}/sms"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()

"""An SMS gateway that only listens: what a demonstration sends, it receives over HTTP and keeps."""

import base64
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tenants.telephone import KEY_BYTES, Sms, SmsServer


@dataclass
class ListeningGateway:
    """Where it listens, the secret that signs what it takes, and what came."""

    url: str
    secret: str
    received: list[Sms] = field(default_factory=list)


class _Listening(SmsServer):
    """Keeps every message, every try of it, in the order they came."""

    def __init__(self, key: bytes, gateway: ListeningGateway) -> None:
        super().__init__(0, key)
        self._gateway = gateway

    def take(self, sms: Sms) -> None:
        self._gateway.received.append(sms)


@contextmanager
def listening() -> Iterator[ListeningGateway]:
    """Run the gateway on this machine for the length of the block. What is not signed it refuses."""
    key = secrets.token_bytes(KEY_BYTES)
    gateway = ListeningGateway("", base64.b64encode(key).decode())
    server = _Listening(key, gateway)
    gateway.url = server.url
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()

"""The outside world's side of an SMS: a gateway that takes everything and remembers which ids it was handed."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Taken:
    """The ids that the gateway was handed, and how often."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: Counter[str] = Counter()

    def take(self, message_id: str) -> None:
        """Remember one delivery."""
        with self._lock:
            self._ids[message_id] += 1

    def ids(self) -> Counter[str]:
        """Return how often each id came."""
        with self._lock:
            return Counter(self._ids)


@contextmanager
def gateway() -> Iterator[tuple[str, Taken]]:
    """Have a gateway listen on this machine; yields its address, and what it takes."""
    taken = Taken()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.take(json.loads(self.rfile.read(int(self.headers["content-length"])))["id"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sms", taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

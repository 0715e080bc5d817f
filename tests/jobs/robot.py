"""The robot of a group 群机器人, as the maker of the groups describes it: takes a text, answers an error code."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TAKEN = {"errcode": 0, "errmsg": "ok"}
TOO_OFTEN = {"errcode": 45009, "errmsg": "api freq out of limit"}


@dataclass
class Said:
    """One message as it came in, with the id that is the same at every try."""

    text: str
    key: str


@dataclass
class Robot:
    """Takes texts; answers with `answers` first, then that it was taken."""

    url: str = ""
    port: int = 0
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    delay: float = 0.0
    said: list[Said] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> Sequence[str]:
        return [each.text for each in self.said]

    def refuse(self, said: dict[str, Any], *, times: int = 1, status: int = 200) -> None:
        """Answer the next calls so."""
        self.answers += [(status, json.dumps(said).encode())] * times


@contextmanager
def robot() -> Iterator[Robot]:
    """Run a robot for the length of the block."""
    made = Robot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            assert self.headers["content-type"].startswith("application/json")
            status, answer = made.answers.pop(0) if made.answers else (200, json.dumps(TAKEN).encode())
            if set(body) == {"msgtype", "text"} and body["msgtype"] == "text":
                made.said.append(Said(body["text"]["content"], self.headers["idempotency-key"]))
            else:
                status, answer = 200, json.dumps({"errcode": 40008, "errmsg": "invalid message type"}).encode()
            made.arrived.set()
            time.sleep(made.delay)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", f"http://127.0.0.1:{made.port}/elsewhere")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A caller that did not wait for the answer is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    made.url = f"http://127.0.0.1:{server.server_port}/cgi-bin/webhook/send?key=a-secret"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()

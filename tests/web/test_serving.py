"""Requests are answered one at a time in the main thread, and no client keeps another waiting."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.patience import patience

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
AT_ONCE = 10.0
"""An answer comes within milliseconds; the rest is left to a busy machine. Who is kept waiting waits for half a minute or more."""


class Server:
    """gunicorn with the product's way of serving and the small application, on a free port."""

    def __init__(self, log: Path, *options: str) -> None:
        self.log = log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        command = [sys.executable, "-P", "-m", "gunicorn", f"--bind=127.0.0.1:{self.port}", "--no-control-socket"]
        options = ("--worker-class=core.web.serving.OneAtATime", *options, "tests.web.serving_app:app")
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, *options],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=output,
                stderr=output,
            )
        self._await_first_answer()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self, path: str, body: bytes | None = None) -> str:
        """Ask over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET" if body is None else "POST", path, body)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def said(self) -> str:
        return self.log.read_text()

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(patience(10))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _await_first_answer(self) -> None:
        begun = time.monotonic()
        while True:
            try:
                self.ask("/pid")
            except OSError:
                assert self.process.poll() is None, self.said()
                assert time.monotonic() < begun + patience(PATIENCE), self.said()
                time.sleep(0.05)
            else:
                return


Serve = Callable[..., Server]


@contextmanager
def serving(folder: Path) -> Iterator[Serve]:
    servers: list[Server] = []

    def start(*options: str) -> Server:
        servers.append(Server(folder / f"server-{len(servers)}.log", *options))
        return servers[-1]

    try:
        yield start
    finally:
        for server in servers:
            server.end()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server of the test's own with these options."""
    with serving(tmp_path) as serve:
        yield serve


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One process with gunicorn's usual settings; no test may end it."""
    with serving(tmp_path_factory.mktemp("serving")) as serve:
        yield serve()


def seconds(act: Callable[[], object]) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def test_requests_are_answered_in_the_main_thread(server: Server) -> None:
    assert [server.ask("/thread") for _ in range(3)] == ["main"] * 3


def test_garbage_is_looked_for_in_what_requests_made_alone(server: Server) -> None:
    assert server.ask("/garbage") == "little"


def test_the_budget_of_an_answer_cuts_inside_a_request(server: Server) -> None:
    assert seconds(lambda: server.ask("/cut?0.05")) < patience(AT_ONCE)
    assert server.ask("/cut?0.05") == "cut"


def test_idle_connections_keep_nobody_waiting(server: Server) -> None:
    with ExitStack() as idle:
        for _ in range(20):
            idle.enter_context(server.connect())

        assert seconds(lambda: [server.ask("/pid") for _ in range(5)]) < patience(AT_ONCE)


def test_an_idle_connection_can_still_ask(server: Server) -> None:
    with server.connect() as early:
        time.sleep(0.5)
        server.ask("/pid")
        early.sendall(b"GET /thread HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert received(early).endswith(b"\r\n\r\nmain")


def test_two_requests_at_once_are_both_answered(server: Server) -> None:
    with ThreadPoolExecutor(8) as askers:
        answers = list(askers.map(server.ask, ["/sleep?0.3", *["/thread"] * 7]))

    assert answers[1:] == ["main"] * 7
    assert answers[0] == server.ask("/pid")


def test_a_connection_is_kept_for_the_next_request(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.connect()
    kept = connection.sock

    for body in (b"x" * 10, b"x" * 100_000, b""):
        connection.request("POST", "/length", body)
        assert connection.getresponse().read() == str(len(body)).encode()
    connection.request("POST", "/unread", b"x" * 1000)
    assert connection.getresponse().read() == b"not read"
    connection.request("GET", "/thread")
    assert connection.getresponse().read() == b"main"

    assert connection.sock is kept


def test_requests_sent_without_waiting_are_answered_in_order(server: Server) -> None:
    with server.connect() as client:
        one = b"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
        last = b"GET /thread HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        client.sendall(one + one + last)

        answers = received(client)

    assert [answer.partition(b"\r\n\r\n")[2] for answer in answers.split(b"HTTP/1.1 ")[1:]] == [b"3", b"3", b"main"]


def test_a_request_that_comes_slowly_keeps_nobody_waiting(server: Server) -> None:
    with server.connect() as slow:
        for piece in (
            b"POST /length HT",
            b"TP/1.1\r\nHost: localhost\r\nConn",
            b"ection: close\r\nContent-Length: 6\r\n",
        ):
            slow.sendall(piece)
            assert seconds(lambda: server.ask("/pid")) < patience(AT_ONCE)
        for piece in (b"\r\n", b"ab", b"cd"):
            slow.sendall(piece)
            assert seconds(lambda: server.ask("/pid")) < patience(AT_ONCE)
        slow.sendall(b"ef")
        assert received(slow).endswith(b"\r\n\r\n6")


@pytest.mark.parametrize(
    ("to", "who"),
    [
        ("/t/x/files", "Cookie: a=b; huiying_staff=x:y"),
        ("/t/x/files", "Authorization: Bearer hy_x_y"),
        ("/public/x/report/files", "Accept: */*"),
        ("/report", "Accept: */*"),
    ],
)
def test_files_that_come_slowly_keep_nobody_waiting(server: Server, to: str, who: str) -> None:
    piece = b"x" * 1_000_000
    head = f"POST {to} HTTP/1.1\r\nHost: localhost\r\n{who}\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n"
    with server.connect() as slow:
        slow.sendall(head.encode())
        for _ in range(3):
            assert seconds(lambda: server.ask("/pid")) < patience(AT_ONCE)
            slow.sendall(piece)
        assert received(slow).endswith(b"\r\n\r\n3000000")


def test_a_body_without_a_length_is_read(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("POST", "/length", iter([b"abc", b"de"]), encode_chunked=True)
    assert connection.getresponse().read() == b"5"
    connection.close()


def test_a_client_that_waits_to_be_told_to_go_on_is_told(server: Server) -> None:
    with server.connect() as client:
        client.sendall(
            b"POST /length HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"abc")
        assert received(client).endswith(b"\r\n\r\n3")


def test_what_the_main_thread_reads_itself_has_an_end(server: Server) -> None:
    with server.connect() as slow:
        slow.sendall(b"POST /length HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        begun = time.monotonic()
        answer = server.ask
        with ThreadPoolExecutor(1) as asker:
            other = asker.submit(answer, "/pid")
            while not other.done():
                assert time.monotonic() - begun < PATIENCE
                with suppress(OSError):
                    slow.sendall(b"1\r\nx\r\n")  # never silent for long, and never done
                time.sleep(0.2)

    assert 4 < time.monotonic() - begun < 5 + patience(AT_ONCE)
    assert "Socket error" not in server.said()


def test_a_client_that_does_not_read_its_answer_is_given_up(server: Server) -> None:
    with server.connect() as deaf:
        deaf.sendall(b"GET /large?50000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")

        assert 4 < seconds(lambda: server.ask("/pid")) < 5 + patience(AT_ONCE)


def test_a_large_body_that_is_not_wanted_does_not_cut_off_the_answer(server: Server) -> None:
    body = b"x" * 3_000_000

    assert server.ask("/unread", body) == "not read"


def test_a_client_that_does_not_leave_keeps_nobody_waiting(server: Server) -> None:
    with server.connect() as lingering:
        lingering.sendall(b"GET /pid HTTP/1.0\r\n\r\n")
        received(lingering)  # the server has said its last word; this side stays open

        assert seconds(lambda: [server.ask("/pid") for _ in range(5)]) < patience(AT_ONCE)


def test_what_is_no_request_is_refused(server: Server) -> None:
    with server.connect() as client:
        client.sendall(b"good day\r\n\r\n")
        assert received(client).startswith(b"HTTP/1.1 400 Bad Request")
    assert server.ask("/thread") == "main"


def test_a_large_answer_arrives_whole(server: Server) -> None:
    assert len(server.ask("/large?5000000")) == 5_000_000


def test_a_busy_process_leaves_new_connections_to_an_idle_one(serve: Serve) -> None:
    server = serve("--workers=2")
    with ThreadPoolExecutor(1) as asker:
        slow = asker.submit(server.ask, "/sleep?3")
        time.sleep(0.5)

        others = {server.ask("/pid") for _ in range(20)}

        assert not slow.done()
        assert len(others) == 1
        assert slow.result() not in others


def test_asked_to_end_it_finishes_the_request(serve: Serve) -> None:
    server = serve()
    with ThreadPoolExecutor(2) as askers, server.connect():
        running = askers.submit(server.ask, "/sleep?1")
        time.sleep(0.3)
        waiting = askers.submit(server.ask, "/sleep?0")
        time.sleep(0.2)
        server.process.terminate()

        pid = running.result()
        # In the queue already, or still before the door: answered or refused, but not left hanging.
        with suppress(OSError, http.client.HTTPException):
            assert waiting.result() == pid
    assert server.process.wait(patience(10)) == 0
    assert "Traceback" not in server.said()


def test_with_idle_connections_it_ends_at_once(serve: Serve) -> None:
    server = serve("--graceful-timeout=600")
    with server.connect():
        server.ask("/pid")
        server.process.terminate()

        assert server.process.wait(patience(AT_ONCE)) == 0


def test_told_to_quit_it_waits_for_no_request(serve: Serve) -> None:
    server = serve()
    with ThreadPoolExecutor(1) as asker:
        running = asker.submit(server.ask, "/sleep?30")
        time.sleep(0.3)
        server.process.send_signal(signal.SIGQUIT)

        assert server.process.wait(patience(10)) == 0
        assert isinstance(running.exception(), (OSError, http.client.HTTPException))


def test_a_process_that_is_stuck_is_replaced(serve: Serve) -> None:
    server = serve("--timeout=2")
    before = server.ask("/pid")

    with pytest.raises((OSError, http.client.HTTPException)):
        server.ask("/sleep?30")

    after = server.ask("/pid")
    assert after != before
    assert "WORKER TIMEOUT" in server.said()


def test_a_process_that_is_only_idle_or_busy_is_not_replaced(serve: Serve) -> None:
    server = serve("--timeout=2")
    before = server.ask("/pid")

    for _ in range(3):
        server.ask("/sleep?1")
    time.sleep(3)

    assert server.ask("/pid") == before
    assert "WORKER TIMEOUT" not in server.said()


def test_a_request_cannot_end_the_process(server: Server) -> None:
    before = server.ask("/pid")

    assert "Internal Server Error" in server.ask("/exit")

    assert server.ask("/pid") == before
    assert "SystemExit: 3" in server.said()


def received(client: socket.socket) -> bytes:
    """Read until the server has nothing more to say."""
    pieces = []
    while piece := client.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)

"""`huiying audit syslog`: every event arrives at least once, as a message of RFC 5424, and sending goes on where it broke."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from core.cli import syslog as sending
from core.cli.syslog import MOST_BYTES, Target, TargetUnclear, TargetUnreachable, message_of, syslog
from core.tenancy.models import SecurityEvent, SecurityEventSent
from core.tenancy.scope import Installation
from core.tenancy.security_log import SecurityKind, note_security
from core.tenancy.security_sent import REMEMBERED
from tests.builders import beijing, make_district
from tests.patience import patience
from tests.trust.spoiling import Proven

START = beijing("2026-03-12 10:00")
RFC_5424 = re.compile(
    rb"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([!-~]{1,255}) huiying - ([!-~]{1,32}) - (\{.*\})"
)


class Receiver:
    """A syslog server of this machine: datagrams, or messages counted by their length on a stream."""

    def __init__(self, kind: socket.SocketKind, path: Path | None = None) -> None:
        self.kind = kind
        self.received: list[bytes] = []
        self._socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET, kind)
        self._socket.bind(str(path) if path else ("127.0.0.1", 0))
        self.address = str(path) if path else f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._socket.settimeout(patience(30))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        if kind == socket.SOCK_STREAM:
            self._socket.listen()
        self._thread.start()

    def messages(self, count: int) -> list[bytes]:
        """Return what has come once there are so many."""
        waited = threading.Event()
        for _ in range(200):
            if len(self.received) >= count:
                break
            waited.wait(0.02)
        return list(self.received)

    def close(self) -> None:
        with suppress(OSError):  # of datagrams: nobody is connected
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        try:
            while self.kind == socket.SOCK_DGRAM:
                self.received.append(self._socket.recv(65536))
            while True:
                connection, _ = self._socket.accept()
                self._read(connection)
        except OSError:
            return

    def _read(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while length := b"".join(self._digits(stream)):
                self.received.append(stream.read(int(length)))

    def _digits(self, stream: Any) -> Iterator[bytes]:
        while (character := stream.read(1)) not in (b" ", b""):
            yield character


@pytest.fixture
def udp() -> Iterator[Receiver]:
    receiver = Receiver(socket.SOCK_DGRAM)
    yield receiver
    receiver.close()


@pytest.fixture
def tcp() -> Iterator[Receiver]:
    receiver = Receiver(socket.SOCK_STREAM)
    yield receiver
    receiver.close()


@pytest.fixture
def walk(installation: Installation) -> Proven:
    return Proven(installation, make_district(installation))


def note(walk: Proven, subject: str, *, minutes: float = 0, kind: SecurityKind = "sign_in", **detail: Any) -> None:
    now = START + timedelta(minutes=minutes)
    walk.run(lambda scope: note_security(scope, kind, actor="林工", subject=subject, detail=detail, now=now))


def send(walk: Proven, *options: str) -> Result:
    return CliRunner().invoke(syslog, ["--tenant", walk.slug, *options])


def documents(messages: list[bytes]) -> list[dict[str, Any]]:
    parts = [RFC_5424.fullmatch(message) for message in messages]
    return [json.loads(part[5]) for part in parts if part is not None]


def subjects(messages: list[bytes]) -> list[str]:
    return [document["subject"] for document in documents(messages)]


def test_an_event_is_a_message_of_rfc_5424_with_json_in_it(walk: Proven, udp: Receiver) -> None:
    note(walk, "lin\r\n<34>1 forged\x1b[2J", kind="locked", of="login")

    result = send(walk, "--to", udp.address)

    assert (result.exit_code, result.stdout) == (0, f"已发送 1 条到 udp://{udp.address}。\n")
    [message] = udp.messages(1)
    parts = RFC_5424.fullmatch(message)
    assert parts is not None
    assert message.isascii()
    assert (parts[1], parts[2], parts[4]) == (b"84", b"2026-03-12T02:00:00.000000Z", b"locked")
    [event] = walk.run(lambda scope: list(scope.session.scalars(select(SecurityEvent))))
    assert json.loads(parts[5]) == {
        "tenant": walk.slug,
        "id": event.id,
        "at": "2026-03-12T02:00:00.000000+00:00",
        "kind": "locked",
        "actor": "林工",
        "actor_id": None,
        "address": "",
        "subject": "lin\\x0d\\x0a<34>1 forged\\x1b[2J",
        "detail": {"of": "login"},
    }


def test_what_was_sent_is_not_sent_again_and_what_came_since_is(walk: Proven, tcp: Receiver) -> None:
    to = ("--to", tcp.address, "--tcp")
    for number in range(450):
        note(walk, str(number), minutes=number)

    assert send(walk, *to).stdout == f"已发送 450 条到 tcp://{tcp.address}。\n"
    assert send(walk, *to).stdout == f"已发送 0 条到 tcp://{tcp.address}。\n"
    note(walk, "new", minutes=1000)
    assert send(walk, *to).stdout == f"已发送 1 条到 tcp://{tcp.address}。\n"

    assert subjects(tcp.messages(451)) == [*map(str, range(450)), "new"]


def test_an_event_that_was_committed_late_is_sent_all_the_same(walk: Proven, udp: Receiver) -> None:
    note(walk, "early", minutes=10)
    send(walk, "--to", udp.address)
    note(walk, "late", minutes=5)

    send(walk, "--to", udp.address)

    assert subjects(udp.messages(2)) == ["early", "late"]


def test_each_target_gets_everything(walk: Proven, udp: Receiver, tcp: Receiver) -> None:
    note(walk, "one")
    send(walk, "--to", udp.address)
    send(walk, "--to", tcp.address, "--tcp")

    assert subjects(udp.messages(1)) == subjects(tcp.messages(1)) == ["one"]


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_socket_of_this_machine_takes_datagrams_or_a_stream(
    walk: Proven, tmp_path: Path, kind: socket.SocketKind
) -> None:
    receiver = Receiver(kind, tmp_path / "log")
    note(walk, "one")
    note(walk, "two", minutes=1)

    assert send(walk, "--to", receiver.address).stdout == f"已发送 2 条到 unix:{receiver.address}。\n"
    assert subjects(receiver.messages(2)) == ["one", "two"]
    receiver.close()


def test_what_could_not_be_sent_is_sent_next_time(walk: Proven, monkeypatch: pytest.MonkeyPatch, tcp: Receiver) -> None:
    note(walk, "one")
    note(walk, "two", minutes=1)
    really = sending.Line.send
    sent: list[bytes] = []

    def breaks(line: sending.Line, message: bytes) -> None:
        if sent:
            raise ConnectionResetError("gone")
        sent.append(message)
        really(line, message)

    monkeypatch.setattr(sending.Line, "send", breaks)
    assert isinstance(send(walk, "--to", tcp.address, "--tcp").exception, TargetUnreachable)
    monkeypatch.setattr(sending.Line, "send", really)

    send(walk, "--to", tcp.address, "--tcp")

    # The first one broke off with the second: at least once, and none is missing.
    assert subjects(tcp.messages(3)) == ["one", "one", "two"]


def test_nobody_listening_is_said_in_words(walk: Proven) -> None:
    note(walk, "one")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"

    result = send(walk, "--to", address, "--tcp")

    assert isinstance(result.exception, TargetUnreachable)
    assert str(result.exception).startswith(f"无法发往 tcp://{address}（")
    assert walk.run(lambda scope: list(scope.session.scalars(select(SecurityEventSent)))) == []


def test_following_waits_for_the_server_and_goes_on(
    walk: Proven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    receivers: list[Receiver] = []
    rounds: list[float] = []

    def sleeps(seconds: float) -> None:
        """Between two rounds: nobody is there, then somebody, then another event comes."""
        rounds.append(seconds)
        if len(rounds) == 2:
            receivers.append(Receiver(socket.SOCK_DGRAM, path))
        if len(rounds) == 3:
            note(walk, "two", minutes=1)
        if len(rounds) == 4:
            raise KeyboardInterrupt

    note(walk, "one")
    monkeypatch.setattr(time, "sleep", sleeps)
    result = send(walk, "--to", str(path), "--follow", "--every", "2")

    assert rounds == [2.0] * 4
    [receiver] = receivers
    assert subjects(receiver.messages(2)) == ["one", "two"]
    told = result.stderr.splitlines()
    assert [line.split("（")[0] for line in told[:2]] == [f"暂时无法发往 unix:{path}", f"unix:{path} 已恢复。"]
    receiver.close()


def test_what_lies_far_back_is_forgotten_and_not_sent_again(walk: Proven, udp: Receiver) -> None:
    note(walk, "old")
    send(walk, "--to", udp.address)
    days = REMEMBERED / timedelta(minutes=1) + 1
    note(walk, "new", minutes=days)
    send(walk, "--to", udp.address)

    assert len(walk.run(lambda scope: scope.session.scalars(select(SecurityEventSent)).all())) == 1
    assert send(walk, "--to", udp.address).stdout.startswith("已发送 0 条")
    assert subjects(udp.messages(2)) == ["old", "new"]


def test_without_a_tenant_every_log_is_sent(walk: Proven, udp: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Proven(walk.installation, make_district(walk.installation))
    tenants = [walk.installation.tenant(each.slug) for each in (walk, other)]
    monkeypatch.setattr(walk.installation, "tenants", lambda: tenants)
    note(walk, "here")
    note(other, "there")

    CliRunner().invoke(syslog, ["--to", udp.address])

    assert [(each["tenant"], each["subject"]) for each in documents(udp.messages(2))] == [
        (walk.slug, "here"),
        (other.slug, "there"),
    ]


def test_of_a_long_event_the_detail_stays_here(walk: Proven) -> None:
    note(walk, "\u2028" * 10_000, many=["\x1b" * 500] * 100)
    [event] = walk.run(lambda scope: list(scope.session.scalars(select(SecurityEvent))))

    message = message_of(event, tenant=walk.slug, host="host")

    assert len(message) <= MOST_BYTES
    [document] = documents([message])
    assert (document["detail"], document["detail_left_out"]) == ({}, True)


@pytest.mark.parametrize(
    ("words", "tcp", "name"),
    [
        ("loghost:5514", True, "tcp://loghost:5514"),
        ("loghost", False, "udp://loghost:514"),
        ("[2001:db8::1]:601", True, "tcp://[2001:db8::1]:601"),
        ("/dev/log", False, "unix:/dev/log"),
    ],
)
def test_targets_are_read(words: str, name: str, *, tcp: bool) -> None:
    assert str(Target.read(words, tcp=tcp)) == name


@pytest.mark.parametrize(
    "words", ["", "loghost:", "loghost:0", "loghost:70000", "a b:514", "2001:db8::1", "http://x:1"]
)
def test_a_target_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(TargetUnclear):
        Target.read(words, tcp=False)
    with pytest.raises(TargetUnclear):
        Target.read("/dev/log", tcp=True)

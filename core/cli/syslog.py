"""`huiying audit syslog`: sends the security log to a syslog server, each event as JSON in a message of RFC 5424."""

import json
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import Self

import click

from core.cli.context import installed
from core.cli.entitled import for_the_machine
from core.kit.errors import Refused
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Installation
from core.tenancy.security_log import as_document
from core.tenancy.security_sent import mark_sent, unsent_events

FACILITY = 10
"""Security and authorisation messages (authpriv)."""
WARNING, NOTICE, INFORMATIONAL = 4, 5, 6
SEVERITIES = {
    "sign_in": INFORMATIONAL,
    "signed_out": INFORMATIONAL,
    "sign_in_failed": WARNING,
    "locked": WARNING,
    "trespass": WARNING,
    "break_glass": WARNING,
    "recovery_used": WARNING,
    "totp_off": WARNING,
}
"""Of all other kinds: notice."""
MOST_BYTES = 8192
"""What syslog servers take as one message; of a longer event the detail stays here."""
BATCH = 200
PORT = 514
SECONDS = 10.0
"""So long a server may take to accept a connection or what is sent."""
ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.%]+)\]|(?P<name>[^\[\]:/\s]+))(?::(?P<port>\d{1,5}))?")


class TargetUnclear(Refused):
    """Where to send to is neither host and port nor a path."""

    code = "syslog-target-unclear"


class TargetUnreachable(Refused):
    """The syslog server cannot be reached."""

    code = "syslog-unreachable"


@dataclass(frozen=True, slots=True)
class Target:
    """A syslog server: host and port, or the path of a socket on this machine."""

    host: str
    port: int
    path: str
    is_stream: bool

    @classmethod
    def read(cls, words: str, *, tcp: bool) -> Self:
        """Read `loghost:514`, `[::1]:514` or `/dev/log`. Raises `TargetUnclear`."""
        if words.startswith("/"):
            if tcp:
                raise TargetUnclear("本机套接字不用 --tcp。请只写路径，如 /dev/log。")
            return cls("", 0, words, is_stream=False)
        found = ADDRESS.fullmatch(words)
        port = int(found["port"] or PORT) if found else 0
        if found is None or not 0 < port < 65536:
            raise TargetUnclear(
                f"“{words}”不是可发往的地址。请写成 主机:端口，如 loghost:514，或本机路径，如 /dev/log。"
            )
        return cls(found["v6"] or found["name"], port, "", is_stream=tcp)

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'tcp' if self.is_stream else 'udp'}://{host}:{self.port}"


class Line:
    """A connection to a syslog server, made anew after it broke. Used as a context, it is closed at the end."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._socket: socket.socket | None = None
        self._is_stream = target.is_stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, message: bytes) -> None:
        """Send one message. Raises OSError when the server is not there; then nothing is known of it."""
        try:
            if self._socket is None:
                self._socket = self._connect()
            # RFC 6587: on a stream each message is preceded by its length.
            self._socket.sendall(b"%d %s" % (len(message), message) if self._is_stream else message)
        except OSError:
            self.close()
            raise

    def settle(self) -> None:
        """Raise OSError when the server has closed a stream: what was sent last may be lost then."""
        if self._socket is None or not self._is_stream:
            return
        self._socket.setblocking(False)
        try:
            with suppress(BlockingIOError):
                if self._socket.recv(4096) == b"":
                    raise ConnectionResetError("the server closed the connection")
        except OSError:
            self.close()
            raise
        self._socket.settimeout(SECONDS)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> socket.socket:
        target = self._target
        if target.path:
            return self._connect_here(target.path)
        kind = socket.SOCK_STREAM if target.is_stream else socket.SOCK_DGRAM
        problem: OSError = OSError("no address")
        for family, _, protocol, _, address in socket.getaddrinfo(target.host, target.port, type=kind):
            line = socket.socket(family, kind, protocol)
            line.settimeout(SECONDS)
            try:
                line.connect(address)
            except OSError as error:
                line.close()
                problem = error
            else:
                return line
        raise problem

    def _connect_here(self, path: str) -> socket.socket:
        """Connect to a socket of this machine: syslog daemons listen for datagrams, some for a stream."""
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            line = socket.socket(socket.AF_UNIX, kind)
            line.settimeout(SECONDS)
            try:
                line.connect(path)
            except OSError:
                line.close()
                if kind == socket.SOCK_STREAM:
                    raise
            else:
                self._is_stream = kind == socket.SOCK_STREAM
                return line
        raise AssertionError("the loop returns or raises")


def message_of(event: SecurityEvent, *, tenant: str, host: str) -> bytes:
    """Return the event as a message of RFC 5424: ASCII on one line, the event as JSON in it."""
    severity = SEVERITIES.get(event.kind, NOTICE)
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    head = f"<{FACILITY * 8 + severity}>1 {at} {host} huiying - {_name(event.kind, 32)} - "
    document = as_document(event, tenant=tenant)
    message = head + json.dumps(document, separators=(",", ":"))
    if len(message) > MOST_BYTES:
        message = head + json.dumps({**document, "detail": {}, "detail_left_out": True}, separators=(",", ":"))
    return message.encode("ascii")


def send_unsent(installation: Installation, slug: str, target: Target, line: Line, *, host: str) -> int:
    """Send all that was not sent yet of a tenant's log and return how many events; remembers them batch by batch.

    An event is remembered after it was sent, so one whose sending broke off is sent again. Raises OSError.
    """
    count = 0
    while True:
        with installation.scope(slug) as scope:
            events = unsent_events(scope, str(target), most=BATCH)
        if not events:
            return count
        for event in events:
            line.send(message_of(event, tenant=slug, host=host))
        line.settle()
        installation.run(slug, lambda scope, sent=events: mark_sent(scope, str(target), sent))  # type: ignore[misc]
        count += len(events)


@click.command(name="syslog")
@for_the_machine
@click.option("--to", "words", required=True, metavar="地址", help="主机:端口，或本机套接字的路径，如 /dev/log")
@click.option("--tcp", is_flag=True, help="用 TCP，不写则用 UDP")
@click.option("--tenant", metavar="租户", help="租户短名；不写则发送全部租户的")
@click.option("--follow", is_flag=True, help="不结束，有新的事件就发送；对方不在时等待")
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=5.0, metavar="秒", help="--follow 时多久看一次，默认 5"
)
def syslog(words: str, tenant: str | None, every: float, *, tcp: bool, follow: bool) -> None:
    """把安全日志发往 syslog 服务器（RFC 5424，内容为 JSON）；记得发过什么，从断处接着发。"""
    target = Target.read(words, tcp=tcp)
    with installed() as installation, Line(target) as line:
        chosen = [installation.tenant(tenant).slug] if tenant else None
        host = _name(socket.gethostname(), 255)

        def once() -> int:
            slugs = chosen or [each.slug for each in installation.tenants()]
            return sum(send_unsent(installation, slug, target, line, host=host) for slug in slugs)

        if follow:
            _follow(once, target, every=every)
        try:
            click.echo(f"已发送 {once()} 条到 {target}。")
        except OSError as error:
            raise TargetUnreachable(
                f"无法发往 {target}（{error.strerror or error}）。请核对地址和端口；已发的不会丢，修好后再次运行即可接着发。"
            ) from error


def _follow(once: Callable[[], int], target: Target, *, every: float) -> None:
    """Send for ever; while the server is not there, say so once and wait."""
    is_down = False
    while True:
        try:
            once()
        except OSError as error:
            if not is_down:
                click.echo(f"暂时无法发往 {target}（{error.strerror or error}），恢复后接着发。", err=True)
            is_down = True
        else:
            if is_down:
                click.echo(f"{target} 已恢复。", err=True)
            is_down = False
        time.sleep(every)


def _name(text: str, longest: int) -> str:
    """Return the text as RFC 5424 allows it in a header: printable ASCII without spaces, `-` for nothing."""
    return "".join(each for each in text if "!" <= each <= "~")[:longest] or "-"

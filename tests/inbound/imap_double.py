"""A mailbox that speaks IMAP on the loopback: the few commands that fetching mails needs, and the faults that servers have.

    with imap_server() as box:
        box.deliver(b"From: ...")      # a mail arrives in INBOX; returns its UID
        box.waiting()                  # mails in INBOX that are not marked as read, as bytes
        box.settled()                  # mails that were marked as read, or moved to another folder

It stands on a free port, plain or with TLS, and imports nothing of the product.
"""

import contextlib
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

LOGIN, PASSWORD = "letters@example.test", 'geheim "\\ 1'
INBOX = "INBOX"
WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')
PART = re.compile(rb"BODY\.PEEK\[(HEADER)?\](?:<0\.(\d+)>)?")


@dataclass
class Held:
    """A mail in a folder."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class ImapBox:
    """The mailbox behind the server. Everything may be changed while it runs."""

    port: int = 0
    login: str = LOGIN
    password: str = PASSWORD
    capabilities: tuple[str, ...] = ("IMAP4rev1", "UIDPLUS", "MOVE", "ID")
    folders: dict[str, list[Held]] = field(default_factory=lambda: {INBOX: []})
    says_size: Callable[[bytes], int] = len
    """What the server says of the size of a mail."""
    before: Callable[[str], None] = lambda _command: None
    """Called with each command, e.g. `UID STORE`, before it is done. `Hangup` breaks the connection, `NotDone` refuses."""
    after: Callable[[str], None] = lambda _command: None
    """Called after a command was done and before it is answered."""
    commands: list[str] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _last_uid: int = 0

    def deliver(self, raw: bytes, *, folder: str = INBOX) -> int:
        """Put a mail into a folder and return its UID. May be called from any thread."""
        with self._lock:
            self._last_uid += 1
            self.folders.setdefault(folder, []).append(Held(self._last_uid, raw))
            return self._last_uid

    def waiting(self, folder: str = INBOX) -> list[bytes]:
        """Return the mails of a folder that nobody has marked as read."""
        with self._lock:
            return [held.raw for held in self.folders[folder] if "\\Seen" not in held.flags]

    def settled(self) -> list[bytes]:
        """Return the mails that were marked as read in the inbox, and those in other folders."""
        with self._lock:
            return [
                held.raw
                for name, held_here in self.folders.items()
                for held in held_here
                if name != INBOX or "\\Seen" in held.flags
            ]


class Hangup(Exception):  # noqa: N818 -- what happens to the connection
    """The connection breaks."""


class NotDone(Exception):  # noqa: N818 -- what the server says
    """The server says NO."""


@contextlib.contextmanager
def imap_server(box: ImapBox | None = None, *, tls: ssl.SSLContext | None = None) -> Iterator[ImapBox]:
    """Serve a mailbox on a free port of the loopback for the length of the block; `box.port` says which."""
    served = box or ImapBox()

    class Handler(_Handler):
        box, context = served, tls

    with _Server(("127.0.0.1", 0), Handler) as server:
        served.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that break off are what is tried."""


class _Handler(socketserver.StreamRequestHandler):
    box: ClassVar[ImapBox]
    context: ClassVar[ssl.SSLContext | None]

    def setup(self) -> None:
        if self.context is not None:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()
        self.folder = INBOX

    def handle(self) -> None:
        with contextlib.suppress(Hangup, OSError):
            self._say(b"* OK ready")
            while line := self.rfile.readline():
                tag, _, rest = line.strip().partition(b" ")
                words = [plain or re.sub(rb"\\(.)", rb"\1", quoted) for quoted, plain in WORD.findall(rest)]
                if not words or self._answer(tag, words):
                    return

    def _answer(self, tag: bytes, words: list[bytes]) -> bool:
        """Do a command and say so; return whether the client leaves."""
        name = words[0].decode().upper()
        if name == "UID":
            name = f"UID {words[1].decode().upper()}"
        self.box.commands.append(name)
        try:
            self.box.before(name)
            with self.box._lock:
                self._do(name, words)
            self.box.after(name)
        except NotDone as why:
            self._say(tag + b" NO " + str(why).encode())
            return False
        self._say(tag + b" OK done")
        return name == "LOGOUT"

    def _do(self, name: str, words: list[bytes]) -> None:
        box = self.box
        match name:
            case "CAPABILITY":
                self._say(b"* CAPABILITY " + " ".join(box.capabilities).encode())
            case "LOGIN":
                if [word.decode() for word in words[1:3]] != [box.login, box.password]:
                    raise NotDone("wrong")
            case "SELECT":
                if words[1].decode() not in box.folders:
                    raise NotDone("no such folder")
                self.folder = words[1].decode()
                self._say(b"* %d EXISTS" % len(box.folders[self.folder]))
            case "LOGOUT":
                self._say(b"* BYE")
            case "UID SEARCH":
                is_all = words[2].upper() == b"ALL"
                found = [str(held.uid) for held in self._held() if is_all or "\\Seen" not in held.flags]
                self._say(f"* SEARCH {' '.join(found)}".rstrip().encode())
            case "UID FETCH":
                self._fetch(_uids(words[2]), b" ".join(words[3:]))
            case "UID STORE":
                for held in self._held(_uids(words[2])):
                    held.flags.add(words[4].strip(b"()").decode())
            case "UID COPY" | "UID MOVE":
                self._copy(_uids(words[2]), words[3].decode(), leaves=name == "UID MOVE")
            case "UID EXPUNGE":
                gone = [held for held in self._held(_uids(words[2])) if "\\Deleted" in held.flags]
                box.folders[self.folder] = [held for held in self._held() if held not in gone]
            case "ID" | "NOOP":
                pass
            case _:
                raise NotDone(f"{name} is not spoken here")

    def _held(self, uids: set[int] | None = None) -> list[Held]:
        return [held for held in self.box.folders[self.folder] if uids is None or held.uid in uids]

    def _fetch(self, uids: set[int], what: bytes) -> None:
        for number, held in enumerate(self._held(), start=1):
            if held.uid not in uids:
                continue
            if b"RFC822.SIZE" in what:
                self._say(b"* %d FETCH (UID %d RFC822.SIZE %d)" % (number, held.uid, self.box.says_size(held.raw)))
            elif part := PART.search(what):
                given = held.raw if not part[1] else held.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                given = given[: int(part[2])] if part[2] else given
                name = b"BODY[HEADER]" if part[1] else b"BODY[]"
                self._say(b"* %d FETCH (UID %d %s<0> {%d}" % (number, held.uid, name, len(given)))
                self.wfile.write(given + b")\r\n")

    def _copy(self, uids: set[int], folder: str, *, leaves: bool) -> None:
        if folder not in self.box.folders:
            raise NotDone("[TRYCREATE] no such folder")
        for held in self._held(uids):
            self.box.deliver(held.raw, folder=folder)
            if leaves:
                self.box.folders[self.folder].remove(held)

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")
        self.wfile.flush()


def _uids(given: bytes) -> set[int]:
    return {int(each) for each in given.split(b",")}


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """Take connections on a free port and say nothing at all; yield the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as listening:
        yield listening.getsockname()[1]

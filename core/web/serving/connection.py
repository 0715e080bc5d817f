"""A connection, and the request that comes in over it piece by piece."""

import errno
import re
import threading
import time
from typing import Any

from gunicorn.workers.gthread import TConn

from core.files.limits import LARGEST_OF_STRANGERS, LARGEST_UPLOAD
from core.web import MAX_BODY
from core.web.uploads import OF_STRANGERS, TAKING

WAITING_SECONDS = 5.0
"""So long the main thread waits for a client: for all that the poller has not read, and to take a piece of the answer."""
MAX_HEAD = 64 * 1024
MOST_HELD = 4 * LARGEST_UPLOAD
"""Bytes of files on their way in that one process holds; who comes when it is full must send within the main thread's patience."""
MOST_OF_STRANGERS = MOST_HELD // 2
"""The same when who sends has not signed in: a flood of them leaves room for the house."""
SIGNED_IN = re.compile(rb"\r\n(?:cookie:[^\r]*huiying_staff=|authorization:[ \t]*bearer )", re.IGNORECASE)
"""What a request carries of somebody who may bring files; whether it is genuine is found out before the body is looked at."""
PIECE = 64 * 1024

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A client's connection, and as much of its next request as has come. `held` is what all of them hold of files."""

    held = 0

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._received = bytearray()
        self._needed: int | None = None
        self._patience = WAITING_SECONDS
        self._held = 0

    @property
    def has_begun(self) -> bool:
        """Whether a part of a request has come."""
        return bool(self._received)

    def collect(self) -> bool:
        """Take what has come; return whether it is time to answer."""
        try:
            piece = self.sock.recv(PIECE)
        except BlockingIOError:
            return False
        except OSError:
            return True  # the main thread will find the connection broken, and close it
        self._received += piece
        return not piece or self._is_whole()

    def init(self) -> None:
        """Give the parser what was collected; called in the main thread before each request."""
        super().init()
        self.sock.settimeout(WAITING_SECONDS)
        self.parser.unreader.sock = self
        self.parser.unreader.unread(bytes(self._received))
        self._received.clear()
        self._let_go()
        self._needed = None
        self._patience = WAITING_SECONDS

    def recv(self, size: int) -> bytes:
        """Read for the parser what was not collected. Raises ConnectionResetError when all patience is used up."""
        begun = time.monotonic()
        try:
            if self._patience > 0:
                self.sock.settimeout(self._patience)
                piece: bytes = self.sock.recv(size)
                return piece
        except TimeoutError:
            pass
        finally:
            self.sock.settimeout(WAITING_SECONDS)
            self._patience -= time.monotonic() - begun
        raise ConnectionResetError(errno.ECONNRESET, "the client let everybody wait for its request")

    def _is_whole(self) -> bool:
        """Say whether the request is here, by its declared length.

        Only a guess at when to begin, gunicorn reads the request itself. A body without a length, one that the
        application refuses unread, and one that the client sends when told to go on, are left to the main thread.
        """
        if self._needed is None:
            end = self._received.find(HEAD_END)
            if end < 0:
                return len(self._received) > MAX_HEAD
            length = LENGTH.search(self._received, 0, end + 2)
            body = int(length[1]) if length and not EXPECTS.search(self._received, 0, end) else 0
            self._needed = end + len(HEAD_END) + (body if body <= MAX_BODY or self._holds(body, end) else 0)
        return len(self._received) >= self._needed

    def close(self) -> None:
        """Close the connection, and make room for others."""
        self._let_go()
        super().close()

    def _holds(self, body: int, end: int) -> bool:
        """Make room for a large body if it may bring files, its head says who sends it, and there is room."""
        if not TAKING.match(self._received):
            return False
        is_stranger = OF_STRANGERS.match(self._received) is not None
        if not is_stranger and not SIGNED_IN.search(self._received, 0, end):
            return False
        if body > (LARGEST_OF_STRANGERS if is_stranger else LARGEST_UPLOAD):
            return False
        with _room:
            if Connection.held + body > (MOST_OF_STRANGERS if is_stranger else MOST_HELD):
                return False
            Connection.held += body
            self._held = body
        return True

    def _let_go(self) -> None:
        with _room:
            Connection.held -= self._held
            self._held = 0


_room = threading.Lock()

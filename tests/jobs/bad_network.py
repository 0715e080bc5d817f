"""A network between the parts that is slow, breaks off, cuts answers in halves, or lets nothing through any more."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PIECE = 65_536
ABRUPTLY = struct.pack("ii", 1, 0)
"""SO_LINGER: what is closed is reset."""


@dataclass
class Trouble:
    """What is wrong with the line. Everything may be changed while it is used."""

    delay: float = 0.0
    """Seconds that every answer takes longer."""
    breaks_at: int = 0
    """At the so-manieth piece of an answer, counted over all connections, the line is reset; 0 = never."""
    halves: bool = False
    """Whether half of that piece still comes through."""
    swallows: bool = False
    """Whether nothing comes through, and nobody is told."""
    pieces: int = 0
    """Pieces of answers that came by."""


@dataclass
class Line:
    """Where the line begins, and what is wrong with it."""

    port: int
    trouble: Trouble = field(default_factory=Trouble)


@contextmanager
def line_to(path: str) -> Iterator[Line]:
    """Lead from a free port of this machine to a socket in the file system, for the length of the block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = Line(server.getsockname()[1])
        threading.Thread(target=_accept, args=(server, path, line.trouble), daemon=True).start()
        yield line
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, path: str, trouble: Trouble) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
            behind = socket.socket(socket.AF_UNIX)
            behind.connect(path)
            threading.Thread(target=_ask, args=(client, behind, trouble), daemon=True).start()
            threading.Thread(target=_answer, args=(client, behind, trouble), daemon=True).start()


def _ask(client: socket.socket, behind: socket.socket, trouble: Trouble) -> None:
    with suppress(OSError):
        while piece := client.recv(PIECE):
            if not trouble.swallows:
                behind.sendall(piece)
    _close(behind)


def _answer(client: socket.socket, behind: socket.socket, trouble: Trouble) -> None:
    with suppress(OSError):
        while piece := behind.recv(PIECE):
            trouble.pieces += 1
            time.sleep(trouble.delay)
            if trouble.pieces == trouble.breaks_at:
                client.sendall(piece[: len(piece) // 2] if trouble.halves else b"")
                break
            if not trouble.swallows:
                client.sendall(piece)
    _close(client)
    _close(behind)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()

"""Locks between processes. The kernel lets go of them when a process ends, however it ends."""

import fcntl
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

Tell = Callable[[str], None]
ASKED_TO_END = (128 + signal.SIGTERM, 128 + signal.SIGHUP)
"""Exit codes of a process that ended because it was asked to."""


@contextmanager
def exclusive(path: Path, *, on_wait: Callable[[], None] | None = None) -> Iterator[int]:
    """Hold a lock that one process has at a time, waiting for it; `on_wait` is called once when it is taken."""
    descriptor = open_lock(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait:
                on_wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def start_lock(folder: Path) -> Path:
    """Return the lock under which servers of a folder are started and stopped."""
    return folder / "start.lock"


@contextmanager
def in_use(folder: Path, *, start: Callable[[], None], stop: Callable[[], None], tell: Tell) -> Iterator[int]:
    """Use what many may use at once: the first one in starts it, the last one out stops it.

    Every user holds a shared lock, so a killed one is forgotten by the kernel. Yields the lock's descriptor: a child
    that inherits it counts as a user too. `start` is called by everyone and must do nothing when there is nothing to
    do. It runs alone, and so does `stop`.
    """

    def waiting() -> None:
        tell("另一个 huiying 命令正在启动或停止服务，请稍候……")

    users = open_lock(folder / "in-use.lock")
    try:
        try:
            with exclusive(start_lock(folder), on_wait=waiting):
                fcntl.flock(users, fcntl.LOCK_SH)
                start()
            yield users
        finally:
            with undisturbed(), exclusive(start_lock(folder)):
                if try_exclusive(users):
                    stop()
    finally:
        os.close(users)


def open_lock(path: Path) -> int:
    """Open a lock file, making it; the lock is taken on the returned descriptor, which children do not inherit."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_exclusive(descriptor: int) -> bool:
    """Take the lock alone if nobody else holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def ending_politely() -> Iterator[None]:
    """While inside, SIGTERM and a closed terminal end the process through its `finally` blocks."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    with _handling({signal.SIGTERM: leave, signal.SIGHUP: leave}, only_default=True):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """While inside, signals that ask to end are ignored: a server half stopped helps nobody."""
    with _handling(dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), signal.SIG_IGN), only_default=False):
        yield


_Handler = Callable[[int, FrameType | None], None] | signal.Handlers


@contextmanager
def _handling(handlers: dict[signal.Signals, _Handler], *, only_default: bool) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in handlers}
    changed = [number for number in handlers if not only_default or before[number] is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, handlers[number])
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, before[number])

"""The time a feature may take to answer: `with within(0.05):` cuts the block when it takes longer."""

import signal
import threading
import time
from types import FrameType, TracebackType

AGAIN_SECONDS = 0.01
"""Code that catches the first cut is cut again after so long, and again."""
AT_ONCE = 1e-6
"""The shortest time a timer can be set to: zero would switch it off."""


class OverBudget(BaseException):
    """A block took longer than it may.

    Not an `Exception`: it is raised in the middle of a feature's code, where `except Exception: pass` must not swallow it.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took longer than {seconds:g} s")
        self.seconds = seconds


class Deadline:
    """A block that must end in time; made by `within`, good for one block."""

    __slots__ = ("_cuts", "_handler_before", "_is_open", "_left_before", "_repeated_before", "_seconds", "_started")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._is_open = False

    def __enter__(self) -> None:
        self._cuts = threading.current_thread() is threading.main_thread()
        self._started = time.monotonic()
        if self._cuts:
            # Off before anything else: an alarm of the surrounding code must not go off in the hands of this block.
            self._left_before, self._repeated_before = signal.setitimer(signal.ITIMER_REAL, 0)
            self._handler_before = signal.signal(signal.SIGALRM, self._cut)
            self._is_open = True
            signal.setitimer(signal.ITIMER_REAL, self._seconds, AGAIN_SECONDS)

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._is_open = False
        taken = time.monotonic() - self._started
        if self._cuts:
            signal.setitimer(signal.ITIMER_REAL, 0)
            # Python runs the handlers of signals that have arrived before it changes one: a late cut ends here, unheard.
            signal.signal(signal.SIGALRM, self._handler_before)
            if self._left_before:
                left = max(self._left_before - taken, AT_ONCE)
                signal.setitimer(signal.ITIMER_REAL, left, self._repeated_before)
        if kind is None and taken > self._seconds:
            raise OverBudget(self._seconds)

    def _cut(self, _: int, frame: FrameType | None) -> None:
        """Interrupt the block, but not the lines above: cut there, they would leave the timer running."""
        if self._is_open and not (frame and frame.f_code in _OWN_CODE):
            raise OverBudget(self._seconds)


_OWN_CODE = (Deadline.__enter__.__code__, Deadline.__exit__.__code__)


def within(seconds: float) -> Deadline:
    """Give a block so many seconds; afterwards it raises `OverBudget`, wherever it is.

    In the main thread the block is cut: a loop, a sleep, a regular expression, code that swallows every `Exception`.
    What is not Python (a long call of a C library that looks at no signals) is cut when it returns. In any other thread
    nothing can be cut: the block runs to its end, and `OverBudget` is raised then. In both, a block that ended by itself
    but too late raises it too, and one that ended with another exception keeps that one.

    Blocks may lie within each other, and within whatever else uses SIGALRM, as RQ does for a job: its handler and the
    time it had left are put back, and if that has run out meanwhile it goes off as soon as this block has ended.
    A block must hold nothing that an interruption at any point would leave half done: no session, no lock.
    """
    if seconds <= 0:
        raise ValueError("a block needs some time")
    return Deadline(seconds)

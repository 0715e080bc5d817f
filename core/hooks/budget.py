"""The time a feature may take to answer: `with within(0.05, longest=0.5):` cuts the block when it takes longer."""

import gc
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

AGAIN_SECONDS = 0.01
"""Code that catches the first cut is cut again after so long, and again."""
AT_ONCE = 1e-6
"""The shortest time a timer can be set to: zero would switch it off."""
UNCOLLECTED_SECONDS = 1.0
"""In blocks no longer than this no garbage is collected."""


class OverBudget(BaseException):
    """A block took longer than it may.

    Not an `Exception`: it is raised in the middle of a feature's code, where `except Exception: pass` must not swallow it.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took longer than {seconds:g} s")
        self.seconds = seconds


class Deadline:
    """A block that must end in time; made by `within`, good for one block."""

    __slots__ = (
        "_at_work",
        "_collects",
        "_cuts",
        "_handler_before",
        "_is_open",
        "_left_before",
        "_longest",
        "_repeated_before",
        "_seconds",
        "_started",
        "_stopped",
    )

    def __init__(self, seconds: float, longest: float) -> None:
        self._seconds = seconds
        self._longest = longest
        self._is_open = False

    def __enter__(self) -> None:
        self._cuts = threading.current_thread() is threading.main_thread()
        # A collection of all that the process holds takes longer than a decision may, and is nobody's fault in it.
        self._collects = self._cuts and self._seconds <= UNCOLLECTED_SECONDS and gc.isenabled()
        if self._collects:
            gc.disable()
        self._started = time.monotonic()
        self._at_work = time.thread_time()
        if self._cuts:
            # Off before anything else: an alarm of the surrounding code must not go off in the hands of this block.
            self._left_before, self._repeated_before = signal.setitimer(signal.ITIMER_REAL, 0)
            self._stopped = time.monotonic()  # after it, not before: late on a busy machine, but never early
            self._handler_before = signal.signal(signal.SIGALRM, self._cut)
            self._is_open = True
            signal.setitimer(signal.ITIMER_REAL, self._seconds, AGAIN_SECONDS)

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._is_open = False
        is_over = self._is_over()
        if self._collects:  # before the surrounding alarm is back, which may go off at once
            gc.enable()
        if self._cuts:
            signal.setitimer(signal.ITIMER_REAL, 0)
            # Python runs the handlers of signals that have arrived before it changes one: a late cut ends here, unheard.
            signal.signal(signal.SIGALRM, self._handler_before)
            if self._left_before:
                left = max(self._left_before - (time.monotonic() - self._stopped), AT_ONCE)
                signal.setitimer(signal.ITIMER_REAL, left, self._repeated_before)
        if kind is None and is_over:
            raise OverBudget(self._seconds)

    def _is_over(self) -> bool:
        """Tell whether the block has worked for too long, or waited for too long."""
        return time.thread_time() - self._at_work >= self._seconds or time.monotonic() - self._started >= self._longest

    def _cut(self, _: int, frame: FrameType | None) -> None:
        """Interrupt the block, but not the lines above: cut there, they would leave the timer running.

        What is `whole` is left alone: the timer comes again. So is a cut that is being weighed: a second one in the midst of it, on a
        busy machine, would come out of the lines above.
        """
        if self._is_open and not _whole and self._is_over() and not (frame and frame.f_code in _OWN_CODE):
            raise OverBudget(self._seconds)


_OWN_CODE = tuple(own.__code__ for own in (Deadline.__enter__, Deadline.__exit__, Deadline._cut, Deadline._is_over))
_whole: list[int] = []
"""One entry for each `whole` piece that is being done."""


@contextmanager
def whole() -> Iterator[None]:
    """Have a piece of a block that is within a budget done whole: a cut that comes meanwhile comes when it has ended.

    For what an interruption would leave half done, such as a statement on a connection that others go on to use. It
    needs a limit of its own.
    """
    _whole.append(1)
    try:
        yield
    finally:
        _whole.pop()


def within(seconds: float, *, longest: float | None = None) -> Deadline:
    """Give a block so many seconds of work; afterwards it raises `OverBudget`, wherever it is.

    The work is counted in the thread's own CPU time: on a busy machine a block that is not let near a processor has
    done nothing wrong; nor has one whose process collects garbage, which waits for the end of a short block in the main
    thread. By the clock on the wall it may take `longest`, as long as its work when that is not given: so a
    block that only sleeps ends too.

    In the main thread the block is cut: a loop, a sleep, a regular expression, code that swallows every `Exception`.
    What is not Python (a long call of a C library that looks at no signals) is cut when it returns. In any other thread
    nothing can be cut: the block runs to its end, and `OverBudget` is raised then. In both, a block that ended by itself
    but too late raises it too, and one that ended with another exception keeps that one.

    Blocks may lie within each other, and within whatever else uses SIGALRM, as RQ does for a job: its handler and the
    time it had left are put back, and if that has run out meanwhile it goes off as soon as this block has ended.
    A block must hold nothing that an interruption at any point would leave half done: no session, no lock; what
    cannot be avoided is done `whole`.
    """
    if seconds <= 0:
        raise ValueError("a block needs some time")
    return Deadline(seconds, longest or seconds)

"""The breaker 熔断: a feature that keeps failing is left alone for a while, so that nobody waits for it every time."""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

IN_A_ROW = 5
"""Failures one after the other that open the breaker."""
WINDOW_SECONDS = 600.0
SHARE, AT_LEAST = 0.5, 20
"""So large a part of at least so many calls within the window opens it too."""
FIRST_REST, LONGEST_REST = 60.0, 1800.0
"""Seconds it stays open; twice as long each time that the try afterwards fails again."""


@dataclass
class _Line:
    """How the calls of one feature to one hook went."""

    in_a_row: int = 0
    calls: deque[tuple[float, bool]] = field(default_factory=deque)
    rest: float = FIRST_REST
    open_until: float | None = None


class Breaker:
    """One per process. Keyed by (tenant, feature, hook, revision): other settings are another chance."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lines: dict[Hashable, _Line] = {}
        self._lock = threading.Lock()

    def allows(self, key: Hashable) -> bool:
        """Tell whether to ask. After its rest one call is let through to try; the others go on waiting for it."""
        line = self._lines.get(key)
        if line is None or line.open_until is None:
            return True
        with self._lock:
            now = self._clock()
            if line.open_until is not None and now < line.open_until:
                return False
            if line.open_until is not None:
                line.open_until = now + line.rest  # the others wait until this one has answered
            return True

    def succeeded(self, key: Hashable) -> None:
        """Count an answer; one given on trial closes the breaker."""
        line = self._lines.get(key)
        if line is None:
            return
        with self._lock:
            if line.open_until is not None:
                self._lines.pop(key, None)
            else:
                line.in_a_row = 0
                self._count(line, is_failure=False)

    def failed(self, key: Hashable) -> bool:
        """Count a failure; return whether the breaker is open now."""
        with self._lock:
            line = self._lines.setdefault(key, _Line())
            if line.open_until is not None:
                line.rest = min(line.rest * 2, LONGEST_REST)
                self._open(line)
                return True
            line.in_a_row += 1
            self._count(line, is_failure=True)
            failures = sum(is_failure for _, is_failure in line.calls)
            if line.in_a_row >= IN_A_ROW or (len(line.calls) >= AT_LEAST and failures >= SHARE * len(line.calls)):
                self._open(line)
            return line.open_until is not None

    def _open(self, line: _Line) -> None:
        line.open_until = self._clock() + line.rest

    def _count(self, line: _Line, *, is_failure: bool) -> None:
        now = self._clock()
        line.calls.append((now, is_failure))
        while line.calls and line.calls[0][0] < now - WINDOW_SECONDS:
            line.calls.popleft()

"""What callers were told: every write that was acknowledged, under its key, and what became of the others."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A write that was answered as done: an appeal handed in (`command` empty), or a command with its result."""

    key: str
    command: str
    serial_no: str
    state: str
    version: int


@dataclass
class Journal:
    """The memory of all callers together."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Keys of writes that were refused, with the code."""
    counts: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    """Answers and broken connections that told nothing, so that the same was asked again."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, done: Acknowledged) -> None:
        with self._lock:
            self.acknowledged.append(done)
            self.counts[done.command or "accept"] += 1

    def refuse(self, key: str, code: str) -> None:
        with self._lock:
            self.refused[key] = code
            self.counts["refused"] += 1

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def trouble(self, what: str) -> None:
        with self._lock:
            self.troubles[what] += 1

    def told(self) -> dict[str, Any]:
        """Return what was done how often."""
        with self._lock:
            return dict(self.counts)

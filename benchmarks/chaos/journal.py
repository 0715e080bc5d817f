"""What callers were told: every write that was acknowledged, under its key, and what became of the others."""

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A command that was answered as done, with its result."""

    key: str
    command: str
    serial_no: str
    state: str
    version: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """An appeal that was acknowledged: by which way, and under which key, which is the title of its ticket too.

    `serial_no` and `access_code` are what was told; empty where the way tells nothing but that it was taken in.
    """

    way: str
    key: str
    serial_no: str = ""
    access_code: str = ""


@dataclass
class Journal:
    """The memory of all callers together."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Keys of writes that were refused, with the code."""
    counts: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    """Answers and broken connections that told nothing, so that the same was asked again."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, done: Acknowledged) -> None:
        with self._lock:
            self.acknowledged.append(done)

    def take_in(self, *receipts: Receipt) -> None:
        with self._lock:
            self.receipts.extend(receipts)

    def refuse(self, key: str, code: str) -> None:
        with self._lock:
            self.refused[key] = code

    def compare(self, told: object, again: object) -> None:
        """Keep that the same was asked once more, and whether the answer was the same."""
        self.count("sent again")
        if again != told:
            self.trouble(f"another answer to the same key: {again} after {told}")
            self.count("answered otherwise")

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def trouble(self, what: str) -> None:
        with self._lock:
            self.troubles[what] += 1

    def by_way(self) -> Counter[str]:
        """Return how many appeals were acknowledged by each way."""
        with self._lock:
            return Counter(receipt.way for receipt in self.receipts)

"""What the doctor found, in words."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad a finding is; `rank` puts the worst first."""

    UNSAFE = "不安全"
    MISSING = "缺少"
    HINT = "提示"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be: about what, what is wrong, what to do."""

    level: Level
    subject: str
    text: str
    remedy: str

    @property
    def is_harmless(self) -> bool:
        return self.level is Level.HINT


def unsafe(subject: str, text: str, remedy: str) -> Finding:
    """Somebody could read, change or lose what they must not."""
    return Finding(Level.UNSAFE, subject, text, remedy)


def missing(subject: str, text: str, remedy: str) -> Finding:
    """Something the product needs is not there."""
    return Finding(Level.MISSING, subject, text, remedy)


def hint(subject: str, text: str, remedy: str) -> Finding:
    """Good to know; nothing is wrong."""
    return Finding(Level.HINT, subject, text, remedy)

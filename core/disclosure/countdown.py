"""The resident's countdown as the timeline told of it 倒计时: its light and its end by some moment, never as they are now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.disclosure.steps import Entry
from core.hooks.values import Light

TELLING = ("clock_started", "clock_moved", "clock_mark")
"""Kinds of entries that tell of a clock."""
SEVERITY: tuple[Light, ...] = ("green", "yellow", "red")


@dataclass(frozen=True, slots=True)
class Countdown:
    """The clock for the reply: which it is, when it ends, None = that was not told, and its light."""

    clock_id: int
    due_at: datetime | None
    light: Light = "green"


def countdown_of(entries: Iterable[Entry]) -> Countdown | None:
    """Return the countdown that these entries tell of last, in their order; None where none of them began one.

    A mark turns the light until the end moves later.
    """
    found: Countdown | None = None
    for entry in entries:
        for told in entry.detail.get("clocks", [entry.detail]):
            number, due = told.get("clock_id"), told.get("due_at")
            if entry.kind == "clock_mark":
                if found and number == found.clock_id and told.get("light") in SEVERITY:
                    worst = max(found.light, told["light"], key=SEVERITY.index)
                    found = Countdown(number, found.due_at, worst)
            elif told.get("clock") == "reply":
                until = datetime.fromisoformat(due) if due else None
                is_later = found is None or until is None or found.due_at is None or until > found.due_at
                is_new = found is None or (number != found.clock_id and not told.get("supersedes"))
                found = Countdown(number, until, "green" if found is None or is_new or is_later else found.light)
    return found

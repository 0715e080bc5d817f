"""Shifts of the desk 坐席班次 as rules: what a shift is, which hours nobody covers, who sits there at an instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

LONGEST_SHIFT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody, by account, sits at the desk from one instant until before another."""

    person: int
    begins_at: datetime
    ends_at: datetime
    label: str = ""
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody sits at the desk."""

    begins_at: datetime
    ends_at: datetime


def gaps(shifts: Iterable[Shift], *, since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Return the times between two instants that no shift covers, in order: 7×24 means that there are none."""
    found: list[Gap] = []
    covered = since
    for shift in sorted(shifts, key=lambda each: each.begins_at):
        if shift.begins_at >= until:
            break
        if shift.begins_at > covered:
            found.append(Gap(covered, shift.begins_at))
        covered = max(covered, shift.ends_at)
    if covered < until:
        found.append(Gap(covered, until))
    return tuple(found)


def overlapping(shifts: Sequence[Shift]) -> tuple[Shift, Shift] | None:
    """Return two shifts of one person that overlap, None when nobody is in two places."""
    ordered = sorted(shifts, key=lambda each: (each.person, each.begins_at))
    for before, after in pairwise(ordered):
        if before.person == after.person and after.begins_at < before.ends_at:
            return before, after
    return None

"""How much more time a district's rules allow a unit: values in, values out."""

from collections.abc import Iterable
from datetime import datetime

from core.routing.rules_in_force import Handling
from core.workdays.rules import Timetable


def extension_days_left(rules: Handling, *, times: int, granted: int) -> int:
    """Return by how many working days a limit that was extended so often and so far can still be extended."""
    return rules.extension_days - granted if times < rules.extension_times else 0


def pause_days_left(rules: Handling, taken: Iterable[int]) -> int:
    """Return for how many more working days a clock may stand still that did for so many each time."""
    return rules.pause_days - sum(taken)


def days_held(hours: Timetable, since: datetime, until: datetime, *, at_most: int) -> int:
    """Return how many working days a pause took that has ended, the day on which it began not counted."""
    first, last = hours.date_of(since), hours.date_of(until)
    return sum(hours.working_day_after(first, count) <= last for count in range(1, at_most + 1))

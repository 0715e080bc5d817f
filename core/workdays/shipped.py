"""Calendars known everywhere by name, whatever a district declares: for trying things out, and for the rule book."""

from collections.abc import Callable
from functools import cache

from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.workdays.national import published_notices
from core.workdays.rules import Timetable
from core.workdays.specification import CalendarSpec, Hours, Segment

_EVERY_DAY = frozenset(range(7))
_WEEKDAYS = frozenset(range(5))


class UnknownCalendar(Refused):
    """No calendar has this name."""

    code = "unknown-calendar"


def _hours(days: frozenset[int], *segments: str) -> tuple[Hours, ...]:
    return (Hours(days, tuple(Segment.parse(segment) for segment in segments)),)


def _offices() -> CalendarSpec:
    return CalendarSpec(
        "Asia/Shanghai",
        _hours(_WEEKDAYS, "09:00-12:00", "14:00-18:00"),
        follows_national=True,
        notices=published_notices(),
    )


SHIPPED: dict[str, Callable[[], CalendarSpec]] = {
    "GZ": _offices,
    "RX": lambda: CalendarSpec("Asia/Shanghai", _hours(_EVERY_DAY, "08:00-20:00")),
    "NIGHT": lambda: CalendarSpec("Asia/Shanghai", _hours(_EVERY_DAY, "20:00-08:00")),
    "NY": lambda: CalendarSpec("America/New_York", _hours(_WEEKDAYS, "09:00-17:00")),
    "NYNIGHT": lambda: CalendarSpec("America/New_York", _hours(_EVERY_DAY, "20:00-08:00")),
}
"""GZ office hours by the national working days 工作日, RX hotline 热线 daily 08–20, NIGHT night shift 夜班, NY and
NYNIGHT the like in a zone with summer time."""


@cache
def shipped_timetable(name: str) -> Timetable:
    """Return a shipped calendar made ready. Raises `UnknownCalendar`, naming those that exist."""
    if name not in SHIPPED:
        raise UnknownCalendar(
            said(
                "没有名为“{name}”的日历。可用的有 {shipped}，请改用其中之一。", name=name, shipped=joined("、", SHIPPED)
            )
        )
    return Timetable(SHIPPED[name]())

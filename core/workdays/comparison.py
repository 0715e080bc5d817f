"""Comparing two versions of a calendar: from which day on they count differently."""

from datetime import date

from core.workdays.rules import ONE_DAY, Timetable


def first_changed_day(before: Timetable, after: Timetable, *, since: date, until: date) -> date | None:
    """Return the first day of a span, both ends included, that is worked otherwise or is no longer provisional.

    None when every day of the span counts alike.
    """
    if before.zone != after.zone:
        return since
    day = since
    while day <= until:
        if _differs(before, after, day):
            return day
        day += ONE_DAY
    return None


def _differs(before: Timetable, after: Timetable, day: date) -> bool:
    noon = before.at(day, ONE_DAY / 2)
    return before.day(day).segments != after.day(day).segments or before.is_provisional(noon) != after.is_provisional(
        noon
    )

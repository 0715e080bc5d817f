"""Comparing two versions of a calendar: from which day on they count differently, and how each day does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from core.kit.saying import joined, said, word
from core.workdays.days import Day
from core.workdays.rules import ONE_DAY, Timetable


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that counts otherwise: as it was, and as it will be."""

    before: Day
    after: Day

    @property
    def date(self) -> date:
        return self.after.date

    @property
    def words(self) -> tuple[str, str]:
        """What the day is before and after, so that days alike are told together."""
        return day_words(self.before), day_words(self.after)


@dataclass(frozen=True, slots=True)
class ChangedSpan:
    """Days in a row that change in the same way; of days of the week alone, those between do not count."""

    first: date
    last: date
    count: int
    before: str
    after: str


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


def changed_days(before: Timetable, after: Timetable, *, since: date, until: date) -> Iterator[ChangedDay]:
    """Yield the days of a span, both ends included, whose hours differ or of which something else is said."""
    day = since
    while day <= until:
        was, will_be = before.day(day), after.day(day)
        if (was.segments, was.reason) != (will_be.segments, will_be.reason):
            yield ChangedDay(was, will_be)
        day += ONE_DAY


def in_spans(days: Iterator[ChangedDay]) -> list[ChangedSpan]:
    """Return changed days that follow one another in the same way as one, over weekends that do not change as well."""
    spans = []
    for (before, after), alike in groupby(days, key=lambda each: each.words):
        run: list[date] = []
        for each in alike:
            if run and (each.date - run[-1]).days > 4:
                spans.append(ChangedSpan(run[0], run[-1], len(run), before, after))
                run = []
            run.append(each.date)
        spans.append(ChangedSpan(run[0], run[-1], len(run), before, after))
    return spans


def day_words(day: Day) -> str:
    """Say what a day is: its hours or rest, and why it is no ordinary day of the week."""
    hours = joined("、", (str(segment) for segment in day.segments)) or word("休息")
    return said("{hours}（{reason}）", hours=hours, reason=word(day.reason)) if day.reason else hours


def _differs(before: Timetable, after: Timetable, day: date) -> bool:
    noon = before.at(day, ONE_DAY / 2)
    return before.day(day).segments != after.day(day).segments or before.is_provisional(noon) != after.is_provisional(
        noon
    )

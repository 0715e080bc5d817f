"""How long ago a letter came, said so that a file stays true on every day it is read.

before = "2d 3h"        so long ago by the wall clock: days, hours, minutes
day = -5                on the fifth working day before today,
at = "10:24"            at this local time
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.workdays.rules import ONE_DAY, Timetable
from tenants.source import Table

_SPAN = re.compile(r"(?:(?P<days>\d{1,3})d)?(?:\s*(?P<hours>\d{1,3})h)?(?:\s*(?P<minutes>\d{1,4})m)?")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")


@dataclass(frozen=True, slots=True)
class Ago:
    """So long before now."""

    span: timedelta

    def instant(self, timetable: Timetable, *, now: datetime) -> datetime:
        return now - self.span


@dataclass(frozen=True, slots=True)
class OnWorkday:
    """At a local time of the `back`-th working day before today; `back` is at least 1, so it is always past."""

    back: int
    at: time

    def instant(self, timetable: Timetable, *, now: datetime) -> datetime:
        day = timetable.date_of(now)
        for _ in range(self.back):
            day -= ONE_DAY
            while not timetable.is_working_day(day):
                day -= ONE_DAY
        return _at(timetable, day, self.at)


@dataclass(frozen=True, slots=True)
class OnDay:
    """At a local time so many days before today, working or not."""

    back: int
    at: time

    def instant(self, timetable: Timetable, *, now: datetime) -> datetime:
        return _at(timetable, timetable.date_of(now) - self.back * ONE_DAY, self.at)


Age = Ago | OnWorkday | OnDay


def read_age(table: Table) -> Age:
    """Return the age that a table tells, noting what is missing or unclear."""
    if "before" in table:
        if "day" in table or "at" in table:
            table.fault("before", "既写了 before 又写了 day、at，说不清是什么时候；请只留一种")
        return Ago(_span(table, table.text("before")))
    back, at = -table.number("day"), table.text("at")
    if "day" in table and back < 1:
        table.fault("day", f"day 写成了 {-back}，要在今天之前；请写负数，-1 是上一个工作日，今天来的请用 before")
    if at and not _CLOCK.match(at):
        table.fault("at", f"at 写成了“{at}”，看不出几点几分；请写成 10:24")
        at = ""
    return OnWorkday(max(back, 1), time.fromisoformat(at or "00:00"))


def _at(timetable: Timetable, day: date, at: time) -> datetime:
    return timetable.at(day, timedelta(hours=at.hour, minutes=at.minute))


def _span(table: Table, text: str) -> timedelta:
    match = _SPAN.fullmatch(text)
    parts = {unit: int(amount) for unit, amount in match.groupdict().items() if amount} if match else {}
    if text and not parts:
        table.fault("before", f"before 写成了“{text}”，看不出多久；请写成 2d 3h 或 35m")
    return timedelta(**parts)

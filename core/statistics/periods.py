"""Months and weeks as stretches of local days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from core.kit.errors import Refused
from core.kit.saying import said
from core.statistics.days import ONE_DAY, Span

A_WEEK = timedelta(days=7)
YEARS = range(1990, 2101)


class MonthUnclear(Refused):
    """A month cannot be read."""

    code = "month-unclear"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read a month such as `2019-04`. Raises `MonthUnclear`."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text.strip(), re.ASCII)
        if found is None or int(found[1]) not in YEARS or not 1 <= int(found[2]) <= 12:
            raise MonthUnclear(said("月份“{text}”看不懂。请写成 年-月，如 2019-04。", text=text))
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """Return the month that a day lies in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def words(self) -> str:
        return said("{year}年{number}月", year=self.year, number=self.number)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def following(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - ONE_DAY)

    @property
    def year_before(self) -> "Month":
        return Month(self.year - 1, self.number)

    @property
    def span(self) -> Span:
        """The days of the month."""
        return Span(self.first, self.following.first - ONE_DAY)


def last_weeks(until: date, *, count: int) -> list[Span]:
    """Return the last whole weeks, Monday to Sunday, that ended no later than `until`, the oldest first.

    Only whole weeks: a part of one beside them would look like a fall.
    """
    sunday = until - timedelta(days=(until.weekday() + 1) % 7)
    return [Span(sunday - back * A_WEEK - 6 * ONE_DAY, sunday - back * A_WEEK) for back in reversed(range(count))]

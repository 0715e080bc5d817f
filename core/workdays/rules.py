"""The timetable 工作时间表: working time between instants, and where a time limit ends. No clock, no database.

Working time is one axis on which only worked hours count. A year of it is laid out when it is first asked for
(a few milliseconds), as prefix sums over its segments; after that every question is a bisection.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import NamedTuple

from core.kit.saying import said
from core.workdays.days import Day, Days
from core.workdays.specification import CalendarSpec, CalendarUnusable, Segment, zone_named

NO_TIME = timedelta(0)
ONE_DAY = timedelta(days=1)
BARREN_YEARS = 5
"""After so many years without working time the search for more ends."""


class Stretch(NamedTuple):
    """Working time without a gap, belonging to one working day (its night may reach into the next date)."""

    start: datetime
    end: datetime
    day: date


class _Year:
    """The working time of one local year, as sorted stretches with the working time before and after each.

    `hours` tells when each working day opens and closes, in order of the days.
    """

    def __init__(self, stretches: list[Stretch], hours: dict[date, tuple[datetime, datetime]]) -> None:
        self.stretches = stretches
        self.hours = hours
        self.working_days = list(hours)
        self.closes = [close for _, close in hours.values()]
        self.starts = [stretch.start for stretch in stretches]
        self.before: list[timedelta] = []
        self.after: list[timedelta] = []
        self.total = NO_TIME
        for start, end, _ in stretches:
            self.before.append(self.total)
            self.total += end - start
            self.after.append(self.total)

    def position(self, instant: datetime) -> timedelta:
        """Return the working time from the year's beginning to the instant."""
        index = bisect_right(self.starts, instant) - 1
        if index < 0:
            return NO_TIME
        stretch = self.stretches[index]
        return self.before[index] + (min(instant, stretch.end) - stretch.start)

    def earliest_at(self, position: timedelta) -> datetime:
        """Return the first instant with this position, which is the end of a stretch rather than the next start."""
        index = bisect_left(self.after, position)
        return self.stretches[index].start + (position - self.before[index])

    def latest_at(self, position: timedelta) -> datetime:
        """Return the last instant with this position, which is the start of a stretch rather than the end before."""
        index = bisect_right(self.before, position) - 1
        return self.stretches[index].start + (position - self.before[index])


class Timetable:
    """A calendar made ready for counting. Takes aware instants of any zone, returns instants in UTC."""

    def __init__(self, spec: CalendarSpec) -> None:
        self.spec = spec
        self.zone = zone_named(spec.zone)
        self._days = Days(spec)
        self._years: dict[int, _Year] = {}

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from `start` to `end`; negative when `end` is the earlier one."""
        if end < start:
            return -self.between(end, start)
        first, last = self.date_of(start).year, self.date_of(end).year
        whole_years = sum((self._year(year).total for year in range(first, last)), NO_TIME)
        return whole_years + self._year(last).position(end) - self._year(first).position(start)

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """Return the earliest instant by which `amount` of working time has passed since `start`.

        A limit that fills the day ends at its close, not at the next opening; no time at all ends where it starts.
        Raises `CalendarUnusable` when the calendar's working time runs out before.
        """
        _refuse_negative(amount)
        if not amount:
            return start.astimezone(UTC)
        year = self.date_of(start).year
        position = self._year(year).position(start) + amount
        barren = 0
        while position > (total := self._year(year).total):
            position -= total
            barren = 0 if total else barren + 1
            year = self._next_year(year, 1, barren)
        return self._year(year).earliest_at(position)

    def look_back(self, end: datetime, amount: timedelta) -> datetime:
        """Return the latest instant from which `amount` of working time remains until `end`: `add`, mirrored.

        A warning ahead of `end` thus falls on an opening rather than on the close before it.
        """
        _refuse_negative(amount)
        if not amount:
            return end.astimezone(UTC)
        year = self.date_of(end).year
        position = self._year(year).position(end) - amount
        barren = 0
        while position < NO_TIME:
            year = self._next_year(year, -1, barren)
            position += (total := self._year(year).total)
            barren = 0 if total else barren + 1
        return self._year(year).latest_at(position)

    def working_day_after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after a date, which itself is not counted. `count` is at least 1."""
        year, index = self._place_after(day, count)
        return year.working_days[index]

    def close_after(self, start: datetime, count: int) -> datetime:
        """Return the close of the `count`-th working day after an instant, whose own day is not counted."""
        year, index = self._place_after(self.date_of(start), count)
        return year.closes[index]

    def day(self, on: date) -> Day:
        """Return what the calendar says of a date: hours, and the reason when it is not an ordinary day."""
        return self._days.day(on)

    def is_working_day(self, on: date) -> bool:
        """Tell whether any working time begins on the date."""
        return self.day(on).is_working

    def opening_of(self, day: date) -> datetime:
        """Return the first instant of a working day's hours."""
        return self._hours(day)[0]

    def close_of(self, day: date) -> datetime:
        """Return the last instant of a working day's hours; those of a night shift end on the next date."""
        return self._hours(day)[1]

    def next_stretch(self, instant: datetime) -> Stretch:
        """Return the working time that begins or goes on at `instant`, else the next; cut off at New Year's midnight.

        At the very end of a stretch the next one is returned: an office that closes at 18:00 is closed at 18:00.
        """
        year = self.date_of(instant).year
        index = max(bisect_right(self._year(year).starts, instant) - 1, 0)
        barren = 0
        while True:
            stretches = self._year(year).stretches
            for stretch in stretches[index : index + 2]:
                if instant < stretch.end:
                    return stretch
            barren = 0 if stretches else barren + 1
            year, index = self._next_year(year, 1, barren), 0

    def next_opening(self, instant: datetime) -> datetime:
        """Return `instant` itself within working time, else the next opening."""
        return max(instant.astimezone(UTC), self.next_stretch(instant).start)

    def day_ending_at(self, instant: datetime) -> date:
        """Return the working day in whose hours an instant lies (its close included), else its date.

        The close of a night shift belongs to the evening before; midnight outside of hours to the day it ends.
        """
        local = self.date_of(instant)
        for day in (local - ONE_DAY, local):
            if any(stretch.start < instant <= stretch.end for stretch in self._stretches(self.day(day))):
                return day
        return self.date_of(instant - timedelta.resolution)

    def midnight_after(self, day: date) -> datetime:
        """Return the end of a date, 24:00."""
        return self._instant(day, ONE_DAY)

    def at(self, day: date, clock: timedelta) -> datetime:
        """Return the instant at which the clock on the wall is `clock` past the date's midnight."""
        return self._instant(day, clock)

    def clock_of(self, instant: datetime, day: date) -> timedelta:
        """Return what the clock on the wall shows at an instant, counted from the midnight of `day`; undoes `at`."""
        return instant.astimezone(self.zone).replace(tzinfo=None) - datetime.combine(day, time())

    def date_of(self, instant: datetime) -> date:
        """Return the date of an instant in the calendar's zone."""
        return instant.astimezone(self.zone).date()

    def is_provisional(self, instant: datetime) -> bool:
        """Tell whether an instant falls into a year whose national days are not published yet (or not known)."""
        # Only around New Year can the zone's year differ from that of the instant's own zone.
        year = instant.year if 1 < instant.month < 12 else self.date_of(instant).year
        return self._days.is_provisional(year)

    def _place_after(self, day: date, count: int) -> tuple[_Year, int]:
        if count < 1:
            raise ValueError(f"a working day after a date is counted from 1, not {count}")
        year = self._year(day.year)
        index = bisect_right(year.working_days, day) + count - 1
        barren, number = 0, day.year
        while index >= len(year.working_days):
            index -= len(year.working_days)
            barren = 0 if year.working_days else barren + 1
            number = self._next_year(number, 1, barren)
            year = self._year(number)
        return year, index

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = self._lay_out(year)
        return found

    def _lay_out(self, year: int) -> _Year:
        begin, end = self._instant(date(year, 1, 1), NO_TIME), self.midnight_after(date(year, 12, 31))
        # New Year's Eve of the year before is laid out too: its night may reach into this year.
        ordinals = range(date(year - 1, 12, 31).toordinal(), date(year + 1, 1, 1).toordinal())
        days = [self.day(date.fromordinal(ordinal)) for ordinal in ordinals]
        worked = {day.date: self._stretches(day) for day in days if day.is_working}
        stretches: list[Stretch] = []
        reached = begin
        for stretch in sorted(chain.from_iterable(worked.values())):
            clipped = Stretch(max(stretch.start, reached), min(stretch.end, end), stretch.day)
            if clipped.start < clipped.end:
                stretches.append(clipped)
                reached = clipped.end
        worked.pop(days[0].date, None)
        return _Year(stretches, {day: (parts[0].start, parts[-1].end) for day, parts in worked.items()})

    def _stretches(self, day: Day) -> list[Stretch]:
        return [Stretch(*self._span(day.date, segment), day.date) for segment in day.segments]

    def _span(self, day: date, segment: Segment) -> tuple[datetime, datetime]:
        return self._instant(day, timedelta(seconds=segment.start)), self._instant(day, timedelta(seconds=segment.end))

    def _instant(self, day: date, clock: timedelta) -> datetime:
        # Counted on the wall clock, not in elapsed hours: on days of a time change 08:00 stays 08:00.
        on_the_wall = datetime.combine(day, time()) + clock
        return on_the_wall.replace(tzinfo=self.zone).astimezone(UTC)

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        found = self._year(day.year).hours.get(day)
        if found is None:
            raise ValueError(f"{day} is no working day")
        return found

    def _next_year(self, year: int, step: int, barren: int) -> int:
        if barren > BARREN_YEARS:
            raise CalendarUnusable(
                said(
                    "日历在{year}年前后连续{barren_years}年没有工作时间，算不出截止。请补上作息时间。",
                    year=year,
                    barren_years=BARREN_YEARS,
                )
            )
        if not 1 < year + step < 9999:
            raise CalendarUnusable("时限太长，超出了日历能算的年份。请改短时限。")
        return year + step


def _refuse_negative(amount: timedelta) -> None:
    if amount < NO_TIME:
        raise ValueError(f"an amount of working time is not negative, but {amount}")

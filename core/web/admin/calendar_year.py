"""A year of the calendar drawn month by month: what each day is, in a letter, in words, and whether a draft changes it."""

from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.kit.saying import joined
from core.workdays.days import Day
from core.workdays.rules import ONE_DAY, Timetable
from core.workdays.specification import CalendarSpec, DayKind

MARKS = {"rest": "休", "makeup": "班", "own-rest": "休", "own-work": "班", "own-break": "停"}
"""The letter beside a day that is not what its weekday says."""


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day as it is drawn: `kind` names its look, `mark` is a letter, `words` say what is not ordinary."""

    date: date
    kind: str
    mark: str
    words: str
    is_today: bool
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday on; None = a place before or after it."""

    number: int
    weeks: tuple[tuple[DayCell | None, ...], ...]
    working: int


@dataclass(frozen=True)
class YearShown:
    """A year with what is counted of it, and by whose word its days of rest are."""

    year: int
    months: tuple[Month, ...]
    working: int
    festival: int
    makeup: int
    own: int
    source: str
    is_provisional: bool


def year_shown(year: int, spec: CalendarSpec, *, before: CalendarSpec | None, today: date) -> YearShown:
    """Return a year of this calendar; with `before` the days that differ from it are marked as changed."""
    timetable = Timetable(spec)
    was = Timetable(before) if before is not None else None
    looks = _Looks(spec, timetable)
    months = tuple(_month(year, number, looks, was, today) for number in range(1, 13))
    days = [cell for month in months for week in month.weeks for cell in week if cell is not None]
    notice = next((each for each in spec.notices_in_force if each.year == year), None)
    return YearShown(
        year,
        months,
        sum(month.working for month in months),
        sum(cell.kind in ("rest", "guess") for cell in days),
        sum(cell.kind == "makeup" for cell in days),
        sum(cell.kind.startswith("own-") for cell in days),
        notice.source if notice else "",
        spec.follows_national and notice is None,
    )


class _Looks:
    """Says how a day of a calendar looks."""

    def __init__(self, spec: CalendarSpec, timetable: Timetable) -> None:
        self.timetable = timetable
        self._own = {each.day: each.kind for each in spec.days}
        self._noticed = {notice.year for notice in spec.notices_in_force}
        self._follows = spec.follows_national
        self._rest = {day for notice in spec.notices_in_force for day, _ in notice.rest}
        self._work = {day for notice in spec.notices_in_force for day, _ in notice.work}

    def kind_of(self, day: Day) -> str:
        if (own := self._own.get(day.date)) is not None:
            return f"own-{'rest' if own is DayKind.REST else 'work' if own is DayKind.WORK else 'break'}"
        if self._follows and day.date in self._work and day.is_working:
            return "makeup"
        if self._follows and day.date in self._rest and not day.is_working:
            return "rest"
        if self._follows and not day.is_working and day.reason.endswith("放假"):
            return "guess"
        return "work" if day.is_working else "off"


def _month(year: int, number: int, looks: _Looks, was: Timetable | None, today: date) -> Month:
    weeks = tuple(
        tuple(_cell(day, looks, was, today) if day.month == number else None for day in week)
        for week in Calendar().monthdatescalendar(year, number)
    )
    cells = [cell for week in weeks for cell in week if cell is not None]
    return Month(number, weeks, sum(looks.timetable.is_working_day(cell.date) for cell in cells))


def _cell(on: date, looks: _Looks, was: Timetable | None, today: date) -> DayCell:
    day = looks.timetable.day(on)
    kind = looks.kind_of(day)
    before = was.day(on) if was is not None else day
    words = day.reason if kind not in ("work", "off") else ""
    changed = (before.segments, before.reason) != (day.segments, day.reason)
    return DayCell(on, kind, MARKS.get("rest" if kind == "guess" else kind, ""), words, on == today, changed)


def hours_of_week(spec: CalendarSpec, *, monday: date) -> Iterator[tuple[int, str]]:
    """Yield each day of an ordinary week with its hours in words, whatever festivals and own days say."""
    plain = Timetable(CalendarSpec(spec.zone, spec.hours))
    for offset in range(7):
        day = plain.day(monday + offset * ONE_DAY)
        yield offset, joined("、", (str(segment) for segment in day.segments)) or "休息"

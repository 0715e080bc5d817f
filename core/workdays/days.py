"""What one date is in a calendar: worked or not, in which hours, and why. Decides between week, nation and district."""

from dataclasses import dataclass
from datetime import date

from core.kit.saying import said, word
from core.workdays.national import statutory_days
from core.workdays.specification import MAKE_UP, WEEKDAYS, CalendarSpec, DatedDay, DayKind, Segment


@dataclass(frozen=True, slots=True)
class Day:
    """A date as the calendar has it. `reason` says in words why it is no ordinary day of the week, else is empty."""

    date: date
    segments: tuple[Segment, ...]
    reason: str = ""

    @property
    def is_working(self) -> bool:
        return bool(self.segments)

    def __str__(self) -> str:
        return said("{date:%Y-%m-%d}（{weekdays}）", date=self.date, weekdays=word(WEEKDAYS[self.date.weekday()]))


class Days:
    """Answers for single dates: the week first, over it the nation's days, over both the district's own."""

    def __init__(self, spec: CalendarSpec) -> None:
        self._spec = spec
        self._published = frozenset(notice.year for notice in spec.notices_in_force)
        self._rest: dict[date, str] = {}
        self._work: dict[date, str] = {}
        for notice in spec.notices_in_force:
            # The next year's notice may change the last days of December, so a later one overrules.
            for day, festival in notice.rest:
                self._work.pop(day, None)
                self._rest[day] = festival
            for day, festival in notice.work:
                self._rest.pop(day, None)
                self._work[day] = festival
        self._own: dict[date, list[DatedDay]] = {}
        for entry in spec.days:
            self._own.setdefault(entry.day, []).append(entry)

    def is_provisional(self, year: int) -> bool:
        """Tell whether the year still lacks the notice that the calendar follows."""
        return self._spec.follows_national and year not in self._published

    def day(self, on: date) -> Day:
        """Return what the calendar says of a date."""
        day = self._national(on)
        for entry in self._own.get(on, ()):
            day = self._overlaid(day, entry)
        return day

    def _national(self, on: date) -> Day:
        if self._spec.follows_national:
            if on in self._work:
                return Day(on, self._make_up_hours(on), said("{work}调休上班", work=self._work[on]))
            festival = self._rest.get(on)
            if festival is None and self.is_provisional(on.year):
                festival = statutory_days(on.year).get(on)
            if festival is not None:
                return Day(on, (), said("{festival}放假", festival=festival))
        segments = self._hours(on, on.weekday())
        if segments:
            return Day(on, segments)
        return Day(on, (), "周末" if on.weekday() >= 5 else "休息日")

    def _overlaid(self, day: Day, entry: DatedDay) -> Day:
        if entry.kind is DayKind.REST:
            return Day(day.date, (), entry.reason)
        if entry.kind is DayKind.WORK:
            return Day(day.date, entry.segments or day.segments or self._make_up_hours(day.date), entry.reason)
        segments = day.segments
        for pause in entry.segments:
            segments = tuple(part for segment in segments for part in _without(segment, pause))
        return Day(day.date, segments, entry.reason)

    def _hours(self, on: date, weekday: int) -> tuple[Segment, ...]:
        for entry in reversed(self._spec.hours):
            if weekday in entry.days and entry.cover(on):
                return entry.segments
        return ()

    def _make_up_hours(self, on: date) -> tuple[Segment, ...]:
        """Return the hours written for make-up days, else those of the first weekday with any."""
        return next((hours for kind in (MAKE_UP, *range(7)) if (hours := self._hours(on, kind))), ())


def _without(segment: Segment, pause: Segment) -> list[Segment]:
    before = (segment.start, min(segment.end, pause.start))
    after = (max(segment.start, pause.end), segment.end)
    return [Segment(start, end) for start, end in (before, after) if start < end]

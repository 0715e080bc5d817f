"""When a time limit ends: a pure function of limit, timetable, start, pauses and adjustments. No clock, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from core.hooks.values import Budget, Mark
from core.sla.ledger import Cap, Extension, Pause, Tightening, union
from core.workdays.rules import NO_TIME, ONE_DAY, Timetable

Adjustment = Extension | Tightening


@dataclass(frozen=True, slots=True)
class Reading:
    """How days are read where the law leaves a choice.

    `rolls_over`: natural days that end on a rest day run to the next working day (民法典第203条).
    `until_midnight`: natural days end at 24:00 instead of at close. `whole_days`: a pause moves a limit of working
    days to the close of the day reached, instead of by the hours lost.
    """

    rolls_over: bool = True
    until_midnight: bool = False
    whole_days: bool = False


CUSTOMARY = Reading()


@dataclass(frozen=True, slots=True)
class Step:
    """One event on the way to the due time: what happened, and when the limit ended after it."""

    event: Pause | Adjustment | Cap
    before: datetime
    due: datetime


class Reckoning(NamedTuple):
    """The due time, the first due time without any event, and each event in order.

    `is_provisional` tells that a year on the way has no published holidays yet, so the due time may still move.
    """

    due: datetime
    base: datetime
    steps: tuple[Step, ...]
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Time that passed on a clock, on the working axis and on the wall, and how much of each was paused."""

    working: timedelta
    wall: timedelta
    paused_working: timedelta
    paused_wall: timedelta


def reckon(
    timetable: Timetable,
    budget: Budget,
    start: datetime,
    *,
    pauses: Iterable[Pause] = (),
    adjustments: Iterable[Adjustment] = (),
    cap: Cap | None = None,
    reading: Reading = CUSTOMARY,
) -> Reckoning:
    """Return when a budget that starts at `start` ends, all in UTC.

    Pauses count once where they overlap; what lies before the start, or begins after the limit has run out, has no
    effect. Events are taken in the order in which they happened: an extension counts from the due time of its moment.
    The cap comes last; one that lies before the start has no effect. A limit does not run out while it stands still: a
    deadline or cap that falls into a pause holds from its end.
    """
    course = _Course(timetable, budget, start, reading)
    base, held = course.due, union(pauses, since=start)
    steps = _met(course, held, adjustments) if held or adjustments else ()
    if cap is not None and cap.until > start:
        steps = (*steps, course.capped(cap, awake(cap.until, held)))
    is_provisional = False
    if budget.mode != "wall" or any(isinstance(step.event, Extension) for step in steps):
        is_provisional = timetable.is_provisional(start) or timetable.is_provisional(base)
        if steps and not is_provisional:
            is_provisional = timetable.is_provisional(course.due)
    return Reckoning(course.due, base, steps, is_provisional)


def extended(timetable: Timetable, due: datetime, *, days: int) -> datetime:
    """Return the due time after an extension: the close of the `days`-th working day after the present one."""
    return timetable.close_of(timetable.working_day_after(timetable.day_ending_at(due), days))


def elapsed(timetable: Timetable, start: datetime, stop: datetime, *, pauses: Iterable[Pause] = ()) -> Elapsed:
    """Return the time from start to stop and how much of it was paused. Raises ValueError when `stop` is earlier."""
    if stop < start:
        raise ValueError(f"a clock does not stop at {stop} before it starts at {start}")
    counted = [Pause(pause.start, min(pause.end, stop)) for pause in union(pauses, since=start) if pause.start < stop]
    return Elapsed(
        working=timetable.between(start, stop),
        wall=_apart(start, stop),
        paused_working=sum((timetable.between(pause.start, pause.end) for pause in counted), NO_TIME),
        paused_wall=sum((_apart(pause.start, pause.end) for pause in counted), NO_TIME),
    )


def mark_at(
    timetable: Timetable, mark: Mark, budget: Budget, *, start: datetime, due: datetime, pauses: Iterable[Pause] = ()
) -> datetime:
    """Return when a mark on a clock is reached: before the due time by working or wall time, at a share of it, or after.

    The share is taken of the working time of the clock, or of its wall time when the budget is wall time (or when no
    working time lies in it); pauses count in neither. A mark never lies before the start, nor inside a pause: it is
    reached when that ends.
    """
    pauses = list(pauses)
    if mark.working_seconds_left is not None:
        return awake(max(_utc(start), timetable.look_back(due, timedelta(seconds=mark.working_seconds_left))), pauses)
    if mark.wall_seconds_left is not None:
        return awake(max(_utc(start), _utc(due) - timedelta(seconds=mark.wall_seconds_left)), pauses)
    if mark.working_days_over is not None:
        return extended(timetable, due, days=mark.working_days_over)
    if mark.share_used is None:
        raise ValueError(f"mark {mark.name} does not say when it is reached")
    spent = elapsed(timetable, start, max(start, due), pauses=pauses)
    working, wall = spent.working - spent.paused_working, spent.wall - spent.paused_wall
    on_the_wall = budget.mode == "wall" or not working
    share = round(((wall if on_the_wall else working) * mark.share_used).total_seconds())
    return reckon(timetable, Budget("wall" if on_the_wall else "ws", share), start, pauses=pauses).due


def awake(instant: datetime, pauses: Iterable[Pause]) -> datetime:
    """Return an instant at which something ends, or the end of the pause that it falls into."""
    for pause in pauses:
        if pause.start <= instant < pause.end:
            return pause.end
    return instant


class _Course:
    """A due time under way: it stands at the limit's first end and moves with each event."""

    def __init__(self, timetable: Timetable, budget: Budget, start: datetime, reading: Reading) -> None:
        self.timetable = timetable
        self.mode = budget.mode
        self.reading = reading
        self.last_day: date | None = None
        """The last natural day before any roll-over; None when the due time is not the end of a day."""
        self._paused = NO_TIME
        self.due = self._base(budget.amount, start)

    def meet(self, event: Pause | Adjustment) -> None:
        """Move the due time as an event demands."""
        if isinstance(event, Pause):
            # A limit that has run out cannot be held any more.
            if event.start <= self.due:
                self._hold(event)
        elif isinstance(event, Extension):
            self.due = extended(self.timetable, self.due, days=event.days)
            self.last_day = self.timetable.day_ending_at(self.due)
        elif event.until < self.due:
            self.due = _utc(event.until)
            self.last_day = None

    def capped(self, cap: Cap, until: datetime) -> Step:
        """Keep the due time within the cap, which holds `until` then, and return what that did to it."""
        before = self.due
        self.due = min(before, _utc(until))
        return Step(cap, before, self.due)

    def _base(self, amount: int, start: datetime) -> datetime:
        match self.mode:
            case "wd_eod" if amount:
                return self.timetable.close_after(start, amount)
            case "wd_eod":
                return self.timetable.close_of(self.timetable.next_stretch(start).day)
            case "wall":
                return _utc(start) + timedelta(seconds=amount)
            case "ws":
                return self.timetable.add(start, timedelta(seconds=amount))
            case "wd_same":
                return self._same_time(amount, start)
            case "natural":
                self.last_day = self.timetable.date_of(start) + amount * ONE_DAY
                ending = self._day_end(self.last_day)
                if ending < start:  # "within the day", said after the close of that day
                    self.last_day += ONE_DAY
                    ending = self._day_end(self.last_day)
                return ending

    def _working_day(self, day: date, count: int, start: datetime) -> date:
        """Return the `count`-th working day after `day`; for none, the working day under way or next."""
        return self.timetable.working_day_after(day, count) if count else self.timetable.next_stretch(start).day

    def _same_time(self, amount: int, start: datetime) -> datetime:
        stretch = self.timetable.next_stretch(start)
        begun = max(_utc(start), stretch.start)
        day = self._working_day(stretch.day, amount, start)
        same = self.timetable.at(day, self.timetable.clock_of(begun, stretch.day))
        # The last day may have other hours than the first: then its next opening, or its close, is the end.
        close = self.timetable.close_of(day)
        return close if same >= close else max(self.timetable.next_opening(same), self.timetable.opening_of(day))

    def _day_end(self, day: date) -> datetime:
        if self.reading.rolls_over and not self.timetable.is_working_day(day):
            day = self.timetable.working_day_after(day, 1)
        if self.reading.until_midnight or not self.timetable.is_working_day(day):
            return self.timetable.midnight_after(day)
        return self.timetable.close_of(day)

    def _hold(self, pause: Pause) -> None:
        if self.mode == "wall":
            self.due += _apart(pause.start, pause.end)
        elif self.mode == "natural":
            self._hold_days(_apart(pause.start, pause.end))
        elif lost := self.timetable.between(pause.start, pause.end):
            self.due = self.timetable.add(self.due, lost)
            if self.reading.whole_days and self.mode == "wd_eod":
                self.due = self.timetable.close_of(self.timetable.day_ending_at(self.due))

    def _hold_days(self, paused: timedelta) -> None:
        """Move by whole natural days, begun ones counting; several short pauses are added up first."""
        days = _begun_days(self._paused + paused) - _begun_days(self._paused)
        self._paused += paused
        if self.last_day is not None:
            self.last_day += days * ONE_DAY
            self.due = self._day_end(self.last_day)
        else:
            day = self.timetable.date_of(self.due)
            self.due = self.timetable.at(day + days * ONE_DAY, self.timetable.clock_of(self.due, day))


def _met(course: _Course, pauses: Sequence[Pause], adjustments: Iterable[Adjustment]) -> tuple[Step, ...]:
    steps = []
    for event in sorted([*pauses, *(_awakened(each, pauses) for each in adjustments)], key=_moment):
        before = course.due
        course.meet(event)
        steps.append(Step(event, before, course.due))
    return tuple(steps)


def _awakened(adjustment: Adjustment, pauses: Sequence[Pause]) -> Adjustment:
    if isinstance(adjustment, Tightening):
        return replace(adjustment, until=awake(adjustment.until, pauses))
    return adjustment


def _moment(event: Pause | Adjustment) -> tuple[datetime, bool]:
    """Return by what events are ordered; what is changed at the instant at which a pause begins is held by it."""
    return (event.start, True) if isinstance(event, Pause) else (event.at, False)


def _begun_days(span: timedelta) -> int:
    return -(-span // ONE_DAY)


def _apart(start: datetime, end: datetime) -> timedelta:
    # Instants of one zone are subtracted as wall clocks by Python, which is wrong across a change of the clocks.
    return _utc(end) - _utc(start)


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)

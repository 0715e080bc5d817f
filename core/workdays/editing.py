"""Changing a calendar part by part, and refusing what cannot be meant: overlaps, days gone by, no working days."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from core.kit.saying import said
from core.workdays.comparison import changed_days
from core.workdays.rules import ONE_DAY, Timetable
from core.workdays.specification import CalendarSpec, CalendarUnusable, DatedDay, DayKind, Hours, Notice

LONGEST_REST = 31
"""So many days in a row without work are no holiday but a mistake."""
FARTHEST_YEARS = 5
"""So far ahead something may be put into a calendar."""
KIND_WORDS = {DayKind.REST: "放假", DayKind.WORK: "上班", DayKind.BREAK: "停工"}


class NothingOfCalendar(CalendarUnusable):
    """What was asked for changes not a single day."""

    code = "nothing-changed"


class DayGone(CalendarUnusable):
    """Days would be changed that are over."""

    code = "day-gone"


def with_notice(spec: CalendarSpec, notices: Sequence[Notice]) -> CalendarSpec:
    """Return the calendar with these notices brought in. Raises `CalendarUnusable` where it follows none."""
    if not spec.follows_national:
        raise CalendarUnusable("本区日历不随国务院放假安排，没有可以收进的。要放假的日子请写在本区安排里。")
    return spec.with_imported(notices)


def with_days(spec: CalendarSpec, days: Sequence[DatedDay]) -> CalendarSpec:
    """Return the calendar with days of the district's own. Raises `CalendarUnusable` where one has something already."""
    there = {each.day: each for each in spec.days}
    for day in days:
        if (other := there.get(day.day)) is not None:
            raise CalendarUnusable(
                said(
                    "{day} 已有本区安排：{kind}（{reason}），两者重叠。请先撤下原来的，或改写日期。",
                    day=day.day,
                    kind=KIND_WORDS[other.kind],
                    reason=other.reason,
                )
            )
    return replace(spec, days=tuple(sorted((*spec.days, *days), key=lambda each: each.day)))


def without_days(spec: CalendarSpec, days: Sequence[date]) -> CalendarSpec:
    """Return the calendar without what the district itself says of these days. Raises `CalendarUnusable` for others."""
    there = {each.day for each in spec.days}
    if strange := sorted(set(days) - there):
        raise CalendarUnusable(said("{day} 没有本区安排，没有可以撤下的。请刷新后再选。", day=strange[0]))
    return replace(spec, days=tuple(each for each in spec.days if each.day not in set(days)))


def with_hours(spec: CalendarSpec, hours: Sequence[Hours]) -> CalendarSpec:
    """Return the calendar with these hours written after those that it has: they hold before them."""
    return replace(spec, hours=(*spec.hours, *hours))


def without_hours(spec: CalendarSpec, place: int) -> CalendarSpec:
    """Return the calendar without the hours at this place of the list. Raises `CalendarUnusable` where there are none."""
    if not 0 <= place < len(spec.hours):
        raise CalendarUnusable("没有这一条作息，可能刚被改过。请刷新后再选。")
    return replace(spec, hours=(*spec.hours[:place], *spec.hours[place + 1 :]))


def horizon_of(*specs: CalendarSpec, today: date) -> date:
    """Return the last day of the year after the last of which these calendars say something of their own."""
    dated = [
        *(day for spec in specs for notice in spec.notices_in_force for day, _ in (*notice.rest, *notice.work)),
        *(each.day for spec in specs for each in spec.days),
        *(day for spec in specs for each in spec.hours for day in (each.valid_from, each.valid_until) if day),
    ]
    last = max((day.year for day in dated), default=today.year)
    return date(min(max(last, today.year) + 1, today.year + FARTHEST_YEARS), 12, 31)


def refuse_unmeant(before: CalendarSpec, after: CalendarSpec, *, now: datetime) -> None:
    """Raise `CalendarUnusable` unless the second is a calendar that one can mean to publish after the first.

    `NothingOfCalendar` when no day changes, `DayGone` when one does that is over.
    """
    was, will_be = Timetable(before), Timetable(after)
    today = was.date_of(now)
    _refuse_far(after, today)
    _refuse_past(was, will_be, today, since=date(_first_year(after, today), 1, 1))
    until = horizon_of(before, after, today=today)
    changed = next(changed_days(was, will_be, since=today, until=until), None)
    if changed is None and not _confirms(before, after):
        raise NothingOfCalendar("这样改，没有哪一天会不同，没有起草。请检查日期是不是已经这样安排。")
    will_be.next_stretch(now)
    _refuse_barren(will_be, today, until)


def _confirms(before: CalendarSpec, after: CalendarSpec) -> bool:
    """Tell whether a year is no longer provisional, though each of its days is as it was expected to be."""
    known = {notice.year for notice in before.notices_in_force}
    return any(notice.year not in known for notice in after.notices_in_force)


def _first_year(spec: CalendarSpec, today: date) -> int:
    years = [notice.year for notice in spec.imported] + [each.day.year for each in spec.days]
    return max(1, min([today.year - 1, *years]))


def _refuse_far(spec: CalendarSpec, today: date) -> None:
    far = date(today.year + FARTHEST_YEARS, 12, 31)
    named = [*(each.day for each in spec.days), *(day for each in spec.imported for day, _ in (*each.rest, *each.work))]
    named += [day for each in spec.hours for day in (each.valid_from, each.valid_until) if day]
    if beyond := [day for day in named if day > far]:
        raise CalendarUnusable(said("{day} 太远了，最多写到 {far}。请检查年份。", day=min(beyond), far=far))


def _refuse_past(was: Timetable, will_be: Timetable, today: date, *, since: date) -> None:
    gone = [
        each.date
        for each in changed_days(was, will_be, since=since, until=today - ONE_DAY)
        if each.before.segments != each.after.segments
    ]
    if gone:
        raise DayGone(
            said(
                "{first} 起有 {count} 天已经过去，不能再改：那时的时限已按原来的日历算过。请只写今天（{today}）起的日子。",
                first=gone[0],
                count=len(gone),
                today=today,
            )
        )


def _refuse_barren(timetable: Timetable, today: date, until: date) -> None:
    """Raise where many days in a row are without work: up to the end of the years told, and beyond."""
    rested, day = 0, today
    while day <= until + timedelta(days=LONGEST_REST):
        rested = 0 if timetable.is_working_day(day) else rested + 1
        if rested > LONGEST_REST:
            raise CalendarUnusable(
                said(
                    "{first} 起连续 {days} 天以上没有工作日，时限会一直停着。请检查作息和放假的起止。",
                    first=day - timedelta(days=LONGEST_REST),
                    days=LONGEST_REST,
                )
            )
        day += ONE_DAY

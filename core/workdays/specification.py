"""What a calendar says: zone, weekly hours with their validity, national days and days of its own. Values only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.kit.errors import Refused
from core.kit.saying import said

DAY_SECONDS = 86_400
MAKE_UP = 7
"""Stands beside the weekdays 0 (Monday) … 6 (Sunday): hours of make-up working days 调休上班."""
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")


class CalendarUnusable(Refused):
    """The calendar contradicts itself, or holds no working time that could ever be counted."""

    code = "calendar-unusable"


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A stretch of a day in seconds after its midnight, at most a day long; from 86,400 on it lies in the next day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        # What a break leaves of a night shift may begin after midnight; it still belongs to the evening's day.
        if not 0 <= self.start < self.end <= min(self.start, DAY_SECONDS) + DAY_SECONDS:
            raise CalendarUnusable(
                said(
                    "时段 {start}–{end} 秒无效：须先起后止，且不超过 24 小时。请改正时段。",
                    start=self.start,
                    end=self.end,
                )
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `09:00-12:00`; an end at or before the start is in the next day (`20:00-08:00`).

        Raises `CalendarUnusable`.
        """
        match = _SPAN.fullmatch(text.strip())
        if match is None:
            raise CalendarUnusable(said("看不懂时段“{text}”。请写成 09:00-12:00；跨夜写 20:00-08:00。", text=text))
        start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
        start, end = start_hour * 3600 + start_minute * 60, end_hour * 3600 + end_minute * 60
        if max(start_minute, end_minute) > 59 or start >= DAY_SECONDS or end > DAY_SECONDS:
            raise CalendarUnusable(said("时段“{text}”里没有这样的时刻。钟点为 00:00 至 24:00，请改正。", text=text))
        return cls(start, end if end > start else end + DAY_SECONDS)

    def __str__(self) -> str:
        return f"{clock_words(self.start)}–{clock_words(self.end)}"


def clock_words(second: int) -> str:
    """Say a second of the day as `09:00`, of the next day as `次日08:00`, its last end as `24:00`."""
    day, rest = divmod(second, DAY_SECONDS)
    if day and not rest:
        return "24:00"
    return f"{'次日' if day else ''}{rest // 3600:02d}:{rest % 3600 // 60:02d}"


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of some weekdays (0 = Monday … 6 = Sunday, `MAKE_UP`), from one date until another, both included.

    Where several entries speak of a day, the last one holds: a summer's hours are written after the usual ones.
    """

    days: frozenset[int]
    segments: tuple[Segment, ...]
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        refuse_overlap(self.segments)
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise CalendarUnusable(
                said(
                    "作息有效期 {valid_from} 至 {valid_until} 先止后起。请对调或改正。",
                    valid_from=self.valid_from,
                    valid_until=self.valid_until,
                )
            )

    def cover(self, day: date) -> bool:
        """Tell whether the validity contains the date."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class DayKind(StrEnum):
    """What a dated entry does to its day."""

    REST = "rest"
    WORK = "work"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class DatedDay:
    """A day that differs from the week: rest 放假, work 上班 (own hours, or the make-up hours), break 停工时段."""

    day: date
    kind: DayKind
    reason: str
    segments: tuple[Segment, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        refuse_overlap(self.segments)
        if self.kind is DayKind.BREAK and not self.segments:
            raise CalendarUnusable(said("{day} 的停工没有写时段。请写明几点到几点，或改为全天休息。", day=self.day))
        if self.kind is DayKind.REST and self.segments:
            raise CalendarUnusable(said("{day} 是休息日，却写了上班时段。请删去时段，或改为上班。", day=self.day))


@dataclass(frozen=True, slots=True)
class Notice:
    """The State Council's notice 放假安排 for one year: rest days and make-up days, each with its festival."""

    year: int
    source: str
    rest: tuple[tuple[date, str], ...]
    work: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """A whole calendar. With `follows_national`, a year without a notice is provisional 暂定.

    `imported` are notices that were brought in since the calendar was declared; of a year they hold before `notices`.
    """

    zone: str
    hours: tuple[Hours, ...]
    follows_national: bool = False
    notices: tuple[Notice, ...] = ()
    days: tuple[DatedDay, ...] = ()
    imported: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        zone_named(self.zone)
        worked = any(entry.segments for entry in self.hours)
        if not worked and not any(day.kind is DayKind.WORK and day.segments for day in self.days):
            raise CalendarUnusable("日历里没有任何工作时间，任何时限都算不出截止。请至少写一段上班时间。")

    @property
    def notices_in_force(self) -> tuple[Notice, ...]:
        """The notice of each year that has one, in order of the years."""
        by_year = {notice.year: notice for notice in (*self.notices, *self.imported)}
        return tuple(by_year[year] for year in sorted(by_year))

    def with_imported(self, notices: Iterable[Notice]) -> Self:
        """Return the calendar with these notices brought in, each instead of one of its year brought in before."""
        by_year = {notice.year: notice for notice in (*self.imported, *notices)}
        return replace(self, imported=tuple(by_year[year] for year in sorted(by_year)))


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name. Raises `CalendarUnusable`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CalendarUnusable(said("没有名为“{name}”的时区。请用 IANA 名称，如 Asia/Shanghai。", name=name)) from error


def refuse_overlap(segments: tuple[Segment, ...]) -> None:
    """Raise `CalendarUnusable` unless the segments of a day stand in order and apart."""
    for earlier, later in pairwise(segments):
        if later.start < earlier.end:
            raise CalendarUnusable(
                said(
                    "同一天的时段 {earlier} 与 {later} 重叠或次序颠倒。请按先后排列、互不重叠。",
                    earlier=earlier,
                    later=later,
                )
            )

"""Reading workdays.toml, in which a district declares its working calendar.

    [calendar]
    name = "工作日历"
    zone = "Asia/Shanghai"
    national = "cn"                     # leave out when the State Council's notices are not followed

    [[weekly]]                          # where several speak of a day, the last one holds
    days = ["mon", "tue", "wed", "thu", "fri"]      # mon … sun, and make-up for make-up working days 调休上班
    segments = ["09:00-12:00", "14:00-18:00"]       # 20:00-08:00 goes on into the next day
    from = 2026-06-01                   # from and until may be left out, and are included when given
    until = 2026-09-30

    [[day]]                             # a day that differs: date, or from and until
    date = 2026-09-24
    kind = "rest"                       # rest 全天休息 · work 上班 · break 停工 during the segments
    segments = []                       # needed for break; work without any takes the usual hours
    reason = "台风停工"
    source = "防汛防风指挥部第 3 号令"  # may be left out

    [[notice]]                          # a national notice newer than the product
    year = 2027
    source = "国办发明电〔2026〕7号"
    [[notice.festival]]
    name = "国庆节"
    from = 2027-10-01
    until = 2027-10-07
    work = [2027-09-26, 2027-10-09]     # make-up working days

Make-up days without hours of their own are worked like the first weekday that has any.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeVar, overload

from core.kit.saying import joined, said, word
from core.workdays.national import published_notices
from core.workdays.notices import Festival, notice_of
from core.workdays.specification import (
    MAKE_UP,
    CalendarSpec,
    CalendarUnusable,
    DatedDay,
    DayKind,
    Hours,
    Notice,
    Segment,
)

T = TypeVar("T")
DAY_NAMES = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6, "make-up": MAKE_UP}
LONGEST_SPAN_DAYS = 366
_WORDS = {str: "加引号的文字", int: "整数", list: "列表", dict: "一个表", date: "不加引号的日期，如 2026-10-01"}


@dataclass(frozen=True, slots=True)
class DeclaredCalendar:
    """A calendar as a district wrote it, with the national notices of today."""

    name: str
    spec: CalendarSpec


def parse_workdays(text: str) -> DeclaredCalendar:
    """Read the text of a workdays.toml. Raises `CalendarUnusable`, naming the entry that is at fault."""
    whole = _whole(text)
    if not whole.has("calendar"):
        raise CalendarUnusable("文件 缺少 [calendar]。请补上。")
    calendar = _Entry("[calendar]", whole.take("calendar", dict, required=True))
    name = calendar.take("name", str, required=True)
    zone = calendar.take("zone", str, required=True)
    national = calendar.take("national", str)
    if national not in (None, "cn"):
        raise CalendarUnusable(
            said(
                "[calendar] 的 national 写成了“{national}”。目前只有 cn（国务院放假安排）；不适用时请删去。",
                national=national,
            )
        )
    calendar.refuse_others()
    hours = tuple(_each(whole, "weekly", _hours))
    days = tuple(day for several in _each(whole, "day", _dated_days) for day in several)
    notices = {notice.year: notice for notice in published_notices()} if national else {}
    declared = {notice.year: notice for notice in _each(whole, "notice", _notice)}
    whole.refuse_others()
    if declared and not national:
        raise CalendarUnusable('有 [[notice]]，但 [calendar] 没有写 national = "cn"。请补上，或删去 [[notice]]。')
    merged = {**notices, **declared}
    spec = CalendarSpec(
        zone=zone,
        hours=hours,
        follows_national=national is not None,
        notices=tuple(merged[year] for year in sorted(merged)),
        days=days,
    )
    return DeclaredCalendar(name, spec)


def parse_notices(text: str) -> tuple[Notice, ...]:
    """Read a file that holds nothing but notices, each as a [[notice]]. Raises `CalendarUnusable`."""
    whole = _whole(text)
    notices = tuple(_each(whole, "notice", _notice))
    whole.refuse_others()
    if not notices:
        raise CalendarUnusable("文件里没有放假安排。请按 [[notice]] 和 [[notice.festival]] 写明年份、文号和各个节日。")
    years = [notice.year for notice in notices]
    if twice := sorted({year for year in years if years.count(year) > 1}):
        raise CalendarUnusable(said("{twice} 年写了不止一份通知。每年只留一份。", twice=joined("、", map(str, twice))))
    return notices


def _whole(text: str) -> "_Entry":
    try:
        return _Entry("文件", tomllib.loads(text))
    except (ValueError, RecursionError) as error:  # numbers and brackets without an end are no TOMLDecodeError
        raise CalendarUnusable(said("不合 TOML 语法（{error}）。请检查引号、方括号和等号。", error=error)) from error


class _Entry:
    """One table of the file; says which one it is when a value is missing or of the wrong kind."""

    def __init__(self, where: str, values: Mapping[str, Any]) -> None:
        self.where = where
        self._values = values
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        """Tell whether the key is there at all."""
        return key in self._values

    @overload
    def take(self, key: str, kind: type[T], *, required: Literal[True]) -> T: ...
    @overload
    def take(self, key: str, kind: type[T], *, required: bool = False) -> T | None: ...
    def take(self, key: str, kind: type[T], *, required: bool = False) -> T | None:
        """Return the value of a key, None when it may be left out and is."""
        self._asked.add(key)
        value = self._values.get(key)
        if value is None or value == "":
            if required:
                raise CalendarUnusable(said("{where} 缺少 {key}。请补上。", where=self.where, key=key))
            return None
        if not isinstance(value, kind) or isinstance(value, bool | datetime):
            raise CalendarUnusable(
                said(
                    "{where} 的 {key} 写成了“{value}”。这里要写{words}，请改正。",
                    where=self.where,
                    key=key,
                    value=value,
                    words=word(_WORDS[kind]),
                )
            )
        return value

    def list_of(self, key: str, kind: type[T], *, required: bool = False) -> list[T]:
        """Return a list whose items are all of one kind; an empty one when it is left out."""
        values: list[Any] = self.take(key, list, required=required) or []
        for value in values:
            if not isinstance(value, kind) or isinstance(value, datetime):
                raise CalendarUnusable(
                    said(
                        "{where} 的 {key} 里有“{value}”。每一项都要写{words}，请改正。",
                        where=self.where,
                        key=key,
                        value=value,
                        words=word(_WORDS[kind]),
                    )
                )
        return values

    def segments(self) -> tuple[Segment, ...]:
        """Return the segments written under `segments`."""
        try:
            return tuple(Segment.parse(text) for text in self.list_of("segments", str))
        except CalendarUnusable as fault:
            raise CalendarUnusable(said("{where}：{fault}", where=self.where, fault=fault)) from fault

    def refuse_others(self) -> None:
        """Refuse keys that nobody asked for: most likely they are misspelt."""
        if others := sorted(set(self._values) - self._asked):
            known = joined("、", sorted(self._asked))
            raise CalendarUnusable(
                said(
                    "{where} 里不认识 {others}。可用的有 {known}，请改正或删去。",
                    where=self.where,
                    others=joined("、", others),
                    known=known,
                )
            )


def _each(table: _Entry, key: str, read: Callable[[_Entry], T]) -> Iterator[T]:
    for number, values in enumerate(table.list_of(key, dict), 1):
        entry = _Entry(said("第 {number} 个 [[{key}]]", number=number, key=key), values)
        try:
            found = read(entry)
        except CalendarUnusable as fault:
            if str(fault).startswith(entry.where):
                raise
            raise CalendarUnusable(said("{where}：{fault}", where=entry.where, fault=fault)) from fault
        entry.refuse_others()
        yield found


def _hours(entry: _Entry) -> Hours:
    names = entry.list_of("days", str, required=True)
    if unknown := [name for name in names if name not in DAY_NAMES]:
        raise CalendarUnusable(
            said(
                "不认识 {unknown} 这样的日子。可写 {day}，请改正。",
                unknown=joined("、", unknown),
                day=joined("、", DAY_NAMES),
            )
        )
    return Hours(
        days=frozenset(DAY_NAMES[name] for name in names),
        segments=entry.segments(),
        valid_from=entry.take("from", date),
        valid_until=entry.take("until", date),
    )


def _dated_days(entry: _Entry) -> list[DatedDay]:
    single = entry.take("date", date)
    dates = list(_span(entry, required=False))
    if single is None and not dates:
        raise CalendarUnusable(said("{where} 缺少 date。请补上；多日写 from 和 until。", where=entry.where))
    if single is not None:
        if dates:
            raise CalendarUnusable("date 与 from、until 只能写一种。单日写 date，多日写 from 和 until。")
        dates = [single]
    kind = entry.take("kind", str, required=True)
    if kind not in list(DayKind):
        raise CalendarUnusable(
            said("kind 写成了“{kind}”。可写 {daykind}，请改正。", kind=kind, daykind=joined("、", DayKind))
        )
    reason = entry.take("reason", str, required=True)
    source = entry.take("source", str) or ""
    segments = entry.segments()
    return [DatedDay(day, DayKind(kind), reason, segments, source) for day in dates]


def _notice(entry: _Entry) -> Notice:
    year = entry.take("year", int, required=True)
    source = entry.take("source", str, required=True)
    return notice_of(year, source, list(_each(entry, "festival", _festival)))


def _festival(entry: _Entry) -> Festival:
    name = entry.take("name", str, required=True)
    return Festival(name, tuple(_span(entry, required=True)), tuple(entry.list_of("work", date)))


def _span(entry: _Entry, *, required: bool) -> Iterator[date]:
    """Yield the dates from `from` until `until`, both included."""
    first = entry.take("from", date, required=required)
    last = entry.take("until", date, required=required or first is not None)
    if first is None or last is None:
        return
    if not 0 <= (last - first).days < LONGEST_SPAN_DAYS:
        raise CalendarUnusable(
            said("from {first} 至 until {last} 先止后起或超过一年。请改正。", first=first, last=last)
        )
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)

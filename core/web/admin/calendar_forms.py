"""Reading what was typed of a calendar: a notice by rows, as text or as a file, days of one's own, hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import request

from core.kit.saying import said
from core.web.input import InputUnusable, day, required, text, texts, usable_input
from core.web.uploads import uploads
from core.workdays.declaration import parse_notices
from core.workdays.notice_text import read_notice, written_days
from core.workdays.notices import FESTIVALS, Festival, notice_of
from core.workdays.specification import MAKE_UP, CalendarUnusable, DatedDay, DayKind, Hours, Notice, Segment

ROWS = 12
"""Festivals of a notice that may be typed; there are seven."""
LARGEST_FILE = 64 * 1024
MOST_DAYS = 400
CHOSEN_DAYS = (*range(7), MAKE_UP)


@dataclass(frozen=True, slots=True)
class TypedFestival:
    """A row of the form as it is typed."""

    name: str
    first: str
    last: str
    work: str


def empty_rows() -> list[TypedFestival]:
    """Return a row for each festival that every notice names, and one to spare."""
    return [*(TypedFestival(name, "", "", "") for name in FESTIVALS), TypedFestival("", "", "", "")]


def rows_of(notice: Notice) -> list[TypedFestival]:
    """Return a notice as rows of the form."""
    names = list(dict.fromkeys(name for _, name in (*notice.rest, *notice.work)))
    rows = []
    for name in names:
        rest = [day for day, of in notice.rest if of == name]
        work = "、".join(day.isoformat() for day, of in notice.work if of == name)
        rows.append(
            TypedFestival(name, rest[0].isoformat() if rest else "", rest[-1].isoformat() if rest else "", work)
        )
    return rows


def typed_rows() -> list[TypedFestival]:
    """Return the rows as they were typed, so that they stand there again."""
    columns = [request.form.getlist(name)[:ROWS] for name in ("festival", "first", "last", "work")]
    return [TypedFestival(*(cell[:200] for cell in row)) for row in zip(*columns, strict=False)]


def typed_year() -> int:
    """Read the year of a notice. Raises `InputUnusable`."""
    words = required("year", ask="请填写是哪一年的放假安排。", longest=4)
    if not words.isdecimal() or not 2000 <= int(words) <= 2100:
        raise InputUnusable(said("年份“{words}”看不懂。请写成四位数字，如 2027。", words=words))
    return int(words)


def typed_notices() -> tuple[Notice, ...]:
    """Read the notices of the form: of the file where there is one, else of the rows.

    Raises `InputUnusable`, `CalendarUnusable`.
    """
    if files := uploads():
        return _of_file(files[0].content)
    year = typed_year()
    festivals = [row for row in _usable_rows() if row.first or row.last or row.work]
    if not festivals:
        raise InputUnusable("还没有填写任何一个节日，也没有选文件。请填写放假的起止，或粘贴通知后先识别。")
    source = text("source", longest=200) or str(said("国务院办公厅关于{year}年部分节假日安排的通知", year=year))
    return (notice_of(year, source, [_festival(row, year) for row in festivals]),)


def pasted_notice() -> Notice:
    """Read the notice that was pasted. Raises `InputUnusable`, `CalendarUnusable`."""
    words = required("pasted", ask="请先把通知的正文粘贴进来，再识别。")
    year = text("year", longest=4)
    return read_notice(words, year=int(year) if year.isdecimal() and len(year) == 4 else None)


def typed_days() -> tuple[DatedDay, ...]:
    """Read days of the district's own. Raises `InputUnusable`, `CalendarUnusable`."""
    first = day(required("first", ask="请填写从哪天起。", longest=10))
    until = text("last", longest=10)
    last = day(until) if until else first
    kind = text("kind", longest=10)
    if kind not in list(DayKind):
        raise InputUnusable("请选择放假、上班还是停工。")
    label = required("label", ask="请写明事由，如“台风停工”。日历和时限的解释里会写出来。", longest=50)
    source = text("source", longest=100)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise InputUnusable(said("{first} 至 {last} 先止后起，或者超过一年。请改正日期。", first=first, last=last))
    segments = written_segments("segments")
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return tuple(DatedDay(each, DayKind(kind), label, segments, source) for each in days)


def removed_days() -> list[date]:
    """Read the days whose own arrangement is to go. Raises `InputUnusable`."""
    chosen = [day(each) for each in texts("day", longest=10)]
    if not chosen:
        raise InputUnusable("请勾选要撤下的日子。")
    return chosen


def typed_hours() -> tuple[Hours, ...]:
    """Read hours of some weekdays. Raises `InputUnusable`, `CalendarUnusable`."""
    names = texts("weekday", longest=1)
    if not names or any(not each.isdecimal() or int(each) not in CHOSEN_DAYS for each in names):
        raise InputUnusable("请勾选这份作息管哪几天。")
    first = day(required("first", ask="请填写从哪天起，过去的日子不能再改。", longest=10))
    until = text("last", longest=10)
    return (Hours(frozenset(map(int, names)), written_segments("segments"), first, day(until) if until else None),)


def written_segments(name: str) -> tuple[Segment, ...]:
    """Read stretches of a day such as `09:00-12:00、14:00-18:00`; nothing = none. Raises `CalendarUnusable`."""
    words = text(name, longest=200).replace("，", "、").replace(",", "、").replace("\n", "、").replace("：", ":")
    return tuple(Segment.parse(each) for each in words.split("、") if each.strip())


def described(days: Sequence[date]) -> str:
    """Say which days, the first and the last and how many."""
    ordered = sorted(days)
    if len(ordered) == 1:
        return ordered[0].isoformat()
    return str(said("{first} 至 {last}，{count} 天", first=ordered[0], last=ordered[-1], count=len(ordered)))


def _of_file(content: bytes) -> tuple[Notice, ...]:
    if len(content) > LARGEST_FILE:
        raise InputUnusable("文件太大，不像放假安排。请选只有通知的文本文件。")
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            words = content.decode("gb18030")
        except UnicodeDecodeError:
            raise InputUnusable("文件不是文本。请把通知另存为文本文件（.txt），或粘贴正文。") from None
    words = usable_input(words)
    return parse_notices(words) if "[[notice]]" in words else (read_notice(words),)


def _usable_rows() -> list[TypedFestival]:
    return [
        TypedFestival(*(usable_input(cell) for cell in (row.name, row.first, row.last, row.work)))
        for row in typed_rows()
    ]


def _festival(row: TypedFestival, year: int) -> Festival:
    if not row.name:
        raise InputUnusable(said("有一行没有写节日名称（{first}）。请写上。", first=row.first or row.last or row.work))
    work = written_days(row.work, year=year)
    if not row.first and not row.last:
        return Festival(row.name, (), work)
    first = day(row.first or row.last)
    last = day(row.last) if row.last else first
    if not 0 <= (last - first).days <= 31:
        raise CalendarUnusable(
            said("“{name}”从 {first} 到 {last} 先止后起，或者太长。请改正。", name=row.name, first=first, last=last)
        )
    return Festival(row.name, tuple(first + timedelta(days=offset) for offset in range((last - first).days + 1)), work)

"""Duty rosters as people write them: a table with a row for each duty, or one duty in a few characters."""

import csv
import re
from datetime import date
from zoneinfo import ZoneInfo

from core.intake.times import NoSuchTime, parse_time
from core.journey.desk_shifts import PlannedShift
from core.journey.rosters import Duty
from core.kit.errors import Refused
from core.kit.headings import places_of
from core.kit.saying import joined, said, word
from core.people.roster.rules import EVERY_DAY

COLUMNS = {
    "login": ("login", "登录名", "值班人员", "值班人"),
    "first": ("from", "起", "开始", "自"),
    "last": ("to", "止", "结束", "至"),
    "weekdays": ("weekdays", "星期", "周几"),
}
SHIFT_COLUMNS = {
    "login": ("login", "登录名", "坐席"),
    "begins_at": ("begins_at", "开始", "起", "上班"),
    "ends_at": ("ends_at", "结束", "止", "下班"),
    "label": ("label", "班次", "班别"),
    "phone": ("phone", "值班电话", "电话"),
}
MAY_LACK = ("label", "phone")
_WEEKDAYS = re.compile(r"([1-7])(?:-([1-7]))?")
_SEPARATORS = re.compile(r"[,，、;；\s]+")


class RosterUnreadable(Refused):
    """A roster cannot be read; every fault is told, row by row."""

    code = "roster-unreadable"


def read_table(text: str) -> list[Duty]:
    """Read a CSV table with a heading: login, from, to, weekdays; all but the login may be left empty.

    Raises `RosterUnreadable` with every fault.
    """
    rows = list(csv.reader(text.removeprefix("\ufeff").splitlines()))
    places = places_of(rows[0], COLUMNS) if rows else {}
    if "login" not in places:
        raise RosterUnreadable(
            "值班表没有“登录名”这一列。第一行请写列名：登录名、起、止、星期；后三列可以不写，不写就是每天。"
        )
    duties, faults = [], []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        if not any(cells.values()):
            continue
        try:
            duties.append(
                _duty(cells["login"], cells.get("first", ""), cells.get("last", ""), cells.get("weekdays", ""))
            )
        except RosterUnreadable as fault:
            faults.append(said("第 {number} 行：{message}", number=number, message=fault.message))
    if faults:
        raise RosterUnreadable(joined("", faults) + "没有改动原来的值班表。")
    return duties


def read_shifts(text: str, zone: ZoneInfo) -> list[PlannedShift]:
    """Read a CSV table of shifts of the desk with a heading: login, begin, end, name and phone of the shift; times are the zone's.

    Raises `RosterUnreadable` with every fault.
    """
    rows = list(csv.reader(text.removeprefix("\ufeff").splitlines()))
    places = places_of(rows[0], SHIFT_COLUMNS) if rows else {}
    if missing := [names[1] for field, names in SHIFT_COLUMNS.items() if field not in places and field not in MAY_LACK]:
        raise RosterUnreadable(
            said(
                "班次表没有“{missing}”这一列。第一行请写列名：登录名、开始、结束、班次、值班电话；后两列可以不写。",
                missing=joined("、", missing),
            )
        )
    shifts, faults = [], []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        if not any(cells.values()):
            continue
        try:
            if not cells["login"]:
                raise NoSuchTime("没有写登录名")
            begins_at, ends_at = parse_time(cells["begins_at"], zone), parse_time(cells["ends_at"], zone)
            shifts.append(
                PlannedShift(cells["login"], begins_at, ends_at, cells.get("label", ""), cells.get("phone", ""))
            )
        except NoSuchTime as fault:
            faults.append(said("第 {number} 行：{message}。", number=number, message=fault.message))
    if faults:
        raise RosterUnreadable(joined("", faults) + "没有改动原来的班次。")
    return shifts


def read_duty(text: str) -> Duty:
    """Read `login[:from..to][:weekdays]`, such as `wangwu:2026-03-01..2026-03-31:1-5`. Raises `RosterUnreadable`."""
    login, *rest = text.split(":")
    spans = [part for part in rest if ".." in part]
    weekdays = [part for part in rest if ".." not in part]
    if len(spans) > 1 or len(weekdays) > 1:
        raise RosterUnreadable(
            said("“{text}”看不懂。请写成 登录名:起..止:星期，例如 wangwu:2026-03-01..2026-03-31:1-5。", text=text)
        )
    first, _, last = spans[0].partition("..") if spans else ("", "", "")
    return _duty(login.strip(), first.strip(), last.strip(), weekdays[0].strip() if weekdays else "")


def weekday_words(weekdays: tuple[int, ...]) -> str:
    """Say on which weekdays a duty is."""
    if len(weekdays) == len(EVERY_DAY):
        return "每天"
    return said("周{days}", days=joined("、", (word("一二三四五六日"[day - 1]) for day in weekdays)))


def _duty(login: str, first: str, last: str, weekdays: str) -> Duty:
    if not login:
        raise RosterUnreadable("没有写登录名。")
    return Duty(login, _day(first), _day(last), _weekdays(weekdays))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-")) if text else None
    except ValueError:
        raise RosterUnreadable(said("“{text}”不是日期，请写成 2026-03-12 的样子。", text=text)) from None


def _weekdays(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in filter(None, _SEPARATORS.split(text)):
        found = _WEEKDAYS.fullmatch(part)
        if found is None or int(found[2] or found[1]) < int(found[1]):
            raise RosterUnreadable(
                said("星期“{text}”看不懂，请用 1（星期一）到 7（星期日），例如 1-5 或 1,3,5。", text=text)
            )
        days.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    return frozenset(days) or EVERY_DAY

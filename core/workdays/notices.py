"""A notice of rest days 放假安排 put together festival by festival, and what in it contradicts itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.kit.saying import said
from core.workdays.specification import CalendarUnusable, Notice

FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""The festivals of which every notice speaks, in their usual order."""


@dataclass(frozen=True, slots=True)
class Festival:
    """What a notice says of a festival: its rest days, and the make-up days 调休上班 for them."""

    name: str
    rest: tuple[date, ...]
    work: tuple[date, ...] = ()


def notice_of(year: int, source: str, festivals: Sequence[Festival]) -> Notice:
    """Return the notice that these festivals make. Raises `CalendarUnusable` for what contradicts itself."""
    rest: dict[date, str] = {}
    work: dict[date, str] = {}
    for festival in festivals:
        for day in festival.rest:
            _refuse_twice(year, day, festival.name, rest.get(day), "放假")
            rest[day] = festival.name
        for day in festival.work:
            _refuse_twice(year, day, festival.name, work.get(day), "调休上班")
            work[day] = festival.name
    if not rest:
        raise CalendarUnusable(said("{year} 年的通知里没有一天放假。请逐个节日写明起止日期。", year=year))
    for day in [*rest, *work]:
        if abs(day.year - year) > 1:
            raise CalendarUnusable(said("{year} 年的通知里写了 {day}。请检查年份。", year=year, day=day))
    if both := sorted(rest.keys() & work.keys()):
        raise CalendarUnusable(
            said(
                "{day} 既写作{festival}放假，又写作{other}调休上班，两者重叠。请核对通知后改正。",
                day=both[0],
                festival=rest[both[0]],
                other=work[both[0]],
            )
        )
    return Notice(year, source, tuple(sorted(rest.items())), tuple(sorted(work.items())))


def missing_festivals(notice: Notice) -> tuple[str, ...]:
    """Return the usual festivals of which a notice says nothing, so that somebody looks whether a row was forgotten."""
    told = " ".join({name for _, name in (*notice.rest, *notice.work)})
    return tuple(name for name in FESTIVALS if name.removesuffix("节") not in told)


def _refuse_twice(year: int, day: date, name: str, other: str | None, what: str) -> None:
    if other is not None:
        raise CalendarUnusable(
            said(
                "{year} 年的通知里，{day} 在“{other}”和“{name}”下都写了{what}，两者重叠。请只留一处。",
                year=year,
                day=day,
                other=other,
                name=name,
                what=what,
            )
        )

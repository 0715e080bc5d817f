"""When residents are called back 回访时段: by the clock of the tenant, and until when it stays so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from core.kit.saying import said

Hours = Sequence[tuple[int, int]]
"""Stretches of a day, from and to in minutes after midnight, the end left out."""
MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class Calling:
    """Whether residents are called back now, and when that changes next; None = never. `hours` says them in words."""

    is_open: bool
    changes_at: datetime | None
    hours: str


def calling_at(hours: Hours, now: datetime) -> Calling:
    """Tell whether residents are called back at a time of the tenant's own clock (aware, in its zone)."""
    at = now.hour * 60 + now.minute
    is_open = any(first <= at < last for first, last in hours)
    edges = sorted({edge for pair in hours for edge in pair})
    later = [*edges, *(edge + MIDNIGHT for edge in edges), 2 * MIDNIGHT]
    changes = next((edge for edge in later if edge > at and _is_open(hours, edge) != is_open), None)
    day = datetime.combine(now.date(), time(), now.tzinfo)
    return Calling(
        is_open,
        None if changes is None else day + timedelta(days=changes // MIDNIGHT, minutes=changes % MIDNIGHT),
        hours_words(hours),
    )


def hours_words(hours: Hours) -> str:
    """Write the hours: `09:00—12:00、14:00—20:00`."""
    return "、".join(f"{_clock(first)}—{_clock(last)}" for first, last in hours)


def not_now(calling: Calling) -> str:
    """Say why nobody is called now, and from when on somebody may be; empty where one may."""
    if calling.is_open:
        return ""
    if calling.changes_at is None:
        return "本区没有给居民打回访电话的时段。诉求人自己打来的，仍可记录结果。"
    return said(
        "现在不给居民打回访电话（回访时段 {hours}），{until:%m-%d %H:%M} 起可以拨打。诉求人自己打来的，仍可记录结果。",
        hours=calling.hours,
        until=calling.changes_at,
    )


def _is_open(hours: Hours, minute: int) -> bool:
    return any(first <= minute % MIDNIGHT < last for first, last in hours)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"

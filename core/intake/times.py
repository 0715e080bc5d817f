"""Dates and times as people and other systems write them."""

import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from core.kit.errors import Refused
from core.kit.saying import said

YEARS = range(1949, 2101)
LONGEST = 100
"""Characters of a time; what is longer is none, and nobody looks for one in it."""
_AS_PEOPLE_WRITE = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[\sT,]*(?:(?:星期|周)[一二三四五六日天])?\s*(?P<half>上午|下午|AM|PM)?\s*"
    r"(?P<hour>\d{1,2})\s*[:时点]\s*(?:(?P<minute>\d{1,2})\s*(?:[:分]\s*(?:(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?)?)?)?",
    re.IGNORECASE,
)
_DIGITS_ONLY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")


class NoSuchTime(Refused):
    """The text is no date and time, or one that cannot be meant."""

    code = "no-such-time"


def parse_time(text: str, zone: ZoneInfo) -> datetime:
    """Read ISO 8601, `2020/1/6 12:09`, `2020年1月6日 下午3点`, `20200106`; a date alone is its midnight.

    Without an offset the time is one of `zone`. Raises `NoSuchTime`.
    """
    plain = unicodedata.normalize("NFKC", text.strip()[: LONGEST + 1])
    if len(plain) > LONGEST:
        raise NoSuchTime(said("“{text}……”太长，不是日期；请写成 2020-01-06 12:09 这样", text=text[:40]))
    try:
        time = _iso(plain) or _digits_only(plain) or _as_people_write(plain)
    except ValueError as error:
        raise NoSuchTime(said("“{text}”不是存在的日期或时间", text=text[:40])) from error
    if time is None:
        raise NoSuchTime(said("“{text}”不是日期；请写成 2020-01-06 12:09 这样", text=text[:40]))
    if time.year not in YEARS:
        raise NoSuchTime(
            said(
                "“{text}”不在 {years} 至 {years_2} 年之间",
                text=text[:40],
                years=YEARS[0],
                years_2=YEARS[-1],
            )
        )
    return time if time.tzinfo else time.replace(tzinfo=zone)


def _iso(text: str) -> datetime | None:
    # Digits alone are left to the rule below: ISO would read 2020010 as the tenth day of a year.
    try:
        return None if text.isdigit() else datetime.fromisoformat(text)
    except ValueError:
        return None


def _digits_only(text: str) -> datetime | None:
    match = _DIGITS_ONLY.fullmatch(text)
    if match is None:
        return None
    return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 -- local


def _as_people_write(text: str) -> datetime | None:
    match = _AS_PEOPLE_WRITE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (
        int(match[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second")
    )
    half = (match["half"] or "").upper()
    if half in ("下午", "PM") and hour < 12:
        hour += 12
    elif half in ("上午", "AM") and hour == 12:
        hour = 0
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 -- local time, the caller knows the zone

"""National rest and make-up days 法定节假日与调休: published notices, and what is known of years without one."""

from datetime import date
from functools import cache

from chinese_calendar import constants

from core.kit.saying import said
from core.workdays.specification import Notice

_FESTIVAL: dict[str, str] = {festival.value: festival.chinese for festival in constants.Holiday}

# Festivals by moon and sun, from the almanac; the State Council only decides what is put around them.
_NEW_YEARS_EVE = {2027: (2, 5), 2028: (1, 25), 2029: (2, 12), 2030: (2, 2)}
_TOMB_SWEEPING = {2027: (4, 5), 2028: (4, 4), 2029: (4, 4), 2030: (4, 5)}
_DRAGON_BOAT = {2027: (6, 9), 2028: (5, 28), 2029: (6, 16), 2030: (6, 5)}
_MID_AUTUMN = {2027: (9, 15), 2028: (10, 3), 2029: (9, 22), 2030: (9, 12)}


@cache
def published_notices() -> tuple[Notice, ...]:
    """Return the notices that the library `chinesecalendar` knows, one per year, without a gap."""
    rest = _by_year(constants.holidays)
    work = _by_year(constants.workdays)
    return tuple(
        Notice(
            year,
            said("国务院办公厅关于{year}年部分节假日安排的通知", year=year),
            tuple(rest[year]),
            tuple(work.get(year, ())),
        )
        for year in sorted(rest)
    )


@cache
def statutory_days(year: int) -> dict[date, str]:
    """Return the statutory rest days of a year as far as they are known without its notice.

    After 2024 the rules of 国务院令第795号 hold. Festivals by moon and sun are known only for some years; make-up
    days never are. Before 2025 the fixed days of 国务院令第270号 are given.
    """
    fixed = {"元旦": [(1, 1)], "劳动节": [(5, 1), (5, 2)], "国庆节": [(10, 1), (10, 2), (10, 3)]}
    if year < 2025:
        fixed["劳动节"] = [(5, 1), (5, 2), (5, 3)]
    days = {date(year, *day): name for name, dated in fixed.items() for day in dated}
    if year in _NEW_YEARS_EVE:
        eve = date(year, *_NEW_YEARS_EVE[year]).toordinal()
        days |= {date.fromordinal(eve + offset): "春节" for offset in range(4)}
        days |= {date(year, *_TOMB_SWEEPING[year]): "清明", date(year, *_DRAGON_BOAT[year]): "端午"}
        mid_autumn = date(year, *_MID_AUTUMN[year])
        days.setdefault(mid_autumn, "中秋")
    return days


def _by_year(festivals: dict[date, str]) -> dict[int, list[tuple[date, str]]]:
    years: dict[int, list[tuple[date, str]]] = {}
    for day in sorted(festivals):
        years.setdefault(day.year, []).append((day, _FESTIVAL[festivals[day]]))
    return years

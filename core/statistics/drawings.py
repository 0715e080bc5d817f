"""What reports draw: the same charts on a page, in print and in every file."""

from collections.abc import Sequence
from fractions import Fraction
from math import nan

from core.documents.charts import Mark, Series
from core.documents.model import Bars, Dots, Lines
from core.kit.saying import said, word
from core.statistics.city import District, Week
from core.statistics.figures import Figure
from core.statistics.periods import Month
from core.statistics.public import Row
from core.statistics.shares import NONE, OTHERS, Share
from core.statistics.words import value_words

SATISFIED = "satisfied"
LOWEST_SHOWN, TICK = 75, 10
"""Where the axis of satisfaction begins, in percent, unless somebody lies below."""
LOWEST_RATE = 60
"""The same where rates stand over months."""
VAGUE = Fraction(1, 10)
"""A rate of which only is told that it lies between two further apart is not drawn."""


def share_bars(title: str, shares: Sequence[Share]) -> Bars | None:
    """Return the named parts of a whole as bars, or None when nothing came in."""
    marks = [
        Mark(
            share.label,
            share.numerator,
            said(
                "{numerator:,}（{value}）", numerator=share.numerator, value=word(value_words(share.value, "percent"))
            ),
        )
        for share in shares
        if share.key not in (OTHERS, NONE) and share.numerator
    ]
    return Bars(title, marks) if marks else None


def satisfaction_of(district: District) -> Figure:
    """Return a district's satisfaction 满意率."""
    return next(figure for figure in district.figures if figure.id == SATISFIED)


def is_compared(district: District) -> bool:
    """Tell whether a district is rated often enough to stand beside others."""
    satisfaction = satisfaction_of(district)
    return satisfaction.now.value is not None and not satisfaction.is_small


def by_satisfaction(districts: Sequence[District]) -> Sequence[District]:
    """Order districts the lowest first; those that cannot be compared come last."""
    return sorted(
        districts,
        key=lambda district: (
            not is_compared(district),
            satisfaction_of(district).now.value or Fraction(0),
            district.name,
        ),
    )


def satisfaction_dots(districts: Sequence[District], floor: Fraction) -> Dots | None:
    """Return the compared districts, lowest first, against the floor; each leads to its row where there is a table."""
    values = [
        (district, satisfaction_of(district).now.value or Fraction(0))
        for district in by_satisfaction(districts)
        if is_compared(district)
    ]
    if not values:
        return None
    lowest = min(int(float(value * 100)) // TICK * TICK for _, value in values)
    return Dots(
        "各区（市）县满意率",
        [
            Mark(district.name, float(value * 100), value_words(value, "percent"), f"#d-{district.slug}")
            for district, value in values
        ],
        hold=float(floor * 100),
        low=lowest if lowest < LOWEST_SHOWN - TICK // 2 else LOWEST_SHOWN,
    )


def week_lines(weeks: Sequence[Week]) -> Lines | None:
    """Return what came in and what was concluded week by week, or None when nothing was."""
    if not any(week.accepted or week.concluded for week in weeks):
        return None
    return Lines(
        "近十二周受理与办结",
        [Series("受理", [week.accepted for week in weeks]), Series("办结", [week.concluded for week in weeks])],
        [f"{week.span.first:%m-%d}" for week in weeks],
    )


def count_lines(name: str, months: Sequence[tuple[Month, Row | None]]) -> Lines | None:
    """Return what came in and what was done month by month, as far as it is told; None where nothing is.

    A small count stands at its lower end, as does a step; what is withheld leaves a gap.
    """
    if not any(row and row.counts[measure].low for _, row in months for measure in ("accepted", "concluded")):
        return None

    def value(row: Row | None, measure: str) -> float:
        if row is None:
            return 0
        return nan if row.counts[measure].high is None else row.counts[measure].low

    return Lines(
        said("{name}：逐月受理与已办", name=name),
        [
            Series("受理", [value(row, "accepted") for _, row in months]),
            Series("已办", [value(row, "concluded") for _, row in months]),
        ],
        [f"{month.year % 100:02d}-{month.number:02d}" for month, _ in months],
    )


def rate_lines(name: str, months: Sequence[tuple[Month, Row | None]]) -> Lines | None:
    """Return both rates month by month, at the middle of what is told; None where none is. Vague or missing ones leave a gap."""

    def value(row: Row | None, rate: str) -> float:
        between = row.rate(rate) if row else None
        if between is None or between[1] - between[0] > VAGUE:
            return nan
        return float(sum(between) / 2 * 100)

    drawn = {rate: [value(row, rate) for _, row in months] for rate in ("on_time", "satisfied")}
    known = [each for values in drawn.values() for each in values if each == each]
    if not known:
        return None
    return Lines(
        said("{name}：逐月按期率与满意率", name=name),
        [Series("按期率", drawn["on_time"]), Series("满意率", drawn["satisfied"])],
        [f"{month.year % 100:02d}-{month.number:02d}" for month, _ in months],
        percent_from=max(0, min(int(min(known)) // 20 * 20, LOWEST_RATE)),
    )

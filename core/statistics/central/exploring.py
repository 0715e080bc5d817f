"""Looking for where the city's appeals come from 探索: a measure by category and district, and day by day beside a year before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.documents.charts import Mark, Series
from core.documents.model import Bars, Cell, Heat, Lines, Section, Table, Words
from core.kit.saying import said, word
from core.statistics.asked import Asked, Narrowing
from core.statistics.central.pages import (
    NO_CHOICES,
    Choices,
    Choosing,
    CityPage,
    Led,
    Reader,
    cells_href,
    count_cell,
    href,
    page,
)
from core.statistics.days import ONE_DAY, Span
from core.statistics.gathered.cube import categories_counted, counts_by_day, summed
from core.statistics.measures import MEASURES
from core.statistics.report import UNNAMED

MEASURED: Mapping[str, str] = {
    key: MEASURES[key].label for key in ("accepted", "concluded", "overdue", "dissatisfied", "returned", "redone")
}
"""What can be looked at: counts of which there is one for each matter."""
METRIC_OF = {"accepted": "accepted", "concluded": "concluded", "overdue": "overdue", "returned": "returned"}
"""The metric whose cells stand behind a measure, where it has one."""
NARROWINGS: tuple[Narrowing, ...] = ("category", "group", "district")
MOST_ROWS, MOST_COLUMNS, TOP = 25, 40, 20
SHORTEST, LONGEST = timedelta(days=92), timedelta(days=366)
"""How many days the line shows: those that are asked for, and no fewer than these before the last."""


@dataclass(frozen=True)
class Explored:
    """What was found: the page, as every page of the city is one, and what can be zoomed into."""

    page: CityPage
    heat: Heat | None
    trend: Lines
    largest: Bars | None


def explore_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page alone. Raises as `explored`."""
    return explored(reading, choices).page


def explored(reading: Reader, choices: Choices = NO_CHOICES) -> Explored:
    """Count a measure by category and district, and by day. Raises `NotNarrowedSo`."""
    asked = reading.asked.only(*NARROWINGS, of="探索")
    measure = choices.get("measure", "")
    measure = measure if measure in MEASURED else "accepted"
    now, before = (_by_category(reading, span, measure) for span in (asked.span, asked.before))
    sums, earlier = summed(now), summed(before)
    heat = _heat(reading, now, sums, measure)
    largest = _largest(asked, sums, earlier, measure)
    trend = _trend(reading, measure)
    told = page(
        reading,
        "explore",
        "探索",
        [
            Section(
                said("{label}：事项类别和区（市）县", label=word(MEASURED[measure])),
                [_table(reading, now, sums, measure)],
            ),
            Section(
                "最多的类别",
                [*([largest] if largest else [Words("这段时间没有。")]), _ranking(asked, sums, earlier, measure)],
            ),
            Section("逐日", [trend]),
        ],
        narrowings=NARROWINGS,
        choices=[Choosing("measure", "看什么", MEASURED, measure)],
    )
    return Explored(told, heat, trend, largest)


ByCategory = Mapping[int, Mapping[str, int]]


def _by_category(reading: Reader, span: Span, measure: str) -> ByCategory:
    counted, only = categories_counted(reading.cube, span, measure), reading.asked.category
    if not only:
        return counted
    return {district: {only: each[only]} if only in each else {} for district, each in counted.items()}


def _ordered(sums: Counter[str]) -> Sequence[str]:
    return sorted(sums, key=lambda category: (-sums[category], category))


def _columns(reading: Reader, now: ByCategory) -> Sequence[int]:
    """Return the districts that have any, the largest first."""
    sums = {district: sum(each.values()) for district, each in now.items() if district in reading.members}
    return sorted((district for district in sums if sums[district]), key=lambda district: (-sums[district], district))


def _heat(reading: Reader, now: ByCategory, sums: Counter[str], measure: str) -> Heat | None:
    rows, columns = _ordered(sums)[:MOST_ROWS], _columns(reading, now)[:MOST_COLUMNS]
    if not rows or not columns:
        return None
    members = reading.members
    lead = href(reading.asked, "explore", category="", district="", group="", measure=measure)
    return Heat(
        said("{label}：事项类别和区（市）县，颜色越深越多", label=word(MEASURED[measure])),
        [(category, category or UNNAMED) for category in rows],
        [(members[district].slug, members[district].name) for district in columns],
        [[now[district].get(category, 0) for district in columns] for category in rows],
        lead,
        ("category", "district"),
    )


def _table(reading: Reader, now: ByCategory, sums: Counter[str], measure: str) -> Table:
    """Return every category and district; nothing is left out, as in a file nobody can zoom."""
    members, asked, columns = reading.members, reading.asked, _columns(reading, now)

    def cell(category: str, district: int) -> Cell:
        n = now[district].get(category, 0)
        return _counted(asked, n, measure, category=category, district=members[district].slug) if n else "—"

    rows: list[Sequence[Cell]] = [
        (
            Led.to(category, href(asked, "explore", category=category, measure=measure)) if category else UNNAMED,
            _counted(asked, sums[category], measure, category=category),
            *(cell(category, district) for district in columns),
        )
        for category in _ordered(sums)
    ]
    head = ("类别", "合计", *(members[district].name for district in columns))
    return Table(head, rows, empty="这段时间没有。换一段时间，或去掉筛选再看。")


def _counted(asked: Asked, n: int, measure: str, *, category: str, district: str = "") -> Cell:
    if measure not in METRIC_OF or not category:
        return count_cell(n)
    narrowed = {"category": category, **({"district": district} if district else {})}
    return count_cell(n, cells_href(asked, METRIC_OF[measure], "district", **narrowed))


def _largest(asked: Asked, sums: Counter[str], earlier: Counter[str], measure: str) -> Bars | None:
    marks = [
        Mark(
            category,
            sums[category],
            said("{n:,}（上期 {before:,}）", n=sums[category], before=earlier[category]),
            href(asked, "explore", category=category, measure=measure),
        )
        for category in _ordered(sums)
        if category
    ]
    return Bars(said("{label}最多的类别（件）", label=word(MEASURED[measure])), marks[:TOP]) if marks else None


def _ranking(asked: Asked, sums: Counter[str], earlier: Counter[str], measure: str) -> Table:
    rows: list[Sequence[Cell]] = [
        (
            Led.to(category, href(asked, "explore", category=category, measure=measure)),
            count_cell(sums[category]),
            count_cell(earlier[category]),
        )
        for category in _ordered(sums)[:TOP]
        if category
    ]
    return Table(("类别", MEASURED[measure], "上期"), rows)


def _trend(reading: Reader, measure: str) -> Lines:
    """Return the days beside the same ones 52 weeks before: a Monday beside a Monday."""
    asked = reading.asked
    last = min(asked.span.last, reading.now.date())
    length = min(max(last - asked.span.first + ONE_DAY, SHORTEST), LONGEST)
    shown = Span(last - length + ONE_DAY, last)
    a_year = timedelta(weeks=52)
    earlier = Span(shown.first - a_year, shown.last - a_year)
    now, before = (
        {day: counts.n(measure) for day, counts in counts_by_day(reading.cube, asked, span, measure).items()}
        for span in (shown, earlier)
    )
    days = [shown.first + step * ONE_DAY for step in range(length.days)]
    label = MEASURED[measure]
    return Lines(
        said("{label}，逐日", label=word(label)),
        [
            Series(said("{label}（件）", label=word(label)), [now.get(day, 0) for day in days]),
            Series("52 周前同一天", [before.get(day - a_year, 0) for day in days]),
        ],
        [f"{day:%m-%d}" for day in days],
    )

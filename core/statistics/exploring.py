"""Looking for where appeals come from 源头治理: matters by area in a month or week, what grows, and what comes again."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from core.documents.charts import Series
from core.documents.model import Lines
from core.kit.saying import said, word
from core.statistics.days import ONE_DAY, Span
from core.statistics.periods import A_WEEK, Month
from core.statistics.places import NOWHERE, Only, Place, area_label, areas_within, counts_by_day, counts_by_place
from core.statistics.queries import Cube, MatterName, matter_names
from core.statistics.repeats import CameAgain, came_again
from core.statistics.report import UNNAMED, matter_label
from core.tenancy.scope import Scope
from core.units.catalogue.queries import gazetteer_in_force
from core.units.queries import directory

By = Literal["month", "week"]
BY_LABELS: dict[By, str] = {"month": "按月", "week": "按周"}
PERIODS = 13
"""Periods that are offered, and shown as a trend: a year and the one that it began with."""
A_YEAR_OF_WEEKS = 52 * A_WEEK
"""So that the same days of the week stand beside each other."""
ENOUGH = 10
"""Appeals from which a cell is ranked among others."""
MOST_ROWS, MOST_COLUMNS, TOP = 25, 12, 10
REST = "*"
"""Key of what is not shown by itself, added up."""
WITHIN_DAYS = 30
LONGEST_WITHIN = 365


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: a period by its first day, and what alone is counted; empty = everything."""

    by: By
    first: date
    category: str = ""
    matter: str = ""
    area: str = ""
    unit: str = ""
    channel: str = ""
    nature: str = ""
    within_days: int = WITHIN_DAYS
    """Days after a conclusion within which the same counts as come again."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days that are counted, and those that they are held against: as many of the period before and of the year before."""

    span: Span
    before: Span
    year_before: Span
    label: str
    is_over: bool


@dataclass(slots=True)
class Cell:
    """How many appeals: in the period, before, a year before, and how many of them came again after a conclusion."""

    now: int = 0
    before: int = 0
    year_before: int = 0
    again: int = 0

    @property
    def growth(self) -> int:
        return self.now - self.before

    def add(self, other: "Cell") -> None:
        self.now += other.now
        self.before += other.before
        self.year_before += other.year_before
        self.again += other.again


@dataclass(frozen=True, slots=True)
class Heading:
    """A row or a column: its key (a category, a code, `REST`) and what it is called."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A matter in an area among others."""

    matter: str
    area: str
    what: str
    cell: Cell


@dataclass(frozen=True)
class Explored:
    """What was found."""

    asked: Asked
    period: Period
    rows: Sequence[Heading]
    columns: Sequence[Heading]
    cells: Mapping[tuple[str, str], Cell]
    row_totals: Mapping[str, Cell]
    column_totals: Mapping[str, Cell]
    total: Cell
    growing: Sequence[Ranked]
    returning: Sequence[Ranked]
    trend: Lines
    returned: Sequence[CameAgain] = field(default=())
    """The appeals that came again, the newest first."""

    def cell(self, row: str, column: str) -> Cell:
        return self.cells.get((row, column), Cell())

    @property
    def most(self) -> int:
        """The highest count that stands in a cell of its own."""
        return max((cell.now for (row, column), cell in self.cells.items() if REST not in (row, column)), default=0)


def periods(by: By, today: date) -> list[Period]:
    """Return the periods that can be looked at, the newest first; the running one, if a day of it is over, counts until then."""
    yesterday = today - ONE_DAY
    firsts: list[date] = []
    if by == "month":
        month = Month.of(yesterday)
        while len(firsts) < PERIODS:
            firsts.append(month.first)
            month = month.previous
    else:
        monday = yesterday - timedelta(days=yesterday.weekday())
        firsts = [monday - back * A_WEEK for back in range(PERIODS)]
    return [period_of(by, first, today) for first in firsts]


def period_of(by: By, first: date, today: date) -> Period:
    """Return the period that begins on the day, or the week or month in which the day lies."""
    if by == "month":
        month = Month.of(first)
        whole, earlier, label = month.span, (month.previous.span, month.year_before.span), month.words
    else:
        monday = first - timedelta(days=first.weekday())
        whole = Span(monday, monday + 6 * ONE_DAY)
        earlier = _back(whole, A_WEEK), _back(whole, A_YEAR_OF_WEEKS)
        label = said("{monday:%Y-%m-%d} 一周", monday=monday)
    is_over = whole.last < today
    if is_over:
        return Period(whole, *earlier, label, is_over)
    days = max((today - ONE_DAY - whole.first).days, 0)
    until = [Span(each.first, min(each.first + timedelta(days=days), each.last)) for each in (whole, *earlier)]
    return Period(
        until[0], until[1], until[2], said("{label}（至 {last:%m-%d}）", label=word(label), last=until[0].last), is_over
    )


def explore(scope: Scope, asked: Asked, *, today: date) -> Explored:
    """Count what is asked. Rows are categories, or the matters of one; columns are streets, or what lies in one."""
    cube, period = Cube.of(scope), period_of(asked.by, asked.first, today)
    names, only = matter_names(cube), narrowed(scope, asked)
    row_of = _row_of(asked, names)
    column_of = _column_of(scope, asked)
    placed: dict[Place, Cell] = defaultdict(Cell)
    for part, span in (("now", period.span), ("before", period.before), ("year_before", period.year_before)):
        for (matter, area), n in counts_by_place(cube, span, only).items():
            cell = placed[matter, column_of(area)]
            setattr(cell, part, getattr(cell, part) + n)
    returned = [each for each in came_again(scope, period.span, within_days=asked.within_days) if _holds(only, each)]
    for each in returned:
        placed[each.matter, column_of(each.area)].again += 1
    cells: dict[tuple[str, str], Cell] = defaultdict(Cell)
    for (matter, area), cell in placed.items():
        cells[row_of(matter), area].add(cell)
    rows = _headings(cells, 0, MOST_ROWS, _row_label(asked, names))
    columns = _headings(cells, 1, MOST_COLUMNS, lambda area: area_label(scope, area))
    shown, row_totals, column_totals, total = _added_up(cells, rows, columns)
    ranked = [
        Ranked(matter, area, f"{matter_label(names, matter)} · {area_label(scope, area)}", cell)
        for (matter, area), cell in placed.items()
        if matter and cell.now >= ENOUGH
    ]
    growing = [each for each in ranked if each.cell.growth > 0]
    returning = [each for each in ranked if each.cell.again]
    return Explored(
        asked,
        period,
        rows,
        columns,
        shown,
        row_totals,
        column_totals,
        total,
        sorted(growing, key=lambda each: (-each.cell.growth, each.what))[:TOP],
        sorted(returning, key=lambda each: (-each.cell.again, each.what))[:TOP],
        _trend(cube, only, asked, today),
        returned,
    )


def narrowed(scope: Scope, asked: Asked) -> Only:
    """Return what alone is counted; a unit that there is not is nobody's."""
    matters = None
    if asked.matter:
        matters = frozenset({asked.matter})
    elif asked.category:
        names = matter_names(Cube.of(scope))
        matters = frozenset(matter for matter, name in names.items() if name.category == asked.category)
    unit = directory(scope).find_unit(asked.unit) if asked.unit else None
    return Only(
        matters=matters,
        areas=areas_within(scope, [asked.area]) if asked.area else None,
        unit_id=(unit.id if unit else 0) if asked.unit else None,
        channel=asked.channel or None,
        nature=asked.nature or None,
    )


def _row_of(asked: Asked, names: Mapping[str, MatterName]) -> Callable[[str], str]:
    if asked.category or asked.matter:
        return lambda matter: matter
    return lambda matter: names[matter].category if matter in names else ""


def _row_label(asked: Asked, names: Mapping[str, MatterName]) -> Callable[[str], str]:
    if asked.category or asked.matter:
        return lambda matter: names[matter].subcategory if matter in names else matter or UNNAMED
    return lambda category: category or UNNAMED


def _column_of(scope: Scope, asked: Asked) -> Callable[[str], str]:
    """Return the function that tells under which area an area is shown: its street, or itself once a street is chosen."""
    if asked.area:
        return lambda area: area
    tree = gazetteer_in_force(scope).areas

    def street_of(area: str) -> str:
        above = (tree.find(code) for code in tree.line(area))
        return next((each.code for each in above if each and each.kind == "street"), area)

    return street_of


def _headings(
    cells: Mapping[tuple[str, str], Cell], place: int, most: int, label: Callable[[str], str]
) -> list[Heading]:
    sums: dict[str, int] = defaultdict(int)
    for key, cell in cells.items():
        sums[key[place]] += cell.now or 0
    ordered = sorted(sums, key=lambda key: (-sums[key], key))
    shown = [Heading(key, label(key) or NOWHERE) for key in ordered[:most]]
    return (
        [*shown, Heading(REST, said("其他 {number} 项", number=len(ordered) - most))] if len(ordered) > most else shown
    )


def _added_up(
    cells: Mapping[tuple[str, str], Cell], rows: Sequence[Heading], columns: Sequence[Heading]
) -> tuple[Mapping[tuple[str, str], Cell], Mapping[str, Cell], Mapping[str, Cell], Cell]:
    in_rows, in_columns = ({each.key for each in headings} for headings in (rows, columns))
    shown: dict[tuple[str, str], Cell] = defaultdict(Cell)
    row_totals: dict[str, Cell] = defaultdict(Cell)
    column_totals: dict[str, Cell] = defaultdict(Cell)
    total = Cell()
    for (row, column), cell in cells.items():
        row, column = row if row in in_rows else REST, column if column in in_columns else REST
        shown[row, column].add(cell)
        row_totals[row].add(cell)
        column_totals[column].add(cell)
        total.add(cell)
    return shown, row_totals, column_totals, total


def _trend(cube: Cube, only: Only, asked: Asked, today: date) -> Lines:
    """Draw the last periods beside the same ones of the year before."""
    shown = list(reversed(periods(asked.by, today)))
    counts = counts_by_day(cube, Span(shown[0].year_before.first, shown[-1].span.last), only)

    def count(span: Span) -> int:
        return sum(n for day, n in counts.items() if span.first <= day <= span.last)

    pattern = "%y-%m" if asked.by == "month" else "%m-%d"
    return Lines(
        said("受理的诉求（{by}）", by=word(BY_LABELS[asked.by])),
        [
            Series("诉求（件）", [count(each.span) for each in shown]),
            Series("上年同期", [count(each.year_before) for each in shown]),
        ],
        [each.span.first.strftime(pattern) for each in shown],
    )


def _holds(only: Only, each: CameAgain) -> bool:
    return (
        (only.matters is None or each.matter in only.matters)
        and (only.areas is None or each.area in only.areas)
        and (only.unit_id is None or (each.unit_id or 0) == only.unit_id)
        and only.channel in (None, each.channel)
        and only.nature in (None, each.nature)
    )


def _back(span: Span, by: timedelta) -> Span:
    return Span(span.first - by, span.last - by)

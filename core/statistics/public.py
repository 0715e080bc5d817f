"""Figures for everybody 办理数据: what came in, was given to units, was done, in time, and how residents rate it.

A month is a table: the whole, the kinds of units, and each unit; of a city its districts. All of it is read from the cube
and told by the rules of `small_counts`, here and nowhere else, so a page, a file and an answer to a program say the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.kit.errors import Refused
from core.kit.saying import said, word
from core.statistics.days import Span
from core.statistics.figures import SMALL_SAMPLE
from core.statistics.models import DirtyDay
from core.statistics.periods import Month
from core.statistics.queries import Counts, Cube, counts_by_day, counts_by_month, counts_by_unit_and_month
from core.statistics.small_counts import NOTHING, STEP, STEP_OF_A_DAY, Told, rate_of, tell, told
from core.tenancy.across import ask_members
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope
from core.units.levels import KnownUnit, kind_of
from core.units.models import Unit

COUNTS = ("accepted", "dispatched", "concluded")
RATES: Mapping[str, tuple[str, str]] = {"on_time": ("on_time", "overdue"), "satisfied": ("satisfied", "dissatisfied")}
"""Each rate by the part that it tells of and the rest; the denominator is both together."""
MEASURES = (*COUNTS, *(measure for parts in RATES.values() for measure in parts))
MONTHS = 12
NOBODY = 0
AT_THE_DESK = "department"
"""With which units stands what no unit has: the dispatch desk is one of them."""
Part = Literal["whole", "kind", "unit", "nobody", "district"]


@dataclass(frozen=True, slots=True)
class UnitKind:
    """Units that are compared with each other: what they are called together, and of which kinds they are."""

    code: str
    label: str
    kinds: tuple[str, ...]


KINDS: Sequence[UnitKind] = (
    UnitKind("street", "街道", ("street",)),
    UnitKind(
        "department", "部门", ("district_department", "dispatch_desk", "discipline", "establishment", "government")
    ),
    UnitKind("community", "社区", ("community_center",)),
    UnitKind("enterprise", "公共服务企业", ("public_utility",)),
    UnitKind("city", "市级部门", ("city_department",)),
    UnitKind("central", "中央单位", ("central_body",)),
)
"""In the order of the table; a section counts with the unit above it, and what stands nowhere with the departments."""


class MonthNotShown(Refused):
    """A month is asked for that has not begun, or of which no figures are shown."""

    code = "month-not-shown"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a month: which part of the whole it is, and what is told of each measure."""

    part: Part
    code: str
    """Stable name of the unit, the kind or the district; of the whole and of what no unit has it is empty."""
    name: str
    kind: str
    """Code of the kind of units that it belongs to, empty where it belongs to none."""
    counts: Mapping[str, Told]
    is_closed: bool = False
    """The unit has been closed since."""

    def rate(self, name: str) -> tuple[Fraction, Fraction] | None:
        """Return between which values a rate lies; None where too few stand behind it."""
        part, rest = RATES[name]
        return rate_of(self.counts[part], self.counts[rest], sample=SMALL_SAMPLE)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing at all to tell of."""
        return all(self.counts[name] == NOTHING for name in COUNTS) and not any(
            self.counts[measure].low for parts in RATES.values() for measure in parts
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A month: the whole first, then each kind of units with its units below it; of a city its districts."""

    month: Month
    is_over: bool
    rows: Sequence[Row]

    @property
    def whole(self) -> Row:
        return self.rows[0]

    def find(self, part: str, code: str) -> Row | None:
        """Return a row of the month, None where there is no such row in it."""
        return next((row for row in self.rows if (row.part, row.code) == (part, code)), None)


@dataclass(frozen=True, slots=True)
class Months:
    """The months that are shown, the oldest first; the last is not over."""

    tables: Sequence[Table]
    is_settling: bool = False
    """Something happened that is not counted yet."""

    @property
    def present(self) -> Table:
        return self.tables[-1]

    def chosen(self, text: str) -> Table:
        """Return the month that was asked for, the present one where none was. Raises `MonthUnclear` or `MonthNotShown`."""
        if not text.strip():
            return self.present
        month = Month.parse(text)
        found = next((table for table in self.tables if table.month == month), None)
        if found is None:
            raise MonthNotShown(self._why_not(month))
        return found

    def _why_not(self, month: Month) -> str:
        first, last = self.tables[0].month, self.present.month
        if month > last:
            return said(
                "{month} 还没有到，没有数据。请从 {first} 到 {last} 里选一个月。", month=month, first=first, last=last
            )
        return said(
            "{month} 的数据这里没有，最早的是 {first}。请从 {first} 到 {last} 里选一个月。",
            month=month,
            first=first,
            last=last,
        )


@dataclass(frozen=True, slots=True)
class Counters:
    """How it stands now: today and the month so far, beside the same days of the month before."""

    month: Row
    today: Row
    before: Row | None
    """None where nothing was counted in the month before."""
    before_last: date
    """The last of the days that `before` counts."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """What is added up: a unit, a district, or what no unit has; counts by the first day of each month."""

    part: Part
    code: str
    name: str
    kind: str
    by_month: Mapping[date, Counts]
    is_closed: bool = False


def months_of(scope: Scope, *, today: date, count: int = MONTHS) -> Months:
    """Return so many of a district's months up to the present one, by kinds of units and by unit."""
    cube = Cube.of(scope)
    counted = counts_by_unit_and_month(cube, _days(today, count), *MEASURES)
    leaves = _leaves(scope, counted)
    dirty = scope.session.scalar(select(exists().where(DirtyDay.tenant_id == scope.tenant.id)))
    return Months(
        [_district_table(scope.tenant.name, month, leaves, today=today) for month in _months(leaves, today)],
        is_settling=bool(dirty),
    )


def city_months(installation: Installation, city: str, *, today: date, count: int = MONTHS) -> Months:
    """Return so many of a city's months up to the present one, by district. Raises `NotACity`."""

    def question(district: TenantFacts, session: Session) -> Mapping[date, Counts]:
        return counts_by_month(Cube(session, district.id), _days(today, count), *MEASURES)

    leaves = [
        _Leaf("district", district.slug, district.name, "", by_month)
        for district, by_month in ask_members(installation, city, question)
    ]
    name = installation.tenant(city).name
    return Months([_city_table(name, month, leaves, today=today) for month in _months(leaves, today)])


def counters_of(scope: Scope, months: Months, *, today: date) -> Counters:
    """Return how a district stands today, with what was read of its months."""
    by_day = counts_by_day(Cube.of(scope), _two_months(today), *MEASURES)
    return _counters(months, by_day, today=today)


def city_counters(installation: Installation, city: str, months: Months, *, today: date) -> Counters:
    """Return how a city stands today, its districts together. Raises `NotACity`."""

    def question(district: TenantFacts, session: Session) -> Mapping[date, Counts]:
        return counts_by_day(Cube(session, district.id), _two_months(today), *MEASURES)

    answers = [by_day for _, by_day in ask_members(installation, city, question)]
    days = {day for by_day in answers for day in by_day}
    return _counters(
        months, {day: _together(by_day[day] for by_day in answers if day in by_day) for day in days}, today=today
    )


def _counters(months: Months, by_day: Mapping[date, Counts], *, today: date) -> Counters:
    name, before = months.present.whole.name, months.present.month.previous.span
    last = min(before.last, before.first.replace(day=min(today.day, before.last.day)))
    earlier = _together(counts for day, counts in by_day.items() if before.first <= day <= last)
    has_past = any(before.first <= day <= before.last for day in by_day)
    return Counters(
        month=months.present.whole,
        today=_row(name, by_day.get(today, Counts([])), step=STEP_OF_A_DAY, zero=False),
        before=_row(name, earlier, step=STEP, zero=True) if has_past else None,
        before_last=last,
    )


def _row(name: str, counts: Counts, *, step: int, zero: bool) -> Row:
    return Row(
        "whole",
        "",
        name,
        "",
        {measure: told(counts.n(measure), step=step, zero=zero and measure in COUNTS) for measure in MEASURES},
    )


def _leaves(scope: Scope, counted: Mapping[int, Mapping[date, Counts]]) -> list[_Leaf]:
    """Return the units that anything was counted of, closed ones too, in the order of their codes, and what no unit has."""
    rows = scope.session.scalars(select(Unit).where(Unit.tenant_id == scope.tenant.id).order_by(Unit.code)).all()
    codes = {row.id: row.code for row in rows}
    known = {
        row.code: KnownUnit(row.code, row.name, row.kind, codes.get(row.parent_id or 0), active=row.active)
        for row in rows
    }
    of_kind = {kind: each.code for each in KINDS for kind in each.kinds}
    leaves = [
        _Leaf(
            "unit",
            row.code,
            row.name,
            of_kind.get(kind_of(row.code, known), "department"),
            counted[row.id],
            is_closed=not row.active,
        )
        for row in rows
        if row.id in counted
    ]
    return [*leaves, _Leaf("nobody", "", word("没有派到单位的"), AT_THE_DESK, counted.get(NOBODY, {}))]


def _district_table(name: str, month: Month, leaves: Sequence[_Leaf], *, today: date) -> Table:
    present = [leaf for leaf in leaves if _happened(leaf, month)]
    rows: list[tuple[_Leaf, int]] = [(_Leaf("whole", "", name, "", {}), -1)]
    for kind in KINDS:
        units = [leaf for leaf in present if leaf.kind == kind.code]
        if units:
            place = len(rows)
            rows.append((_Leaf("kind", kind.code, kind.label, kind.code, {}), 0))
            rows += [(leaf, place) for leaf in units]
    return _table(month, rows, today=today, covers=True)


def _city_table(name: str, month: Month, leaves: Sequence[_Leaf], *, today: date) -> Table:
    whole = (_Leaf("whole", "", name, "", {}), -1)
    return _table(month, [whole, *((leaf, 0) for leaf in leaves)], today=today, covers=False)


def _table(month: Month, rows: Sequence[tuple[_Leaf, int]], *, today: date, covers: bool) -> Table:
    """Return a month of rows that each say of which row they are part."""
    is_over = month.span.last < today
    above = tuple(place for _, place in rows)
    sums: dict[str, list[int]] = {}
    for measure in MEASURES:
        values = [leaf.by_month[month.first].n(measure) if month.first in leaf.by_month else 0 for leaf, _ in rows]
        for place in range(len(rows) - 1, 0, -1):
            values[above[place]] += values[place]
        sums[measure] = values
    columns = tell_columns(sums, above, step=1 if is_over else STEP, covers=covers)
    return Table(
        month,
        is_over,
        [
            Row(
                leaf.part,
                leaf.code,
                leaf.name,
                leaf.kind,
                {measure: column[place] for measure, column in columns.items()},
                is_closed=leaf.is_closed,
            )
            for place, (leaf, _) in enumerate(rows)
        ],
    )


def tell_columns(
    sums: Mapping[str, Sequence[int]], above: tuple[int, ...], *, step: int, covers: bool
) -> Mapping[str, tuple[Told, ...]]:
    """Tell all measures of rows that each say of which row they are part, as `tell` takes them."""
    columns = {measure: tell(tuple(sums[measure]), above, step=step, covers=covers) for measure in COUNTS}
    for part, rest in RATES.values():
        # Where neither happened there is nobody to protect; such rows are nothing and hide nothing.
        there = [place for place in range(len(above)) if sums[part][place] or sums[rest][place]]
        for measure in (part, rest):
            columns[measure] = _told_of(sums[measure], above, there, step=step, covers=covers)
    return columns


def _told_of(
    values: Sequence[int], above: Sequence[int], there: Sequence[int], *, step: int, covers: bool
) -> tuple[Told, ...]:
    """Tell a part of a quotient of those rows that are there; what they are part of is there as well."""
    places = {row: place for place, row in enumerate(there)}
    parts = tell(
        tuple(values[row] for row in there),
        tuple(places.get(above[row], -1) for row in there),
        step=step,
        zero=False,
        covers=covers,
    )
    return tuple(parts[places[row]] if row in places else NOTHING for row in range(len(values)))


def _happened(leaf: _Leaf, month: Month) -> bool:
    counts = leaf.by_month.get(month.first)
    return counts is not None and any(counts.n(measure) for measure in MEASURES)


def _months(leaves: Iterable[_Leaf], today: date) -> list[Month]:
    """Return the months from the first that anything was counted in to the present one."""
    present = Month.of(today)
    first = min((Month.of(day) for leaf in leaves for day in leaf.by_month), default=present)
    months = [present]
    while months[0] > first:
        months.insert(0, months[0].previous)
    return months


def _days(today: date, count: int) -> Span:
    month = Month.of(today)
    for _ in range(count - 1):
        month = month.previous
    return Span(month.first, today)


def _two_months(today: date) -> Span:
    return Span(Month.of(today).previous.first, today)


def _together(each: Iterable[Counts]) -> Counts:
    return Counts([row for counts in each for row in counts.rows])

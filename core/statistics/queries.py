"""Reading the cube of one tenant, through its own scope or through the city's door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, and_, cast, func, select
from sqlalchemy.orm import Session

from core.hooks.values import Dimension
from core.statistics.counting import CELLS, COUNTED, HOURS
from core.statistics.days import Span
from core.statistics.measures import MEASURES
from core.statistics.models import CubeMatter, CubeUnit
from core.tenancy.scope import Scope

Where = Mapping[Dimension, tuple[str, ...]]
EVERYTHING: Where = {}


@dataclass(frozen=True)
class Cube:
    """The cube of one tenant, and the session that may read it."""

    session: Session
    tenant_id: int

    @classmethod
    def of(cls, scope: Scope) -> "Cube":
        return cls(scope.session, scope.tenant.id)


@dataclass(frozen=True)
class Counts:
    """How often everything happened in a period, in one row, or in one for each way that appeals came in."""

    rows: Sequence[Mapping[str, Any]]

    def n(self, measure: str, where: Where = EVERYTHING) -> int:
        """Return how often a measure happened, narrowed to values of dimensions that the rows are divided by."""
        return self._sum(MEASURES[measure].column, where)

    def share(self, measure: str, whole: str) -> Fraction | None:
        """Return one measure over another; None over nothing."""
        return Fraction(self.n(measure), self.n(whole)) if self.n(whole) else None

    def seconds(self, measure: str, where: Where = EVERYTHING) -> int:
        """Return how many seconds a measure took in all."""
        return self._sum(MEASURES[measure].seconds_column, where)

    def by(self, dimension: Dimension, measure: str) -> dict[str, int]:
        """Return how often a measure happened for each value of a dimension."""
        sums: dict[str, int] = {}
        for row in self.rows:
            sums[row[dimension]] = sums.get(row[dimension], 0) + row[MEASURES[measure].column]
        return sums

    def _sum(self, column: str, where: Where) -> int:
        if not where:
            return sum([row[column] for row in self.rows])
        return sum(row[column] for row in self.rows if all(row[name] in wanted for name, wanted in where.items()))


@dataclass(frozen=True, slots=True)
class MatterName:
    """What a matter is called."""

    category: str
    subcategory: str


def counts(cube: Cube, span: Span) -> Counts:
    """Count a period as a whole."""
    return Counts(_sums(cube, span, "all"))


def counts_by_way(cube: Cube, span: Span) -> Counts:
    """Count a period by channel, medium, nature and who appeals."""
    return Counts(_sums(cube, span, "way", CELLS.c.channel, CELLS.c.medium, CELLS.c.nature, CELLS.c.appellant))


def counts_by_unit(cube: Cube, span: Span, *measures: str) -> dict[int, Counts]:
    """Count measures, or all, in a period for each unit; 0 is nobody's."""
    return {row["unit_id"]: Counts([row]) for row in _sums(cube, span, "unit", CELLS.c.unit_id, measures=measures)}


def counts_by_matter(cube: Cube, span: Span, *measures: str) -> dict[str, Counts]:
    """Count measures, or all, in a period for each matter; "" is not classified."""
    return {row["matter"]: Counts([row]) for row in _sums(cube, span, "matter", CELLS.c.matter, measures=measures)}


def counts_by_unit_and_appellant(cube: Cube, span: Span, *measures: str) -> dict[int, Counts]:
    """Count measures, or all, in a period for each unit, in one row for each kind of appellant; 0 is nobody's."""
    return _rows_by("unit_id", _sums(cube, span, "unit", CELLS.c.unit_id, CELLS.c.appellant, measures=measures))


def counts_by_matter_and_appellant(cube: Cube, span: Span, *measures: str) -> dict[str, Counts]:
    """Count measures, or all, in a period for each matter, in one row for each kind of appellant; "" is not classified."""
    return _rows_by("matter", _sums(cube, span, "matter", CELLS.c.matter, CELLS.c.appellant, measures=measures))


def accepted_by_category(cube: Cube, span: Span) -> dict[str, int]:
    """Count what was accepted in a period for each category of matters; "" is not classified."""
    # Added up before the names are joined: a month has some thousand cells and some hundred matters.
    by_matter = (
        select(CELLS.c.matter, func.sum(CELLS.c.accepted).label("n"))
        .where(_within(cube, span, "matter"))
        .group_by(CELLS.c.matter)
        .subquery()
    )
    named = (CubeMatter.tenant_id == cube.tenant_id) & (CubeMatter.matter == by_matter.c.matter)
    category = func.coalesce(CubeMatter.category, "")
    asked = (
        select(category, cast(func.sum(by_matter.c.n), BigInteger))
        .select_from(by_matter)
        .outerjoin(CubeMatter, named)
        .group_by(category)
    )
    return dict(cube.session.execute(asked).all())


def counts_by_unit_and_month(cube: Cube, span: Span, *measures: str) -> dict[int, dict[date, Counts]]:
    """Count measures, or all, in a period for each unit and each month in which it had anything, by the month's first day."""
    first = cast(func.date_trunc("month", CELLS.c.day), Date).label("first")
    found: dict[int, dict[date, Counts]] = {}
    for row in _sums(cube, span, "unit", CELLS.c.unit_id, first, measures=measures):
        found.setdefault(row["unit_id"], {})[row["first"]] = Counts([row])
    return found


def counts_by_month(cube: Cube, span: Span, *measures: str) -> dict[date, Counts]:
    """Count measures, or all, in a period for each month that something happened in, by the month's first day."""
    first = cast(func.date_trunc("month", CELLS.c.day), Date).label("first")
    return {row["first"]: Counts([row]) for row in _sums(cube, span, "all", first, measures=measures)}


def ways_by_month(cube: Cube, span: Span, *measures: str) -> dict[date, Counts]:
    """Count measures, or all, in a period by the way that appeals came in, for each month by its first day."""
    first = cast(func.date_trunc("month", CELLS.c.day), Date).label("first")
    by = (CELLS.c.channel, CELLS.c.medium, CELLS.c.nature, CELLS.c.appellant)
    return _rows_by("first", _sums(cube, span, "way", first, *by, measures=measures))


def counts_by_day(cube: Cube, span: Span, *measures: str) -> dict[date, Counts]:
    """Count measures, or all, in a period for each day that something happened on."""
    return {row["day"]: Counts([row]) for row in _sums(cube, span, "all", CELLS.c.day, measures=measures)}


def counts_by_week(cube: Cube, span: Span, *measures: str) -> dict[date, Counts]:
    """Count measures, or all, in a period for each week that something happened in, by the week's Monday."""
    monday = cast(func.date_trunc("week", CELLS.c.day), Date).label("monday")
    return {row["monday"]: Counts([row]) for row in _sums(cube, span, "all", monday, measures=measures)}


def hours_of(cube: Cube, span: Span, measure: str) -> dict[int, int]:
    """Return how many of a measure's durations in a period were of so many whole hours."""
    asked = (
        select(HOURS.c.hours, func.sum(HOURS.c.n))
        .where(
            HOURS.c.tenant_id == cube.tenant_id,
            HOURS.c.measure == MEASURES[measure].column,
            HOURS.c.day.between(span.first, span.last),
        )
        .group_by(HOURS.c.hours)
    )
    return dict(cube.session.execute(asked).all())


def counted_days(cube: Cube) -> Span | None:
    """Return the stretch from the first day on which something was accepted to the last, or None."""
    asked = select(func.min(CELLS.c.day), func.max(CELLS.c.day)).where(
        CELLS.c.tenant_id == cube.tenant_id, CELLS.c.aspect == "all", CELLS.c.accepted > 0
    )
    first, last = cube.session.execute(asked).one()
    return None if first is None or last is None else Span(first, last)


def unit_names(cube: Cube) -> dict[int, str]:
    """Return what the units are called."""
    rows = cube.session.execute(select(CubeUnit.unit_id, CubeUnit.name).where(CubeUnit.tenant_id == cube.tenant_id))
    return dict(rows.all())


def matter_names(cube: Cube) -> dict[str, MatterName]:
    """Return what the matters are called."""
    asked = select(CubeMatter.matter, CubeMatter.category, CubeMatter.subcategory)
    rows = cube.session.execute(asked.where(CubeMatter.tenant_id == cube.tenant_id))
    return {matter: MatterName(category, subcategory) for matter, category, subcategory in rows}


def _rows_by(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[Any, Counts]:
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return {key: Counts(each) for key, each in found.items()}


def _sums(
    cube: Cube, span: Span, aspect: str, *by: ColumnElement[Any], measures: Sequence[str] = ()
) -> list[Mapping[str, Any]]:
    columns = [MEASURES[measure].column for measure in measures] or COUNTED
    sums = (cast(func.coalesce(func.sum(CELLS.c[name]), 0), BigInteger).label(name) for name in columns)
    asked = select(*by, *sums).where(_within(cube, span, aspect)).group_by(*by)
    return [dict(row) for row in cube.session.execute(asked).mappings()]


def _within(cube: Cube, span: Span, aspect: str) -> ColumnElement[bool]:
    return and_(
        CELLS.c.tenant_id == cube.tenant_id, CELLS.c.aspect == aspect, CELLS.c.day.between(span.first, span.last)
    )

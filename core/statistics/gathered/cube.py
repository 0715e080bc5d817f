"""Reading a city's cube: sums over days, divided by district and by what the counts can be narrowed by.

Whole months within the days are read from rows of months, what is left from rows of days.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from core.statistics.asked import Asked
from core.statistics.counting import COUNTED
from core.statistics.days import ONE_DAY, Span
from core.statistics.gathered.gathering import CITY_CELLS, CITY_CODES
from core.statistics.gathered.models import CityMatter, CityUnit
from core.statistics.kinds import KINDS
from core.statistics.measures import MEASURES
from core.statistics.periods import A_WEEK, Month
from core.statistics.queries import Counts

C = CITY_CELLS.c
UnitKey = tuple[int, int]
"""A unit by the ids of its district and its own; 0 is nobody's."""


@dataclass(frozen=True)
class CityCube:
    """The counts of some districts of one city, and the session that may read them."""

    session: Session
    tenant_id: int
    districts: Collection[int]


def counts_by_district(cube: CityCube, asked: Asked, span: Span, *measures: str) -> dict[int, Counts]:
    """Count measures, or all, in a period for each district, narrowed as asked (by nature, channel or category)."""
    rows = _sums(cube, asked, span, C.district_id, measures=measures)
    return {row["district_id"]: Counts([row]) for row in rows}


def counts_by_unit(
    cube: CityCube, span: Span, *measures: str, only: Callable[[Mapping[str, Any]], ColumnElement[bool]] | None = None
) -> dict[UnitKey, Counts]:
    """Count measures, or all, in a period for each unit; `only` says by the sums of which units, None = of all."""
    asked = _selected(cube, "unit", span, C.district_id, C.unit_id, measures=measures)
    if only is not None:
        asked = asked.having(only({name: func.sum(C[name]) for name in columns_read(measures)}))
    rows = _named(cube, asked)
    return {(row["district_id"], row["unit_id"]): Counts([row]) for row in rows}


def counts_by_category(cube: CityCube, span: Span, *measures: str) -> dict[int, dict[str, Counts]]:
    """Count measures, or all, in a period for each district and category of the city's list; "" is none of them."""
    found: dict[int, dict[str, Counts]] = {}
    for row in _by_category(cube, span, measures, "district_id"):
        found.setdefault(row["district_id"], {})[row["category"]] = Counts([row])
    return found


def pooled_by_category(cube: CityCube, span: Span, measure: str) -> dict[str, int]:
    """Count one measure in a period for each category of the city's list in all districts, where there is any."""
    column = MEASURES[measure].column
    return {row["category"]: row[column] for row in _by_category(cube, span, (measure,)) if row[column]}


def categories_counted(cube: CityCube, span: Span, measure: str) -> dict[int, dict[str, int]]:
    """Count one measure in a period for each district and category of the city's list, where there is any."""
    counted = counts_by_category(cube, span, measure)
    return {
        district: {category: n for category, counts in each.items() if (n := counts.n(measure))}
        for district, each in counted.items()
    }


def summed(counted: Mapping[int, Mapping[str, int]]) -> Counter[str]:
    """Add up by category over the districts."""
    sums: Counter[str] = Counter()
    for each in counted.values():
        sums.update(each)
    return sums


def counts_by_matter(cube: CityCube, span: Span, *measures: str) -> dict[tuple[int, str], Counts]:
    """Count measures, or all, in a period for each district's own matter; "" is not classified."""
    rows = _named(cube, _selected(cube, "matter", span, C.district_id, C.matter, measures=measures))
    return {(row["district_id"], row["matter"]): Counts([row]) for row in rows}


def counts_by_way(cube: CityCube, span: Span, *measures: str) -> dict[tuple[str, str], Counts]:
    """Count measures, or all, in a period for each channel and nature."""
    rows = _named(cube, _selected(cube, "way", span, C.channel, C.nature, measures=measures))
    return {(row["channel"], row["nature"]): Counts([row]) for row in rows}


def counts_by_day(cube: CityCube, asked: Asked, span: Span, *measures: str) -> dict[date, Counts]:
    """Count measures, or all, for each day on which something happened."""
    rows = _sums(cube, asked, span, C.day, measures=measures, by_day=True)
    return {row["day"]: Counts([row]) for row in rows}


def counts_by_week(cube: CityCube, asked: Asked, span: Span, *measures: str) -> dict[date, Counts]:
    """Count measures, or all, for each week in which something happened, by its Monday."""
    monday = cast(func.date_trunc("week", C.day), Date).label("monday")
    rows = _sums(cube, asked, span, monday, measures=measures, by_day=True)
    return {row["monday"]: Counts([row]) for row in rows}


def categories_by_week(cube: CityCube, last: date, weeks: int, measure: str) -> dict[tuple[int, str, int], int]:
    """Count one measure by district, category and how many weeks before the seven days that end on `last`."""
    column = C[MEASURES[measure].column]
    back = ((literal(last, Date) - C.day) // 7).label("back")
    counted = (
        select(C.district_id, C.matter, back, func.sum(column).label("n"))
        .where(*_of(cube, "matter"), C.grain == "day", C.day > last - weeks * A_WEEK, C.day <= last, column > 0)
        .group_by(C.district_id, C.matter, back)
        .subquery("counted")
    )
    category = func.coalesce(CityMatter.category, "").label("category")
    asked = (
        select(counted.c.district_id, category, counted.c.back, cast(func.sum(counted.c.n), BigInteger))
        .outerjoin(
            CityMatter,
            _is_matter_of(cube, counted.c),
        )
        .group_by(counted.c.district_id, category, counted.c.back)
    )
    return {(district, named, weeks_back): n for district, named, weeks_back, n in cube.session.execute(asked)}


@dataclass(frozen=True, slots=True)
class CodeCounts:
    """How often each code occurred: by district, and in all districts by category of the city's list ("" is none of them)."""

    by_district: dict[int, dict[str, int]]
    by_category: dict[str, dict[str, int]]


def codes_counted(cube: CityCube, kinds: Collection[str], span: Span, *, category: str = "") -> dict[str, CodeCounts]:
    """Count the codes of each of these kinds in a period."""
    columns = {KINDS[kind].column: kind for kind in kinds}
    k = CITY_CODES.c
    coded = (
        select(k.kind, k.district_id, func.coalesce(CityMatter.category, "").label("category"), k.code, k.n)
        .outerjoin(CityMatter, _is_matter_of(cube, k))
        .where(
            k.tenant_id == cube.tenant_id,
            k.kind.in_(columns),
            k.district_id == func.any(_districts(cube)),
            k.day.between(span.first, span.last),
        )
        .subquery("coded")
        .c
    )
    asked = select(
        coded.kind, coded.district_id, coded.category, coded.code, cast(func.sum(coded.n), BigInteger)
    ).group_by(
        func.grouping_sets(
            tuple_(coded.kind, coded.district_id, coded.code), tuple_(coded.kind, coded.category, coded.code)
        )
    )
    if category:
        asked = asked.where(coded.category == category)
    found = {kind: CodeCounts({}, {}) for kind in kinds}
    for kind, district, named, code, n in cube.session.execute(asked):
        counts = found[columns[kind]]
        if district is None:
            counts.by_category.setdefault(named, {})[code] = n
        else:
            counts.by_district.setdefault(district, {})[code] = n
    return found


def unit_names(cube: CityCube, only: Collection[int] | None = None) -> dict[UnitKey, str]:
    """Return what the units are called, all or those alone with these ids of their own."""
    asked = select(CityUnit.district_id, CityUnit.unit_id, CityUnit.name).where(
        CityUnit.tenant_id == cube.tenant_id, CityUnit.district_id == func.any(_districts(cube))
    )
    if only is not None:
        asked = asked.where(CityUnit.unit_id.in_(only))
    rows = cube.session.execute(asked)
    return {(district, unit): name for district, unit, name in rows}


def mapped_ways(cube: CityCube, span: Span) -> dict[tuple[int, str], tuple[int, int]]:
    """Return for each district and way of finding the city's category how many matters and accepted appeals; "" is not classified."""
    counted = _selected(cube, "matter", span, C.district_id, C.matter, measures=("accepted",)).subquery("counted")
    way = case((counted.c.matter == "", ""), else_=func.coalesce(CityMatter.way, "none")).label("way")
    asked = (
        select(counted.c.district_id, way, func.count(), cast(func.sum(counted.c.accepted), BigInteger))
        .outerjoin(
            CityMatter,
            _is_matter_of(cube, counted.c),
        )
        .where(counted.c.accepted > 0)
        .group_by(counted.c.district_id, way)
    )
    return {(district, named): (matters, n) for district, named, matters, n in cube.session.execute(asked)}


def categories(cube: CityCube) -> Sequence[str]:
    """Return the categories that there are."""
    asked = select(CityMatter.category).where(CityMatter.tenant_id == cube.tenant_id, CityMatter.category != "")
    return cube.session.scalars(asked.distinct().order_by(CityMatter.category)).all()


def channels(cube: CityCube, span: Span) -> Sequence[str]:
    """Return the channels by which anything came in."""
    asked = select(C.channel).where(*_of(cube, "way"), _pieces(span), C.channel != "")
    return cube.session.scalars(asked.distinct().order_by(C.channel)).all()


def columns_read(measures: Sequence[str]) -> Sequence[str]:
    """Return the columns of these measures, with their seconds; of all where none is named."""
    if not measures:
        return COUNTED
    return [
        name
        for measure in dict.fromkeys(measures)
        for name in (MEASURES[measure].column, MEASURES[measure].seconds_column)
        if name in COUNTED
    ]


def pooled(each: Mapping[Any, Counts]) -> Counts:
    """Return counts added up: all numerators over all denominators."""
    return Counts([row for counted in each.values() for row in counted.rows])


def _by_category(cube: CityCube, span: Span, measures: Sequence[str], *by: str) -> list[Mapping[str, Any]]:
    """Return sums by category of the city's list, added up by matter before the names are joined."""
    counted = _selected(cube, "matter", span, C.district_id, C.matter, measures=measures).subquery("counted")
    category = func.coalesce(CityMatter.category, "").label("category")
    divided = (*(counted.c[name] for name in by), category)
    sums = (cast(func.sum(counted.c[name]), BigInteger).label(name) for name in columns_read(measures))
    asked = select(*divided, *sums).outerjoin(CityMatter, _is_matter_of(cube, counted.c)).group_by(*divided)
    return _named(cube, asked)


def _is_matter_of(cube: CityCube, counted: Any) -> ColumnElement[bool]:
    """Return the condition by which what is counted finds its matter, and so its category of the city's list."""
    return and_(
        CityMatter.tenant_id == cube.tenant_id,
        CityMatter.district_id == counted.district_id,
        CityMatter.matter == counted.matter,
    )


def _sums(
    cube: CityCube,
    asked: Asked,
    span: Span,
    *by: ColumnElement[Any],
    measures: Sequence[str] = (),
    by_day: bool = False,
) -> list[Mapping[str, Any]]:
    narrowed: list[ColumnElement[bool]] = []
    if asked.nature:
        narrowed.append(C.nature == asked.nature)
    if asked.channel:
        narrowed.append(C.channel == asked.channel)
    if asked.category:
        matters = select(CityMatter.district_id, CityMatter.matter).where(
            CityMatter.tenant_id == cube.tenant_id, CityMatter.category == asked.category
        )
        narrowed.append(func.row(C.district_id, C.matter).in_(matters))
    assert asked.aspect != "place", "areas are no part of a city's cube"
    return _named(cube, _selected(cube, asked.aspect, span, *by, measures=measures, narrowed=narrowed, by_day=by_day))


def _named(cube: CityCube, asked: Any) -> list[Mapping[str, Any]]:
    """Return the rows by the names of their columns; made here, as a city's page reads some thousand of them."""
    result = cube.session.execute(asked)
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def _selected(
    cube: CityCube,
    aspect: str,
    span: Span,
    *by: ColumnElement[Any],
    measures: Sequence[str] = (),
    narrowed: Sequence[ColumnElement[bool]] = (),
    by_day: bool = False,
) -> Any:
    sums = (cast(func.sum(C[name]), BigInteger).label(name) for name in columns_read(measures))
    days = and_(C.grain == "day", C.day.between(span.first, span.last)) if by_day else _pieces(span)
    return select(*by, *sums).where(*_of(cube, aspect), days, *narrowed).group_by(*by)


def _of(cube: CityCube, aspect: str) -> Sequence[ColumnElement[bool]]:
    return C.tenant_id == cube.tenant_id, C.aspect == aspect, C.district_id == func.any(_districts(cube))


def _districts(cube: CityCube) -> ColumnElement[Any]:
    """Return the districts as one value: a list of eighty would be written out anew for every statement."""
    return bindparam("districts", list(cube.districts), type_=ARRAY(Integer))


def _pieces(span: Span) -> ColumnElement[bool]:
    """Return the condition for the rows that make up these days: months where they are whole, else days."""
    first = Month.of(span.first) if span.first.day == 1 else Month.of(span.first).following
    last = Month.of(span.last) if (span.last + ONE_DAY).day == 1 else Month.of(span.last).previous
    if first > last:
        return and_(C.grain == "day", C.day.between(span.first, span.last))
    pieces = [and_(C.grain == "month", C.day.between(first.first, last.first))]
    for start, end in ((span.first, first.first - ONE_DAY), (last.span.last + ONE_DAY, span.last)):
        if start <= end:
            pieces.append(and_(C.grain == "day", C.day.between(start, end)))
    return or_(*pieces)

"""The statements that count days anew: exactly from the tickets, and writing only cells that come out different.

What is counted now is added and what stood there is taken off, so that a cell which has not changed comes out as nothing
and is left alone. Nobody else may count the tenant's days meanwhile: `service.refresh` sees to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    TIMESTAMP,
    BigInteger,
    ColumnElement,
    Date,
    Delete,
    Executable,
    Integer,
    Select,
    SQLColumnExpression,
    Table,
    Text,
    bindparam,
    case,
    cast,
    column,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert

from core.kit.db import Base
from core.statistics.anchors import ACCEPTANCE, Anchor
from core.statistics.days import ONE_DAY, Span, local_day
from core.statistics.kinds import KINDS, Kind
from core.statistics.measures import MEASURES, Measure
from core.statistics.models import CubeCell, CubeCode, CubeHours, CubePlace
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

CELLS = Base.metadata.tables[CubeCell.__tablename__]
HOURS = Base.metadata.tables[CubeHours.__tablename__]
CODES = Base.metadata.tables[CubeCode.__tablename__]
PLACES = Base.metadata.tables[CubePlace.__tablename__]
TENANT = bindparam("tenant", type_=Integer)
ZONE = bindparam("zone", type_=Text)
ASPECTS = ("all", "way", "unit", "matter")
TIMED = tuple(measure for measure in MEASURES.values() if measure.took is not None)
COUNTED = (*(measure.column for measure in MEASURES.values()), *(measure.seconds_column for measure in TIMED))
"""The columns of the cells that hold counts and seconds, as far as they are still defined."""


def recount(scope: Scope, spans: Sequence[Span]) -> None:
    """Bring all counts of these days up to date."""
    given = {
        "tenant": scope.tenant.id,
        "zone": scope.tenant.zone.key,
        "firsts": [span.first for span in spans],
        "lasts": [span.last for span in spans],
    }
    for statement in _statements():
        scope.session.execute(statement, given)


@cache
def _statements() -> tuple[Executable, ...]:
    """Build the statements, once: they are long, and the same for every tenant and any days."""
    of_cells, of_hours = {"aspect": ASPECTS}, {"measure": tuple(measure.column for measure in TIMED)}
    of_codes = {"kind": tuple(kind.column for kind in KINDS.values())}
    return (
        _put(CELLS, counted_cells(), amounts=COUNTED, narrowed=of_cells),
        _put(HOURS, _counted_hours(), amounts=("n",), narrowed=of_hours),
        _put(CODES, _counted_codes(), amounts=("n",), narrowed=of_codes),
        _put(PLACES, _counted_places(), amounts=("n",), narrowed={}),
        _drop_zeros(CELLS, amounts=COUNTED, narrowed=of_cells),
        _drop_zeros(HOURS, amounts=("n",), narrowed=of_hours),
        _drop_zeros(CODES, amounts=("n",), narrowed=of_codes),
        _drop_zeros(PLACES, amounts=("n",), narrowed={}),
    )


def counted_cells() -> Select[Any]:
    """Count the days, once per aspect."""
    by_anchor: dict[Anchor, list[Measure]] = {}
    for measure in MEASURES.values():
        by_anchor.setdefault(measure.anchor, []).append(measure)
    happened = union_all(*(_happenings(*each) for each in by_anchor.items())).cte("happened").c
    way = (happened.channel, happened.medium, happened.nature, happened.appellant)
    return select(
        case(
            (func.grouping(happened.channel) == 0, "way"),
            (func.grouping(happened.unit_id) == 0, "unit"),
            (func.grouping(happened.matter) == 0, "matter"),
            else_="all",
        ).label("aspect"),
        happened.day,
        *(func.coalesce(part, "").label(part.name) for part in way),
        func.coalesce(happened.unit_id, 0).label("unit_id"),
        func.coalesce(happened.matter, "").label("matter"),
        *(func.sum(happened[name]).label(name) for name in COUNTED),
    ).group_by(
        func.grouping_sets(
            tuple_(happened.day),
            tuple_(happened.day, *way),
            tuple_(happened.day, happened.unit_id, happened.appellant),
            tuple_(happened.day, happened.matter, happened.appellant),
        )
    )


def _counted_hours() -> Select[Any]:
    """Count the days' durations by whole hours."""
    taken = union_all(*(_durations(measure) for measure in TIMED)).subquery("taken").c
    return select(taken.measure, taken.day, taken.hours, func.count().label("n")).group_by(
        taken.measure, taken.day, taken.hours
    )


def _counted_codes() -> Select[Any]:
    """Count the days' happenings with a code, by unit, matter and code."""
    coded = union_all(*(_coded(kind) for kind in KINDS.values())).subquery("coded").c
    by = (coded.kind, coded.day, coded.unit_id, coded.matter, coded.code)
    return select(*by, func.count().label("n")).group_by(*by)


def _counted_places() -> Select[Any]:
    """Count the days' appeals by everything that tells where they come from."""
    placed = _on_these_days(
        ACCEPTANCE,
        func.coalesce(Ticket.matter, "").label("matter"),
        func.coalesce(Ticket.area, "").label("area"),
        func.coalesce(ACCEPTANCE.unit_id, 0).label("unit_id"),
        Ticket.channel,
        Ticket.nature,
    )
    placed = placed.where(MEASURES["accepted"].where)
    by = placed.subquery("placed").c
    parts = (by.day, by.matter, by.area, by.unit_id, by.channel, by.nature)
    return select(*parts, func.count().label("n")).group_by(*parts)


def _happenings(anchor: Anchor, measures: Iterable[Measure]) -> Select[Any]:
    """Return the rows of an anchor on these days, with one or nothing for each measure."""
    amounts: dict[str, ColumnElement[int]] = {}
    for measure in measures:
        amounts[measure.column] = case((measure.where, 1), else_=0)
        if measure.took is not None:
            amounts[measure.seconds_column] = case((measure.where, _seconds(measure.took)), else_=0)
    return _on_these_days(
        anchor,
        Ticket.channel,
        Ticket.medium,
        Ticket.nature,
        Ticket.appellant,
        func.coalesce(anchor.unit_id, 0).label("unit_id"),
        func.coalesce(Ticket.matter, "").label("matter"),
        *(amounts.get(name, literal_column("0")).label(name) for name in COUNTED),
    )


def _durations(measure: Measure) -> Select[Any]:
    """Return the whole hours that each happening of a measure took."""
    assert measure.took is not None
    hours = func.floor(_seconds(measure.took) / literal_column("3600.0"))
    named = literal_column(f"'{measure.column}'", Text).label("measure")
    return _on_these_days(measure.anchor, named, cast(hours, Integer).label("hours")).where(measure.where)


def _coded(kind: Kind) -> Select[Any]:
    """Return the happenings of a kind on these days, each with whose it is, its matter and its code."""
    return _on_these_days(
        kind.anchor,
        literal(kind.column, Text).label("kind"),
        (func.coalesce(kind.anchor.unit_id, 0) if kind.by_unit else literal(0, BigInteger)).label("unit_id"),
        (func.coalesce(Ticket.matter, "") if kind.by_matter else literal("", Text)).label("matter"),
        func.coalesce(kind.code, "").label("code"),
    ).where(kind.where)


def _seconds(took: SQLColumnExpression[Any]) -> ColumnElement[int]:
    return cast(func.extract("epoch", took), BigInteger)


def _on_these_days(anchor: Anchor, *columns: SQLColumnExpression[Any]) -> Select[Any]:
    day = local_day(ZONE, anchor.instant)
    return (
        select(day.label("day"), *columns)
        .select_from(anchor.rows.join(SPAN, anchor.instant.between(SPAN.c.starts, SPAN.c.ends)))
        .where(
            anchor.tenant_id == TENANT,
            Ticket.tenant_id == TENANT,
            day.between(SPAN.c.first, SPAN.c.last),
            anchor.where,
        )
    )


def _days() -> CTE:
    """Return the stretches of days as rows: first and last day, and the instants at which they start and end."""
    days = func.unnest(bindparam("firsts", type_=ARRAY(Date)), bindparam("lasts", type_=ARRAY(Date))).table_valued(
        column("first", Date), column("last", Date), name="days"
    )
    days = days.render_derived()
    return select(
        days.c.first,
        days.c.last,
        func.timezone(ZONE, cast(days.c.first, TIMESTAMP)).label("starts"),
        func.timezone(ZONE, days.c.last + ONE_DAY).label("ends"),
    ).cte("span")


SPAN = _days()


def _put(
    table: Table, counted: Select[Any], *, amounts: Sequence[str], narrowed: Mapping[str, Sequence[str]]
) -> Insert:
    """Add to the table what is counted less what stood there, where that is anything; what vanished becomes zero."""
    keys = [part.name for part in table.primary_key.columns if part.name != "tenant_id"]
    before = (
        select(*(table.c[key] for key in keys), *((-table.c[name]).label(name) for name in amounts))
        .select_from(table.join(SPAN, table.c.day.between(SPAN.c.first, SPAN.c.last)))
        .where(table.c.tenant_id == TENANT, *(table.c[name].in_(wanted) for name, wanted in narrowed.items()))
    )
    both = union_all(counted, before).subquery("both")
    more = {name: func.sum(both.c[name]) for name in amounts}
    changed = (
        select(TENANT, *(both.c[key] for key in keys), *more.values())
        .group_by(*(both.c[key] for key in keys))
        .having(or_(*(amount != 0 for amount in more.values())))
    )
    put = insert(table).from_select(["tenant_id", *keys, *amounts], changed)
    return put.on_conflict_do_update(
        constraint=table.primary_key, set_={name: table.c[name] + put.excluded[name] for name in amounts}
    )


def _drop_zeros(table: Table, *, amounts: Sequence[str], narrowed: Mapping[str, Sequence[str]]) -> Delete:
    return delete(table).where(
        table.c.tenant_id == TENANT,
        *(table.c[name].in_(wanted) for name, wanted in narrowed.items()),
        table.c.day >= select(func.min(SPAN.c.first)).scalar_subquery(),
        table.c.day <= select(func.max(SPAN.c.last)).scalar_subquery(),
        *(table.c[name] == 0 for name in amounts),
    )

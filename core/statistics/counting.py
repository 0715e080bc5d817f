"""The statements that count days anew: exactly from the tickets, and writing only cells that come out different.

What is counted now is added and what stood there is taken off, so that a cell which has not changed comes out as nothing
and is left alone. Nobody else may count the tenant's days meanwhile: `service.refresh` sees to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    TIMESTAMP,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Delete,
    Integer,
    Interval,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    column,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert

from core.kit.db import Base
from core.statistics.days import ONE_DAY, Span, local_day
from core.statistics.measures import MEASURES, Anchor, Measure
from core.statistics.models import CubeCell, CubeHours
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

CELLS = Base.metadata.tables[CubeCell.__tablename__]
HOURS = Base.metadata.tables[CubeHours.__tablename__]
ASPECTS = ("all", "way", "unit", "matter")
TIMED = tuple(measure for measure in MEASURES.values() if measure.took is not None)
COUNTED = (*(measure.column for measure in MEASURES.values()), *(measure.seconds_column for measure in TIMED))
"""The columns of the cells that hold counts and seconds, as far as they are still defined."""


def count_cells(scope: Scope, spans: Sequence[Span]) -> Insert:
    """Return the statement that brings the cells of these days up to date; what vanished is left as zero."""
    span = _spans(scope, spans)
    fact = _facts(scope, span, MEASURES.values())
    way = (fact.c.channel, fact.c.medium, fact.c.nature)
    counted = select(
        case(
            (func.grouping(fact.c.channel) == 0, "way"),
            (func.grouping(fact.c.unit_id) == 0, "unit"),
            (func.grouping(fact.c.matter) == 0, "matter"),
            else_="all",
        ).label("aspect"),
        fact.c.day,
        *(func.coalesce(part, "").label(part.name) for part in way),
        func.coalesce(fact.c.unit_id, 0).label("unit_id"),
        func.coalesce(fact.c.matter, "").label("matter"),
        *(_sum_of(fact, measure) for measure in MEASURES.values()),
        *(_seconds_of(fact, measure) for measure in TIMED),
    ).group_by(
        func.grouping_sets(
            tuple_(fact.c.day),
            tuple_(fact.c.day, *way),
            tuple_(fact.c.day, fact.c.unit_id),
            tuple_(fact.c.day, fact.c.matter),
        )
    )
    return _put(scope, CELLS, counted, span, amounts=COUNTED, narrowed={"aspect": ASPECTS})


def count_hours(scope: Scope, spans: Sequence[Span]) -> Insert:
    """Return the statement that brings the hours of these days up to date; what vanished is left as zero."""
    span = _spans(scope, spans)
    fact = _facts(scope, span, TIMED)
    hours = cast(func.floor(fact.c.seconds / 3600.0), Integer).label("hours")
    counted = select(fact.c.measure, fact.c.day, hours, func.count().label("n")).group_by(
        fact.c.measure, fact.c.day, hours
    )
    return _put(scope, HOURS, counted, span, amounts=("n",), narrowed=_HOURS_OF)


def drop_zeros(scope: Scope, spans: Sequence[Span]) -> Iterable[Delete]:
    """Yield the statements that delete what came out as zero."""
    for table, narrowed, amounts in ((CELLS, {"aspect": ASPECTS}, COUNTED), (HOURS, _HOURS_OF, ("n",))):
        yield delete(table).where(
            table.c.tenant_id == scope.tenant.id,
            *(table.c[name].in_(wanted) for name, wanted in narrowed.items()),
            table.c.day.between(spans[0].first, spans[-1].last),
            and_(*(table.c[name] == 0 for name in amounts)),
        )


_HOURS_OF: Mapping[str, Sequence[str]] = {"measure": tuple(measure.column for measure in TIMED)}


def _spans(scope: Scope, spans: Sequence[Span]) -> CTE:
    """Return the stretches as rows: first and last day, and the instants at which they start and end."""
    zone = scope.tenant.zone.key
    days = func.unnest(
        literal([span.first for span in spans], ARRAY(Date)), literal([span.last for span in spans], ARRAY(Date))
    ).table_valued(column("first", Date), column("last", Date), name="days")
    days = days.render_derived()
    return select(
        days.c.first,
        days.c.last,
        func.timezone(zone, cast(days.c.first, TIMESTAMP)).label("starts"),
        func.timezone(zone, days.c.last + ONE_DAY).label("ends"),
    ).cte("span")


def _facts(scope: Scope, span: CTE, measures: Iterable[Measure]) -> CTE:
    """Return one row for every time that a measure happened on these days."""
    by_anchor: dict[Anchor, list[Measure]] = {}
    for measure in measures:
        by_anchor.setdefault(measure.anchor, []).append(measure)
    return union_all(*(_facts_of(scope, span, *each) for each in by_anchor.items())).cte("fact")


def _facts_of(scope: Scope, span: CTE, anchor: Anchor, measures: Sequence[Measure]) -> Select[Any]:
    """Return the rows of an anchor, each once for every measure it counts in."""
    day = local_day(scope, anchor.instant)
    # A column of VALUES is written without its table, so its name must not be a column of another.
    happened = (
        values(column("of_measure", Text), column("counts", Boolean), column("took", Interval))
        .data([(one.column, one.where, cast(one.took, Interval)) for one in measures])
        .lateral("happened")
    )
    return (
        select(
            happened.c.of_measure.label("measure"),
            day.label("day"),
            Ticket.channel,
            Ticket.medium,
            Ticket.nature,
            func.coalesce(anchor.unit_id, 0).label("unit_id"),
            func.coalesce(Ticket.matter, "").label("matter"),
            cast(func.extract("epoch", happened.c.took), BigInteger).label("seconds"),
        )
        .select_from(
            anchor.rows.join(span, anchor.instant.between(span.c.starts, span.c.ends)).join(happened, happened.c.counts)
        )
        .where(
            anchor.tenant_id == scope.tenant.id,
            Ticket.tenant_id == scope.tenant.id,
            day.between(span.c.first, span.c.last),
            anchor.where,
        )
    )


def _sum_of(fact: CTE, measure: Measure) -> ColumnElement[int]:
    return func.count().filter(fact.c.measure == measure.column).label(measure.column)


def _seconds_of(fact: CTE, measure: Measure) -> ColumnElement[int]:
    seconds = func.sum(fact.c.seconds).filter(fact.c.measure == measure.column)
    return cast(func.coalesce(seconds, 0), BigInteger).label(measure.seconds_column)


def _put(
    scope: Scope,
    table: Table,
    counted: Select[Any],
    span: CTE,
    *,
    amounts: Sequence[str],
    narrowed: Mapping[str, Sequence[str]],
) -> Insert:
    """Add to the table what is counted less what stood there, where that is anything."""
    keys = [part.name for part in table.primary_key.columns if part.name != "tenant_id"]
    before = (
        select(*(table.c[key] for key in keys), *((-table.c[name]).label(name) for name in amounts))
        .select_from(table.join(span, table.c.day.between(span.c.first, span.c.last)))
        .where(table.c.tenant_id == scope.tenant.id, *(table.c[name].in_(wanted) for name, wanted in narrowed.items()))
    )
    both = union_all(counted, before).subquery("both")
    more = {name: func.sum(both.c[name]) for name in amounts}
    changed = (
        select(literal(scope.tenant.id), *(both.c[key] for key in keys), *more.values())
        .group_by(*(both.c[key] for key in keys))
        .having(or_(*(amount != 0 for amount in more.values())))
    )
    put = insert(table).from_select(["tenant_id", *keys, *amounts], changed)
    return put.on_conflict_do_update(
        constraint=table.primary_key, set_={name: table.c[name] + put.excluded[name] for name in amounts}
    )

"""Bringing the counts of a city's districts together: what they counted anew since the last time, through the one door.

The database writes the rows out in the district's transaction and reads them in in the city's; here they are one text that
nobody looks into. A day is replaced whole, and the months of such days are added up anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    Integer,
    String,
    Text,
    bindparam,
    case,
    cast,
    column,
    delete,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.kit.db import Base
from core.statistics.counting import CELLS, CODES, COUNTED
from core.statistics.gathered.models import CityCell, CityCode, CityDistrict, CityMatter, CityUnit
from core.statistics.models import CubeDay, CubeMatter, CubeState, CubeUnit
from core.tenancy.across import ask_district, members_of
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope
from core.units.catalogue.mapping import OTHER
from core.units.catalogue.queries import duty_list_in_force

CITY_CELLS = Base.metadata.tables[CityCell.__tablename__]
CITY_CODES = Base.metadata.tables[CityCode.__tablename__]
DAYS_AT_ONCE = 60
"""Days that are carried in one go: a few megabytes of a large district."""
GATHERING = 0x63697479
"""Name of the advisory lock under which one transaction at a time writes a district's counts into a city."""
KEYS = ("aspect", "day", "channel", "nature", "unit_id", "matter")
CODE_KEYS = ("kind", "day", "matter", "code")
NOT_OF_THE_CITYS = "其他（市级目录没有的）"
"""Category of what a district says is none of the city's matters."""


@dataclass(frozen=True, slots=True)
class _State:
    """How far a district has counted, the days that changed since, and its names."""

    state: CubeState
    days: Sequence[date]
    units: Sequence[tuple[int, str, str]]
    matters: Sequence[tuple[str, str, str, str]]


def gather(installation: Installation, city: str) -> int:
    """Bring a city's counts up to what its districts have counted, and return how many days were carried.

    What cannot be carried from one district leaves the others as they are. Raises `UnknownTenant` or `NotACity`.
    """
    members = members_of(installation, city)
    with installation.scope(city) as scope:
        known = _known(scope)
        _let_go(scope, members)
    carried = 0
    for district in members:
        carried += _gather_from(installation, city, district, known.get(district.id))
    return carried


def _known(scope: Scope) -> Mapping[int, int]:
    """Return which version of each district's counts is here."""
    rows = scope.session.execute(
        select(CityDistrict.district_id, CityDistrict.version).where(
            CityDistrict.tenant_id == scope.tenant.id, CityDistrict.left_at.is_(None)
        )
    )
    return dict(rows.all())


def _let_go(scope: Scope, members: Sequence[TenantFacts]) -> None:
    """Drop the counts of districts that are no members any more: they are no longer the city's to see."""
    present = [district.id for district in members]
    left = (
        update(CityDistrict)
        .where(
            CityDistrict.tenant_id == scope.tenant.id,
            CityDistrict.left_at.is_(None),
            CityDistrict.district_id.not_in(present),
        )
        .values(left_at=func.now(), version=0)
        .returning(CityDistrict.district_id)
    )
    gone = scope.session.scalars(left, execution_options={"synchronize_session": False}).all()
    for table in (CityCell, CityCode, CityUnit, CityMatter) if gone else ():
        scope.session.execute(
            delete(table).where(table.tenant_id == scope.tenant.id, table.district_id.in_(gone)),
            execution_options={"synchronize_session": False},
        )


def _gather_from(installation: Installation, city: str, district: TenantFacts, known: int | None) -> int:
    seen = known or 0
    told = ask_district(installation, district, lambda session: _state(session, district.id, seen))
    if told is None:
        if known is None:
            installation.run(city, lambda scope: _keep(scope, district, None))
        return 0
    for start in range(0, len(told.days), DAYS_AT_ONCE):
        _carry(installation, city, district, told.days[start : start + DAYS_AT_ONCE])

    def end(scope: Scope) -> None:
        if told.state.version != seen:
            _put_names(scope, district.id, told)
        _keep(scope, district, told.state)

    installation.run(city, end)
    return len(told.days)


def _carry(installation: Installation, city: str, district: TenantFacts, days: Sequence[date]) -> None:
    cells, codes = ask_district(installation, district, lambda session: _rows(session, district.id, days))

    def write(scope: Scope) -> None:
        scope.session.execute(select(func.pg_advisory_xact_lock(GATHERING, scope.tenant.id)))
        _replace(scope, district.id, days, cells, codes)

    installation.run(city, write)


def _state(session: Session, tenant_id: int, seen: int) -> _State | None:
    """Return how far the district has counted, None = it never has; names only where anything changed."""
    state = session.get(CubeState, tenant_id)
    if state is None:
        return None
    if state.version == seen:
        return _State(state, (), (), ())
    days = session.scalars(
        select(CubeDay.day).where(CubeDay.tenant_id == tenant_id, CubeDay.version > seen).order_by(CubeDay.day)
    ).all()
    units = select(CubeUnit.unit_id, CubeUnit.code, CubeUnit.name).where(CubeUnit.tenant_id == tenant_id)
    matters = select(CubeMatter.matter, CubeMatter.category, CubeMatter.subcategory, CubeMatter.central)
    return _State(
        state,
        days,
        [(row.unit_id, row.code, row.name) for row in session.execute(units)],
        [
            (row.matter, row.category, row.subcategory, row.central)
            for row in session.execute(matters.where(CubeMatter.tenant_id == tenant_id))
        ],
    )


def _rows(session: Session, tenant_id: int, days: Sequence[date]) -> tuple[str, str]:
    """Return the rows of these days as two texts, without the zeros."""
    by = (CELLS.c.aspect, CELLS.c.day, CELLS.c.channel, CELLS.c.nature, CELLS.c.unit_id, CELLS.c.matter)
    cells = (
        select(*by, *(func.nullif(func.sum(CELLS.c[name]), 0).label(name) for name in COUNTED))
        .where(CELLS.c.tenant_id == tenant_id, CELLS.c.day.in_(days))
        .group_by(*by)
        .subquery("r")
    )
    coded = (CODES.c.kind, CODES.c.day, CODES.c.matter, CODES.c.code)
    codes = (
        select(*coded, func.sum(CODES.c.n).label("n"))
        .where(CODES.c.tenant_id == tenant_id, CODES.c.day.in_(days))
        .group_by(*coded)
        .subquery("r")
    )

    def told(rows: Any) -> str:
        packed = func.json_agg(func.json_strip_nulls(func.row_to_json(rows.table_valued())))
        return str(session.scalar(select(func.coalesce(cast(packed, Text), "[]"))))

    return told(cells), told(codes)


def _replace(scope: Scope, district_id: int, days: Sequence[date], cells: str, codes: str) -> None:
    tenant_id = scope.tenant.id
    for table in (CityCell, CityCode):
        gone = delete(table).where(table.tenant_id == tenant_id, table.district_id == district_id, table.day.in_(days))
        if table is CityCell:
            gone = gone.where(CityCell.grain == "day")
        scope.session.execute(gone, execution_options={"synchronize_session": False})
    types: Mapping[str, Any] = {"day": Date(), "unit_id": BigInteger()}
    counts = {name: CITY_CELLS.c[name].type for name in COUNTED}
    came = _unpacked(cells, {**{key: types.get(key, Text()) for key in KEYS}, **counts})
    scope.session.execute(
        insert(CityCell).from_select(
            ["tenant_id", "district_id", "grain", *KEYS, *COUNTED],
            select(
                literal(tenant_id),
                literal(district_id),
                literal("day"),
                *(came[key] for key in KEYS),
                *(func.coalesce(came[name], 0) for name in COUNTED),
            ),
        )
    )
    came = _unpacked(codes, {**{key: types.get(key, Text()) for key in CODE_KEYS}, "n": Integer()})
    scope.session.execute(
        insert(CityCode).from_select(
            ["tenant_id", "district_id", *CODE_KEYS, "n"],
            select(literal(tenant_id), literal(district_id), *(came[key] for key in CODE_KEYS), came["n"]),
        )
    )
    _add_months_up(scope, district_id, sorted({day.replace(day=1) for day in days}))


def _add_months_up(scope: Scope, district_id: int, months: Sequence[date]) -> None:
    c, tenant_id = CITY_CELLS.c, scope.tenant.id
    scope.session.execute(
        delete(CityCell).where(
            CityCell.tenant_id == tenant_id,
            CityCell.grain == "month",
            CityCell.district_id == district_id,
            CityCell.day.in_(months),
        ),
        execution_options={"synchronize_session": False},
    )
    first = cast(func.date_trunc("month", c.day), Date)
    by = (c.aspect, first, c.channel, c.nature, c.unit_id, c.matter)
    added = (
        select(
            literal(tenant_id), literal(district_id), literal("month"), *by, *(func.sum(c[name]) for name in COUNTED)
        )
        .where(
            c.tenant_id == tenant_id,
            c.grain == "day",
            c.district_id == district_id,
            c.day >= months[0],
            c.day < func.date_trunc("month", literal(months[-1], Date)) + text("interval '1 month'"),
            first.in_(months),
        )
        .group_by(*by)
    )
    scope.session.execute(insert(CityCell).from_select(["tenant_id", "district_id", "grain", *KEYS, *COUNTED], added))


def _unpacked(rows: str, columns: Mapping[str, Any]) -> Any:
    given = cast(bindparam(None, rows, type_=String), JSON)
    named = func.json_to_recordset(given).table_valued(
        *(column(name, kind) for name, kind in columns.items()), name="came"
    )
    return named.render_derived(with_types=True).c


def _put_names(scope: Scope, district_id: int, told: _State) -> None:
    """Replace the names of the district's units and matters, these under the city's categories."""
    tenant_id = scope.tenant.id
    for table in (CityUnit, CityMatter):
        scope.session.execute(
            delete(table).where(table.tenant_id == tenant_id, table.district_id == district_id),
            execution_options={"synchronize_session": False},
        )
    own = {"tenant_id": tenant_id, "district_id": district_id}
    if told.units:
        scope.session.execute(
            insert(CityUnit),
            [{**own, "unit_id": unit_id, "code": code, "name": name} for unit_id, code, name in told.units],
        )
    if told.matters:
        listed = duty_list_in_force(scope).catalogue.matters
        categories = {" / ".join(listed.names(leaf.code)[:-1]) for leaf in listed.leaves}

        def placed(category: str, central: str) -> tuple[str, str]:
            if not len(listed):
                return category, "own"
            if central == OTHER:
                return NOT_OF_THE_CITYS, "mapped"
            if central in listed:
                names = listed.names(central)
                return " / ".join(names if listed.children(central) else names[:-1]), "mapped"
            return (category, "named") if category in categories else ("", "none")

        rows = []
        for matter, category, subcategory, central in told.matters:
            central_category, way = placed(category, central)
            rows.append(
                {
                    **own,
                    "matter": matter,
                    "category": central_category,
                    "own_category": category,
                    "own_name": subcategory,
                    "way": way,
                }
            )
        scope.session.execute(insert(CityMatter), rows)


def _keep(scope: Scope, district: TenantFacts, state: CubeState | None) -> None:
    """Write down how far the district's counts are here."""
    c = CITY_CELLS.c
    accepted = select(func.min(case((c.accepted > 0, c.day))), func.max(case((c.accepted > 0, c.day)))).where(
        c.tenant_id == scope.tenant.id, c.aspect == "all", c.grain == "day", c.district_id == district.id
    )
    first, last = scope.session.execute(accepted).one()
    values: dict[str, Any] = {
        "slug": district.slug,
        "name": district.name,
        "version": state.version if state else 0,
        "gathered_at": func.now(),
        "counted_at": state.counted_at if state else None,
        "counted_with": state.counted_with if state else [],
        "oldest_waiting": state.oldest_waiting if state else None,
        "first_day": first,
        "last_day": last,
        "left_at": None,
    }
    put = insert(CityDistrict).values(tenant_id=scope.tenant.id, district_id=district.id, **values)
    scope.session.execute(put.on_conflict_do_update(index_elements=["tenant_id", "district_id"], set_=values))

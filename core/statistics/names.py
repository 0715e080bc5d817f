"""What units and matters are called, kept beside the cube where the city's door can read it.

The door may read nothing but the cube's own tables, so the public names of units and matters are copied there. They also
stay when a unit is closed or a matter leaves the duty list, and old months keep their words.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import SQLColumnExpression, or_, select, union
from sqlalchemy.dialects.postgresql import insert

from core.statistics.days import Span
from core.statistics.models import CubeCell, CubeCode, CubeMatter, CubeUnit
from core.tenancy.scope import Scope
from core.units.catalogue.queries import duty_list_in_force, former_names
from core.units.models import Unit


def copy_names(scope: Scope, counted: Sequence[Span]) -> None:
    """Bring the names up to date, after these days were counted; only those that differ are written."""
    _copy_units(scope)
    matters = duty_list_in_force(scope).catalogue.matters
    known = _put_matters(scope, {leaf.code: matters.names(leaf.code) for leaf in matters.leaves})
    if counted:
        _put_matters(scope, former_names(scope, _matters_in(scope, counted) - known))


def _copy_units(scope: Scope) -> None:
    changed = (
        select(Unit.tenant_id, Unit.id, Unit.code, Unit.name)
        .outerjoin(CubeUnit, (CubeUnit.tenant_id == Unit.tenant_id) & (CubeUnit.unit_id == Unit.id))
        .where(Unit.tenant_id == scope.tenant.id, _differ((CubeUnit.code, Unit.code), (CubeUnit.name, Unit.name)))
    )
    put = insert(CubeUnit).from_select(["tenant_id", "unit_id", "code", "name"], changed)
    scope.session.execute(
        put.on_conflict_do_update(
            index_elements=["tenant_id", "unit_id"], set_={"code": put.excluded.code, "name": put.excluded.name}
        )
    )


def _put_matters(scope: Scope, names: Mapping[str, Sequence[str]]) -> set[str]:
    """Write what these matters are called, and return all that have a name then."""
    stored = select(CubeMatter.matter, CubeMatter.category, CubeMatter.subcategory)
    rows = scope.session.execute(stored.where(CubeMatter.tenant_id == scope.tenant.id))
    known = {row.matter: (row.category, row.subcategory) for row in rows}
    wanted = {matter: (" / ".join(upper), name) for matter, (*upper, name) in names.items()}
    changed = [
        {"tenant_id": scope.tenant.id, "matter": matter, "category": category, "subcategory": subcategory}
        for matter, (category, subcategory) in wanted.items()
        if known.get(matter) != (category, subcategory)
    ]
    if changed:
        put = insert(CubeMatter)
        scope.session.execute(
            put.on_conflict_do_update(
                index_elements=["tenant_id", "matter"],
                set_={"category": put.excluded.category, "subcategory": put.excluded.subcategory},
            ),
            changed,
        )
    return {*known, *wanted}


def _matters_in(scope: Scope, spans: Sequence[Span]) -> set[str]:
    """Return the matters of what happened on these days."""
    counted, coded = (
        select(table.matter).where(
            table.tenant_id == scope.tenant.id, or_(*(table.day.between(span.first, span.last) for span in spans))
        )
        for table in (CubeCell, CubeCode)
    )
    return set(scope.session.scalars(union(counted.where(CubeCell.aspect == "matter"), coded)))


def _differ(*pairs: tuple[SQLColumnExpression[str], SQLColumnExpression[str]]) -> SQLColumnExpression[bool]:
    return or_(*(copy.is_distinct_from(name) for copy, name in pairs))

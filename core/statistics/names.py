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
from core.units.catalogue.mapping import OTHER
from core.units.catalogue.queries import duty_list_in_force, former_names, matter_mapping
from core.units.models import Unit


def copy_names(scope: Scope, counted: Sequence[Span]) -> bool:
    """Bring the names up to date, after these days were counted, and tell whether any was not; only those are written."""
    is_changed = _copy_units(scope)
    matters, mapping = duty_list_in_force(scope).catalogue.matters, matter_mapping(scope)

    def put(names: Mapping[str, Sequence[str]]) -> tuple[set[str], bool]:
        central = {
            code: mapping.central_of(code, matters) if matters.line(code) else mapping.central.get(code, OTHER)
            for code in names
        }
        mapped = {*mapping.central}
        known = {code: own for code, own in central.items() if own != OTHER or mapped & {code, *matters.line(code)}}
        return _put_matters(scope, names, known)

    known, has_new = put({leaf.code: matters.names(leaf.code) for leaf in matters.leaves})
    is_changed |= has_new
    if counted:
        _, has_new = put(former_names(scope, _matters_in(scope, counted) - known))
        is_changed |= has_new
    return is_changed


def _copy_units(scope: Scope) -> bool:
    changed = (
        select(Unit.tenant_id, Unit.id, Unit.code, Unit.name)
        .outerjoin(CubeUnit, (CubeUnit.tenant_id == Unit.tenant_id) & (CubeUnit.unit_id == Unit.id))
        .where(Unit.tenant_id == scope.tenant.id, _differ((CubeUnit.code, Unit.code), (CubeUnit.name, Unit.name)))
    )
    put = insert(CubeUnit).from_select(["tenant_id", "unit_id", "code", "name"], changed)
    written = scope.session.execute(
        put.on_conflict_do_update(
            index_elements=["tenant_id", "unit_id"], set_={"code": put.excluded.code, "name": put.excluded.name}
        ).returning(CubeUnit.unit_id)
    )
    return bool(written.all())


def _put_matters(scope: Scope, names: Mapping[str, Sequence[str]], central: Mapping[str, str]) -> tuple[set[str], bool]:
    """Write what these matters are called and which of the city's they are; return all that have a name then, and
    whether any was written.
    """
    stored = select(CubeMatter.matter, CubeMatter.category, CubeMatter.subcategory, CubeMatter.central)
    rows = scope.session.execute(stored.where(CubeMatter.tenant_id == scope.tenant.id))
    known = {row.matter: (row.category, row.subcategory, row.central) for row in rows}
    wanted = {matter: (" / ".join(upper), name, central.get(matter, "")) for matter, (*upper, name) in names.items()}
    changed = [
        {
            "tenant_id": scope.tenant.id,
            "matter": matter,
            "category": category,
            "subcategory": subcategory,
            "central": code,
        }
        for matter, (category, subcategory, code) in wanted.items()
        if known.get(matter) != (category, subcategory, code)
    ]
    if changed:
        put = insert(CubeMatter)
        scope.session.execute(
            put.on_conflict_do_update(
                index_elements=["tenant_id", "matter"],
                set_={
                    "category": put.excluded.category,
                    "subcategory": put.excluded.subcategory,
                    "central": put.excluded.central,
                },
            ),
            changed,
        )
    return {*known, *wanted}, bool(changed)


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

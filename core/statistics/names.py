"""What units and matters are called, kept beside the cube where the city's door can read it.

The door may read nothing but the cube's own tables, so the public names of units and matters are copied there. They also
stay when a unit is closed or a matter leaves the duty list, and old months keep their words.
"""

from sqlalchemy import SQLColumnExpression, or_, select
from sqlalchemy.dialects.postgresql import insert

from core.statistics.models import CubeMatter, CubeUnit
from core.tenancy.scope import Scope
from core.units.models import Duty, Unit


def copy_names(scope: Scope) -> None:
    """Bring the names up to date; only those that differ are written."""
    _copy_units(scope)
    _copy_matters(scope)


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


def _copy_matters(scope: Scope) -> None:
    changed = (
        select(Duty.tenant_id, Duty.code, Duty.category, Duty.subcategory)
        .outerjoin(CubeMatter, (CubeMatter.tenant_id == Duty.tenant_id) & (CubeMatter.matter == Duty.code))
        .where(
            Duty.tenant_id == scope.tenant.id,
            _differ((CubeMatter.category, Duty.category), (CubeMatter.subcategory, Duty.subcategory)),
        )
    )
    put = insert(CubeMatter).from_select(["tenant_id", "matter", "category", "subcategory"], changed)
    scope.session.execute(
        put.on_conflict_do_update(
            index_elements=["tenant_id", "matter"],
            set_={"category": put.excluded.category, "subcategory": put.excluded.subcategory},
        )
    )


def _differ(*pairs: tuple[SQLColumnExpression[str], SQLColumnExpression[str]]) -> SQLColumnExpression[bool]:
    return or_(*(copy.is_distinct_from(name) for copy, name in pairs))

"""Reading the gazetteer: the version in force at a time, and any one by its number; read once per process and epoch."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select

from core.areas.gazetteer import Gazetteer, NameKind, PlaceName, Side
from core.areas.models import AreaName, AreaOfVersion, GazetteerVersion
from core.areas.tree import Area, AreaKind
from core.kit.errors import Refused
from core.kit.versions import number_at
from core.tenancy.scope import Scope

NOWHERE = Gazetteer.of(())


class NoSuchGazetteer(Refused):
    """The tenant's gazetteer has no version of this number."""

    code = "no-such-gazetteer"


@dataclass(frozen=True, slots=True)
class GazetteerInForce:
    """A version of the gazetteer; number 0 = the tenant has declared none, and nothing is located."""

    number: int
    gazetteer: Gazetteer


def gazetteer_at(scope: Scope, at: datetime) -> GazetteerInForce:
    """Return the gazetteer in force at a time."""
    versions = scope.remember("gazetteer_versions", lambda: gazetteer_versions(scope))
    number = number_at(versions, at)
    return GazetteerInForce(number, gazetteer_of(scope, number))


def gazetteer_versions(scope: Scope) -> list[tuple[datetime, int]]:
    """Return from when each version holds, and its number, sorted; asked anew each time."""
    rows = scope.session.execute(
        select(GazetteerVersion.effective_from, GazetteerVersion.number)
        .where(GazetteerVersion.tenant_id == scope.tenant.id)
        .order_by(GazetteerVersion.effective_from, GazetteerVersion.number)
    )
    return [(row.effective_from, row.number) for row in rows]


def gazetteer_of(scope: Scope, number: int) -> Gazetteer:
    """Return the gazetteer of a version, an empty one for number 0. Raises `NoSuchGazetteer`."""
    return scope.remember(f"gazetteer/{number}", lambda: _load(scope, number)) if number else NOWHERE


def _load(scope: Scope, number: int) -> Gazetteer:
    if scope.session.get(GazetteerVersion, (scope.tenant.id, number)) is None:
        raise NoSuchGazetteer(f"{scope.tenant.name}的地名库没有第 {number} 版。请先查看已有的版本。")
    areas = scope.session.scalars(
        select(AreaOfVersion).where(AreaOfVersion.tenant_id == scope.tenant.id, AreaOfVersion.version == number)
    )
    names = scope.session.scalars(
        select(AreaName).where(AreaName.tenant_id == scope.tenant.id, AreaName.version == number)
    )
    return Gazetteer.of(
        [Area(row.code, row.name, row.parent, cast(AreaKind, row.kind), row.unit, row.shape) for row in areas],
        [
            PlaceName(row.name, row.area, cast(NameKind, row.kind), row.first, row.last, cast(Side, row.side))
            for row in names
        ],
    )

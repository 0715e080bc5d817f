"""Reading the gazetteer: its versions, and any one of them by its number."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Double, func, select
from sqlalchemy import cast as cast_to

from core.areas.gazetteer import Gazetteer, NameKind, PlaceName, Side
from core.areas.models import AreaName, AreaOfVersion, GazetteerVersion
from core.areas.shapes import Point
from core.areas.tree import Area, AreaKind
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope

NOWHERE = Gazetteer.of(())


class NoSuchGazetteer(Refused):
    """The tenant's gazetteer has no version of this number."""

    code = "no-such-gazetteer"


@dataclass(frozen=True, slots=True)
class GazetteerLine:
    """A version of the gazetteer as lists show it."""

    number: int
    reason: str
    author: str
    created_at: datetime


def gazetteer_versions(scope: Scope) -> list[GazetteerLine]:
    """Return the versions of the gazetteer, the newest first."""
    rows = scope.session.execute(
        select(GazetteerVersion.number, GazetteerVersion.reason, GazetteerVersion.author, GazetteerVersion.created_at)
        .where(GazetteerVersion.tenant_id == scope.tenant.id)
        .order_by(GazetteerVersion.number.desc())
    )
    return [GazetteerLine(*row) for row in rows]


def gazetteer_of(scope: Scope, number: int) -> Gazetteer:
    """Return the gazetteer of a version, an empty one for number 0. Raises `NoSuchGazetteer`."""
    if not number:
        return NOWHERE
    version = scope.session.get(GazetteerVersion, (scope.tenant.id, number))
    if version is None:
        raise NoSuchGazetteer(
            said("{name}的地名库没有第 {number} 版。请先查看已有的版本。", name=scope.tenant.name, number=number)
        )
    # By what it says, not by its number: a number whose transaction fails is given again to another one.
    return scope.remember(f"gazetteer/{version.sha256}", lambda: _load(scope, number))


def areas_around(scope: Scope, point: Point, *, version: int) -> list[str]:
    """Return the codes of the areas of a version whose boundaries hold the point; on a line, those on both sides."""
    place = func.point(cast_to(point.x, Double), cast_to(point.y, Double))
    return list(
        scope.session.scalars(
            select(AreaOfVersion.code).where(
                AreaOfVersion.tenant_id == scope.tenant.id,
                AreaOfVersion.version == version,
                AreaOfVersion.shape.op("@>")(place),
            )
        )
    )


def _load(scope: Scope, number: int) -> Gazetteer:
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

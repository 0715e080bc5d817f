"""Publishing the gazetteer: a change is a new version, the old ones stay. Flushes, never commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.areas.checking import refuse_faults
from core.areas.gazetteer import Gazetteer
from core.areas.models import AreaName, AreaOfVersion, GazetteerVersion
from core.areas.queries import gazetteer_of, gazetteer_versions
from core.kit.db import Base, insert_rows
from core.kit.versions import number_at, refuse_unfounded
from core.tenancy.revisions import Author, bump_epoch
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing came to: the number of the version, and whether it is a new one."""

    number: int
    is_new: bool


def publish(
    scope: Scope,
    gazetteer: Gazetteer,
    *,
    reason: str,
    author: Author,
    now: datetime,
    effective_from: datetime | None = None,
) -> Publication:
    """Add a version that is in force from `effective_from`, or now; one that says nothing new is not added.

    Raises `GazetteerUnusable` with every fault, `NoReasonGiven`, `EffectiveInThePast`, and `Collision` when another
    one is published at the same moment.
    """
    refuse_faults(gazetteer)
    since = effective_from or now
    refuse_unfounded(reason, effective_from=since, now=now)
    former = number_at(gazetteer_versions(scope), since)
    if former and gazetteer_of(scope, former).digest == gazetteer.digest:
        return Publication(former, is_new=False)
    newest = select(func.max(GazetteerVersion.number)).where(GazetteerVersion.tenant_id == scope.tenant.id)
    number = 1 + (scope.session.scalar(newest) or 0)
    version = GazetteerVersion(
        tenant_id=scope.tenant.id,
        number=number,
        sha256=gazetteer.digest,
        reason=reason,
        author_id=author.account_id,
        author=author.name,
        created_at=now,
        effective_from=since,
    )
    insert_rows(scope.session, [version, *_rows(scope, gazetteer, number)])
    bump_epoch(scope)
    return Publication(number, is_new=True)


def _rows(scope: Scope, gazetteer: Gazetteer, number: int) -> list[Base]:
    areas = [
        AreaOfVersion(
            tenant_id=scope.tenant.id,
            version=number,
            code=area.code,
            name=area.name,
            parent=area.parent,
            kind=area.kind,
            unit=area.unit,
            shape=area.shape,
        )
        for area in gazetteer.areas.nodes
    ]
    names = [
        AreaName(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            version=number,
            area=place.area,
            name=place.name,
            kind=place.kind,
            first=place.first,
            last=place.last,
            side=place.side,
        )
        for place in gazetteer.names
    ]
    return [*areas, *names]

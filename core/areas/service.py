"""Drafting the gazetteer: a change is a new version, the old ones stay. Flushes, never commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.areas.checking import refuse_faults
from core.areas.gazetteer import Gazetteer
from core.areas.models import AreaName, AreaOfVersion, GazetteerVersion
from core.kit.db import Base, insert_rows
from core.kit.versions import refuse_unfounded
from core.tenancy.revisions import Author
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Drafted:
    """What drafting came to: the number of the version that says this, and whether it is a new one."""

    number: int
    is_new: bool


def draft(scope: Scope, gazetteer: Gazetteer, *, reason: str, author: Author, now: datetime) -> Drafted:
    """Add a version; of what a version says already, return that one. It comes into force with a duty list on it.

    Raises `GazetteerUnusable` with every fault, `NoReasonGiven`, and `Collision` when another one is drafted at the
    same moment.
    """
    refuse_faults(gazetteer)
    refuse_unfounded(reason)
    same = select(func.min(GazetteerVersion.number)).where(
        GazetteerVersion.tenant_id == scope.tenant.id, GazetteerVersion.sha256 == gazetteer.digest
    )
    if known := scope.session.scalar(same):
        return Drafted(known, is_new=False)
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
    )
    insert_rows(scope.session, [version, *_rows(scope, gazetteer, number)])
    return Drafted(number, is_new=True)


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

"""Counting everything anew 重新统计: a district's cube from its tickets, or a city's from its districts' cubes, with progress."""

from collections.abc import Callable

from sqlalchemy import func, select, update

from core.kit.db import insert_rows
from core.statistics.dirty import mark_everything
from core.statistics.gathered.gathering import gather
from core.statistics.gathered.models import CityDistrict
from core.statistics.models import CubeDay, DirtyDay
from core.statistics.service import refresh
from core.tenancy.scope import Installation, Scope

DAYS_AT_ONCE = 30
"""Days counted in one transaction, so that progress is seen and others get their turn."""
Progress = Callable[[int, int], None]
"""Told how many days are counted, of how many."""


def recount(installation: Installation, slug: str, *, on_progress: Progress) -> int:
    """Count all days anew and return how many there were. What comes out as it was is not written. Raises `UnknownTenant`."""
    if installation.tenant(slug).kind == "city":
        installation.run(slug, _forget_versions)
        carried = gather(installation, slug)
        on_progress(carried, carried)
        return carried
    total = installation.run(slug, _mark)
    done = 0
    on_progress(done, total)
    while counted := installation.run(slug, lambda scope: refresh(scope, limit=DAYS_AT_ONCE)):
        done += counted
        on_progress(min(done, total), total)
    return done


def _mark(scope: Scope) -> int:
    """Mark every day on which anything happened or was ever counted, and return how many they are."""
    mark_everything(scope)
    days = scope.session.scalars(select(CubeDay.day).where(CubeDay.tenant_id == scope.tenant.id)).all()
    insert_rows(scope.session, [DirtyDay(tenant_id=scope.tenant.id, day=day, mark=scope.new_id()) for day in days])
    marked = select(func.count(func.distinct(DirtyDay.day))).where(DirtyDay.tenant_id == scope.tenant.id)
    return scope.session.scalar(marked) or 0


def _forget_versions(scope: Scope) -> None:
    scope.session.execute(
        update(CityDistrict).where(CityDistrict.tenant_id == scope.tenant.id).values(version=0),
        execution_options={"synchronize_session": False},
    )

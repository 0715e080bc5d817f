"""Keeping the cube up to date: the dirty days of a tenant are counted anew from its tickets."""

from datetime import date

from sqlalchemy import delete, func, select

from core.statistics.counting import recount
from core.statistics.days import spans_of
from core.statistics.models import DirtyDay
from core.statistics.names import copy_names
from core.tenancy.scope import Installation, Scope

DAYS_AT_ONCE = 1000
"""Days counted in one transaction: a few years, so that even a long history is counted in a few."""
COUNTING = 0x63756265
"""Name of the advisory lock under which one transaction at a time counts a tenant's days."""


def refresh(scope: Scope, *, limit: int = DAYS_AT_ONCE) -> int:
    """Count up to `limit` dirty days anew, the newest first, and return how many there were.

    The marks that were found are deleted; one that is written meanwhile stays, with an event that may not be counted
    yet. Whoever comes second waits for the end of the first one's transaction.
    """
    scope.session.flush()
    scope.session.execute(select(func.pg_advisory_xact_lock(COUNTING, scope.tenant.id)))
    days = _take_marks(scope, limit)
    spans = spans_of(days)
    if spans:
        recount(scope, spans)
    copy_names(scope, spans)
    return len(days)


def refresh_all(installation: Installation, slug: str) -> int:
    """Count all dirty days of a tenant, one batch per transaction, and return how many there were."""
    counted = batch = installation.run(slug, refresh)
    while batch >= DAYS_AT_ONCE:
        counted += (batch := installation.run(slug, refresh))
    return counted


def _take_marks(scope: Scope, limit: int) -> set[date]:
    newest = (
        select(DirtyDay.day)
        .where(DirtyDay.tenant_id == scope.tenant.id)
        .distinct()
        .order_by(DirtyDay.day.desc())
        .limit(limit)
    )
    taken = delete(DirtyDay).where(DirtyDay.tenant_id == scope.tenant.id, DirtyDay.day.in_(newest))
    return set(scope.session.scalars(taken.returning(DirtyDay.day), execution_options={"synchronize_session": False}))

"""Keeping the cube up to date: the dirty days of a tenant are counted anew from its tickets."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Date, bindparam, cast, column, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from core.statistics.counting import COUNTED, recount
from core.statistics.days import ONE_DAY, Span, spans_of
from core.statistics.models import CubeDay, CubeState, DirtyDay
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
    has_new_names = copy_names(scope, spans)
    _keep_state(scope, spans, is_changed=bool(spans) or has_new_names)
    return len(days)


def refresh_all(installation: Installation, slug: str) -> int:
    """Count all dirty days of a tenant, one batch per transaction, and return how many there were."""
    counted = batch = installation.run(slug, refresh)
    while batch >= DAYS_AT_ONCE:
        counted += (batch := installation.run(slug, refresh))
    return counted


def _keep_state(scope: Scope, counted: Sequence[Span], *, is_changed: bool) -> None:
    """Write down how far is counted, and with which version these days were."""
    waiting = select(func.min(DirtyDay.day)).where(DirtyDay.tenant_id == scope.tenant.id).scalar_subquery()
    put = insert(CubeState).values(
        tenant_id=scope.tenant.id,
        version=1,
        counted_at=func.now(),
        counted_with=cast(list(COUNTED), JSONB),
        oldest_waiting=waiting,
    )
    kept = put.on_conflict_do_update(
        index_elements=["tenant_id"],
        set_={
            "version": CubeState.version + int(is_changed),
            "counted_at": put.excluded.counted_at,
            "counted_with": put.excluded.counted_with,
            "oldest_waiting": put.excluded.oldest_waiting,
        },
    ).returning(CubeState.version)
    version = scope.session.execute(kept).scalar_one()
    if not counted:
        return
    days = [span.first + step * ONE_DAY for span in counted for step in range((span.last - span.first).days + 1)]
    each = func.unnest(bindparam("days", days, type_=ARRAY(Date))).table_valued(column("day", Date), name="counted")
    listed = insert(CubeDay).from_select(
        ["tenant_id", "day", "version"], select(literal(scope.tenant.id), each.render_derived().c.day, literal(version))
    )
    scope.session.execute(
        listed.on_conflict_do_update(index_elements=["tenant_id", "day"], set_={"version": listed.excluded.version})
    )


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

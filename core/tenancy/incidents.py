"""Keeping the failures of features: one row for each feature, hook and revision, beside the work that went on without it."""

import logging
from collections import Counter, deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.hooks.table import Failure
from core.kit.db import Database
from core.kit.trouble import where
from core.tenancy.models import FeatureIncident

GAP = timedelta(hours=6)
"""So long without a failure, and the next one is another trouble, counted from one."""
log = logging.getLogger(__name__)


def keep_incidents(database: Database, failures: "deque[Failure]") -> None:
    """Write down what has failed so far, in transactions of its own; reads the clock, and never raises.

    The request or job in which a feature failed may be rolled back; that it failed is to be known all the same.
    """
    taken = []
    while failures:
        try:
            taken.append(failures.popleft())
        except IndexError:  # another thread took the last one
            break
    try:
        _write(database, taken, datetime.now(UTC))
    except Exception as error:
        log.error("%d 次功能故障未能记入待修复：%s", len(taken), where(error))


def keep_incident(session: Session, failure: Failure, *, count: int = 1, now: datetime) -> None:
    """Write down a failure in the transaction of its tenant: a new card, or one more on the card that is there."""
    statement = insert(FeatureIncident).values(
        tenant_id=failure.tenant_id,
        feature=failure.feature,
        hook=failure.hook,
        revision=failure.revision,
        kind=failure.kind,
        words=failure.words,
        error_id=failure.error_id,
        count=count,
        first_at=now,
        last_at=now,
        is_left_alone=failure.is_left_alone,
    )
    is_another = FeatureIncident.last_at < now - GAP
    known = {
        "count": case((is_another, count), else_=FeatureIncident.count + count),
        "first_at": case((is_another, now), else_=FeatureIncident.first_at),
        "is_left_alone": statement.excluded.is_left_alone,
        "last_at": statement.excluded.last_at,
        "kind": statement.excluded.kind,
        "words": statement.excluded.words,
        "error_id": statement.excluded.error_id,
        "seen_at": None,
    }
    primary_key = ["tenant_id", "feature", "hook", "revision"]
    session.execute(statement.on_conflict_do_update(index_elements=primary_key, set_=known))


def _write(database: Database, failures: Iterable[Failure], now: datetime) -> None:
    latest = {(each.tenant_id, each.feature, each.hook, each.revision): each for each in failures}
    counted = Counter((each.tenant_id, each.feature, each.hook, each.revision) for each in failures)
    for key in sorted(latest):
        with database.transaction(latest[key].tenant_id) as session:
            keep_incident(session, latest[key], count=counted[key], now=now)

"""Which events of the security log were sent to a syslog server: each of them at least once, in the order of their times.

Events are committed in another order than that of their times, so what was sent is remembered event by event for the
last days, and not as a place in the log.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from core.tenancy.models import SecurityEvent, SecurityEventSent
from core.tenancy.scope import Scope

REMEMBERED = timedelta(days=7)
"""An event is committed at most so long after its own time, clocks that go wrong included."""


def unsent_events(scope: Scope, target: str, *, most: int) -> list[SecurityEvent]:
    """Return the earliest events that were not sent to this target, at most `most`."""
    newest = scope.session.scalar(
        select(func.max(SecurityEventSent.at)).where(
            SecurityEventSent.tenant_id == scope.tenant.id, SecurityEventSent.target == target
        )
    )
    was_sent = exists().where(
        SecurityEventSent.tenant_id == SecurityEvent.tenant_id,
        SecurityEventSent.target == target,
        SecurityEventSent.event_id == SecurityEvent.id,
    )
    query = select(SecurityEvent).where(SecurityEvent.tenant_id == scope.tenant.id, ~was_sent)
    if newest is not None:
        query = query.where(SecurityEvent.at >= newest - REMEMBERED)
    return list(scope.session.scalars(query.order_by(SecurityEvent.at, SecurityEvent.id).limit(most)))


def mark_sent(scope: Scope, target: str, events: Sequence[SecurityEvent]) -> None:
    """Remember that these were sent, and forget what lies so far back that nothing can come before it any more."""
    rows = [{"tenant_id": scope.tenant.id, "target": target, "event_id": event.id, "at": event.at} for event in events]
    scope.session.execute(insert(SecurityEventSent).values(rows).on_conflict_do_nothing())
    scope.session.execute(
        delete(SecurityEventSent).where(
            SecurityEventSent.tenant_id == scope.tenant.id,
            SecurityEventSent.target == target,
            SecurityEventSent.at < max(event.at for event in events) - REMEMBERED,
        )
    )

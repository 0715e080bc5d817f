"""Marking days whose counts must be made anew; called by journeys in the transaction of the event."""

from datetime import datetime

from core.statistics.models import DirtyDay
from core.tenancy.scope import Scope


def mark_dirty(scope: Scope, *instants: datetime | None) -> None:
    """Mark the local days of these instants; None is passed over."""
    for day in {instant.astimezone(scope.tenant.zone).date() for instant in instants if instant}:
        scope.session.add(DirtyDay(tenant_id=scope.tenant.id, day=day, mark=scope.new_id()))

"""What time does: marks that were reached change the light and press the unit."""

from datetime import datetime
from typing import cast

from core.escalation.service import escalate
from core.hooks.values import ClockName, Trigger
from core.sla.service import Fired, claim_due
from core.statistics.dirty import mark_dirty
from core.tenancy.scope import Scope

BATCH = 50
"""Marks acted on in one transaction: few enough that a crash repeats little, many enough to drain an outage."""


def supervise(scope: Scope, *, now: datetime, limit: int = BATCH) -> list[Fired]:
    """Act on up to `limit` marks that have been reached, in their order, and return them; none left: empty."""
    fired = claim_due(scope, now=now, limit=limit)
    for mark in fired:
        trigger = Trigger("mark", clock=cast(ClockName, mark.clock.name), mark=mark.mark)
        cause = f"{mark.clock.id}/{mark.mark}"
        escalate(scope, mark.ticket, trigger, cause=cause, due=mark.clock.due_at, now=now)
        mark_dirty(scope, mark.clock.due_at)
    scope.session.flush()
    return fired

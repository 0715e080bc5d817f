"""What time does: marks that were reached change the light and press the unit."""

import logging
from datetime import datetime
from typing import cast

from core.escalation.service import escalate
from core.hooks.values import ClockName, Trigger
from core.sla.service import Fired, claim_due
from core.statistics.dirty import mark_dirty
from core.tenancy.scope import Scope
from core.tickets.service import note
from core.tickets.timeline import SYSTEM

log = logging.getLogger(__name__)
BATCH = 50
"""Marks acted on in one transaction: few enough that a crash repeats little, many enough to drain an outage."""


def supervise(scope: Scope, *, now: datetime, limit: int = BATCH) -> list[Fired]:
    """Act on up to `limit` marks that have been reached, in their order, and return them; none left: empty."""
    fired = claim_due(scope, now=now, limit=limit)
    for mark in fired:
        mark_dirty(scope, mark.clock.due_at)
        scope.session.flush()
        try:
            with scope.session.begin_nested():
                _press(scope, mark, now=now)
        except Exception:
            # The mark was reached and stays so; one that cannot be acted on must not hold up all that follow.
            log.exception(
                "mark %s of clock %s in %s could not be acted on", mark.mark, mark.clock.id, scope.tenant.slug
            )
            note(scope, mark.ticket, "escalate", actor=SYSTEM, now=now, summary="督促未能执行,请人工处理")
    scope.session.flush()
    return fired


def _press(scope: Scope, mark: Fired, *, now: datetime) -> None:
    trigger = Trigger("mark", clock=cast(ClockName, mark.clock.name), mark=mark.mark)
    cause = f"{mark.clock.id}/{mark.mark}"
    escalate(scope, mark.ticket, trigger, cause=cause, due=mark.clock.due_at, now=now)
    scope.session.flush()

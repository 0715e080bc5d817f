"""What time does: marks that were reached change the light and press the unit."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from core.escalation.service import escalate
from core.hooks.values import ClockName, Trigger
from core.sla.service import Reached, claim_due, fire
from core.statistics.dirty import mark_dirty
from core.tenancy.scope import Scope

log = logging.getLogger(__name__)
REST = timedelta(minutes=1)
BATCH = 50
"""Marks acted on in one transaction: few enough that a crash repeats little, many enough to drain an outage."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A mark that was acted on: of which clock, which light it set, and when it was reached."""

    serial_no: str
    clock: str
    mark: str
    light: str
    at: datetime


def supervise(scope: Scope, *, now: datetime, limit: int = BATCH) -> list[Fired]:
    """Act on up to `limit` marks that have been reached, in their order, and return them; none left: empty.

    A mark that cannot be acted on is left as it was, logged, and tried again a minute later; the others go on.
    """
    fired = []
    for reached in claim_due(scope, now=now, limit=limit):
        mark = Fired(
            reached.ticket.serial_no, reached.clock.name, reached.timer.mark, reached.timer.light, reached.timer.fire_at
        )
        try:
            with scope.session.begin_nested():
                _act_on(scope, reached, mark, now=now)
        except Exception:
            log.exception(
                "租户 %s 工单 %s 的时限提示失败，%d 秒后再试", scope.tenant.slug, mark.serial_no, REST.seconds
            )
            reached.timer.postponed_until = now + REST
        else:
            fired.append(mark)
    scope.session.flush()
    return fired


def _act_on(scope: Scope, reached: Reached, mark: Fired, *, now: datetime) -> None:
    fire(scope, reached, now=now)
    trigger = Trigger("mark", clock=cast(ClockName, mark.clock), mark=mark.mark)
    cause = f"{reached.clock.id}/{mark.mark}"
    escalate(scope, reached.ticket, trigger, cause=cause, due=reached.clock.due_at, now=now)
    mark_dirty(scope, reached.clock.due_at)
    scope.session.flush()

"""What time does: marks that were reached change the light and press the unit, pauses end, windows close."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from core.escalation.accountability.pressing import press_for_statement
from core.escalation.service import escalate, press_overdue_instructions
from core.hooks.values import ClockName, Trigger
from core.journey.handle import deem_signed
from core.journey.persons import tell_head
from core.journey.progress_news import telling_steps
from core.kit.db import is_connection_lost
from core.routing.referrals import tell_other_side
from core.sla.firing import Reached, claim_due, close_window, end_pause_by_time, fire, pass_by, still_stands
from core.sla.limits import OVERDUE, STATEMENT
from core.statistics.dirty import mark_dirty
from core.tenancy.scope import Scope

log = logging.getLogger(__name__)
REST = timedelta(minutes=1)
BATCH = 50
"""Marks acted on in one transaction: few enough that a crash repeats little, many enough to drain an outage."""


@dataclass(frozen=True, slots=True)
class Fired:
    """Something that was acted on: of which clock, which mark it was, which light it set, and when it was reached."""

    serial_no: str
    clock: str
    mark: str
    light: str
    at: datetime


def supervise(scope: Scope, *, now: datetime, limit: int = BATCH) -> list[Fired]:
    """Act on up to `limit` marks that have been reached, in their order, and return them; none left: empty.

    A mark that cannot be acted on is left as it was, logged, and tried again a minute later; the others go on.
    Raises sqlalchemy's DBAPIError when the connection is lost.
    """
    fired = []
    for reached in claim_due(scope, now=now, limit=limit):
        if not still_stands(scope, reached):
            continue
        mark = Fired(
            reached.ticket.serial_no, reached.clock.name, reached.timer.mark, reached.timer.light, reached.timer.fire_at
        )
        try:
            with scope.session.begin_nested(), telling_steps(scope, now=now):
                _act_on(scope, reached, now=now)
        except Exception as error:
            if is_connection_lost(error):
                raise  # no mark is to blame, and nothing can be noted on it
            log.exception(
                "租户 %s 工单 %s 的时限提示失败，%d 秒后再试", scope.tenant.slug, mark.serial_no, REST.seconds
            )
            reached.timer.postponed_until = now + REST
        else:
            fired.append(mark)
    scope.session.flush()
    return fired


def _act_on(scope: Scope, reached: Reached, *, now: datetime) -> None:
    if reached.is_resumption:
        end_pause_by_time(scope, reached, now=now)
    elif reached.closes_window:
        close_window(scope, reached, now=now)
        deem_signed(scope, reached.ticket, reached.clock.subject_id, now=now)
    elif reached.is_for_the_head:
        pass_by(scope, reached, now=now)
        tell_head(scope, reached, now=now)
    else:
        _press(scope, reached, now=now)
    if reached.ticket.is_from_elsewhere:
        tell_other_side(scope, reached.ticket, now=now)
    scope.session.flush()


def _press(scope: Scope, reached: Reached, *, now: datetime) -> None:
    clock, cause = reached.clock, reached.cause
    trigger = Trigger("mark", clock=cast(ClockName, clock.name), mark=reached.timer.mark)
    fire(scope, reached, now=now)
    if clock.name == STATEMENT:
        press_for_statement(scope, reached.ticket, clock, reached.timer.mark, now=now)
        return
    escalate(scope, reached.ticket, trigger, cause=cause, due=clock.due_at, now=now)
    if clock.name == "sign":
        tell_head(scope, reached, now=now)
    if reached.timer.mark == OVERDUE:
        press_overdue_instructions(scope, reached.ticket, now=now)
    mark_dirty(scope, clock.due_at)

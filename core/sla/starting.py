"""Making a clock: its due time, the cap on it, its timers, and what the timeline says of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.kit.saying import joined, said, word
from core.routing.models import Assignment
from core.sla.course import new_clock
from core.sla.limits import Ruled
from core.sla.live import assignment_of, clock_words
from core.sla.models import Clock
from core.sla.timers import set_timers
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Order
from core.workdays.queries import current_calendar
from core.workdays.rules import NO_TIME, Timetable

SHORT_PERCENT = 50
"""A unit to which less of its own time is left, since it got the ticket late, does not answer alone for being late."""


def make_clock(
    scope: Scope,
    ticket: Ticket,
    ruled: Ruled,
    *,
    since: datetime,
    now: datetime,
    subject: str,
    subject_id: int,
    above: Clock | None = None,
    live: Mapping[int, Clock] | None = None,
) -> Clock:
    """Make a running clock of this limit with its timers.

    `above` caps it; `live` are the ticket's live clocks by id, for the cap above a paused one.
    """
    calendar = current_calendar(scope)
    clock, reckoning = new_clock(
        ruled,
        calendar,
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        cycle_no=ticket.cycle_no,
        by=scope.hooks.stamp(ruled.feature),
        since=since,
        subject=subject,
        subject_id=subject_id,
        above=above,
        live=live or {},
    )
    scope.session.add(clock)
    set_timers(scope, ticket, clock, calendar.timetable, now=now)
    if clock.name == "handle" and reckoning.due < reckoning.base:
        _note_budget(scope, clock, calendar.timetable, own=reckoning.base)
    return clock


def tell_started(scope: Scope, ticket: Ticket, clocks: Sequence[Clock], order: Order) -> None:
    """Write one timeline entry about clocks of one subject that started together."""
    if not clocks:
        return
    note(
        scope,
        ticket,
        "clock_started",
        Order(SYSTEM, order.now),
        summary=joined("；", (_words(scope, clock) for clock in clocks)),
        detail={
            "clocks": [
                {
                    "clock": clock.name,
                    "clock_id": clock.id,
                    "mode": clock.mode,
                    "amount": clock.amount,
                    "due_at": clock.due_at.isoformat() if clock.due_at else None,
                    "rule_id": clock.rule_id,
                    "by": clock.by,
                }
                for clock in clocks
            ]
        },
    )


def _words(scope: Scope, clock: Clock) -> str:
    assert clock.due_at is not None
    provisional = "（暂定）" if clock.due_provisional else ""
    due = f"{clock.due_at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
    assignment = assignment_of(scope, clock) if clock.name == "handle" else None
    percent = assignment.budget_percent if assignment else None
    short = (
        said("，留给本单位的时间只有应有的 {percent}%", percent=percent)
        if percent is not None and percent < SHORT_PERCENT
        else ""
    )
    return said(
        "{clock}至 {due}{provisional}（{reason}）{short}",
        clock=clock_words(scope, clock),
        due=due,
        provisional=word(provisional),
        reason=clock.reason,
        short=short,
    )


def _note_budget(scope: Scope, clock: Clock, timetable: Timetable, *, own: datetime) -> None:
    """Note on the unit's assignment how much of its own time the cap leaves to it."""
    assignment: Assignment | None = assignment_of(scope, clock)
    if assignment is None or clock.due_at is None:
        return
    whole, left = timetable.between(clock.started_at, own), timetable.between(clock.started_at, clock.due_at)
    if clock.mode == "wall" or whole == NO_TIME:
        whole, left = own - clock.started_at, clock.due_at - clock.started_at
    assignment.budget_percent = min(99, int(100 * left / whole))

"""Acting on what time does to clocks: marks that are reached, pauses that end, windows that close."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from core.kit.saying import said, word
from core.routing.models import Assignment
from core.sla.labels import CLOCK_LABELS, LIGHT_LABELS
from core.sla.limits import OVERDUE, UNPRESSED, UNSIGNED
from core.sla.live import LIVE, SEVERITY, clock_words, live_clocks, sum_up
from core.sla.models import Clock, ClockEvent, ClockPause, PauseRequest, Timer
from core.sla.pausing import BY_TIME, release
from core.sla.records import cap_of, keep_cap
from core.sla.requests import held_clocks, lapse
from core.sla.rules import elapsed
from core.sla.timers import RESUME, is_reached, waiting_on
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.states import UNIT_CLOCKS, State
from core.tickets.timeline import SYSTEM, Order
from core.workdays.queries import current_calendar

WAITING_FOR_REVIEW = ("reply", *UNIT_CLOCKS)
"""Clocks whose marks wait while a reply is reviewed: the review's delay is not the unit's."""
NOT_UNDER_REVIEW = or_(Ticket.state != State.SUBMITTED, Clock.name.not_in(WAITING_FOR_REVIEW))
LATE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Reached:
    """Something that time has done, with its ticket locked."""

    ticket: Ticket
    clock: Clock
    timer: Timer

    @property
    def is_resumption(self) -> bool:
        """Whether a pause ends."""
        return self.timer.kind == RESUME

    @property
    def closes_window(self) -> bool:
        """Whether a clock has run out that nobody is pressed for."""
        return self.clock.name in UNPRESSED and self.timer.mark == OVERDUE

    @property
    def is_for_the_head(self) -> bool:
        """Whether most of a unit's return window is gone, which is for its head to know."""
        return self.clock.name in UNPRESSED and self.timer.mark == UNSIGNED.name

    @property
    def cause(self) -> str:
        """The occasion, which is the same however often it is acted on."""
        return f"{self.clock.id}/{self.timer.mark}/{_arm(self.timer)}"


def claim_due(scope: Scope, *, now: datetime, limit: int) -> list[Reached]:
    """Take up to `limit` timers that have come, in order, and lock their tickets.

    Tickets that somebody is working on right now are left for the next round; marks of the unit's and the resident's
    clocks, while a reply is reviewed, until the review ends.
    """
    due = (
        select(Ticket, Clock, Timer)
        .join(Clock, (Clock.tenant_id == Ticket.tenant_id) & (Clock.ticket_id == Ticket.id))
        .join(Timer, (Timer.tenant_id == Clock.tenant_id) & (Timer.clock_id == Clock.id))
        .where(
            Timer.tenant_id == scope.tenant.id,
            Timer.fire_at <= now,
            func.coalesce(Timer.postponed_until, Timer.fire_at) <= now,
            NOT_UNDER_REVIEW,
        )
        .order_by(Timer.fire_at, Timer.id)
        .limit(limit)
        # The timer is locked too, after its ticket: one that another supervisor has just fired, later than this
        # statement began, would otherwise be read as still pending.
        .with_for_update(skip_locked=True)
    )
    return [Reached(ticket, clock, timer) for ticket, clock, timer in scope.session.execute(due)]


def oldest_due(tenant_id: int, *, now: datetime) -> Select[datetime]:
    """Select when the oldest mark came that could have been acted on and was not, None where none waits."""
    return (
        select(func.min(Timer.fire_at))
        .join(Clock, (Clock.tenant_id == Timer.tenant_id) & (Clock.id == Timer.clock_id))
        .join(Ticket, (Ticket.tenant_id == Clock.tenant_id) & (Ticket.id == Clock.ticket_id))
        .where(Timer.tenant_id == tenant_id, Timer.fire_at <= now, NOT_UNDER_REVIEW)
    )


def still_stands(scope: Scope, reached: Reached) -> bool:
    """Tell whether the timer is still there: acting on one before it may have done away with it."""
    return reached.timer in scope.session and reached.timer not in scope.session.deleted


def fire(scope: Scope, reached: Reached, *, now: datetime) -> None:
    """Turn the timer into an event, whose key makes the mark happen once; set the lights and write the timeline."""
    timer, clock = reached.timer, reached.clock
    _reach(scope, reached.ticket, clock, timer, now=now)
    scope.session.delete(timer)
    if timer.mark == OVERDUE and clock.name in ("reply", "handle"):
        lapse(scope, reached.ticket, now, assignment_ids=None if clock.name == "reply" else [clock.subject_id])


def reach_marks(scope: Scope, ticket: Ticket, clocks: Collection[Clock], *, by: datetime, now: datetime) -> None:
    """Put on record the marks that these clocks, which are about to end, had reached and nobody has acted on."""
    pressing = [clock for clock in clocks if clock.name not in UNPRESSED]
    waiting = waiting_on(scope, pressing) if pressing else {}
    for clock in pressing:
        reached = [timer for timer in waiting[clock.id].timers if is_reached(timer, by)]
        for timer in sorted(reached, key=lambda timer: timer.fire_at):
            _reach(scope, ticket, clock, timer, now=now)


def end_pause_by_time(scope: Scope, reached: Reached, *, now: datetime) -> None:
    """Let the clocks of a pause whose time is over go on from then, not from when the product gets to it."""
    live = live_clocks(scope, reached.ticket)
    held = select(ClockPause.request_id).where(
        ClockPause.tenant_id == scope.tenant.id, ClockPause.clock_id == reached.clock.id, ClockPause.ended_at.is_(None)
    )
    request = scope.session.get_one(PauseRequest, (scope.tenant.id, scope.session.scalar(held)))
    assignment = scope.session.get_one(Assignment, (scope.tenant.id, request.assignment_id))
    clocks, at = held_clocks(scope, live, assignment), reached.timer.fire_at
    release(scope, reached.ticket, clocks, Order(SYSTEM, now), at=at, why=BY_TIME)
    sum_up(scope, reached.ticket)


def pass_by(scope: Scope, reached: Reached, *, now: datetime) -> None:
    """Keep that a mark was reached which changes no light and presses no unit."""
    _keep_event(scope, reached.clock, reached.timer, now=now)
    scope.session.delete(reached.timer)


def close_window(scope: Scope, reached: Reached, *, now: datetime) -> None:
    """Let a clock that nobody is pressed for run out: it is met, at its due time."""
    clock, timer = reached.clock, reached.timer
    _keep_event(scope, clock, timer, now=now)
    scope.session.delete(timer)
    assert clock.due_at is not None
    keep_cap(scope, clock, cap_of(clock, {each.id: each for each in live_clocks(scope, reached.ticket)}), now=now)
    spent = elapsed(current_calendar(scope).timetable, clock.started_at, clock.due_at)
    clock.state, clock.stopped_at, clock.paused_seconds = "met", clock.due_at, 0
    clock.elapsed_seconds = int(spent.working.total_seconds())
    clock.elapsed_wall_seconds = int(spent.wall.total_seconds())
    note(
        scope,
        reached.ticket,
        "clock_mark",
        Order(SYSTEM, now),
        summary=said(
            "{clock}期限已过{late}", clock=word(CLOCK_LABELS[clock.name]), late=_late_words(scope, timer.fire_at, now)
        ),
        detail={"clock": clock.name, "clock_id": clock.id, "mark": timer.mark, "at": timer.fire_at.isoformat()},
    )
    sum_up(scope, reached.ticket)


def pass_over_history(scope: Scope, ticket: Ticket, *, until: datetime) -> None:
    """Keep the marks that a past ticket reached by `until` as reached then, without pressing anybody now.

    The ticket is being taken in: its rows are fresh. Overdue is reached only after the due time.
    """
    timers = [row for row in scope.session.fresh if isinstance(row, Timer) and is_reached(row, until)]
    for timer in sorted(timers, key=lambda timer: timer.fire_at):
        clock = next(row for row in scope.session.fresh if isinstance(row, Clock) and row.id == timer.clock_id)
        if clock.ticket_id == ticket.id:
            _reach(scope, ticket, clock, timer, now=timer.fire_at)
            scope.session.withdraw(timer)


def _reach(scope: Scope, ticket: Ticket, clock: Clock, timer: Timer, *, now: datetime) -> None:
    """Keep that a mark was reached: the event, the clock's light, and the timeline entry."""
    _keep_event(scope, clock, timer, now=now)
    mark, light, at = timer.mark, timer.light, timer.fire_at
    is_beyond = clock.overdue_at is not None and at > clock.overdue_at
    if clock.state in LIVE:
        clock.light = max(clock.light, light, key=SEVERITY.index)  # a mark tried again late turns nothing back
        if mark == OVERDUE:
            clock.overdue_at = at
    what = "已超期" if mark == OVERDUE else said("超期未结：{reason}", reason=timer.reason) if is_beyond else "将到"
    note(
        scope,
        ticket,
        "clock_mark",
        Order(SYSTEM, now),
        summary=said(
            "{clock}{what}，{light}{late}",
            clock=clock_words(scope, clock),
            what=word(what),
            light=word(LIGHT_LABELS[light]),
            late=_late_words(scope, at, now),
        ),
        detail={
            "clock": clock.name,
            "clock_id": clock.id,
            "mark": mark,
            "light": light,
            "at": at.isoformat(),
            "arm": timer.arm,
            "rule_id": timer.rule_id,
            "by": timer.by,
        },
    )
    sum_up(scope, ticket)


def _keep_event(scope: Scope, clock: Clock, timer: Timer, *, now: datetime) -> None:
    scope.session.add(
        ClockEvent(
            tenant_id=scope.tenant.id,
            clock_id=clock.id,
            mark=timer.mark,
            arm=_arm(timer),
            at=timer.fire_at,
            fired_at=now,
        )
    )


def _arm(timer: Timer) -> int:
    """Return the arm under which a mark counts: a limit is broken once, however often it moved."""
    return 0 if timer.mark == OVERDUE else timer.arm


def _late_words(scope: Scope, at: datetime, now: datetime) -> str:
    if (now - at).total_seconds() <= LATE_SECONDS:
        return ""
    return said("，应于 {at:%Y-%m-%d %H:%M:%S} 提示", at=at.astimezone(scope.tenant.zone))

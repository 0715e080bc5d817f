"""Starting, stopping and firing clocks. A ticket's row is the one lock: commands and timers both take it first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import and_, delete, func, or_, select

from core.hooks import specs
from core.hooks.values import Budget, BudgetMode, ClockName, ClockView, Light, Mark, TimeLimit
from core.sla.labels import CLOCK_LABELS, LIGHT_LABELS
from core.sla.models import Clock, ClockEvent, Timer
from core.sla.rules import mark_at, reckon
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.states import State
from core.tickets.timeline import SYSTEM
from core.tickets.views import view_of
from core.units.queries import directory
from core.workdays.queries import current_calendar

OVERDUE = "overdue"
CORE = "core"
AT_ACCEPTANCE: tuple[ClockName, ...] = ("reply",)
AT_DISPATCH: tuple[ClockName, ...] = ("sign", "on_site", "handle")
SEVERITY: tuple[Light, ...] = ("green", "yellow", "red")
DEFAULT_REPLY = TimeLimit("reply", Budget("wd_eod", 5), "core.sla/reply", "未设时限的诉求，5 个工作日内答复")
DEFAULT_YELLOW = Mark("yellow", "yellow", "core.sla/yellow", "时限已用去八成", share_used=0.8)


@dataclass(frozen=True, slots=True)
class Reached:
    """A mark that has been reached, with its ticket locked."""

    ticket: Ticket
    clock: Clock
    timer: Timer


def start_clocks(scope: Scope, ticket: Ticket, names: tuple[ClockName, ...], *, now: datetime) -> None:
    """Start those of the named clocks that the district, or the core's default, sets a limit for."""
    duty = directory(scope).find_duty(ticket.matter)
    limits: dict[ClockName, tuple[str, TimeLimit]] = {}
    for feature, limit in scope.hooks.ask(specs.time_limits, ticket=view_of(scope, ticket), duty=duty):
        limits.setdefault(limit.clock, (feature, limit))
    limits.setdefault("reply", (CORE, DEFAULT_REPLY))
    for name in names:
        if name in limits:
            feature, limit = limits[name]
            _start(scope, ticket, limit, feature, now=now)
    _sum_up(scope, ticket)


def stop_clock(scope: Scope, ticket: Ticket, name: ClockName, *, at: datetime, now: datetime) -> None:
    """Stop a running clock at `at`: met when that is no later than due. Nothing happens when none runs.

    Marks reached before `at` stay to be fired, even if the product only gets to them later.
    """
    for clock in running_clocks(scope, ticket):
        if clock.name == name:
            clock.state = "met" if at <= clock.due_at else "breached"
            clock.stopped_at = at
            clock.elapsed_seconds = int(current_calendar(scope).timetable.between(clock.started_at, at).total_seconds())
            _drop_timers(scope, clock, after=at)
            verdict = "按时" if clock.state == "met" else "超期"
            note(
                scope,
                ticket,
                "clock_stopped",
                actor=SYSTEM,
                now=now,
                summary=f"{CLOCK_LABELS[name]}时限停止计时，{verdict}",
                detail={"clock": name, "stopped_at": at.isoformat(), "due_at": clock.due_at.isoformat()},
            )
    _sum_up(scope, ticket)


def cancel_clocks(scope: Scope, ticket: Ticket, names: tuple[ClockName, ...]) -> None:
    """End running clocks without a verdict, for instance those of a unit that gave the ticket back."""
    for clock in running_clocks(scope, ticket):
        if clock.name in names:
            clock.state = "cancelled"
            _drop_timers(scope, clock, after=None)
    _sum_up(scope, ticket)


def claim_due(scope: Scope, *, now: datetime, limit: int) -> list[Reached]:
    """Take up to `limit` marks that have been reached, in order, and lock their tickets.

    Tickets that somebody is working on right now are left for the next round, those under review until the review
    ends: its delay is not the unit's.
    """
    due = (
        select(Ticket, Clock, Timer)
        .join(Clock, (Clock.tenant_id == Ticket.tenant_id) & (Clock.ticket_id == Ticket.id))
        .join(Timer, (Timer.tenant_id == Clock.tenant_id) & (Timer.clock_id == Clock.id))
        .where(
            Timer.tenant_id == scope.tenant.id,
            Timer.fire_at <= now,
            func.coalesce(Timer.postponed_until, Timer.fire_at) <= now,
            Ticket.state != State.SUBMITTED,
        )
        .order_by(Timer.fire_at, Timer.id)
        .limit(limit)
        # The timer is locked too, after its ticket: one that another supervisor has just fired, later than this
        # statement began, would otherwise be read as still pending.
        .with_for_update(skip_locked=True)
    )
    return [Reached(ticket, clock, timer) for ticket, clock, timer in scope.session.execute(due)]


def fire(scope: Scope, reached: Reached, *, now: datetime) -> None:
    """Turn the timer into an event, whose key makes the mark happen once; set the lights and write the timeline."""
    timer = reached.timer
    _reach(scope, reached.ticket, reached.clock, timer.mark, timer.light, at=timer.fire_at, now=now)
    scope.session.delete(timer)


def pass_over_history(scope: Scope, ticket: Ticket, *, until: datetime) -> None:
    """Keep the marks that a past ticket reached by `until` as reached then, without pressing anybody now.

    The ticket is being taken in: its rows are fresh. Overdue is reached only after the due time.
    """
    timers = [
        row
        for row in scope.session.fresh
        if isinstance(row, Timer) and (row.fire_at < until or (row.fire_at == until and row.mark != OVERDUE))
    ]
    for timer in sorted(timers, key=lambda timer: timer.fire_at):
        clock = next(row for row in scope.session.fresh if isinstance(row, Clock) and row.id == timer.clock_id)
        if clock.ticket_id == ticket.id:
            _reach(scope, ticket, clock, timer.mark, timer.light, at=timer.fire_at, now=timer.fire_at)
            scope.session.withdraw(timer)


def running_clocks(scope: Scope, ticket: Ticket) -> list[Clock]:
    """Return the ticket's running clocks, those of this transaction included."""
    fresh = [row for row in scope.session.fresh if isinstance(row, Clock) and row.ticket_id == ticket.id]
    kept: Iterable[Clock] = ()
    if ticket not in scope.session.fresh:
        kept = scope.session.scalars(
            select(Clock).where(
                Clock.tenant_id == scope.tenant.id, Clock.ticket_id == ticket.id, Clock.state == "running"
            )
        )
    return [clock for clock in (*fresh, *kept) if clock.state == "running"]


def _start(scope: Scope, ticket: Ticket, limit: TimeLimit, feature: str, *, now: datetime) -> None:
    calendar = current_calendar(scope)
    reckoning = reckon(calendar.timetable, limit.budget, now)
    due = reckoning.due
    if limit.clock == "handle":  # a unit's limit never outlasts the resident's
        due = min([due, *(clock.due_at for clock in running_clocks(scope, ticket) if clock.name == "reply")])
    clock = Clock(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        name=limit.clock,
        cycle_no=ticket.cycle_no,
        mode=limit.budget.mode,
        amount=limit.budget.amount,
        calendar_version_id=calendar.version_id,
        started_at=now,
        due_at=due,
        due_provisional=reckoning.is_provisional,
        feature=feature,
        rule_id=limit.rule_id,
        reason=limit.reason,
    )
    scope.session.add(clock)
    for mark in _marks(scope, ticket, clock):
        at = mark_at(calendar.timetable, mark, limit.budget, start=now, due=due)
        _set_timer(scope, clock, mark.name, mark.light, at, rule_id=mark.rule_id, reason=mark.reason)
    _set_timer(scope, clock, OVERDUE, "red", due, rule_id=limit.rule_id, reason=limit.reason)
    provisional = "（暂定）" if reckoning.is_provisional else ""
    note(
        scope,
        ticket,
        "clock_started",
        actor=SYSTEM,
        now=now,
        summary=f"{CLOCK_LABELS[limit.clock]}时限至 {due.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}{provisional}"
        f"（{limit.reason}）",
        detail={
            "clock": limit.clock,
            "mode": limit.budget.mode,
            "amount": limit.budget.amount,
            "due_at": due.isoformat(),
            "feature": feature,
            "rule_id": limit.rule_id,
        },
    )


def _marks(scope: Scope, ticket: Ticket, clock: Clock) -> list[Mark]:
    view = ClockView(
        name=cast(ClockName, clock.name),
        budget=Budget(cast(BudgetMode, clock.mode), clock.amount),
        started_at=clock.started_at,
        due_at=clock.due_at,
        rule_id=clock.rule_id,
    )
    answers = scope.hooks.ask(specs.clock_marks, ticket=view_of(scope, ticket), clock=view)
    marks: dict[str, Mark] = {}
    for _, mark in answers:
        if mark.name != OVERDUE:
            marks.setdefault(mark.name, mark)
    return list(marks.values()) or [DEFAULT_YELLOW]


def _set_timer(scope: Scope, clock: Clock, mark: str, light: str, at: datetime, *, rule_id: str, reason: str) -> None:
    scope.session.add(
        Timer(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            clock_id=clock.id,
            mark=mark,
            light=light,
            fire_at=at,
            rule_id=rule_id,
            reason=reason,
        )
    )


def _drop_timers(scope: Scope, clock: Clock, *, after: datetime | None) -> None:
    """Delete the clock's timers; with `after` those of marks that were not reached until then.

    Overdue is reached only after the due time: an answer at that very instant is in time.
    """
    for timer in [row for row in scope.session.fresh if isinstance(row, Timer) and row.clock_id == clock.id]:
        if after is None or timer.fire_at > after or (timer.mark == OVERDUE and timer.fire_at == after):
            scope.session.withdraw(timer)
    if clock in scope.session.fresh:
        return
    pending = delete(Timer).where(Timer.tenant_id == scope.tenant.id, Timer.clock_id == clock.id)
    if after is not None:
        pending = pending.where(or_(Timer.fire_at > after, and_(Timer.mark == OVERDUE, Timer.fire_at == after)))
    scope.session.execute(pending)


def _reach(scope: Scope, ticket: Ticket, clock: Clock, mark: str, light: str, *, at: datetime, now: datetime) -> None:
    """Keep that a mark was reached: the event, the clock's light, and the timeline entry."""
    scope.session.add(ClockEvent(tenant_id=scope.tenant.id, clock_id=clock.id, mark=mark, at=at, fired_at=now))
    clock.light = max(clock.light, light, key=SEVERITY.index)  # a mark tried again late turns nothing back
    if mark == OVERDUE:
        clock.overdue_at = at
    late = (
        f"，应于 {at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M:%S} 提示" if (now - at).total_seconds() > 60 else ""
    )
    note(
        scope,
        ticket,
        "clock_mark",
        actor=SYSTEM,
        now=now,
        summary=f"{CLOCK_LABELS[clock.name]}时限{'已超期' if mark == OVERDUE else '将到'}，{LIGHT_LABELS[light]}{late}",
        detail={"clock": clock.name, "mark": mark, "light": light, "at": at.isoformat()},
    )
    _sum_up(scope, ticket)


def _sum_up(scope: Scope, ticket: Ticket) -> None:
    """Write the worst light and the nearest due time of the running clocks onto the ticket, for lists."""
    running = running_clocks(scope, ticket)
    ticket.light = max((clock.light for clock in running), key=SEVERITY.index, default="green")
    ticket.next_due_at = min((clock.due_at for clock in running), default=None)

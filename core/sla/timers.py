"""Setting, dropping and setting anew what time will do to a clock."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, delete, or_, select

from core.sla.ledger import Pause
from core.sla.limits import OVERDUE, UNPRESSED, budget_of, marks_of
from core.sla.live import SEVERITY
from core.sla.models import Clock, ClockEvent, Timer
from core.sla.rules import mark_at
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.workdays.rules import Timetable

RESUME = "resume"


def set_timers(scope: Scope, ticket: Ticket, clock: Clock, timetable: Timetable) -> None:
    """Set the timers of a clock that has just started: one for each mark, and one for its due time."""
    assert clock.due_at is not None
    for mark in marks_of(scope, ticket, clock, clock.due_at):
        at = mark_at(timetable, mark, budget_of(clock), start=clock.started_at, due=clock.due_at)
        _set(scope, clock, mark.name, mark.light, at, rule_id=mark.rule_id, reason=mark.reason)
    _set_overdue(scope, clock)


def set_timers_anew(
    scope: Scope,
    ticket: Ticket,
    clock: Clock,
    timetable: Timetable,
    *,
    pauses: Iterable[Pause],
    is_later: bool,
    reached_by: datetime,
    since: datetime,
    before: Iterable[Clock] = (),
) -> None:
    """Set a clock's timers for its present due time, under its present arm.

    Marks that were reached by `reached_by` and wait to be fired stay. When the due time moved later, the others are
    set again where they lie ahead of `since`; one that lies behind has been given, if not it is given at its time. When
    it did not, those that were not given under this arm are set, at once where they lie behind. `before` are clocks
    that gave way to this one: what they gave was given.
    """
    drop_timers(scope, clock, after=reached_by)
    if clock.due_at is None:
        return
    pauses, pending, light = list(pauses), _pending(scope, clock), "green"
    told = _given(scope, clock, before)
    given = {mark for mark, arm in told if is_later or arm == clock.arm} | {
        timer.mark for timer in pending if is_later or timer.arm == clock.arm
    }
    for mark in marks_of(scope, ticket, clock, clock.due_at):
        at = mark_at(timetable, mark, budget_of(clock), start=clock.started_at, due=clock.due_at, pauses=pauses)
        if is_later and at <= since:
            light = max(light, mark.light, key=SEVERITY.index)
        if mark.name not in given or (is_later and at > since):
            fire_at = at if is_later else max(at, since)
            _set(scope, clock, mark.name, mark.light, fire_at, rule_id=mark.rule_id, reason=mark.reason)
    if is_later and clock.overdue_at is None:
        clock.light = light
    if clock.overdue_at is None and not any(timer.mark == OVERDUE for timer in pending):
        _set_overdue(scope, clock)


def set_resumption(scope: Scope, clock: Clock, at: datetime, *, reason: str) -> None:
    """Set the timer that ends a pause by itself."""
    _set(scope, clock, RESUME, "green", at, rule_id="core.sla/resume", reason=reason, kind=RESUME)


def drop_timers(scope: Scope, clock: Clock, *, after: datetime | None, kind: str = "mark") -> None:
    """Delete the clock's timers of a kind; with `after` those of marks that were not reached until then.

    Overdue is reached only after the due time: an answer at that very instant is in time.
    """
    for timer in [row for row in scope.session.fresh if isinstance(row, Timer) and row.clock_id == clock.id]:
        if timer.kind == kind and (
            after is None or timer.fire_at > after or (timer.mark == OVERDUE and timer.fire_at == after)
        ):
            scope.session.withdraw(timer)
    if clock in scope.session.fresh:
        return
    pending = delete(Timer).where(Timer.tenant_id == scope.tenant.id, Timer.clock_id == clock.id, Timer.kind == kind)
    if after is not None:
        pending = pending.where(or_(Timer.fire_at > after, and_(Timer.mark == OVERDUE, Timer.fire_at == after)))
    scope.session.execute(pending)


def _pending(scope: Scope, clock: Clock) -> list[Timer]:
    """Return the clock's timers of marks, which wait to be fired."""
    timers = [row for row in scope.session.fresh if isinstance(row, Timer) and row.clock_id == clock.id]
    if clock not in scope.session.fresh:
        timers += scope.session.scalars(
            select(Timer).where(Timer.tenant_id == scope.tenant.id, Timer.clock_id == clock.id)
        )
    return [timer for timer in timers if timer.kind == "mark"]


def _given(scope: Scope, clock: Clock, before: Iterable[Clock]) -> set[tuple[str, int]]:
    """Return the marks that the clock, or one before it, has given, each with its arm."""
    ids = [clock.id, *(each.id for each in before)]
    events = select(ClockEvent.mark, ClockEvent.arm).where(
        ClockEvent.tenant_id == scope.tenant.id, ClockEvent.clock_id.in_(ids)
    )
    fresh = [row for row in scope.session.fresh if isinstance(row, ClockEvent) and row.clock_id in ids]
    kept = [(mark, arm) for mark, arm in scope.session.execute(events)]
    return {*kept, *((row.mark, row.arm) for row in fresh)}


def _set_overdue(scope: Scope, clock: Clock) -> None:
    assert clock.due_at is not None
    light = "green" if clock.name in UNPRESSED else "red"
    _set(scope, clock, OVERDUE, light, clock.due_at, rule_id=clock.rule_id, reason=clock.reason)


def _set(
    scope: Scope,
    clock: Clock,
    mark: str,
    light: str,
    at: datetime,
    *,
    rule_id: str,
    reason: str,
    kind: str = "mark",
) -> None:
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
            kind=kind,
            arm=clock.arm,
        )
    )

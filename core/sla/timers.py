"""Setting, dropping and setting anew what time will do to a clock."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import and_, delete, inspect, or_, select

from core.hooks.contract import CORE
from core.hooks.values import Light, Mark
from core.people.roster.queries import units_with_head
from core.sla.course import placed, to_be_set
from core.sla.ledger import Pause
from core.sla.limits import OVERDUE, UNPRESSED, UNSIGNED, marks_of
from core.sla.live import SEVERITY, assignment_of
from core.sla.models import Clock, ClockEvent, Timer
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.workdays.rules import Timetable

RESUME = "resume"
RowT = TypeVar("RowT", Timer, ClockEvent)


def set_timers(scope: Scope, ticket: Ticket, clock: Clock, timetable: Timetable, *, now: datetime) -> None:
    """Set the timers of a clock that has just started: one for each mark, and one for its due time."""
    assert clock.due_at is not None
    for feature, mark, at in placed(_marks(scope, ticket, clock, clock.due_at, now=now), clock, timetable):
        _set_mark(scope, clock, feature, mark, at)
    _set_overdue(scope, clock)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits to be fired on a clock, and which marks it has given, each with its arm."""

    timers: tuple[Timer, ...] = ()
    given: frozenset[tuple[str, int]] = frozenset()


def waiting_on(scope: Scope, clocks: Collection[Clock]) -> dict[int, Waiting]:
    """Return what waits on each of the clocks, and what each has given, in two statements."""
    timers: dict[int, list[Timer]] = {clock.id: [] for clock in clocks}
    given: dict[int, set[tuple[str, int]]] = {clock.id: set() for clock in clocks}
    for timer in _rows(scope, Timer, clocks):
        if timer.kind == "mark":
            timers[timer.clock_id].append(timer)
    for event in _rows(scope, ClockEvent, clocks):
        given[event.clock_id].add((event.mark, event.arm))
    return {clock.id: Waiting(tuple(timers[clock.id]), frozenset(given[clock.id])) for clock in clocks}


def set_timers_anew(
    scope: Scope,
    ticket: Ticket,
    clock: Clock,
    timetable: Timetable,
    waiting: Waiting,
    *,
    pauses: Iterable[Pause],
    is_later: bool,
    reached_by: datetime,
    since: datetime,
    now: datetime,
) -> None:
    """Set a clock's timers for its present due time, under its present arm.

    Marks that were reached by `reached_by` and wait to be fired stay; of the others those `to_be_set` are.
    """
    assert clock.due_at is not None
    pending = [timer for timer in waiting.timers if is_reached(timer, reached_by)]
    for timer in waiting.timers:
        if timer not in pending:
            _drop(scope, timer)
    given = {mark for mark, arm in waiting.given if is_later or arm == clock.arm} | {
        timer.mark for timer in pending if is_later or timer.arm == clock.arm
    }
    marks = placed(_marks(scope, ticket, clock, clock.due_at, now=now), clock, timetable, pauses=list(pauses))
    for feature, mark, at in to_be_set(marks, given=given, is_later=is_later, since=since):
        _set_mark(scope, clock, feature, mark, at)
    if is_later and clock.overdue_at is None:
        behind: list[Light] = [mark.light for _, mark, at in marks if at <= since]
        clock.light = max(behind, key=SEVERITY.index, default="green")
    if clock.overdue_at is None and not any(timer.mark == OVERDUE for timer in pending):
        _set_overdue(scope, clock)


def set_resumption(scope: Scope, clock: Clock, at: datetime, *, reason: str) -> None:
    """Set the timer that ends a pause by itself."""
    _set(scope, clock, RESUME, "green", at, by=CORE, rule_id="core.sla/resume", reason=reason, kind=RESUME)


def drop_timers(scope: Scope, clocks: Sequence[Clock], *, after: datetime | None, kind: str = "mark") -> None:
    """Delete the clocks' timers of a kind; with `after` those of marks that were not reached until then."""
    ids = {clock.id for clock in clocks}
    for timer in [row for row in scope.session.fresh if isinstance(row, Timer) and row.clock_id in ids]:
        if timer.kind == kind and (after is None or not is_reached(timer, after)):
            scope.session.withdraw(timer)
    kept = ids - {row.id for row in scope.session.fresh if isinstance(row, Clock)}
    if not kept:
        return
    pending = delete(Timer).where(Timer.tenant_id == scope.tenant.id, Timer.clock_id.in_(kept), Timer.kind == kind)
    if after is not None:
        pending = pending.where(or_(Timer.fire_at > after, and_(Timer.mark == OVERDUE, Timer.fire_at == after)))
    scope.session.execute(pending)


def is_reached(timer: Timer, by: datetime) -> bool:
    """Tell whether a mark was reached by then; overdue only after the due time: an answer at that instant is in time."""
    return timer.fire_at < by or (timer.fire_at == by and timer.mark != OVERDUE)


def _marks(scope: Scope, ticket: Ticket, clock: Clock, due: datetime, *, now: datetime) -> list[tuple[str, Mark]]:
    """Return the marks of a clock: those of rules, and of a unit's return window one for its head, if it has one."""
    if clock.name not in UNPRESSED:
        return marks_of(scope, ticket, clock, due, now=now)
    assignment = assignment_of(scope, clock) if units_with_head(scope) else None
    return [(CORE, UNSIGNED)] if assignment and assignment.unit_id in units_with_head(scope) else []


def _drop(scope: Scope, timer: Timer) -> None:
    if inspect(timer).persistent:
        scope.session.delete(timer)
    else:
        scope.session.withdraw(timer)


def _rows(scope: Scope, table: type[RowT], clocks: Collection[Clock]) -> list[RowT]:
    ids = {clock.id for clock in clocks}
    fresh_rows: list[Any] = scope.session.fresh
    rows: list[RowT] = [row for row in fresh_rows if isinstance(row, table) and row.clock_id in ids]
    if kept := ids - {row.id for row in fresh_rows if isinstance(row, Clock)}:
        rows += scope.session.scalars(select(table).where(table.tenant_id == scope.tenant.id, table.clock_id.in_(kept)))
    return rows


def _set_overdue(scope: Scope, clock: Clock) -> None:
    assert clock.due_at is not None
    light = "green" if clock.name in UNPRESSED else "red"
    _set(scope, clock, OVERDUE, light, clock.due_at, by=clock.by, rule_id=clock.rule_id, reason=clock.reason)


def _set_mark(scope: Scope, clock: Clock, feature: str, mark: Mark, at: datetime) -> None:
    by = scope.hooks.stamp(feature)
    _set(scope, clock, mark.name, mark.light, at, by=by, rule_id=mark.rule_id, reason=mark.reason)


def _set(
    scope: Scope,
    clock: Clock,
    mark: str,
    light: str,
    at: datetime,
    *,
    by: str,
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
            by=by,
            rule_id=rule_id,
            reason=reason,
            kind=kind,
            arm=clock.arm,
        )
    )

"""Moving due times: computed anew from what is on record, for a clock and for all that it caps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.kit.saying import said, word
from core.sla.live import clock_words, live_clocks
from core.sla.models import Clock
from core.sla.records import Record, cap_of, from_above, reckoning_of, records_of
from core.sla.rules import Reckoning
from core.sla.timers import Waiting, set_timers_anew, waiting_on
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Order
from core.workdays.queries import CalendarInForce, current_calendar
from core.workdays.rules import Timetable


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why due times are computed anew, in words, and when.

    `reached_by`: marks that lie by then were reached, and are fired even if it takes until now. `since`: from then on
    marks lie ahead. Both are the present unless time stood still, or was given back, between the two.
    """

    why: str
    now: datetime
    reached_by: datetime
    since: datetime

    @classmethod
    def at(cls, now: datetime, why: str) -> "Occasion":
        return cls(why, now, reached_by=now, since=now)


def recompute(scope: Scope, ticket: Ticket, clocks: Iterable[Clock], occasion: Occasion) -> None:
    """Compute these clocks anew with the calendar in force, then those they cap. The caller sums up the ticket."""
    live, asked = live_clocks(scope, ticket), {clock.id for clock in clocks}
    affected = affected_by(live, asked)
    records = records_of(scope, affected)
    reckonings = computed(live, asked, records, current_calendar(scope).timetable, occasion)
    move_clocks(scope, ticket, affected, records, reckonings, occasion)


def move_clocks(
    scope: Scope,
    ticket: Ticket,
    clocks: Sequence[Clock],
    records: Mapping[int, Record],
    reckonings: Mapping[int, Reckoning],
    occasion: Occasion,
    waiting: Mapping[int, Waiting] | None = None,
) -> None:
    """Give the clocks the due times that they came to by the calendar in force; `waiting` is looked up unless given."""
    calendar = current_calendar(scope)
    moving = [clock for clock in clocks if clock.id in reckonings and reckonings[clock.id].due != clock.due_at]
    waiting = waiting_on(scope, moving) if waiting is None else waiting
    for clock in clocks:
        if clock.id in reckonings:
            before = clock.due_at
            assert before is not None
            reckoning, record = reckonings[clock.id], records[clock.id]
            settle(scope, ticket, clock, reckoning, record, calendar, occasion, before=before, waiting=waiting)


def computed(
    live: Sequence[Clock],
    asked: Collection[int],
    records: Mapping[int, Record],
    timetable: Timetable,
    occasion: Occasion,
) -> dict[int, Reckoning]:
    """Return what the clocks asked for, by id, and those they cap come to by this timetable; nothing is changed.

    Left out are clocks that stay as they are: a paused one has no due time, what is overdue stays so, and no due time
    moves into the past.
    """
    clocks, passed_on = {clock.id: clock for clock in live}, set(asked)
    dues: dict[int, datetime] = {}
    reckonings: dict[int, Reckoning] = {}
    for clock in affected_by(live, asked):
        if clock.id not in asked and clock.capped_by_id not in passed_on:
            continue
        if clock.state == "paused" or clock.due_at is None:
            passed_on.add(clock.id)  # what it caps looks past it, to the clock above
            continue
        reckoning = reckoning_of(clock, records[clock.id], timetable, cap=cap_of(clock, clocks, dues))
        if is_over(clock, occasion.reached_by) or (reckoning.due < clock.due_at and reckoning.due <= occasion.now):
            continue
        reckonings[clock.id], dues[clock.id] = reckoning, reckoning.due
        if reckoning.due != clock.due_at:
            passed_on.add(clock.id)
    return reckonings


def is_over(clock: Clock, by: datetime) -> bool:
    """Tell whether a clock's limit had ended by an instant."""
    return clock.overdue_at is not None or (clock.due_at is not None and clock.due_at <= by)


def affected_by(live: Sequence[Clock], asked: Collection[int]) -> list[Clock]:
    """Return the clocks asked for and those below them, each behind the one that caps it."""
    ids, affected = set(asked), []
    for clock in from_above(live):
        if clock.id in ids or clock.capped_by_id in ids:
            ids.add(clock.id)
            affected.append(clock)
    return affected


def settle(
    scope: Scope,
    ticket: Ticket,
    clock: Clock,
    reckoning: Reckoning,
    record: Record,
    calendar: CalendarInForce,
    occasion: Occasion,
    *,
    before: datetime,
    waiting: Mapping[int, Waiting],
    has_timers: bool = True,
) -> None:
    """Give a running clock its due time by this calendar; where that is another than `before`, set its timers anew.

    Without timers (it was paused) it gets them even when the due time is the same.
    """
    clock.due_at, clock.due_provisional = reckoning.due, reckoning.is_provisional
    clock.calendar_version_id = calendar.version_id
    has_moved, is_later = reckoning.due != before, reckoning.due > before
    if not has_moved and has_timers:
        return
    clock.rev += has_moved
    clock.arm += is_later
    set_timers_anew(
        scope,
        ticket,
        clock,
        calendar.timetable,
        waiting[clock.id],
        pauses=record.spans(),
        is_later=is_later,
        reached_by=occasion.reached_by,
        since=occasion.since,
        now=occasion.now,
    )
    if has_moved:
        _tell(scope, ticket, clock, before, occasion)


def _tell(scope: Scope, ticket: Ticket, clock: Clock, before: datetime, occasion: Occasion) -> None:
    """Write into the timeline from when to when a due time moved, and why."""
    assert clock.due_at is not None
    zone, provisional = scope.tenant.zone, "（暂定）" if clock.due_provisional else ""
    direction = "延至" if clock.due_at > before else "提前至"
    note(
        scope,
        ticket,
        "clock_moved",
        Order(SYSTEM, occasion.now),
        summary=said(
            "{clock}由 {before:%Y-%m-%d %H:%M} {direction} {due_at:%Y-%m-%d %H:%M}{provisional}（{why}）",
            clock=clock_words(scope, clock),
            before=before.astimezone(zone),
            direction=word(direction),
            due_at=clock.due_at.astimezone(zone),
            provisional=word(provisional),
            why=occasion.why,
        ),
        detail={
            "clock": clock.name,
            "clock_id": clock.id,
            "from": before.isoformat(),
            "due_at": clock.due_at.isoformat(),
            "why": occasion.why,
        },
    )

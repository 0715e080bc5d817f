"""How many clocks of a past month turn yellow by a set of marks 变黄, counted again from the clocks that really ran."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast

from sqlalchemy import select

from core.hooks import specs
from core.hooks.settings import Whole
from core.hooks.table import HookTable
from core.hooks.values import ClockName, ClockView, TicketView
from core.journey.asked_rules import Asked, Setting, field_of
from core.sla.labels import CLOCK_LABELS
from core.sla.ledger import Pause
from core.sla.limits import UNLIT, budget_of, marks_from
from core.sla.models import Clock, ClockPause
from core.sla.rules import mark_at
from core.statistics.days import ONE_DAY
from core.statistics.periods import Month
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.views import view_of
from core.workdays.queries import current_calendar
from core.workdays.rules import Timetable

MOST = 4_000
"""Clocks that are counted, the newest of a month: as many tell what the others would."""
MOST_TRIED = 1_500
"""Clocks, the newest, for which other values of a setting are tried: each is asked about once for every value."""
MOST_STEPS = 8
"""Values of a setting that are tried beside each other."""
LIT = tuple(name for name in CLOCK_LABELS if name not in UNLIT)
LONGEST = timedelta(days=400)
"""A clock that is due later after the month is not counted."""
ENDED = ("met", "breached", "running")


@dataclass(frozen=True, slots=True)
class Ran:
    """A clock that ran, as rules see it, with the ticket as it stands today; `until` is when it ended, or now."""

    ticket: TicketView
    clock: ClockView
    pauses: tuple[Pause, ...]
    until: datetime
    was_late: bool


@dataclass(frozen=True)
class PastMonth:
    """The clocks that began in a month, and the tenant's timetable. `is_part`: there were more than are counted."""

    month: Month
    ran: Sequence[Ran]
    timetable: Timetable
    is_part: bool


@dataclass(frozen=True, slots=True)
class Yellow:
    """Of the clocks of one name: how many ran, turned yellow, were late after they had, were late without."""

    clock: str
    ran: int
    yellow: int
    late_after: int
    late_before: int


@dataclass(frozen=True, slots=True)
class Step:
    """A value of a setting, and how many clocks would turn yellow with it."""

    value: int
    words: str
    yellow: int
    holds: bool


def past_month(scope: Scope, month: Month, *, now: datetime) -> PastMonth:
    """Return the clocks of a month that light a lamp, those of tickets in hand until now."""
    zone = scope.tenant.zone
    first = datetime.combine(month.span.first, time(), zone)
    end = datetime.combine(month.span.last + ONE_DAY, time(), zone)
    clocks = scope.session.scalars(
        select(Clock)
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.started_at >= first,
            Clock.started_at < end,
            Clock.name.in_(LIT),
            Clock.due_at >= first,  # as the index has them; none is due before it begins
            Clock.due_at < end + LONGEST,
            Clock.state.in_(ENDED),
            Clock.subject.in_(("ticket", "assignment")),
        )
        .order_by(Clock.started_at.desc(), Clock.id.desc())
        .limit(MOST + 1)
    ).all()
    is_part, clocks = len(clocks) > MOST, clocks[:MOST]
    tickets, pauses = _tickets(scope, clocks), _pauses(scope, clocks, now=now)
    ran = [
        _ran(clock, tickets[clock.ticket_id], pauses[clock.id], now=now) for clock in clocks if clock.due_at is not None
    ]
    return PastMonth(month, ran, current_calendar(scope).timetable, is_part)


def yellow_by(past: PastMonth, table: HookTable) -> list[Yellow]:
    """Return by clock how many of a month turn yellow by the marks of a table, the most frequent first."""
    found: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for each in past.ran:
        found[each.clock.name].append((_turns_yellow(each, table, past.timetable), each.was_late))
    told = [
        Yellow(
            clock,
            ran=len(outcomes),
            yellow=sum(is_yellow for is_yellow, _ in outcomes),
            late_after=sum(is_yellow and is_late for is_yellow, is_late in outcomes),
            late_before=sum(is_late and not is_yellow for is_yellow, is_late in outcomes),
        )
        for clock, outcomes in found.items()
    ]
    return sorted(told, key=lambda each: (-each.ran, each.clock))


def yellow_steps(past: PastMonth, asked: Asked, setting: Setting, clock: str) -> list[Step]:
    """Return what other values of a setting would come to, for the clocks of one name; none where it is no number."""
    field, held = field_of(asked, setting), asked.table.enabled[setting.feature].settings[setting.name]
    if not isinstance(field, Whole) or not isinstance(held, int):
        return []
    ran = ran_of(past, clock)
    steps = []
    for value in _values(field.min, field.max, held):
        table = asked.with_setting(setting.feature, setting.name, value)
        yellow = sum(_turns_yellow(each, table, past.timetable) for each in ran)
        steps.append(Step(value, field.words(value, {}), yellow, value == held))
    return steps


def ran_of(past: PastMonth, clock: str) -> Sequence[Ran]:
    """Return the clocks of one name for which other values are tried."""
    return [each for each in past.ran if each.clock.name == clock][:MOST_TRIED]


def _turns_yellow(each: Ran, table: HookTable, timetable: Timetable) -> bool:
    marks = marks_from(table.ask(specs.clock_marks, ticket=each.ticket, clock=each.clock))
    budget, start, due = each.clock.budget, each.clock.started_at, each.clock.due_at
    return any(
        mark.light == "yellow"
        and mark_at(timetable, mark, budget, start=start, due=due, pauses=each.pauses) < each.until
        for _, mark in marks
    )


def _values(least: int | None, most: int | None, held: int) -> list[int]:
    """Return the one that holds and others: all where there are few, else some from the least to the most."""
    low = held // 4 if least is None else least
    high = max(held * 2, held + MOST_STEPS) if most is None else most
    if high - low < MOST_STEPS:
        return list(range(low, high + 1))
    apart = (high - low) / (MOST_STEPS - 1)
    return sorted({held, *(round(low + apart * step) for step in range(MOST_STEPS))})


def _ran(clock: Clock, ticket: TicketView, pauses: Iterable[Pause], *, now: datetime) -> Ran:
    assert clock.due_at is not None
    seen = ClockView(cast(ClockName, clock.name), budget_of(clock), clock.started_at, clock.due_at, clock.rule_id)
    until = clock.stopped_at or now
    return Ran(ticket, seen, tuple(pauses), until, was_late=until > clock.due_at)


def _tickets(scope: Scope, clocks: Sequence[Clock]) -> Mapping[int, TicketView]:
    ids = {clock.ticket_id for clock in clocks}
    rows = scope.session.scalars(select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ids)))
    return {row.id: view_of(scope, row) for row in rows}


def _pauses(scope: Scope, clocks: Sequence[Clock], *, now: datetime) -> Mapping[int, list[Pause]]:
    rows = scope.session.scalars(
        select(ClockPause)
        .where(ClockPause.tenant_id == scope.tenant.id, ClockPause.clock_id.in_({clock.id for clock in clocks}))
        .order_by(ClockPause.started_at)
    )
    found: defaultdict[int, list[Pause]] = defaultdict(list)
    for row in rows:
        found[row.clock_id].append(Pause(row.started_at, max(row.ended_at or now, row.started_at)))
    return found

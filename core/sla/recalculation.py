"""A new version of the calendar: which due times would move, and moving exactly those.

Only running clocks can move, and only those due on or after the first day that is worked otherwise. What is overdue
stays so, and no due time moves into the past; those clocks keep the version that they go by.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from core.routing.models import Assignment
from core.sla.live import LIVE, sum_up
from core.sla.models import Clock
from core.sla.moving import Occasion, computed, is_over, move_clocks
from core.sla.records import from_above, records_of
from core.sla.timers import waiting_on
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory
from core.workdays.comparison import first_changed_day
from core.workdays.queries import calendar_of_version, current_calendar
from core.workdays.rules import NO_TIME, ONE_DAY, Timetable


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """A due time that moves, or moved: of which ticket and clock, of which unit, from when to when."""

    serial_no: str
    clock: str
    unit: str
    before: datetime
    after: datetime


@dataclass
class Recalculation:
    """What a new calendar comes to: the due times that move, and how many clocks are no longer provisional.

    `kept` are clocks whose due time would lie in the past by the new calendar.
    """

    shifts: list[Shift] = field(default_factory=list)
    confirmed: int = 0
    kept: int = 0

    def add(self, other: "Recalculation") -> None:
        """Add what another batch came to."""
        self.shifts += other.shifts
        self.confirmed += other.confirmed
        self.kept += other.kept


def tickets_affected(scope: Scope, after: Timetable, *, version_id: int | None, now: datetime) -> list[int]:
    """Return the ids of tickets with a clock that this calendar might move, in order.

    `version_id` is the calendar's if it is published: clocks that go by it are left out.
    """
    running = (
        select(
            Clock.calendar_version_id,
            func.min(Clock.started_at).label("since"),
            func.max(Clock.due_at).label("until"),
        )
        .where(Clock.tenant_id == scope.tenant.id, Clock.state == "running", Clock.due_at > now)
        .group_by(Clock.calendar_version_id)
    )
    ids: set[int] = set()
    for version in scope.session.execute(running):
        if version.calendar_version_id == version_id:
            continue
        before = calendar_of_version(scope, version.calendar_version_id).timetable
        since, until = before.date_of(version.since), before.date_of(version.until) + ONE_DAY
        changed = first_changed_day(before, after, since=since, until=until)
        if changed is not None:
            first = max(now, before.at(changed, NO_TIME))
            ids.update(_tickets_due_from(scope, version.calendar_version_id, first))
    return sorted(ids)


def forecast(scope: Scope, ticket_ids: Sequence[int], timetable: Timetable, *, now: datetime) -> Recalculation:
    """Return what this calendar would do to the clocks of these tickets; nothing is changed."""
    tickets = scope.session.scalars(
        select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ticket_ids)).order_by(Ticket.id)
    )
    return _over(scope, list(tickets), timetable, now=now, carry_out=False)


def recalculate(scope: Scope, ticket_ids: Sequence[int], *, now: datetime) -> Recalculation:
    """Move the clocks of these tickets as the calendar in force has it, with the tickets locked in order of their ids."""
    tickets = scope.session.scalars(
        select(Ticket)
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ticket_ids))
        .order_by(Ticket.id)
        .with_for_update()
    )
    return _over(scope, list(tickets), current_calendar(scope).timetable, now=now, carry_out=True)


def _tickets_due_from(scope: Scope, version_id: int, first: datetime) -> Iterable[int]:
    return scope.session.scalars(
        select(Clock.ticket_id)
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.state == "running",
            Clock.due_at >= first,
            Clock.calendar_version_id == version_id,
        )
        .distinct()
    )


def _over(
    scope: Scope, tickets: Sequence[Ticket], timetable: Timetable, *, now: datetime, carry_out: bool
) -> Recalculation:
    clocks: dict[int, list[Clock]] = {ticket.id: [] for ticket in tickets}
    live = scope.session.scalars(
        select(Clock)
        .where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id.in_(clocks), Clock.state.in_(LIVE))
        .order_by(Clock.id)
    ).all()
    for clock in live:
        clocks[clock.ticket_id].append(clock)
    records, assignments = records_of(scope, live), _assignments(scope, live)
    waiting = waiting_on(scope, live) if carry_out else {}
    total, occasion = Recalculation(), Occasion.at(now, "工作日历更新")
    for ticket in tickets:
        own = clocks[ticket.id]
        asked = {clock.id for clock in own if clock.state == "running"}
        reckonings = computed(own, asked, records, timetable, occasion)
        moving = [clock for clock in own if clock.id in reckonings and reckonings[clock.id].due != clock.due_at]
        total.kept += sum(clock.id in asked - set(reckonings) and not is_over(clock, now) for clock in own)
        total.confirmed += sum(
            clock.due_provisional and not reckonings[clock.id].is_provisional
            for clock in own
            if clock.id in reckonings and clock not in moving
        )
        for clock in moving:
            assert clock.due_at is not None
            assignment = assignments.get(clock.subject_id) if clock.subject == "assignment" else None
            unit = _unit_name(scope, ticket, assignment)
            total.shifts.append(Shift(ticket.serial_no, clock.name, unit, clock.due_at, reckonings[clock.id].due))
        if carry_out:
            move_clocks(scope, ticket, from_above(own), records, reckonings, occasion, waiting)
            sum_up(scope, ticket, own)
    return total


def _assignments(scope: Scope, clocks: Collection[Clock]) -> dict[int, Assignment]:
    """Return the assignments whose clocks these are, by their ids."""
    ids = {clock.subject_id for clock in clocks if clock.subject == "assignment"}
    rows = scope.session.scalars(
        select(Assignment).where(Assignment.tenant_id == scope.tenant.id, Assignment.id.in_(ids))
    )
    return {row.id: row for row in rows}


def _unit_name(scope: Scope, ticket: Ticket, assignment: Assignment | None) -> str:
    """Return the name of the unit whose clock it is, of the lead for the ticket's own, and nothing before dispatch."""
    unit_id = assignment.unit_id if assignment else ticket.lead_unit_id
    return directory(scope).name_of(unit_id) if unit_id else ""

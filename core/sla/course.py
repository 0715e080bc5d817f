"""The course of a clock as values: whose it is, what caps it, when it is due, when its marks are reached. No session."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from core.hooks.values import Mark, TimeLimit
from core.routing.models import Assignment
from core.sla.ledger import Pause
from core.sla.limits import Ruled, budget_of
from core.sla.live import LIVE
from core.sla.models import Clock
from core.sla.records import cap_of
from core.sla.rules import Reckoning, mark_at, reckon
from core.tickets.states import TICKET_CLOCKS, UNIT_CLOCKS, WAITING_FOR_DISPATCH
from core.workdays.queries import CalendarInForce
from core.workdays.rules import Timetable

LEADERS = ("return_window", "first_contact", "on_site")
"""Clocks of the unit that leads: it alone may give the ticket back, calls the resident and answers for the visit."""


def belongs(name: str, assignment: Assignment | None, *, state: str) -> bool:
    """Tell whether a clock of this name belongs to the ticket in this state, or to this assignment of it."""
    if assignment is None:
        return name in TICKET_CLOCKS and (name != "dispatch" or state in WAITING_FOR_DISPATCH)
    leads = assignment.role == "lead" and assignment.parent_id is None
    if name == "return_window" and not assignment.returnable:
        return False
    return name in UNIT_CLOCKS and (leads or name not in LEADERS)


def waits_for_dispatch(limit: TimeLimit, *, state: str, is_from_elsewhere: bool) -> bool:
    """Tell whether the resident's time begins only when a ticket in this state is dispatched.

    Where it was referred by another tenant, it was dispatched there: its time runs.
    """
    return limit.from_dispatch and state in WAITING_FOR_DISPATCH and not is_from_elsewhere


def capping(live: Iterable[Clock], assignment: Assignment | None, *, since: datetime) -> Clock | None:
    """Return the clock that caps those of an assignment which start at `since`.

    The handling clock of the unit above, else the resident's; one that is over by then passes on what caps it.
    """
    if assignment is None:
        return None
    running = {clock.id: clock for clock in live if clock.state in LIVE}
    reply = next((clock for clock in running.values() if clock.name == "reply"), None)
    handling = (clock for clock in running.values() if clock.name == "handle")
    above = next((clock for clock in handling if clock.subject_id == assignment.parent_id), reply)
    while above is not None and above.due_at is not None and above.due_at <= since:
        above = running.get(above.capped_by_id or 0, reply) if above is not reply else None
    return above


def new_clock(
    ruled: Ruled,
    calendar: CalendarInForce,
    *,
    tenant_id: int,
    id: int,
    ticket_id: int,
    cycle_no: int,
    by: str,
    since: datetime,
    subject: str,
    subject_id: int,
    above: Clock | None,
    live: Mapping[int, Clock],
) -> tuple[Clock, Reckoning]:
    """Return a running clock of this limit, and how its due time came about.

    `above` caps it; `live` are the ticket's live clocks by id, for the cap above a paused one.
    """
    limit = ruled.limit
    clock = Clock(
        tenant_id=tenant_id,
        id=id,
        ticket_id=ticket_id,
        subject=subject,
        subject_id=subject_id,
        name=limit.clock,
        cycle_no=cycle_no,
        mode=limit.budget.mode,
        amount=limit.budget.amount,
        calendar_version_id=calendar.version_id,
        started_at=since,
        due_at=since,
        capped_by_id=above.id if above is not None else None,
        by=by,
        rule_id=limit.rule_id,
        reason=limit.reason,
    )
    reckoning = reckon(calendar.timetable, limit.budget, since, cap=cap_of(clock, live))
    clock.due_at, clock.due_provisional = reckoning.due, reckoning.is_provisional
    return clock, reckoning


def placed(
    marks: Iterable[tuple[str, Mark]], clock: Clock, timetable: Timetable, *, pauses: Collection[Pause] = ()
) -> list[tuple[str, Mark, datetime]]:
    """Return when each mark of a clock is reached by its present due time, each with who set it."""
    assert clock.due_at is not None
    budget, start, due = budget_of(clock), clock.started_at, clock.due_at
    return [
        (feature, mark, mark_at(timetable, mark, budget, start=start, due=due, pauses=pauses))
        for feature, mark in marks
    ]


def to_be_set(
    marks: Iterable[tuple[str, Mark, datetime]], *, given: Collection[str], is_later: bool, since: datetime
) -> list[tuple[str, Mark, datetime]]:
    """Return which marks are set, and for when, after a due time moved; `given` are those given under it already.

    When it moved later, those that lie ahead of `since` are set again, and one behind that was not given at its time.
    When it did not, those that were not given, at once where they lie behind.
    """
    wanted = [entry for entry in marks if entry[1].name not in given or (is_later and entry[2] > since)]
    return [(feature, mark, at if is_later else max(at, since)) for feature, mark, at in wanted]

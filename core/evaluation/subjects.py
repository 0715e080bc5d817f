"""What a unit can object to: its assignment, a rating of a cycle it answered for, a clock of its that was missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from core.escalation.models import Supervision
from core.evaluation.models import Rating
from core.evaluation.queries import find_unit_of_cycle
from core.hooks.values import Budget
from core.kit.saying import said, word
from core.routing.models import Assignment
from core.routing.rules_in_force import rules_of
from core.routing.states import ACTIVE, AssignmentState
from core.sla.labels import CLOCK_LABELS
from core.sla.models import Clock
from core.sla.rules import reckon
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.workdays.queries import current_calendar


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that may be objected to: whose it is, since when it stands, and what people call it."""

    id: int
    unit_id: int
    since: datetime
    words: str


def subjects_of(scope: Scope, ticket: Ticket, kind: str) -> list[Subject]:
    """Return what can be objected to on a ticket by a dispute of this kind, the likeliest first."""
    return FOUND_BY[kind](scope, ticket)


def disputable_until(scope: Scope, since: datetime) -> datetime:
    """Return when the window 申诉期 closes for something that stands since then."""
    window = Budget("wd_eod", rules_of(scope).dispute_days)
    return reckon(current_calendar(scope).timetable, window, since).due


def find_missed_reply_clock(scope: Scope, ticket: Ticket, cycle_no: int) -> Clock | None:
    """Return the reply clock of a cycle if it was missed and counts."""
    return scope.session.scalar(
        select(Clock).where(_missed(scope, ticket), Clock.name == "reply", Clock.cycle_no == cycle_no)
    )


def missed_reply_clocks(scope: Scope, ticket: Ticket) -> Sequence[Clock]:
    """Return the reply clocks that were missed and count, the first cycle's first."""
    return scope.session.scalars(
        select(Clock).where(_missed(scope, ticket), Clock.name == "reply").order_by(Clock.cycle_no, Clock.id)
    ).all()


def _assignments(scope: Scope, ticket: Ticket) -> list[Subject]:
    found = scope.session.scalars(
        select(Assignment)
        .where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.ticket_id == ticket.id,
            Assignment.state.in_((*ACTIVE, AssignmentState.DONE)),
        )
        .order_by(Assignment.id.desc())
    )
    return [Subject(each.id, each.unit_id, each.assigned_at, "派单") for each in found]


def _ratings(scope: Scope, ticket: Ticket) -> list[Subject]:
    found = scope.session.scalars(
        select(Rating)
        .where(Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id)
        .order_by(Rating.cycle_no.desc())
    )
    whose = ((each, find_unit_of_cycle(scope, ticket, each.cycle_no)) for each in found)
    return [
        Subject(each.id, unit_id, each.at, said("第 {cycle_no} 轮办理的评价", cycle_no=each.cycle_no))
        for each, unit_id in whose
        if unit_id
    ]


def _missed_clocks(scope: Scope, ticket: Ticket) -> list[Subject]:
    clocks = scope.session.scalars(select(Clock).where(_missed(scope, ticket)).order_by(Clock.id.desc())).all()
    units = _units_of(scope, clocks)
    found = []
    for clock in sorted(clocks, key=lambda clock: clock.name != "reply"):
        unit_id = units.get((clock.subject, clock.subject_id))
        if clock.subject == "ticket":
            unit_id = find_unit_of_cycle(scope, ticket, clock.cycle_no)
        if unit_id and clock.due_at:
            words = said(
                "第 {cycle_no} 轮办理的{clock}时限", cycle_no=clock.cycle_no, clock=word(CLOCK_LABELS[clock.name])
            )
            found.append(Subject(clock.id, unit_id, clock.due_at, words))
    return found


FOUND_BY = {"responsibility": _assignments, "rating": _ratings, "overdue": _missed_clocks}


def _missed(scope: Scope, ticket: Ticket) -> ColumnElement[bool]:
    """Return the condition for clocks that units feel and that were missed, whether they still run or not."""
    return and_(
        Clock.tenant_id == scope.tenant.id,
        Clock.ticket_id == ticket.id,
        or_(Clock.name == "reply", Clock.subject.in_(("assignment", "supervision"))),
        or_(Clock.state == "breached", and_(Clock.state == "running", Clock.overdue_at.is_not(None))),
    )


def _units_of(scope: Scope, clocks: Sequence[Clock]) -> dict[tuple[str, int], int]:
    """Return whose the clocks of assignments and supervisions are."""
    units: dict[tuple[str, int], int] = {}
    for subject, table in (("assignment", Assignment), ("supervision", Supervision)):
        ids = [clock.subject_id for clock in clocks if clock.subject == subject]
        if ids:
            rows = scope.session.execute(
                select(table.id, table.unit_id).where(table.tenant_id == scope.tenant.id, table.id.in_(ids))
            )
            units |= {(subject, subject_id): unit_id for subject_id, unit_id in rows}
    return units

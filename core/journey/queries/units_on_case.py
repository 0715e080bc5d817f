"""The units on a ticket 承办单位 as a tree: who leads, who helps, who was handed work, and where each of them stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from core.handling.models import ContactAttempt, Contribution
from core.kit import saying
from core.people.models import Account
from core.routing.models import Assignment
from core.routing.states import ACTIVE, ASSIGNMENT_LABELS, AssignmentState
from core.sla.starting import SHORT_PERCENT
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory

SHOWN = (*ACTIVE, AssignmentState.DONE, AssignmentState.WAIVED, AssignmentState.WATCHING)
"""States in which a unit is shown on the ticket; what was returned or superseded stands in the timeline."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that somebody of a unit wrote down, and when."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UnitOnCase:
    """One unit's share in a ticket. `percent_left` = how much of its own time it got, when that is under a half.

    `person` is who in the unit has it, and `person_reason` why; None = the unit as a whole.
    """

    assignment_id: int
    unit_id: int
    unit_code: str
    unit: str
    role: str
    role_label: str
    state: str
    state_label: str
    returnable: bool
    percent_left: int | None
    person: str | None
    person_reason: str
    task: str
    """What the unit was brought in for while others handled the ticket; empty = it had its part from the beginning."""
    contributions: tuple[Said, ...]
    contacts: tuple[Said, ...]
    below: tuple["UnitOnCase", ...]

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def has_answered(self) -> bool:
        return self.state == AssignmentState.SUBMITTED


@dataclass(frozen=True, slots=True)
class _Share:
    """An assignment, and the name of the person who has it."""

    assignment: Assignment
    person: str | None


def units_on_case(scope: Scope, ticket: Ticket) -> tuple[UnitOnCase, ...]:
    """Return the units of the present cycle: the lead first, then co-units, then those who look on."""
    rows = scope.session.execute(
        select(Assignment, Account.name)
        .outerjoin(Account, and_(Account.tenant_id == Assignment.tenant_id, Account.id == Assignment.person_id))
        .where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.ticket_id == ticket.id,
            or_(Assignment.cycle_no == ticket.cycle_no, Assignment.role == "info"),
            Assignment.state.in_(SHOWN),
        )
        .order_by(Assignment.id)
    ).all()
    shares = [_Share(assignment, person) for assignment, person in rows]
    return _branch(scope, shares, None, _contributions(scope, ticket), _contacts(scope, ticket))


def walk_down(units: Iterable[UnitOnCase]) -> Iterable[UnitOnCase]:
    """Yield all units of a tree, each before those below it."""
    for unit in units:
        yield unit
        yield from walk_down(unit.below)


def role_words(role: str, *, is_below: bool) -> str:
    """Return what a unit's part in a ticket is called."""
    if is_below:
        return "转派承办" if role == "lead" else "转派协办"
    return {"lead": "主办", "co": "协办", "info": "知会"}[role]


def _branch(
    scope: Scope,
    shares: Sequence[_Share],
    parent_id: int | None,
    contributions: Mapping[int, list[Said]],
    contacts: Mapping[int, list[Said]],
) -> tuple[UnitOnCase, ...]:
    here = [each for each in shares if each.assignment.parent_id == parent_id]
    here.sort(key=lambda each: (("lead", "co", "info").index(each.assignment.role), each.assignment.id))
    return tuple(
        _unit(
            scope,
            each,
            contributions.get(each.assignment.id, []),
            contacts.get(each.assignment.id, []),
            _branch(scope, shares, each.assignment.id, contributions, contacts),
        )
        for each in here
    )


def _unit(
    scope: Scope,
    share: _Share,
    contributions: Sequence[Said],
    contacts: Sequence[Said],
    below: tuple[UnitOnCase, ...],
) -> UnitOnCase:
    units, assignment = directory(scope), share.assignment
    unit = units.unit_of_id(assignment.unit_id)
    percent = assignment.budget_percent
    return UnitOnCase(
        assignment_id=assignment.id,
        unit_id=assignment.unit_id,
        unit_code=unit.code if unit else "",
        unit=units.name_of(assignment.unit_id),
        role=assignment.role,
        role_label=role_words(assignment.role, is_below=assignment.parent_id is not None),
        state=assignment.state,
        state_label=ASSIGNMENT_LABELS[AssignmentState(assignment.state)],
        returnable=assignment.returnable,
        percent_left=percent if percent is not None and percent < SHORT_PERCENT else None,
        person=share.person,
        person_reason=assignment.person_reason,
        task=assignment.task,
        contributions=tuple(contributions),
        contacts=tuple(contacts),
        below=below,
    )


def _contributions(scope: Scope, ticket: Ticket) -> dict[int, list[Said]]:
    rows = scope.session.scalars(
        select(Contribution)
        .where(Contribution.tenant_id == scope.tenant.id, Contribution.ticket_id == ticket.id)
        .order_by(Contribution.at, Contribution.id)
    )
    said: dict[int, list[Said]] = {}
    for row in rows:
        said.setdefault(row.assignment_id, []).append(Said(row.text, row.by, row.at))
    return said


def _contacts(scope: Scope, ticket: Ticket) -> dict[int, list[Said]]:
    rows = scope.session.scalars(
        select(ContactAttempt)
        .where(ContactAttempt.tenant_id == scope.tenant.id, ContactAttempt.ticket_id == ticket.id)
        .order_by(ContactAttempt.at, ContactAttempt.id)
    )
    said: dict[int, list[Said]] = {}
    for row in rows:
        outcome = "已联系上" if row.outcome == "reached" else "没有联系上"
        words = saying.said("{outcome}：{note}", outcome=saying.word(outcome), note=row.note) if row.note else outcome
        said.setdefault(row.assignment_id, []).append(Said(words, row.by, row.at))
    return said

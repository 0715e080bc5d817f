"""To a person inside the unit 承办人: who gets a unit's share of a ticket, and who gets it when that person is away.

A person has a ticket in the sense of who is asked about it; any clerk of the unit may act on it all the same.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Select, and_, exists, func, not_, or_, select

from core.kit.saying import said
from core.people.models import Account
from core.people.roster.models import StaffAbsence
from core.people.roster.queries import (
    absences_on,
    covers,
    name_of_person,
    roster_of,
    staff_of,
    units_with_persons,
)
from core.people.roster.rules import Taker, choose_person, held_by_absent
from core.routing.models import Assignment
from core.routing.states import ACTIVE
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Order
from core.units.models import Unit
from core.units.queries import directory


def give_to_persons(scope: Scope, ticket: Ticket, assigned: Sequence[Assignment], *, now: datetime) -> None:
    """Give what units have just got of a ticket to a person in each that has a duty roster or a head, and say so.

    Units are locked in the order of their ids, after the ticket: of two tickets given to a unit at the same moment, the
    second sees who got the first.
    """
    peopled = units_with_persons(scope)
    for assignment in sorted(assigned, key=lambda each: each.unit_id):
        if assignment.unit_id in peopled and assignment.role != "info":
            _give(scope, ticket, assignment, _taker(scope, assignment.unit_id, now=now), Order(SYSTEM, now))


def hand_over(scope: Scope, ticket: Ticket, assignment: Assignment, person: int, order: Order, *, reason: str) -> None:
    """Give a unit's share of a ticket to this person of the unit, as a colleague decided."""
    _give(scope, ticket, assignment, Taker(person, reason), order)


def relieve(scope: Scope, ticket: Ticket, assignments: Collection[Assignment], *, now: datetime) -> None:
    """Give those shares of a ticket to somebody else whose holders are away today or do not work for the unit any more.

    Where nobody is there, the unit has its share as a whole. The caller has locked the ticket.
    """
    holders = {each.id: each.person_id for each in assignments if each.person_id is not None}
    day = today(scope, now)
    held = held_by_absent(holders, absences_on(scope, day), day=day)
    gone = {each.id: why for each in assignments if each.person_id is not None and (why := _why_gone(scope, each))}
    for assignment in sorted(assignments, key=lambda each: each.unit_id):
        holder = assignment.person_id
        if holder is None or (assignment.id not in held and assignment.id not in gone):
            continue
        why = gone.get(assignment.id, "不在岗")
        before = said("{name_of_person}{why}，", name_of_person=name_of_person(scope, holder), why=why)
        taker = _taker(scope, assignment.unit_id, now=now)
        _give(scope, ticket, assignment, taker, Order(SYSTEM, now), before=before)
        scope.session.flush()  # the next choice counts this one


def held_by_missing(tenant_id: int, day: date) -> Select[int]:
    """Select the tickets that somebody has who is away on a day, works for another unit, or whose account was closed."""
    moved = Account.unit_id.is_distinct_from(Assignment.unit_id)
    is_away = exists().where(
        StaffAbsence.tenant_id == Assignment.tenant_id, StaffAbsence.account_id == Assignment.person_id, covers(day)
    )
    return (
        select(Assignment.ticket_id)
        .join(Account, and_(Account.tenant_id == Assignment.tenant_id, Account.id == Assignment.person_id))
        .where(
            Assignment.tenant_id == tenant_id, Assignment.state.in_(ACTIVE), or_(not_(Account.active), moved, is_away)
        )
        .order_by(Assignment.ticket_id)
    )


def held_by(scope: Scope, person: int) -> Select[int]:
    """Select the tickets that somebody has."""
    return (
        select(Assignment.ticket_id)
        .where(Assignment.tenant_id == scope.tenant.id, Assignment.person_id == person, Assignment.state.in_(ACTIVE))
        .order_by(Assignment.ticket_id)
    )


def loads_in(scope: Scope, unit_id: int) -> dict[int, int]:
    """Return how many tickets each person of a unit has in hand, those of this transaction included."""
    counted = scope.session.execute(
        select(Assignment.person_id, func.count())
        .where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.unit_id == unit_id,
            Assignment.state.in_(ACTIVE),
            Assignment.person_id.is_not(None),
        )
        .group_by(Assignment.person_id)
    )
    loads = {person: count for person, count in counted if person is not None}
    for row in _fresh(scope, unit_id):
        if row.person_id is not None:
            loads[row.person_id] = loads.get(row.person_id, 0) + 1
    return loads


def today(scope: Scope, now: datetime) -> date:
    """Return which day it is in the tenant."""
    return now.astimezone(scope.tenant.zone).date()


def _taker(scope: Scope, unit_id: int, *, now: datetime) -> Taker:
    scope.session.execute(
        select(Unit.id)
        .where(Unit.tenant_id == scope.tenant.id, Unit.id == unit_id)
        .with_for_update(key_share=True)  # assignments that refer to the unit need not wait
    )
    day = today(scope, now)
    return choose_person(
        roster_of(scope, unit_id),
        absences_on(scope, day),
        day=day,
        staff=staff_of(scope, unit_id),
        loads=loads_in(scope, unit_id),
        last=_last(scope, unit_id),
    )


def _give(
    scope: Scope, ticket: Ticket, assignment: Assignment, taker: Taker, order: Order, *, before: str = ""
) -> None:
    assignment.person_id, assignment.person_reason = taker.person, taker.reason
    unit = directory(scope).name_of(assignment.unit_id)
    who = (
        said("{unit}由 {name_of_person} 承办", unit=unit, name_of_person=name_of_person(scope, taker.person))
        if taker.person is not None
        else unit
    )
    note(
        scope,
        ticket,
        "given_to_person",
        order,
        summary=said("{before}{who}：{reason}", before=before, who=who, reason=taker.reason),
        detail={"assignment": assignment.id, "person": taker.person},
    )


def _last(scope: Scope, unit_id: int) -> int | None:
    """Return who took the unit's last ticket."""
    taken = [row.person_id for row in _fresh(scope, unit_id) if row.person_id is not None]
    if taken:
        return taken[-1]
    return scope.session.scalar(
        select(Assignment.person_id)
        .where(
            Assignment.tenant_id == scope.tenant.id, Assignment.unit_id == unit_id, Assignment.person_id.is_not(None)
        )
        .order_by(Assignment.assigned_at.desc(), Assignment.id.desc())
        .limit(1)
    )


def _fresh(scope: Scope, unit_id: int) -> list[Assignment]:
    """Return the unit's assignments that this transaction has made and not written yet."""
    return [row for row in scope.session.fresh if isinstance(row, Assignment) and row.unit_id == unit_id]


def _why_gone(scope: Scope, assignment: Assignment) -> str:
    """Return why the holder of a share no longer works for its unit, empty where they do."""
    assert assignment.person_id is not None
    account = scope.session.get_one(Account, (scope.tenant.id, assignment.person_id))
    if not account.active:
        return "的账号已停用"
    staff = staff_of(scope, assignment.unit_id)
    return "" if account.id in (*staff.clerks, staff.head) else "不再承办本单位的工单"

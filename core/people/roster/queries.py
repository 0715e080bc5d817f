"""Reading the duty roster: who is on duty in a unit, who is away, who heads it, and who else works there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union

from core.people.models import Account, AccountRole
from core.people.roles import Permission, roles_granting
from core.people.roster.models import DutyRoster, StaffAbsence, UnitHead
from core.people.roster.rules import Absence, RosterEntry, UnitStaff
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who handles a unit's tickets."""

    id: int
    login: str
    name: str


def units_with_persons(scope: Scope) -> frozenset[int]:
    """Return the units whose tickets go to a person: those with a duty roster or a head; read once per epoch."""
    return scope.remember("units_with_persons", lambda: _units_with_persons(scope))


def units_with_head(scope: Scope) -> frozenset[int]:
    """Return the units that have a head; read once per epoch."""
    return scope.remember("units_with_head", lambda: frozenset(scope.session.scalars(_headed(scope))))


def roster_of(scope: Scope, unit_id: int) -> list[RosterEntry]:
    """Return who is on duty in a unit and when; who has left the unit, or was closed out, is left out."""
    rows = scope.session.scalars(
        select(DutyRoster)
        .join(Account, and_(Account.tenant_id == DutyRoster.tenant_id, Account.id == DutyRoster.account_id))
        .where(DutyRoster.tenant_id == scope.tenant.id, DutyRoster.unit_id == unit_id, _works_in(unit_id))
        .order_by(DutyRoster.id)
    )
    return [RosterEntry(row.account_id, row.first, row.last, frozenset(row.weekdays)) for row in rows]


def absences_on(scope: Scope, day: date) -> list[Absence]:
    """Return who is away on a day."""
    rows = scope.session.scalars(
        select(StaffAbsence).where(StaffAbsence.tenant_id == scope.tenant.id, covers(day)).order_by(StaffAbsence.id)
    )
    return [Absence(row.account_id, row.first, row.last) for row in rows]


def covers(day: date) -> ColumnElement[bool]:
    """Return the condition that an absence covers a day."""
    return and_(StaffAbsence.first <= day, or_(StaffAbsence.last.is_(None), StaffAbsence.last >= day))


def absences_from(scope: Scope, people: Collection[int], day: date) -> list[StaffAbsence]:
    """Return the absences of these people that are not over on a day, the earliest first."""
    return list(
        scope.session.scalars(
            select(StaffAbsence)
            .where(
                StaffAbsence.tenant_id == scope.tenant.id,
                StaffAbsence.account_id.in_(people),
                or_(StaffAbsence.last.is_(None), StaffAbsence.last >= day),
            )
            .order_by(StaffAbsence.first, StaffAbsence.id)
        )
    )


def staff_of(scope: Scope, unit_id: int) -> UnitStaff:
    """Return the head of a unit and the people who handle its tickets, those whose accounts are open."""
    return UnitStaff(tuple(sorted(each.id for each in colleagues(scope, unit_id))), head_of(scope, unit_id))


def head_of(scope: Scope, unit_id: int) -> int | None:
    """Return the account of a unit's head 单位负责人; None = nobody is named, or who was is no longer there."""
    return scope.session.scalar(
        select(UnitHead.account_id)
        .join(Account, and_(Account.tenant_id == UnitHead.tenant_id, Account.id == UnitHead.account_id))
        .where(UnitHead.tenant_id == scope.tenant.id, UnitHead.unit_id == unit_id, _works_in(unit_id))
    )


def name_of_head(scope: Scope, unit_id: int) -> str:
    """Return who heads a unit 单位负责人 by name, and so answers for it; empty = nobody is named."""
    if unit_id not in units_with_head(scope):
        return ""
    head = head_of(scope, unit_id)
    return name_of_person(scope, head) if head is not None else ""


def colleagues(scope: Scope, unit_id: int) -> list[Colleague]:
    """Return who can handle a unit's tickets, in order of their logins."""
    rows = scope.session.execute(_colleagues(scope, unit_id).order_by(Account.login))
    return [Colleague(*row) for row in rows]


def find_colleague(scope: Scope, unit_id: int, login: str) -> Colleague | None:
    """Return who of those that can handle a unit's tickets has this login, or None."""
    row = scope.session.execute(_colleagues(scope, unit_id).where(Account.login == login.strip().lower())).one_or_none()
    return Colleague(*row) if row else None


def name_of_person(scope: Scope, account_id: int) -> str:
    """Return the name of somebody who works, or worked, in the tenant."""
    return scope.session.scalars(
        select(Account.name).where(Account.tenant_id == scope.tenant.id, Account.id == account_id)
    ).one()


def _colleagues(scope: Scope, unit_id: int) -> Select[int, str, str]:
    handling = [role.name for role in roles_granting(Permission.HANDLE)]
    handles = exists().where(
        AccountRole.tenant_id == Account.tenant_id,
        AccountRole.account_id == Account.id,
        AccountRole.role.in_(handling),
    )
    return select(Account.id, Account.login, Account.name).where(
        Account.tenant_id == scope.tenant.id, _works_in(unit_id), handles
    )


def _works_in(unit_id: int) -> ColumnElement[bool]:
    return and_(Account.unit_id == unit_id, Account.active)


def _units_with_persons(scope: Scope) -> frozenset[int]:
    rostered = select(DutyRoster.unit_id).where(DutyRoster.tenant_id == scope.tenant.id)
    return frozenset(scope.session.scalars(union(rostered, _headed(scope))))


def _headed(scope: Scope) -> Select[int]:
    return select(UnitHead.unit_id).where(UnitHead.tenant_id == scope.tenant.id)

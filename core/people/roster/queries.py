"""Reading the duty roster: who is on duty in a unit, who is away, and who else works there."""

from datetime import date

from sqlalchemy import or_, select

from core.people.models import Account
from core.people.roster.models import DutyRoster, StaffAbsence
from core.people.roster.rules import Absence, RosterEntry, UnitStaff
from core.tenancy.scope import Scope


def roster_of(scope: Scope, unit_id: int) -> list[RosterEntry]:
    """Return who is on duty in a unit and when; accounts that were closed are left out."""
    rows = scope.session.scalars(
        select(DutyRoster)
        .join(Account, (Account.tenant_id == DutyRoster.tenant_id) & (Account.id == DutyRoster.account_id))
        .where(DutyRoster.tenant_id == scope.tenant.id, DutyRoster.unit_id == unit_id, Account.active)
        .order_by(DutyRoster.id)
    )
    return [RosterEntry(row.account_id, row.first, row.last, frozenset(row.weekdays)) for row in rows]


def absences_on(scope: Scope, day: date) -> list[Absence]:
    """Return who is away on a day."""
    rows = scope.session.scalars(
        select(StaffAbsence).where(
            StaffAbsence.tenant_id == scope.tenant.id,
            StaffAbsence.first <= day,
            or_(StaffAbsence.last.is_(None), StaffAbsence.last >= day),
        )
    )
    return [Absence(row.account_id, row.first, row.last) for row in rows]


def staff_of(scope: Scope, unit_id: int, *, head: int | None = None) -> UnitStaff:
    """Return the people of a unit whose accounts are open."""
    ids = scope.session.scalars(
        select(Account.id).where(Account.tenant_id == scope.tenant.id, Account.unit_id == unit_id, Account.active)
    )
    return UnitStaff(tuple(sorted(ids)), head)

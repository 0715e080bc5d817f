"""Changing the duty roster and absences. Flushes, never commits."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import delete

from core.kit.errors import Refused
from core.people.roster.models import DutyRoster, StaffAbsence
from core.people.roster.rules import EVERY_DAY, RosterEntry
from core.tenancy.revisions import Author
from core.tenancy.scope import Scope


class DaysUnclear(Refused):
    """The days of duty or absence end before they begin, or there is no such weekday."""

    code = "days-unclear"


def set_roster(scope: Scope, unit_id: int, entries: Iterable[RosterEntry]) -> None:
    """Make this the roster of a unit, and no other. Raises `DaysUnclear`."""
    wanted = list(entries)
    for entry in wanted:
        _refuse_backwards(entry.first, entry.last)
        if not entry.weekdays or not entry.weekdays <= EVERY_DAY:
            raise DaysUnclear("值班的星期要从 1（星期一）到 7（星期日）中选，至少选一天。请改正后再保存。")
    scope.session.execute(
        delete(DutyRoster).where(DutyRoster.tenant_id == scope.tenant.id, DutyRoster.unit_id == unit_id)
    )
    scope.session.add_all(
        DutyRoster(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            unit_id=unit_id,
            account_id=entry.person,
            first=entry.first,
            last=entry.last,
            weekdays=sorted(entry.weekdays),
        )
        for entry in wanted
    )
    scope.session.flush()


def note_absence(
    scope: Scope, person: int, *, first: date, last: date | None, reason: str, author: Author, now: datetime
) -> StaffAbsence:
    """Note that somebody is away; who holds tickets then is for the caller to ask (`rules.held_by_absent`).

    Raises `DaysUnclear`.
    """
    _refuse_backwards(first, last)
    absence = StaffAbsence(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        account_id=person,
        first=first,
        last=last,
        reason=reason,
        entered_at=now,
        entered_by=author.name,
    )
    scope.session.add(absence)
    scope.session.flush()
    return absence


def _refuse_backwards(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise DaysUnclear(f"止于 {last} 早于始于 {first}，没有一天算数。请把日期改正后再保存。")

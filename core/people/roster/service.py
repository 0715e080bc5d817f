"""Changing the duty roster, the heads of units and absences. Flushes, never commits."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import delete

from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roster.models import DutyRoster, StaffAbsence, UnitHead
from core.people.roster.queries import absences_from
from core.people.roster.rules import EVERY_DAY, RosterEntry
from core.tenancy.revisions import Author, bump_epoch
from core.tenancy.scope import Scope


class DaysUnclear(Refused):
    """The days of duty or absence end before they begin, or there is no such weekday."""

    code = "days-unclear"


def set_roster(scope: Scope, unit_id: int, entries: Iterable[RosterEntry]) -> None:
    """Make this the roster of a unit, and no other; every process reads it anew. Raises `DaysUnclear`."""
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
    bump_epoch(scope)


def set_head(scope: Scope, unit_id: int, person: int | None) -> None:
    """Make somebody the head of a unit 单位负责人, or with None nobody."""
    scope.session.execute(delete(UnitHead).where(UnitHead.tenant_id == scope.tenant.id, UnitHead.unit_id == unit_id))
    if person is not None:
        scope.session.add(UnitHead(tenant_id=scope.tenant.id, unit_id=unit_id, account_id=person))
    bump_epoch(scope)


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


def end_absence(scope: Scope, person: int, *, day: date) -> int:
    """Let somebody be back from a day on, and return how many absences that ended; later ones stay."""
    ended = [each for each in absences_from(scope, [person], day) if each.first <= day]
    for absence in ended:
        if absence.first == day:
            scope.session.delete(absence)
        else:
            absence.last = day - timedelta(days=1)
    scope.session.flush()
    return len(ended)


def _refuse_backwards(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise DaysUnclear(
            said("止于 {last} 早于始于 {first}，没有一天算数。请把日期改正后再保存。", last=last, first=first)
        )

"""Rosters of all units at a glance 值班一览: who heads each, who is on duty today and who is away, and where nobody is."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from core.journey.settings.administering import administering
from core.people.models import Account, AccountRole
from core.people.roles import Permission, roles_granting
from core.people.roster.models import DutyRoster, UnitHead
from core.people.roster.queries import absences_on
from core.people.roster.rules import RosterEntry
from core.routing.models import Assignment
from core.routing.persons import today
from core.routing.states import ACTIVE
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.queries import directory

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would take for a formula."""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit as the overview shows it. `takes` is to whom new tickets go today, in words of the house: duty, head, or all."""

    code: str
    name: str
    head: str
    people: int
    on_duty: tuple[str, ...]
    away: tuple[str, ...]
    has_roster: bool
    head_is_away: bool
    tickets: int

    @property
    def is_empty(self) -> bool:
        """Nobody can handle the unit's tickets."""
        return not self.people

    @property
    def is_uncovered(self) -> bool:
        """There is a roster or a head, and today nobody of them is there."""
        return bool((self.has_roster or self.head) and not self.on_duty and (not self.head or self.head_is_away))


@dataclass(frozen=True, slots=True)
class _Staff:
    id: int
    login: str
    name: str


def all_rosters(scope: Scope, *, actor: Actor, now: datetime) -> Sequence[UnitLine]:
    """Return a line for each unit that handles tickets here, in the order of the directory. Raises `NotPermitted`."""
    administering(actor, "查看值班表")
    day = today(scope, now)
    staff, entries, heads, loads = _staff(scope), _entries(scope), _heads(scope), _loads(scope)
    away = {each.person for each in absences_on(scope, day)}
    lines = []
    for unit in directory(scope).units:
        if unit.refers_to or unit.kind == "dispatch_desk":
            continue
        people = {each.id: each.name for each in staff.get(unit.id, ())}
        mine = [entry for entry in entries.get(unit.id, ()) if entry.person in people]
        head = heads.get(unit.id, 0)
        duty = dict.fromkeys(entry.person for entry in mine if entry.holds_on(day) and entry.person not in away)
        lines.append(
            UnitLine(
                code=unit.code,
                name=unit.name,
                head=people.get(head, ""),
                people=len(people),
                on_duty=tuple(people[person] for person in duty),
                away=tuple(name for person, name in people.items() if person in away),
                has_roster=bool(mine),
                head_is_away=head in away,
                tickets=loads.get(unit.id, 0),
            )
        )
    return lines


def rosters_as_csv(scope: Scope, *, actor: Actor) -> str:
    """Return the rosters of all units as a table that spreadsheets open, in the columns that a unit's page takes in again.

    Raises `NotPermitted`.
    """
    administering(actor, "导出值班表")
    staff, entries, heads = _staff(scope), _entries(scope), _heads(scope)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("单位代码", "单位", "登录名", "姓名", "负责人", "起", "止", "星期"))
    for unit in directory(scope).units:
        people = {each.id: each for each in staff.get(unit.id, ())}
        head = heads.get(unit.id)
        mine = [entry for entry in entries.get(unit.id, ()) if entry.person in people]
        rostered = {entry.person for entry in mine}
        for entry in mine:
            days = "" if len(entry.weekdays) == len("一二三四五六日") else "、".join(map(str, sorted(entry.weekdays)))
            table.writerow(
                _cells(unit.code, unit.name, people[entry.person], head, _day(entry.first), _day(entry.last), days)
            )
        for each in people.values():
            if each.id == head and each.id not in rostered:
                table.writerow(_cells(unit.code, unit.name, each, head, "", "", "不值班"))
    return BOM + out.getvalue()


def _cells(code: str, name: str, person: _Staff, head: int | None, *rest: str) -> list[str]:
    cells = [code, name, person.login, person.name, "是" if person.id == head else "", *rest]
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _staff(scope: Scope) -> Mapping[int, Sequence[_Staff]]:
    """Return who can handle the tickets of each unit, in order of their logins."""
    handling = [role.name for role in roles_granting(Permission.HANDLE)]
    handles = (
        select(AccountRole.account_id)
        .where(AccountRole.tenant_id == scope.tenant.id, AccountRole.role.in_(handling))
        .scalar_subquery()
    )
    rows = scope.session.execute(
        select(Account.unit_id, Account.id, Account.login, Account.name)
        .where(
            Account.tenant_id == scope.tenant.id,
            Account.active,
            Account.unit_id.is_not(None),
            Account.id.in_(handles),
        )
        .order_by(Account.login)
    )
    found: dict[int, list[_Staff]] = defaultdict(list)
    for unit_id, number, login, name in rows:
        if unit_id is not None:
            found[unit_id].append(_Staff(number, login, name))
    return found


def _entries(scope: Scope) -> Mapping[int, Sequence[RosterEntry]]:
    rows = scope.session.scalars(
        select(DutyRoster).where(DutyRoster.tenant_id == scope.tenant.id).order_by(DutyRoster.id)
    )
    found: dict[int, list[RosterEntry]] = defaultdict(list)
    for row in rows:
        found[row.unit_id].append(RosterEntry(row.account_id, row.first, row.last, frozenset(row.weekdays)))
    return found


def _heads(scope: Scope) -> Mapping[int, int]:
    rows = scope.session.execute(
        select(UnitHead.unit_id, UnitHead.account_id).where(UnitHead.tenant_id == scope.tenant.id)
    )
    return dict(rows.all())


def _loads(scope: Scope) -> Mapping[int, int]:
    rows = scope.session.execute(
        select(Assignment.unit_id, func.count())
        .where(Assignment.tenant_id == scope.tenant.id, Assignment.state.in_(ACTIVE), Assignment.role != "info")
        .group_by(Assignment.unit_id)
    )
    return dict(rows.all())

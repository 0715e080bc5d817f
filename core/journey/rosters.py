"""Duty rosters as administrators and heads of units keep them: who is on duty, who heads the unit, who is away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.journey.persons import relieve_person
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.models import Account
from core.people.queries import accounts
from core.people.roles import NotPermitted, Permission
from core.people.roster.queries import Colleague, absences_from, colleagues, head_of, roster_of
from core.people.roster.rules import EVERY_DAY, RosterEntry
from core.people.roster.service import end_absence, set_head, set_roster
from core.people.roster.service import note_absence as keep_absence
from core.people.service import NoSuchAccount
from core.routing.persons import loads_in, today
from core.tenancy.revisions import Author
from core.tenancy.scope import Scope
from core.tickets.service import reason_of
from core.tickets.timeline import Actor
from core.units.queries import DirectoryUnit, directory


class NotOfUnit(Refused):
    """Somebody named for a unit's roster does not handle its tickets."""

    code = "not-of-unit"


class NotAway(Refused):
    """Somebody who is to be back is not away."""

    code = "not-away"


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody is on duty, by login, from one day to another, on these weekdays (1 = Monday); None = open."""

    login: str
    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class DutyLine:
    """An entry of a roster as it is shown."""

    login: str
    name: str
    first: date | None
    last: date | None
    weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Away:
    """An absence that is not over yet, as it is shown."""

    login: str
    name: str
    first: date
    last: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class StaffLine:
    """Somebody who handles the unit's tickets: whether on duty and there today, and how many tickets they have."""

    login: str
    name: str
    on_duty: bool
    away: bool
    tickets: int


@dataclass(frozen=True, slots=True)
class RosterShown:
    """The roster of a unit. `head` None = nobody is named; without roster and head its tickets go to the unit as a whole."""

    unit: str
    code: str
    head: Colleague | None
    duties: tuple[DutyLine, ...]
    absences: tuple[Away, ...]
    staff: tuple[StaffLine, ...]


def show_roster(scope: Scope, code: str, *, actor: Actor, now: datetime) -> RosterShown:
    """Return a unit's roster as it stands, its people and who of them is away. Raises `NoSuchUnit`, `NotPermitted`."""
    return _roster(scope, _unit_kept_by(scope, code, actor), now=now)


def show_own_roster(scope: Scope, unit_id: int, *, actor: Actor, now: datetime) -> RosterShown:
    """Return the roster of the actor's own unit, which all who work there may read; why somebody is away, and how much each
    has, is told only to who keeps it. Raises `NotPermitted`.
    """
    unit = directory(scope).unit_of_id(unit_id)
    if unit is None or not actor.acts_for(unit_id):
        raise NotPermitted("这里只能看本单位的值班表。请联系安全管理员核对您的单位。")
    shown = _roster(scope, unit, now=now)
    if keeps_roster(scope, unit, actor):
        return shown
    return replace(
        shown,
        absences=tuple(replace(each, reason="") for each in shown.absences),
        staff=tuple(replace(each, tickets=0) for each in shown.staff),
    )


def keeps_roster(scope: Scope, unit: DirectoryUnit, actor: Actor) -> bool:
    """Tell whether the actor keeps a unit's roster: an administrator, or its head."""
    is_head = actor.kind == "staff" and actor.id is not None and actor.id == head_of(scope, unit.id)
    return is_head or Permission.ADMINISTER in actor.permissions


def _roster(scope: Scope, unit: DirectoryUnit, *, now: datetime) -> RosterShown:
    day, loads = today(scope, now), loads_in(scope, unit.id)
    people = {each.id: each for each in colleagues(scope, unit.id)}
    entries = [entry for entry in roster_of(scope, unit.id) if entry.person in people]
    absences = absences_from(scope, list(people), day)
    on_duty = {entry.person for entry in entries if entry.holds_on(day)}
    away = {each.account_id for each in absences if each.first <= day}
    return RosterShown(
        unit=unit.name,
        code=unit.code,
        head=people.get(head_of(scope, unit.id) or 0),
        duties=tuple(
            DutyLine(
                people[entry.person].login,
                people[entry.person].name,
                entry.first,
                entry.last,
                tuple(sorted(entry.weekdays)),
            )
            for entry in entries
        ),
        absences=tuple(
            Away(people[each.account_id].login, people[each.account_id].name, each.first, each.last, each.reason)
            for each in absences
        ),
        staff=tuple(
            StaffLine(each.login, each.name, each.id in on_duty, each.id in away, loads.get(each.id, 0))
            for each in people.values()
        ),
    )


def put_roster(scope: Scope, code: str, duties: Sequence[Duty], *, actor: Actor) -> None:
    """Make this the roster of a unit, and no other; empty = nobody is on duty. Tickets given before stay where they are.

    Raises `NoSuchUnit`, `NotPermitted`, `NotOfUnit`, `DaysUnclear`.
    """
    unit = _unit_kept_by(scope, code, actor)
    people = {each.login: each for each in colleagues(scope, unit.id)}
    set_roster(
        scope,
        unit.id,
        [RosterEntry(_of_unit(people, unit, duty.login).id, duty.first, duty.last, duty.weekdays) for duty in duties],
    )


def put_head(scope: Scope, code: str, login: str | None, *, actor: Actor) -> None:
    """Name the head of a unit 单位负责人, or with None nobody. Raises `NoSuchUnit`, `NotPermitted`, `NotOfUnit`."""
    unit = _unit_kept_by(scope, code, actor)
    people = {each.login: each for each in colleagues(scope, unit.id)}
    set_head(scope, unit.id, _of_unit(people, unit, login).id if login else None)


def note_absence(
    scope: Scope, login: str, *, first: date, last: date | None, reason: str, actor: Actor, now: datetime
) -> int:
    """Note that somebody is away; one that covers today gives what they have to others at once.

    Return how many tickets that were. Raises `NoSuchAccount`, `NotPermitted`, `ReasonMissing`, `DaysUnclear`.
    """
    because = reason_of(reason, "登记不在岗")
    account = _account_kept_by(scope, login, actor)
    author = Author(actor.name, actor.id)
    absence = keep_absence(scope, account.id, first=first, last=last, reason=because, author=author, now=now)
    day = today(scope, now)
    covers_today = absence.first <= day and (absence.last is None or day <= absence.last)
    return relieve_person(scope, account.id, now=now) if covers_today else 0


def note_return(scope: Scope, login: str, *, actor: Actor, now: datetime) -> None:
    """Note that somebody is back from today on; what was given to others stays with them.

    Raises `NoSuchAccount`, `NotPermitted`, `NotAway`.
    """
    account = _account_kept_by(scope, login, actor)
    if not end_absence(scope, account.id, day=today(scope, now)):
        raise NotAway(
            said("{name}今天没有登记不在岗，没有改动。以后的请假请用 huiying roster show 查看。", name=account.name)
        )


def _unit_kept_by(scope: Scope, code: str, actor: Actor) -> DirectoryUnit:
    """Return the unit if the actor keeps its roster: an administrator, or its head. Raises `NotPermitted`."""
    unit = directory(scope).get_unit(code)
    _refuse_stranger(scope, unit, actor)
    return unit


def _account_kept_by(scope: Scope, login: str, actor: Actor) -> Account:
    wanted = login.strip().lower()
    account = next((each for each in accounts(scope) if each.login == wanted), None)
    unit = directory(scope).unit_of_id(account.unit_id) if account and account.unit_id else None
    if account is None or unit is None:
        raise NoSuchAccount(said("没有登录名为 {login} 的承办人员。用 huiying user list 查看已有账号。", login=login))
    _refuse_stranger(scope, unit, actor)
    return account


def _refuse_stranger(scope: Scope, unit: DirectoryUnit, actor: Actor) -> None:
    if not keeps_roster(scope, unit, actor):
        raise NotPermitted(
            said(
                "{name}的值班表由系统管理员和本单位负责人维护，{actor_name}没有这项权限。",
                name=unit.name,
                actor_name=actor.name,
            )
        )


def _of_unit(people: dict[str, Colleague], unit: DirectoryUnit, login: str) -> Colleague:
    found = people.get(login.strip().lower())
    if found is None:
        known = (
            joined("、", (said("{login}（{name}）", login=each.login, name=each.name) for each in people.values()))
            or "无"
        )
        raise NotOfUnit(
            said(
                "{name}没有登录名为 {login} 的承办人员。可选：{known}。", name=unit.name, login=login, known=word(known)
            )
        )
    return found

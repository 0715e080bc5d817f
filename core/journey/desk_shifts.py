"""Shifts of the desk 坐席班次 as administrators plan them and operators read them: who sits there, and when nobody does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select

from core.kit.errors import Refused
from core.kit.saying import said
from core.people.models import Account, AccountRole
from core.people.roles import Permission, roles_granting
from core.people.roster.models import DeskShift
from core.people.roster.shifts import LONGEST_SHIFT, Gap, Shift, gaps, overlapping
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done
from core.tickets.contact import normal_phone
from core.tickets.service import refuse_actor
from core.tickets.timeline import Actor

MOST_SHIFTS = 2000
LONGEST_LABEL = 20
PHONE = re.compile(r"\+?[0-9]{5,20}")


class ShiftsUnusable(Refused):
    """The shifts cannot be: somebody is in two places, sits there for days, or does not take calls."""

    code = "shifts-unusable"


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A shift as it is planned, by login; `phone` is the phone of the house that goes with it, empty = the desk's own."""

    login: str
    begins_at: datetime
    ends_at: datetime
    label: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """Who sits at the desk together, from when to when."""

    begins_at: datetime
    ends_at: datetime
    label: str
    names: tuple[str, ...]
    is_now: bool


@dataclass(frozen=True, slots=True)
class ShiftsShown:
    """The shifts of some days, and the times in which nobody sits at the desk."""

    first: date
    last: date
    lines: tuple[ShiftLine, ...]
    gaps: tuple[Gap, ...]


def put_shifts(
    scope: Scope, first: date, last: date, planned: Sequence[PlannedShift], *, actor: Actor, now: datetime
) -> tuple[Gap, ...]:
    """Make these the shifts that begin on these days, and no others; return the times that nobody covers.

    A gap is told and not refused: a plan may be made in parts. Raises `NotPermitted`, `ShiftsUnusable`.
    """
    refuse_planning(actor)
    since, until = _bounds(scope, first, last)
    shifts = [_usable(scope, each, people := _takers(scope), since, until) for each in planned]
    own = (DeskShift.tenant_id == scope.tenant.id, DeskShift.begins_at >= since, DeskShift.begins_at < until)
    scope.session.execute(delete(DeskShift).where(*own))
    scope.session.flush()
    around = _shifts(scope, since - LONGEST_SHIFT, until + LONGEST_SHIFT)
    if (twice := overlapping([*around, *shifts])) is not None:
        name = next((name for id_, name in people.values() if id_ == twice[0].person), "同一人")
        raise ShiftsUnusable(
            said(
                "{name}的两个班次在 {said} 重叠，整张表没有改动。一个人不能同时在两个班上。",
                name=name,
                said=_said(scope, twice[1].begins_at),
            )
        )
    for shift in shifts:
        scope.session.add(
            DeskShift(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                account_id=shift.person,
                begins_at=shift.begins_at,
                ends_at=shift.ends_at,
                label=shift.label,
                phone=shift.phone,
            )
        )
    scope.session.flush()
    detail = {"shifts": len(shifts)}
    note_done(
        scope,
        "list_put",
        By(actor.name, actor.id),
        subject=said("坐席班次 {first} 至 {last}", first=first, last=last),
        detail=detail,
        now=now,
    )
    return gaps([*around, *shifts], since=since, until=until)


def refuse_planning(actor: Actor) -> None:
    """Raise `NotPermitted` unless the actor may plan shifts."""
    refuse_actor(actor, Permission.ADMINISTER, "排班")


def show_shifts(scope: Scope, first: date, last: date, *, now: datetime) -> ShiftsShown:
    """Return who sits at the desk from one day to another, both included, and when nobody does."""
    since, until = _bounds(scope, first, last)
    shifts = _shifts(scope, since, until)
    rows = scope.session.execute(
        select(Account.id, Account.name).where(
            Account.tenant_id == scope.tenant.id, Account.id.in_({shift.person for shift in shifts})
        )
    )
    names = {row.id: row.name for row in rows}
    together: dict[tuple[datetime, datetime, str], list[str]] = {}
    for shift in shifts:
        together.setdefault((shift.begins_at, shift.ends_at, shift.label), []).append(names.get(shift.person, ""))
    return ShiftsShown(
        first,
        last,
        tuple(
            ShiftLine(begins_at, ends_at, label, tuple(sorted(people)), begins_at <= now < ends_at)
            for (begins_at, ends_at, label), people in sorted(together.items())
        ),
        gaps(shifts, since=since, until=until),
    )


def _usable(
    scope: Scope, planned: PlannedShift, people: dict[str, tuple[int, str]], since: datetime, until: datetime
) -> Shift:
    found = people.get(planned.login.strip().lower())
    if found is None:
        raise ShiftsUnusable(
            said("没有登录名为 {login} 的受理席或见习受理席，整张表没有改动。请核对登录名。", login=planned.login)
        )
    if not since <= planned.begins_at < until:
        raise ShiftsUnusable(
            said(
                "{found} {said} 的班次不在所排的日子里，整张表没有改动。请改正日期。",
                found=found[1],
                said=_said(scope, planned.begins_at),
            )
        )
    if not timedelta() < planned.ends_at - planned.begins_at <= LONGEST_SHIFT:
        raise ShiftsUnusable(
            said(
                "{found} {said} 的班次没有结束在开始之后的 24 小时内，整张表没有改动。",
                found=found[1],
                said=_said(scope, planned.begins_at),
            )
        )
    if len(planned.label) > LONGEST_LABEL:
        raise ShiftsUnusable(
            said("班次的名称最多 {longest_label} 个字，整张表没有改动。请写得短一些。", longest_label=LONGEST_LABEL)
        )
    phone = normal_phone(planned.phone)
    if phone and PHONE.fullmatch(phone) is None:
        raise ShiftsUnusable(
            said("{found} 的班次写的值班电话不是电话号码，整张表没有改动。请只写数字，没有的留空。", found=found[1])
        )
    return Shift(found[0], planned.begins_at, planned.ends_at, planned.label.strip(), phone)


def _takers(scope: Scope) -> dict[str, tuple[int, str]]:
    """Return who takes calls, by login: the account and the name."""
    roles = [role.name for role in roles_granting(Permission.ACCEPT)]
    rows = scope.session.execute(
        select(Account.login, Account.id, Account.name)
        .join(AccountRole, (AccountRole.tenant_id == Account.tenant_id) & (AccountRole.account_id == Account.id))
        .where(Account.tenant_id == scope.tenant.id, Account.active, AccountRole.role.in_(roles))
    )
    return {login: (account_id, name) for login, account_id, name in rows}


def _shifts(scope: Scope, since: datetime, until: datetime) -> list[Shift]:
    rows = scope.session.scalars(
        select(DeskShift)
        .where(DeskShift.tenant_id == scope.tenant.id, DeskShift.ends_at > since, DeskShift.begins_at < until)
        .order_by(DeskShift.begins_at, DeskShift.id)
    )
    return [Shift(row.account_id, row.begins_at, row.ends_at, row.label) for row in rows]


def _bounds(scope: Scope, first: date, last: date) -> tuple[datetime, datetime]:
    zone = scope.tenant.zone
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)


def _said(scope: Scope, instant: datetime) -> str:
    return f"{instant.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"

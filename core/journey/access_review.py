"""The review of access 权限复核: who may do what, since when and by whom, whether they use it, and what is out of the ordinary."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.journey.stewardship import OwnRights
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.access import may
from core.people.models import Account, Identity, StaffSession
from core.people.queries import accounts, roles_by_account
from core.people.roles import CONTACTS, ROLES, STEWARDS, NotPermitted, Permission, need_second_factor, permissions_of
from core.people.second_factor.queries import accounts_bound
from core.people.second_factor.settings import asks_for_contacts
from core.people.service import get_account_of
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done
from core.tickets.service import reason_of
from core.tickets.timeline import Actor
from core.units.models import Unit

REVIEWS = frozenset({Permission.ADMINISTER, Permission.ENTRUST})
"""Who looks through the accounts: whoever opens them, and whoever gives their rights."""
UNUSED = timedelta(days=90)
NOT_YET = timedelta(days=14)
"""So long somebody who was invited has not come, and it is out of the ordinary."""
REVIEW_EVERY = timedelta(days=180)
MOST_AT_ONCE = 500
DEMONSTRATION = "演示账号，免动态口令"
AT_THE_DESK = frozenset({Permission.DISPATCH, Permission.REVIEW, Permission.SUPERVISE, Permission.ADJUDICATE})
"""What the house does with units' work; who handles it at a unit does not also decide about it."""


class NothingTicked(Refused):
    """No account was named that is to be marked as looked through."""

    code = "nothing-ticked"


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody has: what the house calls it, since when, and who gave it; None and "" = not known."""

    name: str
    label: str
    since: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """When somebody looked an account through last, who, and why it may stay so."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccessLine:
    """An account as the review shows it; `unusual` says in words what is out of the ordinary.

    `is_due`: nobody has looked it through for half a year, or its rights have changed since.
    """

    login: str
    name: str
    unit: str
    active: bool
    roles: tuple[Held, ...]
    opened_at: datetime
    last_seen: datetime | None
    has_second_factor: bool
    identities: int
    reviewed: Reviewed | None
    unusual: tuple[str, ...]
    is_due: bool
    is_own: bool
    sees_contacts: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is read once for all accounts."""

    roles: Mapping[int, tuple[str, ...]]
    bound: frozenset[int]
    seen: Mapping[int, datetime]
    identities: Mapping[int, int]
    units: Mapping[int, tuple[str, bool]]
    given: Mapping[tuple[str, str], tuple[datetime, str]]
    reviewed: Mapping[str, Reviewed]
    names: Mapping[str, int]
    for_contacts: bool


def access_lines(scope: Scope, *, actor: Actor, now: datetime) -> Sequence[AccessLine]:
    """Return all accounts, those with something out of the ordinary first, then those to be looked through.

    Raises `NotPermitted`.
    """
    _refuse_others(actor)
    everybody = accounts(scope)
    kept = _read(scope, everybody)
    lines = [_line(account, kept, actor, now) for account in everybody]
    return sorted(lines, key=lambda line: (not line.active, not line.unusual, not line.is_due, line.login))


def mark_reviewed(scope: Scope, logins: Sequence[str], *, by: By, actor: Actor, now: datetime) -> int:
    """Keep in the security log that these accounts were looked through and may stay as they are; return how many.

    Raises `NotPermitted`, `NothingTicked`, `ReasonMissing`, `NoSuchAccount`, `OwnRights`.
    """
    _refuse_others(actor)
    wanted = list(dict.fromkeys(login.strip().lower() for login in logins if login.strip()))[:MOST_AT_ONCE]
    if not wanted:
        raise NothingTicked("没有勾选账号。请勾选看过的账号，写明结论，再标为已复核。")
    reason = reason_of(by.reason, "权限复核")
    roles = roles_by_account(scope)
    for login in wanted:
        account = get_account_of(scope, login)
        if account.id == by.id:
            raise OwnRights("自己的账号不能由自己复核，没有记下。请去掉自己的，由另一位管理员复核。")
        note_done(
            scope,
            "access_reviewed",
            By(by.name, by.id, by.address, reason),
            subject=account.login,
            detail={"roles": list(roles.get(account.id, ()))},
            now=now,
        )
    return len(wanted)


def _refuse_others(actor: Actor) -> None:
    if not may(actor.permissions, REVIEWS):
        raise NotPermitted("权限复核由系统管理员和安全管理员办理，您的账号没有这项权限。")


def _line(account: Account, kept: _Kept, actor: Actor, now: datetime) -> AccessLine:
    names = kept.roles.get(account.id, ())
    roles = tuple(
        Held(name, ROLES[name].label if name in ROLES else name, *kept.given.get((account.login, name), (None, "")))
        for name in names
    )
    reviewed = kept.reviewed.get(account.login)
    changed = max((held.since for held in roles if held.since), default=account.created_at)
    unit, _ = kept.units.get(account.unit_id or 0, ("", True))
    return AccessLine(
        login=account.login,
        name=account.name,
        unit=unit,
        active=account.active,
        roles=roles,
        opened_at=account.created_at,
        last_seen=kept.seen.get(account.id),
        has_second_factor=account.id in kept.bound,
        identities=kept.identities.get(account.id, 0),
        reviewed=reviewed,
        unusual=tuple(_unusual(account, kept, now)) if account.active else (),
        is_due=account.active
        and bool(names)
        and (reviewed is None or now - reviewed.at > REVIEW_EVERY or changed > reviewed.at),
        is_own=account.id == actor.id,
        sees_contacts=not CONTACTS.isdisjoint(permissions_of(names)),
    )


def _unusual(account: Account, kept: _Kept, now: datetime) -> Iterator[str]:
    """Yield what is out of the ordinary with an open account."""
    names, seen = kept.roles.get(account.id, ()), kept.seen.get(account.id)
    permissions = permissions_of(names)
    if seen is None and now - account.created_at > NOT_YET:
        yield "从未登录"
    elif seen is not None and now - seen > UNUSED:
        yield said("{days} 天没有登录", days=(now - seen) // timedelta(days=1))
    if not names:
        yield "没有角色"
    if (
        need_second_factor(names, for_contacts=kept.for_contacts)
        and account.id not in kept.bound
        and not account.is_demonstration
        and seen is not None
    ):
        yield "应绑定动态口令，没有绑定"
    if Permission.HANDLE in permissions and (both := AT_THE_DESK & permissions):
        labels = joined("、", (word(ROLES[name].label) for name in names if ROLES[name].permissions & both))
        yield said("既在单位承办，又是{labels}：自己办的由自己派、审或督", labels=labels)
    if len([name for name in names if name in STEWARDS]) > 1:
        yield "一人兼任系统、安全、审计中的两项"
    if account.unit_id and not kept.units.get(account.unit_id, ("", False))[1]:
        yield "所属单位已停用"
    if kept.names[account.name] > 1:
        yield said("有 {count} 个在用账号都叫这个名字", count=kept.names[account.name])
    if account.valid_until is not None and account.valid_until > now:
        yield "应急账号，正在有效期内"
    if account.is_demonstration:
        yield DEMONSTRATION


def _read(scope: Scope, everybody: Sequence[Account]) -> _Kept:
    names: dict[str, int] = {}
    for account in everybody:
        if account.active:
            names[account.name] = names.get(account.name, 0) + 1
    return _Kept(
        roles=roles_by_account(scope),
        bound=accounts_bound(scope),
        seen=_seen(scope),
        identities=_identities(scope),
        units=_units(scope),
        given=_given(scope),
        reviewed=_reviewed(scope),
        names=names,
        for_contacts=asks_for_contacts(scope.hooks),
    )


def _seen(scope: Scope) -> Mapping[int, datetime]:
    rows = scope.session.execute(
        select(StaffSession.account_id, func.max(StaffSession.seen_at))
        .where(StaffSession.tenant_id == scope.tenant.id)
        .group_by(StaffSession.account_id)
    )
    return dict(rows.all())


def _identities(scope: Scope) -> Mapping[int, int]:
    rows = scope.session.execute(
        select(Identity.account_id, func.count())
        .where(Identity.tenant_id == scope.tenant.id)
        .group_by(Identity.account_id)
    )
    return dict(rows.all())


def _units(scope: Scope) -> Mapping[int, tuple[str, bool]]:
    rows = scope.session.execute(select(Unit.id, Unit.name, Unit.active).where(Unit.tenant_id == scope.tenant.id))
    return {number: (name, active) for number, name, active in rows}


def _given(scope: Scope) -> Mapping[tuple[str, str], tuple[datetime, str]]:
    """Return when each role was given last, and by whom, by login and role."""
    role = SecurityEvent.detail["role"].astext
    rows = scope.session.execute(
        select(SecurityEvent.subject, role, SecurityEvent.at, SecurityEvent.actor)
        .where(SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.kind == "role_given")
        .order_by(SecurityEvent.at, SecurityEvent.id)
    )
    return {(login, name): (at, actor) for login, name, at, actor in rows}


def _reviewed(scope: Scope) -> Mapping[str, Reviewed]:
    rows = scope.session.execute(
        select(SecurityEvent.subject, SecurityEvent.at, SecurityEvent.actor, SecurityEvent.detail["reason"].astext)
        .where(SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.kind == "access_reviewed")
        .order_by(SecurityEvent.at, SecurityEvent.id)
    )
    return {login: Reviewed(at, actor, reason or "") for login, at, actor, reason in rows}

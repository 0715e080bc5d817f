"""Who may sign in, and which systems may call: what an administrator does on the command line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.journey.persons import relieve_person
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.models import Account
from core.people.queries import accounts, roles_by_account, tokens
from core.people.roles import ROLES, permissions_of, role_named
from core.people.second_factor.queries import accounts_bound
from core.people.secrets import new_password
from core.people.service import (
    NoSuchAccount,
    close_account,
    get_account_of,
    move_account,
    open_account,
    reopen_account,
    roles_of,
    set_password,
)
from core.people.service import issue_token as issue
from core.people.service import revoke_token as revoke
from core.tenancy.scope import Scope
from core.tenancy.security_log import AT_THE_MACHINE, By
from core.tickets.timeline import Actor
from core.units.queries import directory

LOGIN = re.compile(r"[a-z][a-z0-9-]{2,31}")
OF_A_UNIT = ("clerk", "discipline", "community-worker")
"""Roles that see and do only what is their unit's; without a unit nobody could say what that is."""


class LoginUnusable(Refused):
    """The login cannot be typed everywhere."""

    code = "login-unusable"


class UnitMissing(Refused):
    """A role that works for a unit was given without one."""

    code = "unit-missing"


class RoleMissing(Refused):
    """A token was to act for a unit, but in no role."""

    code = "role-missing"


class LabelUnusable(Refused):
    """A token needs a label that says whose it is."""

    code = "label-unusable"


class NothingChanged(Refused):
    """It is so already."""

    code = "nothing-changed"


class NoSuchToken(Refused):
    """No token of the tenant has this label, or it was revoked before."""

    code = "no-such-token"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as lists show it; `unit` is the name of the unit it works for, empty at the desk.

    `standing` says what is out of the ordinary: for demonstration, an emergency account and until when, invited only.
    """

    login: str
    name: str
    roles: tuple[str, ...]
    unit: str
    active: bool
    has_second_factor: bool
    standing: str


@dataclass(frozen=True, slots=True)
class SystemLine:
    """A token as lists show it; `role` empty = only hands in and looks up appeals, `unit` is the unit's name."""

    label: str
    role: str
    unit: str
    created_at: datetime
    revoked_at: datetime | None
    expires_at: datetime | None
    last_used_at: datetime | None


def add_account(
    scope: Scope, *, login: str, name: str, roles: Sequence[str], unit: str | None, password: str | None, now: datetime
) -> str:
    """Open an account and return its password, made here when none is given.

    `unit` is a unit's code. Raises `LoginUnusable`, `LoginTaken`, `UnknownRole`, `UnitMissing`, `NoSuchUnit`,
    `PasswordTooWeak`, `DutiesNotSeparate`.
    """
    password = password or new_password()
    _open(scope, login=login, name=name, roles=roles, unit=unit, password=password, now=now)
    return password


def add_invited(
    scope: Scope,
    *,
    login: str,
    name: str,
    roles: Sequence[str],
    unit: str | None,
    now: datetime,
    by: By = AT_THE_MACHINE,
) -> Account:
    """Open an account without a password, which nobody signs in by until a link has set one. Raises as `add_account`."""
    return _open(scope, login=login, name=name, roles=roles, unit=unit, password=None, now=now, by=by)


def change_password(scope: Scope, login: str, *, password: str | None, now: datetime) -> str:
    """Give the account another password, made here when none is given, and return it; its sessions end.

    Raises `NoSuchAccount`, `PasswordTooWeak`.
    """
    password = password or new_password()
    set_password(scope, login, password, now=now)
    return password


def remove_account(scope: Scope, login: str, *, now: datetime, by: By = AT_THE_MACHINE) -> None:
    """Close the account: it signs in no more, what it did stays; tickets it had go to others of its unit at once.

    Raises `NoSuchAccount`, `AccountClosed`, `LastSteward`.
    """
    account = close_account(scope, login, now=now, by=by)
    relieve_person(scope, account.id, now=now)


def return_account(scope: Scope, login: str, *, now: datetime, by: By = AT_THE_MACHINE) -> None:
    """Open a closed account again; a second factor that it had is asked for as before. Raises `NoSuchAccount`, `AccountOpen`."""
    reopen_account(scope, login, now=now, by=by)


def put_unit(scope: Scope, login: str, unit: str | None, *, now: datetime, by: By = AT_THE_MACHINE) -> None:
    """Let somebody work for another unit, by its code; None = for none. What they had in hand stays with the unit before.

    Raises `NoSuchAccount`, `NoSuchUnit`, `UnitMissing`, `NothingChanged`.
    """
    account = get_account_of(scope, login)
    unit_id = _unit_for(scope, sorted(roles_of(scope, account)), unit)
    if unit_id == account.unit_id:
        raise NothingChanged(said("账号 {login} 已经在这个单位，没有改动。", login=account.login))
    move_account(scope, login, unit_id=unit_id, now=now, by=by)
    relieve_person(scope, account.id, now=now)


def list_accounts(scope: Scope) -> list[AccountLine]:
    """Return all accounts in order of their logins, closed ones too."""
    units, roles, bound = directory(scope), roles_by_account(scope), accounts_bound(scope)
    lines = []
    for account in accounts(scope):
        unit = units.unit_of_id(account.unit_id) if account.unit_id else None
        lines.append(
            AccountLine(
                account.login,
                account.name,
                roles.get(account.id, ()),
                unit.name if unit else "",
                account.active,
                account.id in bound,
                _standing(scope, account),
            )
        )
    return lines


def account_ids(scope: Scope, logins: Sequence[str]) -> frozenset[int]:
    """Return the ids of accounts, closed ones too, by their logins. Raises `NoSuchAccount`."""
    return frozenset(get_account_of(scope, login).id for login in logins)


def acting(scope: Scope, login: str) -> Actor:
    """Return somebody of the house as who does something at the command line. Raises `NoSuchAccount`."""
    wanted = login.strip().lower()
    account = next((each for each in accounts(scope) if each.login == wanted and each.active), None)
    if account is None:
        raise NoSuchAccount(
            said("没有登录名为 {login} 的账号，或它已停用。用 huiying user list 查看已有账号。", login=login)
        )
    roles = roles_by_account(scope).get(account.id, ())
    seat = joined("、", (word(ROLES[role].label) for role in roles if role in ROLES)) or "无角色"
    return Actor(
        "staff",
        said("{name}（{seat}）", name=account.name, seat=word(seat)),
        account.id,
        account.unit_id,
        permissions_of(roles),
    )


def issue_token(
    scope: Scope,
    label: str,
    *,
    role: str | None = None,
    unit: str | None = None,
    days: int | None = None,
    now: datetime,
) -> str:
    """Make a bearer token for another system and return it; it cannot be shown again.

    Without a role the system hands in and looks up appeals. With one it also carries out the commands of that role,
    for the unit of this code where they are a unit's. After `days` it opens nothing; None = until it is revoked.
    Raises `LabelUnusable`, `LabelTaken`, `UnknownRole`, `UnitMissing`, `RoleMissing`, `NoSuchUnit`.
    """
    if not label.strip():
        raise LabelUnusable("令牌没有名称。请写明发给哪个系统，例如 12345-hotline。")
    if unit and not role:
        raise RoleMissing("令牌写了单位，却没有角色，不能代单位办理。请加上 --role 角色。")
    unit_id = _unit_for(scope, [role] if role else [], unit)
    expires_at = now + timedelta(days=days) if days is not None else None
    return issue(scope, label, role=role or "", unit_id=unit_id, expires_at=expires_at, now=now)


def revoke_token(scope: Scope, label: str, *, now: datetime) -> None:
    """Let the token open nothing from now on. Raises `NoSuchToken`, naming those that are in force."""
    in_force = [token.label for token in tokens(scope) if token.revoked_at is None]
    if label not in in_force:
        raise NoSuchToken(
            said(
                "没有名为「{label}」的有效令牌。有效的令牌：{in_force}。",
                label=word(label),
                in_force=joined("、", in_force) or word("无"),
            )
        )
    revoke(scope, label, now=now)


def list_tokens(scope: Scope) -> list[SystemLine]:
    """Return all tokens by label, revoked ones too, with times in the tenant's zone."""
    units, zone = directory(scope), scope.tenant.zone
    lines = []
    for token in tokens(scope):
        unit = units.unit_of_id(token.unit_id) if token.unit_id else None
        times = (token.created_at, token.revoked_at, token.expires_at, token.last_used_at)
        issued, revoked, expires, used = (at.astimezone(zone) if at else None for at in times)
        assert issued is not None
        lines.append(SystemLine(token.label, token.role, unit.name if unit else "", issued, revoked, expires, used))
    return lines


def _standing(scope: Scope, account: Account) -> str:
    if account.is_demonstration:
        return "演示账号，免动态口令"
    if account.valid_until is not None:
        return said(
            "应急账号，有效至 {valid_until:%Y-%m-%d %H:%M}",
            valid_until=account.valid_until.astimezone(scope.tenant.zone),
        )
    return "" if account.password_hash else "尚未设置密码"


def refuse_without_unit(roles: Sequence[str], *, has_unit: bool) -> None:
    """Raise `UnitMissing` when one of the roles works for a unit and there is none, `UnknownRole` when one is not ours."""
    labels = [role_named(role).label for role in roles if role_named(role).name in OF_A_UNIT]
    if labels and not has_unit:
        raise UnitMissing(said("角色 {labels} 需要所属单位。请加上 --unit 单位代码。", labels=joined("、", labels)))


def _open(
    scope: Scope,
    *,
    login: str,
    name: str,
    roles: Sequence[str],
    unit: str | None,
    password: str | None,
    now: datetime,
    by: By = AT_THE_MACHINE,
) -> Account:
    if not LOGIN.fullmatch(login.strip().lower()):
        raise LoginUnusable(
            said("登录名“{login}”不可用。请用 3 至 32 个小写字母、数字或连字符，以字母开头。", login=login)
        )
    unit_id = _unit_for(scope, roles, unit)
    return open_account(scope, login=login, name=name, password=password, roles=roles, unit_id=unit_id, now=now, by=by)


def _unit_for(scope: Scope, roles: Sequence[str], code: str | None) -> int | None:
    """Return the id of the unit that somebody in these roles works for. Raises `UnitMissing` when one is needed."""
    refuse_without_unit(roles, has_unit=code is not None)
    return directory(scope).get_unit(code).id if code else None

"""Who may sign in, and which systems may call: what an administrator does on the command line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.kit.errors import Refused
from core.people.queries import TokenLine, accounts, roles_by_account, tokens
from core.people.roles import role_named
from core.people.secrets import new_password
from core.people.service import close_account, open_account, set_password
from core.people.service import issue_token as issue
from core.people.service import revoke_token as revoke
from core.tenancy.scope import Scope
from core.units.queries import directory

LOGIN = re.compile(r"[a-z][a-z0-9-]{2,31}")
OF_A_UNIT = ("clerk", "discipline")
"""Roles that see and do only what is their unit's; without a unit nobody could say what that is."""


class LoginUnusable(Refused):
    """The login cannot be typed everywhere."""

    code = "login-unusable"


class UnitMissing(Refused):
    """A role that works for a unit was given without one."""

    code = "unit-missing"


class LabelUnusable(Refused):
    """A token needs a label that says whose it is."""

    code = "label-unusable"


class NoSuchToken(Refused):
    """No token of the tenant has this label, or it was revoked before."""

    code = "no-such-token"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as lists show it; `unit` is the name of the unit it works for, empty at the desk."""

    login: str
    name: str
    roles: tuple[str, ...]
    unit: str
    active: bool


def add_account(
    scope: Scope, *, login: str, name: str, roles: Sequence[str], unit: str | None, password: str | None, now: datetime
) -> str:
    """Open an account and return its password, made here when none is given.

    `unit` is a unit's code. Raises `LoginUnusable`, `LoginTaken`, `UnknownRole`, `UnitMissing`, `NoSuchUnit`,
    `PasswordTooWeak`.
    """
    if not LOGIN.fullmatch(login.strip().lower()):
        raise LoginUnusable(f"登录名“{login}”不可用。请用 3 至 32 个小写字母、数字或连字符，以字母开头。")
    labels = [role_named(role).label for role in roles if role_named(role).name in OF_A_UNIT]
    if labels and unit is None:
        raise UnitMissing(f"角色 {'、'.join(labels)} 需要所属单位。请加上 --unit 单位代码。")
    unit_id = directory(scope).get_unit(unit).id if unit else None
    password = password or new_password()
    open_account(scope, login=login, name=name, password=password, roles=roles, unit_id=unit_id, now=now)
    return password


def change_password(scope: Scope, login: str, *, password: str | None, now: datetime) -> str:
    """Give the account another password, made here when none is given, and return it; its sessions end.

    Raises `NoSuchAccount`, `PasswordTooWeak`.
    """
    password = password or new_password()
    set_password(scope, login, password, now=now)
    return password


def remove_account(scope: Scope, login: str, *, now: datetime) -> None:
    """Close the account: it signs in no more, what it did stays. Raises `NoSuchAccount`."""
    close_account(scope, login, now=now)


def list_accounts(scope: Scope) -> list[AccountLine]:
    """Return all accounts in order of their logins, closed ones too."""
    units, roles = directory(scope), roles_by_account(scope)
    lines = []
    for account in accounts(scope):
        unit = units.unit_of_id(account.unit_id) if account.unit_id else None
        lines.append(
            AccountLine(
                account.login, account.name, roles.get(account.id, ()), unit.name if unit else "", account.active
            )
        )
    return lines


def issue_token(scope: Scope, label: str, *, now: datetime) -> str:
    """Make a bearer token for another system and return it; it cannot be shown again.

    Raises `LabelUnusable`, `LabelTaken`.
    """
    if not label.strip():
        raise LabelUnusable("令牌没有名称。请写明发给哪个系统，例如 12345-hotline。")
    return issue(scope, label, now=now)


def revoke_token(scope: Scope, label: str, *, now: datetime) -> None:
    """Let the token open nothing from now on. Raises `NoSuchToken`, naming those that are in force."""
    in_force = [token.label for token in tokens(scope) if token.revoked_at is None]
    if label not in in_force:
        raise NoSuchToken(f"没有名为「{label}」的有效令牌。有效的令牌：{'、'.join(in_force) or '无'}。")
    revoke(scope, label, now=now)


def list_tokens(scope: Scope) -> list[TokenLine]:
    """Return all tokens by label, revoked ones too, with times in the tenant's zone."""
    zone = scope.tenant.zone
    return [
        TokenLine(
            token.label, token.created_at.astimezone(zone), token.revoked_at and token.revoked_at.astimezone(zone)
        )
        for token in tokens(scope)
    ]

"""Accounts in the hands of the administrators of system and security: what each may do with others, and never with themselves.

Whoever opens accounts and hands out links gives no rights, and whoever gives rights hands out no links: neither makes, or takes
over, an account that can do something without the other. What the three 三员 are is said on the machine alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.journey import entrusting, people
from core.journey.people import AccountLine, list_accounts
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.identities import identities_of, providers
from core.people.links import MadeLink, invited_until
from core.people.models import Account
from core.people.queries import SessionLine
from core.people.roles import ROLES, STEWARDS, role_named
from core.people.service import get_account_of, roles_of
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, escaped, security_events
from core.tickets.service import reason_of
from core.units.queries import directory

LOOKED_BACK = timedelta(days=90)
"""How far back the page of an account tells what was done with it."""
TOLD = frozenset(
    {
        "account_opened",
        "account_closed",
        "account_reopened",
        "account_moved",
        "invited",
        "reset_sent",
        "role_given",
        "role_taken",
        "duties_joined",
        "session_revoked",
        "totp_off",
        "unlocked",
    }
)
"""Of what the page of an account tells: what others did with it, not what its holder did."""


class OwnRights(Refused):
    """Nobody decides on their own rights."""

    code = "own-rights"


class NotGrantable(Refused):
    """Who gives rights may not give, or take, this one."""

    code = "not-grantable"
    is_trespass = True


@dataclass(frozen=True, slots=True)
class BoundIdentity:
    """An identity of another house that signs in to the account: what that house is called here, and since when."""

    label: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class AccountShown:
    """One account as the page shows it: where it is signed in, what was done with it, and what may be done."""

    line: AccountLine
    unit_code: str
    sessions: Sequence[SessionLine]
    identities: Sequence[BoundIdentity]
    invited_until: datetime | None
    events: Sequence[SecurityEvent]
    is_own: bool
    is_steward: bool


def grantable() -> tuple[str, ...]:
    """Return the roles that the security administrator gives and takes."""
    return tuple(name for name in ROLES if name not in STEWARDS)


def show_account(scope: Scope, login: str, *, by: By, now: datetime) -> AccountShown:
    """Return an account with what there is to know of it. Raises `NoSuchAccount`."""
    account = get_account_of(scope, login)
    line = next(each for each in list_accounts(scope) if each.login == account.login)
    unit = directory(scope).unit_of_id(account.unit_id) if account.unit_id else None
    found = security_events(scope, since=now - LOOKED_BACK, subject=escaped(account.login))
    events = [each for each in found if each.kind in TOLD]
    return AccountShown(
        line,
        unit.code if unit else "",
        entrusting.list_sessions(scope, login, now=now),
        _identities(scope, account.id),
        invited_until(scope, account.id, now=now),
        tuple(reversed(events)),
        account.id == by.id,
        not roles_of(scope, account).isdisjoint(STEWARDS),
    )


def invite(scope: Scope, *, login: str, name: str, unit: str | None, by: By, now: datetime) -> MadeLink:
    """Open an account without any role, and return the link by which its holder sets the password.

    Raises `LoginUnusable`, `LoginTaken`, `NoSuchUnit`.
    """
    return entrusting.invite(scope, login=login, name=name, roles=(), unit=unit, now=now, by=by)


def send_reset(scope: Scope, login: str, *, by: By, now: datetime) -> MadeLink:
    """Return a link by which somebody sets another password. Raises `NoSuchAccount`, `AccountClosed`, `OwnRights`."""
    _refuse_own(scope, login, by)
    return entrusting.send_reset(scope, login, now=now, by=by)


def grant(scope: Scope, login: str, roles: Collection[str], *, by: By, now: datetime) -> None:
    """Make these the account's roles, for a reason; those of the three 三员 must stay as they are.

    Raises `OwnRights`, `NotGrantable`, `ReasonMissing`, `NothingChanged`, and as `core.journey.entrusting.put_roles`.
    """
    by = _with_reason(by, "调整角色")
    account = _refuse_own(scope, login, by)
    wanted, held = {role_named(name).name for name in roles}, roles_of(scope, account)
    fixed = sorted((wanted ^ held) & set(STEWARDS))
    if fixed:
        labels = joined("、", (word(ROLES[name].label) for name in fixed))
        raise NotGrantable(
            said(
                "{labels}由服务器的操作人员任免，不能在这里授予或收回。请联系操作人员用 huiying user roles 办理。",
                labels=labels,
            )
        )
    if wanted == held:
        raise people.NothingChanged(said("账号 {login} 的角色就是这些，没有改动。", login=account.login))
    entrusting.put_roles(scope, login, sorted(wanted), now=now, by=by)


def close(scope: Scope, login: str, *, by: By, now: datetime) -> None:
    """Close an account, for a reason. Raises `NoSuchAccount`, `OwnRights`, `ReasonMissing`, `AccountClosed`, `LastSteward`."""
    by = _with_reason(by, "停用账号")
    _refuse_own(scope, login, by)
    people.remove_account(scope, login, now=now, by=by)


def reopen(scope: Scope, login: str, *, by: By, now: datetime) -> None:
    """Open a closed account again, for a reason. Raises `NoSuchAccount`, `OwnRights`, `ReasonMissing`, `AccountOpen`."""
    by = _with_reason(by, "恢复账号")
    _refuse_own(scope, login, by)
    people.return_account(scope, login, now=now, by=by)


def move(scope: Scope, login: str, unit: str | None, *, by: By, now: datetime) -> None:
    """Let somebody work for another unit, for a reason. Raises `OwnRights`, `ReasonMissing`, and as `people.put_unit`."""
    by = _with_reason(by, "调整所属单位")
    _refuse_own(scope, login, by)
    people.put_unit(scope, login, unit, now=now, by=by)


def take_second_factor(scope: Scope, login: str, *, by: By, now: datetime) -> None:
    """Take away a second factor that was lost. Raises `NoSuchAccount`, `OwnRights`, `ReasonMissing`, `NoSecondFactor`."""
    by = _with_reason(by, "解除动态口令")
    _refuse_own(scope, login, by)
    entrusting.take_second_factor(scope, login, now=now, by=by)


def sign_out(scope: Scope, login: str, *, by: By, now: datetime) -> int:
    """End all sessions of somebody and return how many there were. Raises `NoSuchAccount`."""
    return entrusting.sign_out_everywhere(scope, login, now=now, by=by)


def unlock(scope: Scope, login: str, *, by: By, now: datetime) -> None:
    """Let somebody try to sign in again at once after failures. Raises `NoSuchAccount`, `OwnRights`."""
    _refuse_own(scope, login, by)
    entrusting.unlock(scope, login, now=now, by=by)


def _identities(scope: Scope, account_id: int) -> Sequence[BoundIdentity]:
    labels = {provider.issuer: provider.label for provider in providers(scope)}
    return [
        BoundIdentity(labels.get(each.issuer, each.issuer), each.linked_at) for each in identities_of(scope, account_id)
    ]


def _with_reason(by: By, deed: str) -> By:
    return replace(by, reason=reason_of(by.reason, deed))


def _refuse_own(scope: Scope, login: str, by: By) -> Account:
    """Return the account. Raises `NoSuchAccount`, `OwnRights`."""
    account = get_account_of(scope, login)
    if account.id == by.id:
        raise OwnRights(
            "自己的账号和权限不能由自己办理，没有改动。请由另一位管理员办理；自己的密码和动态口令在“我的账号”里。"
        )
    return account

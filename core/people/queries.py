"""Reading accounts: who may sign in, who is signed in, which system holds a token."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select

from core.people.models import Account, AccountRole, ApiToken, SignInStep, StaffSession
from core.people.roles import ROLES, Permission, need_second_factor, permissions_of
from core.people.rules import (
    AGE_LIMIT,
    IDLE_LIMIT,
    STEP_LIMIT,
    Staff,
    is_alive,
)
from core.people.second_factor.settings import asks_for_contacts
from core.people.secrets import token_hash
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against."""

    account_id: int
    password_hash: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who has proved by one factor to be the holder of an account, and is not signed in yet."""

    account_id: int
    login: str
    name: str
    needs_second_factor: bool
    """Whether a role of the account asks for a second factor, and nothing lets it off."""


@dataclass(frozen=True, slots=True)
class SeenStaff:
    """Somebody signed in, and when the session was last used."""

    staff: Staff
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session that is alive: since when, when last used, and from which address it was begun."""

    session_id: int
    started_at: datetime
    seen_at: datetime
    address: str


@dataclass(frozen=True, slots=True)
class System:
    """Another system that holds a token: what it is called, in which role it acts, for which unit."""

    token_id: int
    label: str
    role: str
    unit_id: int | None
    last_used_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token without its secret; `role` empty = the system only hands in and looks up appeals."""

    label: str
    role: str
    unit_id: int | None
    created_at: datetime
    revoked_at: datetime | None
    expires_at: datetime | None
    last_used_at: datetime | None


def find_credentials(scope: Scope, login: str, *, now: datetime) -> Credentials | None:
    """Return what an account that may sign in is checked against, or None."""
    row = scope.session.execute(
        select(Account.id, Account.password_hash).where(
            Account.tenant_id == scope.tenant.id, Account.login == login, *_open_at(now)
        )
    ).one_or_none()
    return Credentials(row.id, row.password_hash) if row else None


def find_candidate(scope: Scope, account_id: int, *, now: datetime) -> Candidate | None:
    """Return an account that may sign in, on its way in, or None."""
    row = scope.session.execute(
        select(Account, _roles_of_account().label("roles")).where(
            Account.tenant_id == scope.tenant.id, Account.id == account_id, *_open_at(now)
        )
    ).one_or_none()
    if row is None:
        return None
    account: Account = row.Account
    return Candidate(account.id, account.login, account.name, must_have_second_factor(scope, account, row.roles or ()))


def find_step(scope: Scope, token: str, *, now: datetime) -> Candidate | None:
    """Return whose second step this token opens, None when it is unknown, over or older than ten minutes."""
    account_id = scope.session.scalar(
        select(SignInStep.account_id).where(
            SignInStep.tenant_id == scope.tenant.id,
            SignInStep.token_hash == token_hash(token),
            SignInStep.started_at > now - STEP_LIMIT,
        )
    )
    return find_candidate(scope, account_id, now=now) if account_id is not None else None


def find_staff(scope: Scope, token: str, *, now: datetime) -> SeenStaff | None:
    """Return who holds the session of this token, or None when it is unknown, ended, idle too long or too old."""
    row = scope.session.execute(
        select(StaffSession, Account, _roles_of_account().label("roles"))
        .join(Account, (Account.tenant_id == StaffSession.tenant_id) & (Account.id == StaffSession.account_id))
        .where(StaffSession.tenant_id == scope.tenant.id, StaffSession.token_hash == token_hash(token), *_open_at(now))
    ).one_or_none()
    if row is None:
        return None
    session: StaffSession = row.StaffSession
    if not is_alive(started_at=session.started_at, seen_at=session.seen_at, ended_at=session.ended_at, now=now):
        return None
    account: Account = row.Account
    staff = Staff(
        account_id=account.id,
        session_id=session.id,
        login=account.login,
        name=account.name,
        unit_id=account.unit_id,
        roles=tuple(sorted(row.roles or ())),
    )
    return SeenStaff(staff, session.seen_at)


def find_staff_of(scope: Scope, account_id: int, *, now: datetime) -> Staff | None:
    """Return the holder of an account as if signed in now, with the roles that the account has now; None when it is closed."""
    row = scope.session.execute(
        select(Account, _roles_of_account().label("roles")).where(
            Account.tenant_id == scope.tenant.id, Account.id == account_id, *_open_at(now)
        )
    ).one_or_none()
    if row is None:
        return None
    account: Account = row.Account
    return Staff(account.id, 0, account.login, account.name, account.unit_id, tuple(sorted(row.roles or ())))


def must_have_second_factor(scope: Scope, account: Account, roles: Collection[str]) -> bool:
    """Tell whether a password is not enough for somebody with these roles.

    It is for an account that is for demonstration, or for hours only, whatever its roles.
    """
    if account.is_demonstration or account.valid_until is not None:
        return False
    return need_second_factor(roles, for_contacts=asks_for_contacts(scope.hooks))


def sessions_of(scope: Scope, account_id: int, *, now: datetime) -> list[SessionLine]:
    """Return the sessions of an account that are alive, the newest first."""
    rows = scope.session.execute(
        select(StaffSession.id, StaffSession.started_at, StaffSession.seen_at, StaffSession.address)
        .where(
            StaffSession.tenant_id == scope.tenant.id,
            StaffSession.account_id == account_id,
            StaffSession.ended_at.is_(None),
            StaffSession.seen_at > now - IDLE_LIMIT,
            StaffSession.started_at > now - AGE_LIMIT,
        )
        .order_by(StaffSession.started_at.desc(), StaffSession.id.desc())
    )
    return [SessionLine(*row) for row in rows]


def get_account(scope: Scope, account_id: int) -> Account:
    """Return the account of this id, which is known to be there."""
    account = scope.session.get(Account, (scope.tenant.id, account_id))
    assert account is not None
    return account


def find_system(scope: Scope, token: str, *, now: datetime) -> System | None:
    """Return the system that holds this bearer token, or None when it is unknown, revoked or expired."""
    row = scope.session.execute(
        select(ApiToken.id, ApiToken.label, ApiToken.role, ApiToken.unit_id, ApiToken.last_used_at).where(
            ApiToken.tenant_id == scope.tenant.id,
            ApiToken.token_hash == token_hash(token),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at.is_(None) | (ApiToken.expires_at > now),
        )
    ).one_or_none()
    return System(*row) if row else None


def accounts(scope: Scope) -> list[Account]:
    """Return all accounts in order of their logins."""
    return list(
        scope.session.scalars(select(Account).where(Account.tenant_id == scope.tenant.id).order_by(Account.login))
    )


def accounts_with(scope: Scope, permission: Permission, *, now: datetime) -> list[Account]:
    """Return the open accounts whose roles bring a permission, in order of their names."""
    bringing = [name for name in ROLES if permission in permissions_of((name,))]
    having = exists().where(
        AccountRole.tenant_id == Account.tenant_id, AccountRole.account_id == Account.id, AccountRole.role.in_(bringing)
    )
    return list(
        scope.session.scalars(
            select(Account)
            .where(Account.tenant_id == scope.tenant.id, having, *_open_at(now))
            .order_by(Account.name, Account.login)
        )
    )


def roles_by_account(scope: Scope) -> dict[int, tuple[str, ...]]:
    """Return the roles of every account that has any."""
    rows = scope.session.execute(
        select(AccountRole.account_id, AccountRole.role)
        .where(AccountRole.tenant_id == scope.tenant.id)
        .order_by(AccountRole.account_id, AccountRole.role)
    )
    roles: dict[int, tuple[str, ...]] = {}
    for account_id, role in rows:
        roles[account_id] = (*roles.get(account_id, ()), role)
    return roles


def tokens(scope: Scope) -> list[TokenLine]:
    """Return all tokens by label, revoked ones too; never the tokens themselves, which are nowhere stored."""
    rows = scope.session.execute(
        select(
            ApiToken.label,
            ApiToken.role,
            ApiToken.unit_id,
            ApiToken.created_at,
            ApiToken.revoked_at,
            ApiToken.expires_at,
            ApiToken.last_used_at,
        )
        .where(ApiToken.tenant_id == scope.tenant.id)
        .order_by(ApiToken.label)
    )
    return [TokenLine(*row) for row in rows]


def _open_at(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions under which an account may sign in and be signed in."""
    return Account.active.is_(True), Account.valid_until.is_(None) | (Account.valid_until > now)


def _roles_of_account() -> ScalarSelect[list[str]]:
    """Return the roles of the account in the statement around it; NULL = none."""
    return (
        select(func.array_agg(AccountRole.role))
        .where(AccountRole.tenant_id == Account.tenant_id, AccountRole.account_id == Account.id)
        .scalar_subquery()
    )

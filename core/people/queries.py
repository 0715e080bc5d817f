"""Reading accounts: who may sign in, who is signed in, which system holds a token."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.people.models import Account, AccountRole, ApiToken, SignInFailure, StaffSession
from core.people.rules import FAILURE_WINDOW, Failures, Staff, is_alive
from core.people.secrets import token_hash
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against."""

    account_id: int
    password_hash: str


@dataclass(frozen=True, slots=True)
class SeenStaff:
    """Somebody signed in, and when the session was last used."""

    staff: Staff
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class System:
    """Another system that holds a token: what it is called, in which role it acts, for which unit."""

    token_id: int
    label: str
    role: str
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token without its secret; `role` empty = the system only hands in and looks up appeals."""

    label: str
    role: str
    unit_id: int | None
    created_at: datetime
    revoked_at: datetime | None


def find_credentials(scope: Scope, login: str) -> Credentials | None:
    """Return what an active account is checked against, or None."""
    row = scope.session.execute(
        select(Account.id, Account.password_hash).where(
            Account.tenant_id == scope.tenant.id, Account.login == login, Account.active
        )
    ).one_or_none()
    return Credentials(row.id, row.password_hash) if row else None


def failures_of(scope: Scope, login: str, *, address: str, now: datetime) -> Failures:
    """Count the recent failed sign-ins of a login and from an address."""
    of_login = SignInFailure.login_hash == login_hash(scope, login)
    from_address = SignInFailure.address == address
    counts = scope.session.execute(
        select(func.count().filter(of_login).label("login"), func.count().filter(from_address).label("address")).where(
            SignInFailure.tenant_id == scope.tenant.id, SignInFailure.at > now - FAILURE_WINDOW, of_login | from_address
        )
    ).one()
    return Failures(of_login=counts.login, from_address=counts.address)


def login_hash(scope: Scope, login: str) -> bytes:
    """Return the keyed hash under which failures of a login are counted."""
    return scope.keys.lookup_hash(login, tenant_id=scope.tenant.id, field="login")


def find_staff(scope: Scope, token: str, *, now: datetime) -> SeenStaff | None:
    """Return who holds the session of this token, or None when it is unknown, ended, idle too long or too old."""
    roles = (
        select(func.array_agg(AccountRole.role))
        .where(AccountRole.tenant_id == scope.tenant.id, AccountRole.account_id == Account.id)
        .scalar_subquery()
    )
    row = scope.session.execute(
        select(StaffSession, Account, roles.label("roles"))
        .join(Account, (Account.tenant_id == StaffSession.tenant_id) & (Account.id == StaffSession.account_id))
        .where(StaffSession.tenant_id == scope.tenant.id, StaffSession.token_hash == token_hash(token), Account.active)
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


def find_system(scope: Scope, token: str) -> System | None:
    """Return the system that holds this bearer token, or None when it is unknown or revoked."""
    row = scope.session.execute(
        select(ApiToken.id, ApiToken.label, ApiToken.role, ApiToken.unit_id).where(
            ApiToken.tenant_id == scope.tenant.id,
            ApiToken.token_hash == token_hash(token),
            ApiToken.revoked_at.is_(None),
        )
    ).one_or_none()
    return System(row.id, row.label, row.role, row.unit_id) if row else None


def accounts(scope: Scope) -> list[Account]:
    """Return all accounts in order of their logins."""
    return list(
        scope.session.scalars(select(Account).where(Account.tenant_id == scope.tenant.id).order_by(Account.login))
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
        select(ApiToken.label, ApiToken.role, ApiToken.unit_id, ApiToken.created_at, ApiToken.revoked_at)
        .where(ApiToken.tenant_id == scope.tenant.id)
        .order_by(ApiToken.label)
    )
    return [TokenLine(*row) for row in rows]

"""Changing accounts, sessions and tokens. Flushes, never commits."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.drafts.service import erase_of_account
from core.people.models import Account, AccountRole, ApiToken, SignInStep, StaffSession
from core.people.passwords import check_password
from core.people.queries import sessions_of
from core.people.roles import STEWARDS, refuse_joined, role_named
from core.people.rules import MOST_SESSIONS, STEP_LIMIT
from core.people.secrets import hash_password, new_token, token_hash
from core.people.stewards import refuse_last
from core.tenancy.scope import Scope
from core.tenancy.security_log import AT_THE_MACHINE, By, SecurityKind, note_done


class LoginTaken(Refused):
    """Another account of the tenant has this login."""

    code = "login-taken"


class NoSuchAccount(Refused):
    """No account of the tenant has this login."""

    code = "no-such-account"


class AccountClosed(Refused):
    """The account is closed: nobody is to be let in by it."""

    code = "account-closed"


class AccountOpen(Refused):
    """The account is open already."""

    code = "account-open"


class LabelTaken(Refused):
    """Another token of the tenant has this label."""

    code = "label-taken"


def open_account(
    scope: Scope,
    *,
    login: str,
    name: str,
    password: str | None,
    roles: Iterable[str],
    now: datetime,
    unit_id: int | None = None,
    is_demonstration: bool = False,
    valid_until: datetime | None = None,
    together: bool = False,
    by: By = AT_THE_MACHINE,
) -> Account:
    """Make an account that can sign in at once, or without a password once a link has set one; `by` is who does it, in words.

    One for demonstration needs no second factor, whatever its roles, and neither does one that is valid for hours only.
    Raises `LoginTaken`, `PasswordTooWeak`, and as `give_roles`.
    """
    login = login.strip().lower()
    if password is not None:
        check_password(password, known=(login, name, scope.tenant.slug, scope.tenant.name))
    if _find(scope, login) is not None:
        raise LoginTaken(said("登录名 {login} 已被使用，请换一个，或给已有账号加上角色", login=login))
    account = Account(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        login=login,
        name=name,
        password_hash=hash_password(password) if password is not None else "",
        created_at=now,
        unit_id=unit_id,
        is_demonstration=is_demonstration,
        valid_until=valid_until,
    )
    scope.session.add(account)
    scope.session.flush()
    detail = {"name": name, "unit_id": unit_id}
    note_done(scope, "account_opened", by, subject=login, detail=detail, now=now)
    give_roles(scope, account, roles, now=now, together=together, by=by)
    return account


def give_roles(
    scope: Scope,
    account: Account,
    roles: Iterable[str],
    *,
    now: datetime,
    together: bool = False,
    by: By = AT_THE_MACHINE,
) -> None:
    """Make these the account's roles, and no others; where that changes any, its sessions end.

    `together` lets one person hold what is otherwise in different hands, and stands in the security log with its reason.
    Raises `UnknownRole`, `DutiesNotSeparate`, `LastSteward`.
    """
    names = sorted({role_named(name).name for name in roles})
    had = roles_of(scope, account)
    if set(names) - had:
        if not together:
            refuse_joined(names)
        elif sum(name in STEWARDS for name in names):
            note_done(scope, "duties_joined", by, subject=account.login, detail={"roles": names}, now=now)
    refuse_last(scope, account, had - set(names))
    changes: dict[SecurityKind, set[str]] = {"role_given": set(names) - had, "role_taken": had - set(names)}
    for kind, changed in changes.items():
        for role in sorted(changed):
            note_done(scope, kind, by, subject=account.login, detail={"role": role}, now=now)
    scope.session.execute(
        delete(AccountRole).where(AccountRole.tenant_id == scope.tenant.id, AccountRole.account_id == account.id)
    )
    scope.session.add_all(AccountRole(tenant_id=scope.tenant.id, account_id=account.id, role=name) for name in names)
    scope.session.flush()
    if any(changes.values()):
        end_sessions(scope, account.id, now=now)


def set_password(scope: Scope, login: str, password: str, *, now: datetime, by: By = AT_THE_MACHINE) -> None:
    """Change the password and end all sessions of the account. Raises `NoSuchAccount`, `PasswordTooWeak`."""
    account = get_account_of(scope, login)
    check_password(password, known=(account.login, account.name, scope.tenant.slug, scope.tenant.name))
    account.password_hash = hash_password(password)
    note_done(scope, "password_set", by, subject=account.login, now=now)
    end_sessions(scope, account.id, now=now)


def close_account(scope: Scope, login: str, *, now: datetime, by: By = AT_THE_MACHINE) -> Account:
    """Let the account sign in no more, and end its sessions; what it did stays.

    Raises `NoSuchAccount`, `AccountClosed`, `LastSteward`.
    """
    account = get_account_of(scope, login)
    if not account.active:
        raise AccountClosed(said("账号 {login} 已经停用，没有改动。", login=account.login))
    refuse_last(scope, account, roles_of(scope, account))
    account.active = False
    erase_of_account(scope, account.id)
    scope.session.flush()
    note_done(scope, "account_closed", by, subject=account.login, now=now)
    end_sessions(scope, account.id, now=now)
    return account


def reopen_account(scope: Scope, login: str, *, now: datetime, by: By = AT_THE_MACHINE) -> Account:
    """Let a closed account sign in again, with the roles that it had. Raises `NoSuchAccount`, `AccountOpen`."""
    account = get_account_of(scope, login)
    if account.active:
        raise AccountOpen(said("账号 {login} 没有停用，不需要恢复。", login=account.login))
    account.active = True
    scope.session.flush()
    note_done(scope, "account_reopened", by, subject=account.login, now=now)
    return account


def move_account(scope: Scope, login: str, *, unit_id: int | None, now: datetime, by: By = AT_THE_MACHINE) -> Account:
    """Let the account work for another unit from now on, None = for none; its sessions end. Raises `NoSuchAccount`."""
    account = get_account_of(scope, login)
    before, account.unit_id = account.unit_id, unit_id
    scope.session.flush()
    detail = {"from": before, "to": unit_id}
    note_done(scope, "account_moved", by, subject=account.login, detail=detail, now=now)
    end_sessions(scope, account.id, now=now)
    return account


def start_session(scope: Scope, account_id: int, *, address: str, now: datetime) -> str:
    """Start a session and return its token, which is nowhere stored as it is.

    Of an account's sessions the ten used last go on; an older one ends.
    """
    alive = sorted(sessions_of(scope, account_id, now=now), key=lambda each: (each.seen_at, each.session_id))
    surplus = [each.session_id for each in alive[: max(0, len(alive) - MOST_SESSIONS + 1)]]
    if surplus:
        _end(scope, StaffSession.id.in_(surplus), now=now)
    token = new_token()
    scope.session.add(
        StaffSession(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            account_id=account_id,
            token_hash=token_hash(token),
            address=address,
            started_at=now,
            seen_at=now,
        )
    )
    scope.session.flush()
    return token


def start_step(scope: Scope, account_id: int, *, now: datetime) -> str:
    """Start the second step of a sign-in and return its token, which opens nothing else and holds for ten minutes."""
    _end_steps(scope, SignInStep.account_id == account_id, SignInStep.started_at <= now - STEP_LIMIT)
    token = new_token()
    scope.session.add(
        SignInStep(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            account_id=account_id,
            token_hash=token_hash(token),
            started_at=now,
        )
    )
    scope.session.flush()
    return token


def end_step(scope: Scope, token: str) -> None:
    """Let the token open no second step any more."""
    _end_steps(scope, SignInStep.token_hash == token_hash(token))


def mark_seen(scope: Scope, session_id: int, *, now: datetime) -> None:
    """Note that the session was used, so that it does not count as idle."""
    scope.session.execute(
        update(StaffSession)
        .where(StaffSession.tenant_id == scope.tenant.id, StaffSession.id == session_id)
        .values(seen_at=now)
    )


def end_session(scope: Scope, token: str, *, now: datetime) -> None:
    """End the session of the token; nothing happens when there is none."""
    _end(scope, StaffSession.token_hash == token_hash(token), now=now)


def end_sessions(scope: Scope, account_id: int, *, now: datetime) -> int:
    """End all sessions of an account, and what has got as far as the second step; return how many were alive."""
    alive = len(sessions_of(scope, account_id, now=now))
    _end(scope, StaffSession.account_id == account_id, now=now)
    _end_steps(scope, SignInStep.account_id == account_id)
    return alive


def end_session_of(scope: Scope, account_id: int, session_id: int, *, now: datetime) -> bool:
    """End one session of an account and return whether there was one."""
    return _end(scope, StaffSession.account_id == account_id, StaffSession.id == session_id, now=now) > 0


def end_other_sessions(scope: Scope, account_id: int, *, but: int, now: datetime) -> int:
    """End all sessions of an account but one, and return how many were alive."""
    alive = [each.session_id for each in sessions_of(scope, account_id, now=now) if each.session_id != but]
    _end(scope, StaffSession.account_id == account_id, StaffSession.id != but, now=now)
    return len(alive)


def issue_token(
    scope: Scope,
    label: str,
    *,
    now: datetime,
    role: str = "",
    unit_id: int | None = None,
    expires_at: datetime | None = None,
    by: By = AT_THE_MACHINE,
) -> str:
    """Make a bearer token for another system and return it; it cannot be shown again.

    With a role the system also carries out what that role may do. Raises `LabelTaken` and `UnknownRole`.
    """
    taken = select(ApiToken.id).where(ApiToken.tenant_id == scope.tenant.id, ApiToken.label == label)
    if scope.session.scalar(taken) is not None:
        raise LabelTaken(said("已有名为「{label}」的令牌，请换一个名称，或先吊销原来的", label=word(label)))
    token = f"hy_{scope.tenant.slug}_{new_token()}"
    scope.session.add(
        ApiToken(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            label=label,
            token_hash=token_hash(token),
            created_at=now,
            role=role_named(role).name if role else "",
            unit_id=unit_id,
            expires_at=expires_at,
        )
    )
    scope.session.flush()
    detail = {"role": role, "unit_id": unit_id}
    note_done(scope, "token_made", by, subject=label, detail=detail, now=now)
    return token


def mark_used(scope: Scope, token_id: int, *, now: datetime) -> None:
    """Note that a token was used."""
    scope.session.execute(
        update(ApiToken).where(ApiToken.tenant_id == scope.tenant.id, ApiToken.id == token_id).values(last_used_at=now)
    )


def revoke_token(scope: Scope, label: str, *, now: datetime, by: By = AT_THE_MACHINE) -> None:
    """Let the token open nothing from now on; nothing happens when there is none of that label."""
    revoked = scope.session.scalars(
        update(ApiToken)
        .where(ApiToken.tenant_id == scope.tenant.id, ApiToken.label == label, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiToken.id)
    ).all()
    if revoked:
        note_done(scope, "token_revoked", by, subject=label, now=now)


def roles_of(scope: Scope, account: Account) -> set[str]:
    """Return the roles of an account."""
    held = select(AccountRole.role).where(
        AccountRole.tenant_id == scope.tenant.id, AccountRole.account_id == account.id
    )
    return set(scope.session.scalars(held))


def _find(scope: Scope, login: str) -> Account | None:
    account: Account | None = scope.session.scalar(
        select(Account).where(Account.tenant_id == scope.tenant.id, Account.login == login)
    )
    return account


def get_account_of(scope: Scope, login: str) -> Account:
    """Return the account that signs in so, closed ones too. Raises `NoSuchAccount`."""
    account = _find(scope, login.strip().lower())
    if account is None:
        raise NoSuchAccount(said("没有登录名为 {login} 的账号。用 huiying user list 查看已有账号", login=login))
    return account


def _end(scope: Scope, *which: ColumnElement[bool], now: datetime) -> int:
    ended = scope.session.scalars(
        update(StaffSession)
        .where(StaffSession.tenant_id == scope.tenant.id, *which, StaffSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(StaffSession.id)
    ).all()
    return len(ended)


def _end_steps(scope: Scope, *which: ColumnElement[bool]) -> None:
    scope.session.execute(delete(SignInStep).where(SignInStep.tenant_id == scope.tenant.id, *which))

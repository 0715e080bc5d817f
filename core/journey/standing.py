"""What holds now against what the records say: roles of accounts, tokens, and the settings in force.

The records are sealed; the tables that say what holds are not, because they change. So whoever gives himself a role in the
table, or lets another revision hold, is found by what no record tells.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.kit.saying import said, word
from core.people.models import Account, AccountRole, ApiToken
from core.tenancy.models import SecurityEvent, SettingsEvent, TenantFeature
from core.tenancy.scope import Scope
from core.tenancy.security_log import escaped, note_security
from core.tickets.tampering import Fault, Finding

FOUND = "封存"
"""Actor of what was there before the log told of it, and is written down with the first seal."""
RIGHTS = ("account_closed", "account_reopened", "role_given", "role_taken", "token_made", "token_revoked")


def note_untold_rights(scope: Scope, *, now: datetime) -> None:
    """Write into the security log the roles and tokens of which it does not tell yet, marked as found."""
    told = _Told(scope)
    for login, role in _roles(scope):
        if not told.roles[login, role]:
            detail = {"role": role, "was_there": True}
            note_security(scope, "role_given", actor=FOUND, subject=login, detail=detail, now=now)
    for token in _tokens(scope):
        if token.label not in told.tokens:
            detail = {"role": token.role, "unit_id": token.unit_id, "was_there": True}
            note_security(scope, "token_made", actor=FOUND, subject=token.label, detail=detail, now=now)
    scope.session.flush()


def check_standing(scope: Scope) -> Iterator[Finding]:
    """Yield what holds now and no record tells of. To be asked when the log has been sealed at least once."""
    yield from _rights_untold(scope)
    yield from _settings_untold(scope)


class _Told:
    """What the security log tells of rights: each role given more often than taken, tokens with their roles."""

    def __init__(self, scope: Scope) -> None:
        events = scope.session.execute(
            select(SecurityEvent.kind, SecurityEvent.subject, SecurityEvent.detail["role"].astext.label("role"))
            .where(SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.kind.in_(RIGHTS))
            .order_by(SecurityEvent.at, SecurityEvent.id)
        )
        self.roles: Counter[tuple[str, str]] = Counter()
        self.tokens: dict[str, str] = {}
        self.closed: set[str] = set()
        self.revoked: set[str] = set()
        for kind, subject, role in events:
            if kind in ("role_given", "role_taken"):
                self.roles[subject, role or ""] += 1 if kind == "role_given" else -1
            elif kind == "account_reopened":
                self.closed.discard(subject)
            elif kind == "token_made":
                self.tokens[subject] = role or ""
            else:
                (self.closed if kind == "account_closed" else self.revoked).add(subject)


def _rights_untold(scope: Scope) -> Iterator[Finding]:
    told = _Told(scope)
    there = set(_roles(scope))
    for login, role in sorted(there):
        if told.roles[login, role] < 1:
            yield _finding(said("账号 {login}", login=login), said("有角色 {role}，安全日志没有记载授予", role=role))
    for (login, role), count in sorted(told.roles.items()):
        if count > 0 and (login, role) not in there:
            yield _finding(said("账号 {login}", login=login), said("没有角色 {role}，安全日志只记载了授予", role=role))
    active = select(Account.login).where(Account.tenant_id == scope.tenant.id, Account.active).order_by(Account.login)
    for login in map(escaped, scope.session.scalars(active)):
        if login in told.closed:
            yield _finding(said("账号 {login}", login=login), "可以登录，安全日志记载已停用")
    for token in _tokens(scope):
        if token.label not in told.tokens:
            yield _finding(said("令牌 {label}", label=word(token.label)), "安全日志没有记载签发")
        elif token.role != told.tokens[token.label]:
            yield _finding(
                said("令牌 {label}", label=word(token.label)),
                said("角色为“{role}”，签发时为“{tokens}”", role=token.role, tokens=told.tokens[token.label]),
            )
        if token.label in told.revoked and not token.is_revoked:
            yield _finding(said("令牌 {label}", label=word(token.label)), "可以使用，安全日志记载已吊销")


def _settings_untold(scope: Scope) -> Iterator[Finding]:
    """Yield the features of which another revision holds than the one that was activated last."""
    last = (
        select(SettingsEvent.feature, func.max(SettingsEvent.at).label("at"))
        .where(SettingsEvent.tenant_id == scope.tenant.id, SettingsEvent.kind == "activated")
        .group_by(SettingsEvent.feature)
        .subquery()
    )
    activated = scope.session.execute(
        select(SettingsEvent.feature, SettingsEvent.number)
        .join(last, (last.c.feature == SettingsEvent.feature) & (last.c.at == SettingsEvent.at))
        .where(SettingsEvent.tenant_id == scope.tenant.id, SettingsEvent.kind == "activated")
    )
    newest: dict[str, set[int]] = {}
    for feature, number in activated:
        newest.setdefault(feature, set()).add(number)
    held = select(TenantFeature.feature, TenantFeature.revision).where(TenantFeature.tenant_id == scope.tenant.id)
    for feature, revision in scope.session.execute(held.order_by(TenantFeature.feature)):
        right = newest.get(feature, {0})
        if revision not in right:
            words = said("生效的是第 {revision} 次修订，记载启用的是第 {right} 次", revision=revision, right=max(right))
            yield _finding(said("功能 {feature}", feature=feature), words)


def _roles(scope: Scope) -> Iterator[tuple[str, str]]:
    rows = scope.session.execute(
        select(Account.login, AccountRole.role)
        .join(AccountRole, (AccountRole.tenant_id == Account.tenant_id) & (AccountRole.account_id == Account.id))
        .where(Account.tenant_id == scope.tenant.id)
        .order_by(Account.login, AccountRole.role)
    )
    for login, role in rows:
        yield escaped(login), escaped(role)


class _Token:
    """A token as the log would tell of it."""

    def __init__(self, row: Any) -> None:
        self.label, self.role, self.unit_id = escaped(row.label), escaped(row.role), row.unit_id
        self.is_revoked = bool(row.is_revoked)


def _tokens(scope: Scope) -> list[_Token]:
    rows = scope.session.execute(
        select(ApiToken.label, ApiToken.role, ApiToken.unit_id, ApiToken.revoked_at.is_not(None).label("is_revoked"))
        .where(ApiToken.tenant_id == scope.tenant.id)
        .order_by(ApiToken.label)
    )
    return [_Token(row) for row in rows]


def _finding(record: str, words: str) -> Finding:
    return Finding(Fault.STANDING_CHANGED, words, record=record)

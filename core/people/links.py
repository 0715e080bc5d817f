"""Links by which somebody sets the password of an account once: invitations and resets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, select, update

from core.people.models import Account, AccountLink
from core.people.secrets import new_token, token_hash
from core.tenancy.scope import Scope

LinkKind = Literal["invitation", "reset"]
GOOD_FOR: dict[LinkKind, timedelta] = {"invitation": timedelta(days=7), "reset": timedelta(hours=24)}


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link as it is handed over: its token is nowhere stored as it is."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that is still good: whose password it sets."""

    account_id: int
    login: str
    name: str
    kind: str


def make_link(scope: Scope, account_id: int, kind: LinkKind, *, now: datetime) -> MadeLink:
    """Make a link for an account; those before it that were not used are good for nothing any more."""
    scope.session.execute(
        delete(AccountLink).where(
            AccountLink.tenant_id == scope.tenant.id,
            AccountLink.account_id == account_id,
            AccountLink.used_at.is_(None),
        )
    )
    made = MadeLink(new_token(), now + GOOD_FOR[kind])
    scope.session.add(
        AccountLink(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            account_id=account_id,
            kind=kind,
            token_hash=token_hash(made.token),
            made_at=now,
            expires_at=made.expires_at,
        )
    )
    scope.session.flush()
    return made


def find_link(scope: Scope, token: str, *, now: datetime) -> OpenLink | None:
    """Return the link of this token, None when it is unknown, used, expired, or its account closed."""
    row = scope.session.execute(
        select(AccountLink.account_id, Account.login, Account.name, AccountLink.kind)
        .join(Account, (Account.tenant_id == AccountLink.tenant_id) & (Account.id == AccountLink.account_id))
        .where(
            AccountLink.tenant_id == scope.tenant.id,
            AccountLink.token_hash == token_hash(token),
            AccountLink.used_at.is_(None),
            AccountLink.expires_at > now,
            Account.active,
        )
    ).one_or_none()
    return OpenLink(*row) if row else None


def use_up(scope: Scope, token: str, *, now: datetime) -> bool:
    """Mark the link as used and return whether this was the first time: of two who come at once, one does it."""
    used = scope.session.scalar(
        update(AccountLink)
        .where(
            AccountLink.tenant_id == scope.tenant.id,
            AccountLink.token_hash == token_hash(token),
            AccountLink.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(AccountLink.id)
    )
    return used is not None


def invited_until(scope: Scope, account_id: int, *, now: datetime) -> datetime | None:
    """Return until when somebody who was invited may set a password; None where nothing waits for them."""
    return scope.session.scalar(
        select(func.max(AccountLink.expires_at)).where(
            AccountLink.tenant_id == scope.tenant.id,
            AccountLink.account_id == account_id,
            AccountLink.kind == "invitation",
            AccountLink.used_at.is_(None),
            AccountLink.expires_at > now,
        )
    )

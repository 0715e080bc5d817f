"""Identity providers 统一身份认证 of a tenant, and the identities there by which accounts are signed in to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.models import Identity, IdentityProvider
from core.tenancy.scope import Scope

SECRET = "identity-provider.secret"  # noqa: S105 -- the name of the field


class ProviderTaken(Refused):
    """The tenant has a provider of this name already."""

    code = "provider-taken"


class NoSuchProvider(Refused):
    """The tenant has no provider of this name."""

    code = "no-such-provider"


class IdentityTaken(Refused):
    """The identity signs in to another account already."""

    code = "identity-taken"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as it is spoken to. `client_secret` None = the product has none there and proves itself by PKCE alone."""

    name: str
    label: str
    issuer: str
    client_id: str
    client_secret: str | None


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """An identity that signs in to an account: where it is from, and since when."""

    identity_id: int
    issuer: str
    linked_at: datetime


def providers(scope: Scope) -> list[IdentityProvider]:
    """Return the tenant's providers by name."""
    rows = select(IdentityProvider).where(IdentityProvider.tenant_id == scope.tenant.id)
    return list(scope.session.scalars(rows.order_by(IdentityProvider.name)))


def get_provider(scope: Scope, name: str) -> Provider:
    """Return a provider. Raises `NoSuchProvider`."""
    row = _row(scope, name)
    secret = row.secret and scope.keys.decrypt(row.secret, tenant_id=scope.tenant.id, field=SECRET, row_id=row.id)
    return Provider(row.name, row.label, row.issuer, row.client_id, secret or None)


def add_provider(scope: Scope, provider: Provider, *, now: datetime) -> None:
    """Add a provider. Raises `ProviderTaken`."""
    if any(each.name == provider.name for each in providers(scope)):
        raise ProviderTaken(said("已有名为 {name} 的统一身份认证。请先删除，或换一个名称。", name=provider.name))
    row_id, secret = scope.new_id(), provider.client_secret
    cipher = scope.keys.encrypt(secret, tenant_id=scope.tenant.id, field=SECRET, row_id=row_id) if secret else None
    scope.session.add(
        IdentityProvider(
            tenant_id=scope.tenant.id,
            id=row_id,
            name=provider.name,
            label=provider.label,
            issuer=provider.issuer,
            client_id=provider.client_id,
            secret=cipher,
            added_at=now,
        )
    )
    scope.session.flush()


def remove_provider(scope: Scope, name: str) -> None:
    """Remove a provider; nobody signs in by it any more. Raises `NoSuchProvider`."""
    scope.session.delete(_row(scope, name))
    scope.session.flush()


def account_of(scope: Scope, *, issuer: str, subject: str) -> int | None:
    """Return the account that an identity signs in to. The issuer is half of its name: other issuers' subjects are others."""
    account_id: int | None = scope.session.scalar(
        select(Identity.account_id).where(
            Identity.tenant_id == scope.tenant.id, Identity.issuer == issuer, Identity.subject == subject
        )
    )
    return account_id


def link(scope: Scope, account_id: int, *, issuer: str, subject: str, now: datetime) -> bool:
    """Let an identity sign in to an account; return whether it did not before. Raises `IdentityTaken`."""
    holder = account_of(scope, issuer=issuer, subject=subject)
    if holder is not None and holder != account_id:
        raise IdentityTaken("这个统一身份已经关联了本区的另一个账号。请先在那个账号里解除，或联系系统管理员。")
    if holder is None:
        scope.session.add(
            Identity(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                account_id=account_id,
                issuer=issuer,
                subject=subject,
                linked_at=now,
            )
        )
        scope.session.flush()
    return holder is None


def unlink(scope: Scope, account_id: int, identity_id: int) -> bool:
    """Let an identity of the account sign in no more; return whether there was one."""
    gone = scope.session.scalar(
        delete(Identity)
        .where(Identity.tenant_id == scope.tenant.id, Identity.account_id == account_id, Identity.id == identity_id)
        .returning(Identity.id)
    )
    return gone is not None


def identities_of(scope: Scope, account_id: int) -> list[IdentityLine]:
    """Return the identities that sign in to an account, the oldest first."""
    rows = scope.session.execute(
        select(Identity.id, Identity.issuer, Identity.linked_at)
        .where(Identity.tenant_id == scope.tenant.id, Identity.account_id == account_id)
        .order_by(Identity.linked_at, Identity.id)
    )
    return [IdentityLine(*row) for row in rows]


def _row(scope: Scope, name: str) -> IdentityProvider:
    row = next((each for each in providers(scope) if each.name == name), None)
    if row is None:
        known = joined("、", (each.name for each in providers(scope))) or "无"
        raise NoSuchProvider(said("没有名为 {name} 的统一身份认证。现有：{known}。", name=name, known=word(known)))
    return row

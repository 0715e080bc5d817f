"""Setting, removing and listing the secrets 密钥 of features: who set which, and when; never what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from core.hooks.settings import SecretText
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.tenancy.models import TenantSecret
from core.tenancy.revisions import bump_epoch
from core.tenancy.scope import Scope
from core.tenancy.secrets import field_of, refuse_reference


class NoSuchSecret(Refused):
    """The feature has no such secret, or none is set."""

    code = "no-such-secret"


@dataclass(frozen=True, slots=True)
class SecretLine:
    """A secret as lists show it. `kept` tells how: by a reference, which may be read, or encrypted."""

    name: str
    kept: str
    set_by: str
    set_at: datetime


def keep_text(scope: Scope, feature: str, name: str, text: SecretText, *, by: str, now: datetime) -> None:
    """Keep the text of a secret, encrypted for a row of its own, in place of what was set before."""
    _delete(scope, feature, name)
    row_id = scope.new_id()
    field = field_of(feature, name)
    cipher = scope.keys.encrypt(text.reveal(), tenant_id=scope.tenant.id, field=field, row_id=row_id)
    _add(scope, row_id, feature, name, None, cipher, by, now)


def keep_reference(scope: Scope, feature: str, name: str, reference: str, *, by: str, now: datetime) -> None:
    """Keep where a secret is read from, in place of what was set before. Raises `SecretUnusable`."""
    refuse_reference(scope.tenant, reference)
    _delete(scope, feature, name)
    _add(scope, scope.new_id(), feature, name, reference, None, by, now)


def remove_secret(scope: Scope, feature: str, name: str) -> None:
    """Forget a secret. Raises `NoSuchSecret` where none is set."""
    if not _delete(scope, feature, name):
        raise NoSuchSecret(
            said(
                "功能 {feature} 没有设过密钥 {name}。现有：{listed}。",
                feature=feature,
                name=name,
                listed=word(_listed(scope, feature)),
            )
        )
    bump_epoch(scope)


def secret_lines(scope: Scope, feature: str) -> Sequence[SecretLine]:
    """Return the secrets that are set of a feature, by name."""
    rows = scope.session.scalars(
        select(TenantSecret)
        .where(TenantSecret.tenant_id == scope.tenant.id, TenantSecret.feature == feature)
        .order_by(TenantSecret.name)
    ).all()
    return [SecretLine(row.name, row.reference or "加密保存", row.set_by, row.set_at) for row in rows]


def _add(
    scope: Scope,
    row_id: int,
    feature: str,
    name: str,
    reference: str | None,
    cipher: bytes | None,
    by: str,
    now: datetime,
) -> None:
    scope.session.add(
        TenantSecret(
            tenant_id=scope.tenant.id,
            id=row_id,
            feature=feature,
            name=name,
            reference=reference,
            cipher=cipher,
            set_by=by,
            set_at=now,
        )
    )
    bump_epoch(scope)


def _delete(scope: Scope, feature: str, name: str) -> bool:
    """Delete what is set under a name; return whether there was anything."""
    gone = scope.session.execute(
        delete(TenantSecret).where(
            TenantSecret.tenant_id == scope.tenant.id, TenantSecret.feature == feature, TenantSecret.name == name
        )
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def _listed(scope: Scope, feature: str) -> str:
    return joined("、", (line.name for line in secret_lines(scope, feature))) or "无"

"""Secrets 密钥 of features: kept by reference or encrypted, apart from the settings that name them.

A reference is `env:NAME` or `file:NAME`. Names of the environment begin with `HUIYING_SECRET_<TENANT>_`, files lie in the
tenant's own folder below `HUIYING_SECRETS`: one tenant cannot point at another's.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from core.hooks.settings import SecretText
from core.kit.errors import Refused
from core.kit.keys import Keyring
from core.kit.saying import said
from core.tenancy.facts import TenantFacts
from core.tenancy.models import TenantSecret

SECRETS_FOLDER = "HUIYING_SECRETS"
"""Environment variable: the folder with one folder of secret files for each tenant."""


class SecretUnusable(Refused):
    """A secret cannot be kept so, or its reference leads nowhere it may."""

    code = "secret-unusable"


def field_of(feature: str, name: str) -> str:
    """Return the field under which the text of a secret is encrypted."""
    return f"secret/{feature}/{name}"


def refuse_reference(tenant: TenantFacts, reference: str) -> None:
    """Raise `SecretUnusable` unless the reference is one that this tenant may use."""
    kind, colon, name = reference.partition(":")
    prefix = _prefix(tenant)
    if kind == "env" and colon and name.startswith(prefix) and name.isidentifier():
        return
    if kind == "file" and colon and name and Path(name).name == name and not name.startswith("."):
        return
    raise SecretUnusable(
        said(
            "密钥的引用 {reference} 不能用。请写 env:{prefix}名称，或 file:文件名（放在 {secrets_folder} 下本区"
            "的文件夹里）。",
            reference=reference,
            prefix=prefix,
            secrets_folder=SECRETS_FOLDER,
        )
    )


def opened_secrets(
    tenant: TenantFacts, rows: Sequence[TenantSecret], feature: str, keys: Keyring
) -> dict[str, SecretText]:
    """Return the secrets of a feature by name; one whose reference leads to nothing is left out."""
    found = {row.name: _open(tenant, row, keys) for row in rows if row.feature == feature}
    return {name: secret for name, secret in found.items() if secret is not None}


def _open(tenant: TenantFacts, row: TenantSecret, keys: Keyring) -> SecretText | None:
    if row.cipher is not None:
        field = field_of(row.feature, row.name)
        return SecretText(keys.decrypt(row.cipher, tenant_id=tenant.id, field=field, row_id=row.id))
    kind, _, name = (row.reference or "").partition(":")
    if kind == "env" and name.startswith(_prefix(tenant)):
        text = os.environ.get(name)
        return SecretText(text) if text else None
    folder = os.environ.get(SECRETS_FOLDER)
    if kind != "file" or not folder or Path(name).name != name:
        return None
    try:
        return SecretText((Path(folder) / tenant.slug / name).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return None


def _prefix(tenant: TenantFacts) -> str:
    return f"HUIYING_SECRET_{tenant.slug.upper().replace('-', '_')}_"

"""How the holder of an account wants the pages: language, density of lists, size of type, light or dark, single keys."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.kit.errors import Refused
from core.people.models import Preference
from core.tenancy.scope import Scope

CHOICES: dict[str, tuple[str, ...]] = {
    "language": ("zh-CN", "en"),
    "density": ("standard", "compact", "loose"),
    "type": ("standard", "large"),
    "theme": ("system", "light", "dark"),
}
"""What there is to choose from; the first of each is how the pages are made."""


class NoSuchChoice(Refused):
    """A preference was to be something that it cannot be."""

    code = "no-such-choice"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody chose; as it stands here when they chose nothing. `keys`: whether single keys do something."""

    language: str = "zh-CN"
    density: str = "standard"
    type: str = "standard"
    theme: str = "system"
    keys: bool = True


AS_MADE = Preferences()


def find_preferences(scope: Scope, account_id: int) -> Preferences | None:
    """Return how the holder of this account wants the pages, None when they never chose."""
    row = scope.session.execute(
        select(Preference.language, Preference.density, Preference.type, Preference.theme, Preference.keys).where(
            Preference.tenant_id == scope.tenant.id, Preference.account_id == account_id
        )
    ).one_or_none()
    return Preferences(*row) if row else None


def preferences_of(scope: Scope, account_id: int) -> Preferences:
    """Return how the holder of this account wants the pages."""
    return find_preferences(scope, account_id) or AS_MADE


def prefer(scope: Scope, account_id: int, **changes: str | bool) -> Preferences:
    """Keep what was chosen anew, leave the rest, and return all of it. Raises `NoSuchChoice`."""
    for name, chosen in changes.items():
        if name in CHOICES and chosen not in CHOICES[name]:
            raise NoSuchChoice("没有这一项选择。请刷新页面，从列出的里面选一项。")
    values: dict[str, Any] = asdict(preferences_of(scope, account_id)) | changes
    scope.session.execute(
        insert(Preference)
        .values(tenant_id=scope.tenant.id, account_id=account_id, **values)
        .on_conflict_do_update(index_elements=["tenant_id", "account_id"], set_=values)
    )
    return Preferences(**values)

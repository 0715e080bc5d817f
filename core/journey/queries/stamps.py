"""Who decided, as people read it: a feature, the version of its plugin, and the revision of its settings."""

from core.hooks.core_features import CORE_IDS
from core.tenancy.scope import Scope


def stamp_words(scope: Scope, stamp: str) -> str:
    """Say a stamp, `feature@version/revision`; a feature that is no longer on goes by its id.

    What the core itself lets a tenant set has no version that anybody would ask for.
    """
    feature, _, rest = stamp.partition("@")
    version, _, revision = rest.partition("/")
    enabled = scope.hooks.enabled.get(feature)
    if enabled and feature in CORE_IDS:
        return (
            f"{enabled.feature.label}第 {revision} 次设置"
            if revision != "0"
            else f"{enabled.feature.label}（没有设置）"
        )
    label = f"“{enabled.feature.label}”" if enabled else feature
    return f"功能{label} {version} 版第 {revision} 次设置" if rest else f"功能{label}"

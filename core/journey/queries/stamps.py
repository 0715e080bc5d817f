"""Who decided, as people read it: a feature, the version of its plugin, and the revision of its settings."""

from core.tenancy.scope import Scope


def stamp_words(scope: Scope, stamp: str) -> str:
    """Say a stamp, `feature@version/revision`; a feature that is no longer on goes by its id."""
    feature, _, rest = stamp.partition("@")
    version, _, revision = rest.partition("/")
    enabled = scope.hooks.enabled.get(feature)
    label = f"“{enabled.feature.label}”" if enabled else feature
    return f"功能{label} {version} 版第 {revision} 次设置" if rest else f"功能{label}"

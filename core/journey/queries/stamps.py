"""Who decided, as people read it: a feature, the version of its plugin, and the revision of its settings."""

from core.hooks.core_features import CORE_IDS
from core.kit.saying import said, word
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
            said("{label}第 {revision} 次设置", label=word(enabled.feature.label), revision=revision)
            if revision != "0"
            else said("{label}（没有设置）", label=word(enabled.feature.label))
        )
    label = said("“{label}”", label=word(enabled.feature.label)) if enabled else feature
    return (
        said("功能{label} {version} 版第 {revision} 次设置", label=word(label), version=version, revision=revision)
        if rest
        else said("功能{label}", label=word(label))
    )

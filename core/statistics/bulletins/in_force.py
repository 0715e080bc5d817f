"""By which rules a tenant makes its bulletin: those of its features, else the core's own numbers."""

from core.hooks import specs
from core.hooks.values import BulletinRules
from core.kit.saying import said
from core.tenancy.scope import Scope

PLAIN = BulletinRules("core/bulletin", "", monthly=False)
"""What holds where nobody says otherwise: one edition, nothing by itself."""
MOST = 100
EDITION_LABELS = {"general": "综合版", "enterprise": "企业专版"}


def rules_of(scope: Scope) -> BulletinRules:
    """Return the rules that hold; those that cannot be kept to are reported, and the core's hold instead."""
    return scope.remember("bulletin_rules", lambda: _ask(scope))


def _ask(scope: Scope) -> BulletinRules:
    for feature, rules in scope.hooks.ask(specs.bulletin_rules):
        if fault := _fault_of(rules):
            scope.hooks.refuse(feature, specs.bulletin_rules, fault)
        else:
            return rules
    return PLAIN


def _fault_of(rules: BulletinRules) -> str | None:
    if not 1 <= rules.top <= MOST:
        return said("列出的事项数 {top} 不在 1 到 {most} 之间", top=rules.top, most=MOST)
    if rules.sample < 1:
        return said("最少样本 {sample} 应不小于 1", sample=rules.sample)
    if not rules.editions or len(set(rules.editions)) != len(rules.editions):
        return "版别应至少一种，每种一次"
    return None

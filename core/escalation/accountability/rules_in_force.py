"""The rules by which a district holds units to account, and whose they are."""

from dataclasses import dataclass

from core.hooks import specs
from core.hooks.contract import CORE
from core.hooks.values import AccountabilityRules
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class InForce:
    """The numbers and words in force, and the feature that set them."""

    rules: AccountabilityRules
    feature: str


def rules_of(scope: Scope) -> InForce:
    """Return the district's rules, the core's own where it has none; asked once per process and epoch."""
    return scope.remember("accountability_rules", lambda: _asked(scope))


def _asked(scope: Scope) -> InForce:
    answers = scope.hooks.ask(specs.accountability_rules)
    return next((InForce(rules, feature) for feature, rules in answers), InForce(AccountabilityRules(), CORE))

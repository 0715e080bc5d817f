"""The district's rules of handling 办理规则 as they stand: how often and how long units may return, extend and pause."""

from collections.abc import Sequence

from core.hooks import specs
from core.hooks.values import HandlingRules
from core.tenancy.scope import Scope

CUSTOMARY = HandlingRules()


def rules_of(scope: Scope) -> HandlingRules:
    """Return the rules of the first feature that has any, else the core's; asked once per process and epoch."""
    return scope.remember("handling_rules", lambda: _asked(scope))


def _asked(scope: Scope) -> HandlingRules:
    return rules_from(scope.hooks.ask(specs.handling_rules).values)


def rules_from(answers: Sequence[HandlingRules]) -> HandlingRules:
    """Return the first rules that a feature answered, else the core's."""
    return next(iter(answers), CUSTOMARY)

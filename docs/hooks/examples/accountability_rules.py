"""The first feature in the district's order decides. Where nobody answers, the core's own days and rungs hold."""

from core.hooks import AccountabilityRules, hookimpl


@hookimpl
def accountability_rules():
    return [AccountabilityRules(substitute="government", statement_days=5)]

"""The first feature in the district's order decides. Where nobody answers, units may object for five working days."""

from core.hooks import PerformanceRules, hookimpl


@hookimpl
def performance_rules():
    return [PerformanceRules(objection_days=10)]

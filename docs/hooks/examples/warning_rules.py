"""The first feature in the district's order decides. Where nobody answers, nothing is watched."""

from core.hooks import WarningRules, hookimpl


@hookimpl
def warning_rules():
    return [WarningRules(factor=3, least=10)]

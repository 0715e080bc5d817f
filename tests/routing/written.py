"""Rules as an administrator writes them, for tests that read them."""

from collections.abc import Mapping
from typing import Any

from core.routing.ruleset import CompiledRules, RuleSet, compile_rules, parse_rules

POWER = {"field": "matter", "op": "under", "value": ["07.08"]}
"""A condition that most tests have no interest in."""


def make_rule(rule_id: str = "r", **changes: Any) -> dict[str, Any]:
    """Return a rule of JSON; None leaves a key out."""
    rule = {
        "id": rule_id,
        "label": rule_id.upper(),
        "phase": "override",
        "when": POWER,
        "then": {"assign": {"lead": "power"}},
        "explain": f"理由 {rule_id}",
    }
    return {key: value for key, value in {**rule, **changes}.items() if value is not None}


def make_rules(*rules: Mapping[str, Any]) -> RuleSet:
    """Return the rules, read."""
    return parse_rules({"rules": list(rules)})


def make_compiled(*rules: Mapping[str, Any]) -> CompiledRules:
    """Return the rules, ready to be asked."""
    return compile_rules(make_rules(*rules))


def leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    """Return a comparison of JSON."""
    return {"field": field, "op": op, "value": value}

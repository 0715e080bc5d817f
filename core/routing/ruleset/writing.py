"""Rules as JSON, the same way always, and the digest by which a set of rules is known."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from core.routing.ruleset.conditions import AllOf, AnyOf, Condition, Leaf, Not
from core.routing.ruleset.fields import SEVERAL
from core.routing.ruleset.rules import Outcome, Rule, RuleSet


def dump_rules(rules: RuleSet) -> dict[str, Any]:
    """Return the rules as JSON with everything written out; `parse_rules` reads it back."""
    return {"rules": [dump_rule(rule) for rule in rules.rules]}


def dump_rule(rule: Rule) -> dict[str, Any]:
    """Return one rule as JSON."""
    return {
        "id": rule.id,
        "label": rule.label,
        "phase": str(rule.phase),
        "priority": rule.priority,
        "enabled": rule.enabled,
        "valid": {
            "from": rule.valid.first.isoformat() if rule.valid.first else None,
            "to": rule.valid.last.isoformat() if rule.valid.last else None,
        },
        "when": dump_condition(rule.when),
        "then": _outcome(rule.then),
        "explain": rule.explain,
    }


def dump_condition(condition: Condition) -> dict[str, Any]:
    """Return a condition as JSON."""
    match condition:
        case AllOf(children):
            return {"all": [dump_condition(each) for each in children]}
        case AnyOf(children):
            return {"any": [dump_condition(each) for each in children]}
        case Not(child):
            return {"not": dump_condition(child)}
        case Leaf(field, op, values):
            return {"field": field, "op": op, "value": list(values) if op in SEVERAL else values[0]}


def canonical(rules: RuleSet) -> str:
    """Return the one text of these rules."""
    return _text(dump_rules(rules))


def digest_of(rules: RuleSet) -> str:
    """Return the SHA-256 of the rules' one text: same digest, same decisions."""
    return hashlib.sha256(canonical(rules).encode()).hexdigest()


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _outcome(outcome: Outcome) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if outcome.urgency:
        written["set"] = {"urgency": outcome.urgency}
    if outcome.assign:
        assign = outcome.assign
        written["assign"] = {"lead": assign.lead, "co": list(assign.co), "direct": assign.direct}
    if outcome.split:
        written["split"] = outcome.split
    if outcome.limit:
        written["limit"] = outcome.limit
    if outcome.exclude:
        written["exclude"] = list(outcome.exclude)
    return written

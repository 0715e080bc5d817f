"""Routing rules 派单规则 as a file: those in force, and what is wrong with others before anybody drafts them."""

import json
from dataclasses import dataclass, replace
from typing import Any

from core.routing.policy_in_force import policy_of
from core.routing.ruleset import Finding, RulesUnusable, check_rules, digest_of, dump_rules, read_rules
from core.routing.settings import LIMITS, limits_written
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class RulesLooked:
    """What a look at written rules came to: faults for which they cannot be read, or what is to be known of them.

    Not complete: there may be more overlaps than were looked for.
    """

    count: int
    digest: str
    faults: tuple[str, ...]
    findings: tuple[Finding, ...]
    is_complete: bool = True

    @property
    def passed(self) -> bool:
        """Whether they could be drafted and activated."""
        return not self.faults and all(finding.level != "error" for finding in self.findings)


def rules_in_force(scope: Scope) -> dict[str, Any]:
    """Return the rules in force, and the limits that they may give, as JSON, as a draft of the settings takes them."""
    return {**dump_rules(policy_of(scope).rules.written), LIMITS: limits_written(scope.hooks)}


def look_at_rules(scope: Scope, text: bytes) -> RulesLooked:
    """Read written rules and check them against units, duty list, areas and channels in force.

    Limits are those in force, and those that stand beside the rules, as in a file from which settings are drafted.
    """
    directory = policy_of(scope).directory
    written, beside = _limits_apart(text)
    try:
        rules = read_rules(written)
    except RulesUnusable as unusable:
        return RulesLooked(0, "", tuple(fault.sentence for fault in unusable.faults), ())
    report = check_rules(rules, replace(directory, limits={**directory.limits, **beside}))
    return RulesLooked(len(rules.rules), digest_of(rules), (), report.findings, report.is_complete)


def _limits_apart(text: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the rules of a file without the limits beside them, and what these are called; whatever else stays."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text, {}
    limits = document.get(LIMITS) if isinstance(document, dict) else None
    if not isinstance(limits, list):
        return text, {}
    names = {str(row.get("code")): str(row.get("label")) for row in limits if isinstance(row, dict)}
    rest = {name: value for name, value in document.items() if name != LIMITS}
    return json.dumps(rest, ensure_ascii=False).encode(), names

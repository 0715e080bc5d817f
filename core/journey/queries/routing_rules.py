"""Routing rules 派单规则 as a file: those in force, and what is wrong with others before anybody drafts them."""

from dataclasses import dataclass
from typing import Any

from core.routing.policy_in_force import policy_of
from core.routing.ruleset import Finding, RulesUnusable, check_rules, digest_of, dump_rules, read_rules
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
    """Return the rules in force as JSON, as a draft of the settings takes them."""
    return dump_rules(policy_of(scope).rules.written)


def look_at_rules(scope: Scope, text: bytes) -> RulesLooked:
    """Read written rules and check them against units, duty list, areas, channels and limits in force."""
    try:
        rules = read_rules(text)
    except RulesUnusable as unusable:
        return RulesLooked(0, "", tuple(fault.sentence for fault in unusable.faults), ())
    report = check_rules(rules, policy_of(scope).directory)
    return RulesLooked(len(rules.rules), digest_of(rules), (), report.findings, report.is_complete)

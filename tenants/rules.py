"""rules.json: the routing rules 派单规则 of a district; a tenant need not have any."""

from pathlib import Path

from core.routing.ruleset import RuleSet, check_rules, directory_of, read_rules
from core.routing.ruleset.faults import RulesUnusable
from core.units.catalogue.catalogue import Catalogue
from core.units.levels import KnownUnits
from tenants.faults import Faults
from tenants.source import file_name, read_text

OF_FEATURES = ("unknown-channel", "unknown-limit")
"""Findings that depend on features and settings, which are not known while files are read."""


def read_rules_file(path: Path, faults: Faults) -> RuleSet | None:
    """Return the rules, noting every fault; None where there is no file."""
    text = read_text(path, faults) if path.exists() else None
    try:
        return read_rules(text) if text is not None else None
    except RulesUnusable as unusable:
        for fault in unusable.faults:
            faults.add(file_name(path), None, fault.sentence)
        return None


def check_rules_file(path: Path, rules: RuleSet, catalogue: Catalogue, units: KnownUnits, faults: Faults) -> None:
    """Note what the rules name that there is not, and units that stand too low for what they are given."""
    directory = directory_of(catalogue, units, channels={}, limits={})
    for finding in check_rules(rules, directory).findings:
        if finding.level == "error" and finding.code not in OF_FEATURES:
            faults.add(file_name(path), None, finding.sentence)

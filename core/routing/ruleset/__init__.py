"""Routing rules 派单规则: read, checked, asked and explained; values in, values out."""

from core.routing.ruleset.checking import Finding, Report, check_rules
from core.routing.ruleset.conditions import AllOf, AnyOf, Condition, Leaf, Not
from core.routing.ruleset.directory import NAMELESS, RoutingDirectory, RoutingMatter, directory_of
from core.routing.ruleset.evaluating import (
    DUTY_LIST,
    Assignee,
    CompiledRules,
    Hit,
    Listed,
    Offered,
    PassedOver,
    Verdict,
    compile_rules,
    evaluate,
)
from core.routing.ruleset.explaining import explain, others_that_match, record, why_not
from core.routing.ruleset.facts import Facts, FactsUnusable, facts_from, facts_from_snapshot, facts_of
from core.routing.ruleset.faults import RuleFault, RulesUnusable
from core.routing.ruleset.fields import FIELDS, OPERATORS, Field, Fields, with_custom
from core.routing.ruleset.possibility import can_match, implies
from core.routing.ruleset.reading import MOST_RULES, parse_condition, parse_rules, read_rules
from core.routing.ruleset.rules import (
    PHASE_LABELS,
    PHASES,
    Assign,
    Outcome,
    Phase,
    Rule,
    RuleSet,
    Validity,
)
from core.routing.ruleset.tracing import LeafTrace, Trace, trace
from core.routing.ruleset.wording import Wording
from core.routing.ruleset.writing import canonical, digest_of, dump_condition, dump_rule, dump_rules

__all__ = [
    "DUTY_LIST",
    "FIELDS",
    "MOST_RULES",
    "NAMELESS",
    "OPERATORS",
    "PHASES",
    "PHASE_LABELS",
    "AllOf",
    "AnyOf",
    "Assign",
    "Assignee",
    "CompiledRules",
    "Condition",
    "Facts",
    "FactsUnusable",
    "Field",
    "Fields",
    "Finding",
    "Hit",
    "Leaf",
    "LeafTrace",
    "Listed",
    "Not",
    "Offered",
    "Outcome",
    "PassedOver",
    "Phase",
    "Report",
    "RoutingDirectory",
    "RoutingMatter",
    "Rule",
    "RuleFault",
    "RuleSet",
    "RulesUnusable",
    "Trace",
    "Validity",
    "Verdict",
    "Wording",
    "can_match",
    "canonical",
    "check_rules",
    "compile_rules",
    "digest_of",
    "directory_of",
    "dump_condition",
    "dump_rule",
    "dump_rules",
    "evaluate",
    "explain",
    "facts_from",
    "facts_from_snapshot",
    "facts_of",
    "implies",
    "others_that_match",
    "parse_condition",
    "parse_rules",
    "read_rules",
    "record",
    "trace",
    "why_not",
    "with_custom",
]

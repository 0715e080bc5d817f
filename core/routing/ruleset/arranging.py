"""Arranging rules: moved before or behind their neighbours, put in the place of others, added and taken out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.routing.ruleset.rules import CUSTOMARY_PRIORITY, Phase, Rule, RuleSet


def in_phase(rules: RuleSet, phase: Phase) -> list[Rule]:
    """Return the rules of a phase in the order in which they are asked."""
    return [rule for rule in rules.in_order() if rule.phase is phase]


def moved(rules: RuleSet, rule_id: str, *, by: int) -> RuleSet:
    """Return the rules with one of them so many places later (or earlier) in its phase; at an end it stays there."""
    rule = next((each for each in rules.rules if each.id == rule_id), None)
    if rule is None:
        return rules
    order = in_phase(rules, rule.phase)
    at = order.index(rule)
    to = max(0, min(len(order) - 1, at + by))
    return beside(rules, rule_id, order[to].id, behind=to > at) if to != at else rules


def beside(rules: RuleSet, rule_id: str, other_id: str, *, behind: bool) -> RuleSet:
    """Return the rules with one of them right before or right behind another one of its phase.

    It takes the other's priority, so that no third one comes between; of two phases nothing is moved.
    """
    found = {each.id: each for each in rules.rules}
    rule, other = found.get(rule_id), found.get(other_id)
    if rule is None or other is None or rule is other or rule.phase is not other.phase:
        return rules
    kept = [each for each in rules.rules if each.id != rule_id]
    place = next(number for number, each in enumerate(kept) if each.id == other_id) + behind
    return replace(rules, rules=(*kept[:place], replace(rule, priority=other.priority), *kept[place:]))


def with_rule(rules: RuleSet, rule: Rule) -> RuleSet:
    """Return the rules with this one in the place of the one of its id; a new one comes last in its phase."""
    known = next((each for each in rules.rules if each.id == rule.id), None)
    if known is not None and known.phase is rule.phase:
        return replace(rules, rules=tuple(rule if each.id == rule.id else each for each in rules.rules))
    others = without(rules, rule.id)
    last = max((each.priority for each in in_phase(others, rule.phase)), default=CUSTOMARY_PRIORITY)
    return replace(others, rules=(*others.rules, replace(rule, priority=last)))


def without(rules: RuleSet, rule_id: str) -> RuleSet:
    """Return the rules without the one of this id."""
    return replace(rules, rules=tuple(each for each in rules.rules if each.id != rule_id))


def ordered(rules: Iterable[Rule], order: Sequence[str]) -> tuple[Rule, ...]:
    """Return rules as the ids stand; those that are not named come behind, as they stood."""
    places = {name: place for place, name in enumerate(order)}
    return tuple(sorted(rules, key=lambda rule: places.get(rule.id, len(places))))

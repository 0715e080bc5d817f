"""What holds of routing rules whatever they say: the index changes nothing, unknown stays unknown, claims are true."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.routing.ruleset import (
    FIELDS,
    PHASES,
    AllOf,
    AnyOf,
    Condition,
    Facts,
    Hit,
    Leaf,
    Not,
    RoutingDirectory,
    RuleSet,
    RulesUnusable,
    can_match,
    check_rules,
    compile_rules,
    digest_of,
    dump_condition,
    dump_rules,
    evaluate,
    explain,
    facts_from_snapshot,
    implies,
    others_that_match,
    parse_condition,
    parse_rules,
    read_rules,
    record,
    trace,
    why_not,
)
from core.routing.ruleset.compiling import when_false, when_true
from core.routing.ruleset.conditions import leaves_of
from core.routing.ruleset.evaluating import verdict_of
from core.routing.ruleset.fields import normalised
from core.routing.ruleset.possibility import Asked, possible
from tests.routing.made_up import DAYS, conditions, known, rule_sets

SOME = settings(max_examples=100, deadline=None)
NAMES_NOBODY = RoutingDirectory()
Truth = bool | None


def naive_truth(condition: Condition, values: Mapping[str, Any]) -> Truth:
    """Kleene's logic as it is in the book."""
    match condition:
        case Leaf():
            return naive_leaf(condition, values)
        case Not(child):
            truth = naive_truth(child, values)
            return None if truth is None else not truth
        case AllOf(children):
            truths = [naive_truth(each, values) for each in children]
            return False if False in truths else None if None in truths else True
        case AnyOf(children):
            truths = [naive_truth(each, values) for each in children]
            return True if True in truths else None if None in truths else False


def naive_leaf(leaf: Leaf, values: Mapping[str, Any]) -> Truth:
    if leaf.op == "in_calendar":
        return values.get(f"{leaf.field}/{leaf.values[0]}")
    value, wanted = values.get(leaf.field), leaf.values
    if leaf.op == "is_null":
        return (value is None) == wanted[0]
    if value is None:
        return None
    comparisons = {
        "eq": lambda: value == wanted[0],
        "in": lambda: any(value == each for each in wanted),
        "under": lambda: any(value.split(".")[: len(each.split("."))] == each.split(".") for each in wanted),
        "contains_any": lambda: any(each in value for each in wanted),
        "contains_all": lambda: all(each in value for each in wanted),
        "gte": lambda: value >= wanted[0],
        "lte": lambda: value <= wanted[0],
        "between": lambda: wanted[0] <= value <= wanted[1],
    }
    return bool(comparisons[leaf.op]())


def naive_hits(rules: RuleSet, facts: Facts, on: date) -> list[Hit]:
    """Ask every rule, one after the other."""
    hits: list[Hit] = []
    values, urgency = facts.values, None
    for phase in PHASES:
        written = [rule for rule in rules.rules if rule.phase is phase and rule.enabled and rule.valid.holds_on(on)]
        for rule in sorted(written, key=lambda rule: rule.priority):
            if naive_truth(rule.when, values) is True:
                hits.append(Hit(rule, values))
                urgency = urgency or rule.then.urgency
                values = {**values, "urgency": urgency} if urgency else values
                break
    return hits


@SOME
@given(rule_sets(), known(), DAYS)
def test_with_the_index_the_verdict_is_that_of_asking_every_rule(rules: RuleSet, facts: Facts, on: date) -> None:
    compiled = compile_rules(rules)

    verdict = evaluate(compiled, facts, on=on)

    assert verdict == verdict_of(compiled, facts, naive_hits(rules, facts, on), on=on, listed=None)


@SOME
@given(rule_sets(), known(), DAYS)
def test_the_rules_that_are_true_are_those_that_count_and_those_behind_them(
    rules: RuleSet, facts: Facts, on: date
) -> None:
    hits = {hit.rule.phase: hit for hit in naive_hits(rules, facts, on)}
    asked = {rule.id for rule in rules.rules if rule.enabled and rule.valid.holds_on(on)}
    expected = {
        rule.id
        for rule in rules.rules
        if rule.id in asked and rule.phase in hits and naive_truth(rule.when, hits[rule.phase].values) is True
    }

    assert {rule.id for rule in compile_rules(rules).true_ones(facts.values, on)} == expected


@SOME
@given(conditions, known())
def test_what_is_compiled_and_what_is_traced_is_what_the_condition_says(condition: Condition, facts: Facts) -> None:
    truth = naive_truth(condition, facts.values)

    assert when_true(condition)(facts.values) is (truth is True)
    assert when_false(condition)(facts.values) is (truth is False)
    assert trace(condition, facts.values).truth is truth


@SOME
@given(conditions, known())
def test_not_twice_is_nothing_at_all(condition: Condition, facts: Facts) -> None:
    assert trace(Not(Not(condition)), facts.values).truth is trace(condition, facts.values).truth


@SOME
@given(st.lists(conditions, min_size=1, max_size=3).map(tuple), known())
def test_not_all_is_any_not_and_not_any_is_all_not(children: tuple[Condition, ...], facts: Facts) -> None:
    denied = tuple(map(Not, children))

    assert trace(Not(AllOf(children)), facts.values).truth is trace(AnyOf(denied), facts.values).truth
    assert trace(Not(AnyOf(children)), facts.values).truth is trace(AllOf(denied), facts.values).truth


@SOME
@given(conditions, known())
def test_the_leaves_that_decide_are_enough_to_decide(condition: Condition, facts: Facts) -> None:
    found = trace(condition, facts.values)

    deciding = {leaf.leaf.variable for leaf in found.deciding}

    if found.truth is not None:
        assert trace(condition, {name: facts.values.get(name) for name in deciding}).truth is found.truth


@SOME
@given(conditions, conditions, known())
def test_what_is_said_to_be_implied_is(condition: Condition, other: Condition, facts: Facts) -> None:
    if implies(condition, other, FIELDS) and naive_truth(condition, facts.values) is True:
        assert naive_truth(other, facts.values) is True


@SOME
@given(conditions, known())
def test_what_is_said_never_to_match_does_not(condition: Condition, facts: Facts) -> None:
    if not can_match([condition], FIELDS).is_possible:
        assert naive_truth(condition, facts.values) is not True


@SOME
@given(conditions)
def test_a_condition_that_can_match_does_so_for_the_example(condition: Condition) -> None:
    example = can_match([condition], FIELDS).example

    hangs_on_missing_words = any(leaf.op == "contains_all" for _, leaf in leaves_of(condition))
    if example is not None and not hangs_on_missing_words:
        assert naive_truth(condition, example) is True


@SOME
@given(conditions, conditions)
def test_what_is_not_said_to_be_implied_has_a_counterexample(condition: Condition, other: Condition) -> None:
    example = possible([(Asked.TRUE, condition), (Asked.NOT_TRUE, other)], FIELDS).example

    hangs_on_missing_words = any(
        leaf.op == "contains_all" for each in (condition, other) for _, leaf in leaves_of(each)
    )
    if example is not None and not hangs_on_missing_words:
        assert naive_truth(condition, example) is True
        assert naive_truth(other, example) is not True


@SOME
@given(conditions, conditions)
def test_a_part_implies_the_whole_of_any_and_is_implied_by_the_whole_of_all(
    condition: Condition, other: Condition
) -> None:
    assert implies(condition, condition, FIELDS)
    assert implies(condition, AnyOf((other, condition)), FIELDS)
    assert implies(AllOf((other, condition)), condition, FIELDS)


@SOME
@given(rule_sets(), st.lists(known(), max_size=20), DAYS)
def test_no_facts_reach_a_rule_that_is_reported_unreachable(rules: RuleSet, several: list[Facts], on: date) -> None:
    report = check_rules(rules, NAMES_NOBODY)
    unreachable = {finding.rule for finding in (*report.of("unreachable"), *report.of("contradiction"))}

    reached = {hit.rule.id for facts in several for hit in naive_hits(rules, facts, on)}

    assert unreachable.isdisjoint(reached)


@SOME
@given(rule_sets(), known())
def test_rules_reported_to_overlap_differ_and_can_both_match(rules: RuleSet, facts: Facts) -> None:
    by_id = {rule.id: rule for rule in rules.rules}

    for finding in check_rules(rules, NAMES_NOBODY).of("overlap"):
        later, earlier = by_id[finding.rule], by_id[finding.other]
        assert later.phase is earlier.phase
        assert later.then != earlier.then
        assert can_match([later.when, earlier.when], FIELDS).is_possible


@SOME
@given(rule_sets())
def test_what_is_written_is_read_back(rules: RuleSet) -> None:
    assert parse_rules(dump_rules(rules)) == rules
    assert read_rules(json.dumps(dump_rules(rules))) == rules
    assert digest_of(parse_rules(dump_rules(rules))) == digest_of(rules)


@SOME
@given(conditions)
def test_a_condition_is_read_back(condition: Condition) -> None:
    assert parse_condition(dump_condition(condition)) == condition


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.none().map(lambda _: 10**5000),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=4),
    max_leaves=20,
)
KEYS = [
    "id",
    "label",
    "phase",
    "priority",
    "enabled",
    "valid",
    "when",
    "then",
    "explain",
    "all",
    "any",
    "not",
    "field",
    "op",
    "value",
    "set",
    "assign",
    "lead",
    "co",
]
VALUES = st.sampled_from([*KEYS, *FIELDS, "eq", "in", "under", "contains_any", "is_null", "between", "\ud800", "\x00"])
nearly_rules = st.recursive(
    VALUES | anything,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=9),
    max_leaves=40,
)


@SOME
@given(nearly_rules | anything)
def test_whatever_is_given_is_read_or_refused_in_words(value: Any) -> None:
    for written in (value, {"rules": value}, {"rules": [value]}, {"rules": [{"when": value, "then": value}]}):
        assert_read_or_refused(parse_rules, written)


@SOME
@given(rule_sets(4), st.data())
def test_a_rule_spoilt_anywhere_is_read_or_refused_in_words(rules: RuleSet, data: st.DataObject) -> None:
    written = dump_rules(rules)
    holder, key = data.draw(st.sampled_from(list(places_in(written))))
    holder[key] = data.draw(anything | VALUES)

    spoilt = assert_read_or_refused(parse_rules, written)

    if spoilt is not None:
        assert parse_rules(dump_rules(spoilt)) == spoilt
        check_rules(spoilt, NAMES_NOBODY)


@SOME
@given(st.text() | st.binary())
def test_any_text_is_read_or_refused_in_words(text: str | bytes) -> None:
    assert_read_or_refused(read_rules, text)


@SOME
@given(rule_sets(), known(), DAYS)
def test_every_verdict_can_be_explained_and_kept_and_asked_again(rules: RuleSet, facts: Facts, on: date) -> None:
    compiled = compile_rules(rules)
    verdict = evaluate(compiled, facts, on=on)

    kept = json.loads(json.dumps(record(verdict)))

    assert kept["explanation"] == explain(verdict)
    texts = {name: facts.values[name] for name in ("title", "text", "place") if name in facts.values}
    assert not texts.keys() & kept["facts"]["values"].keys()
    assert evaluate(compiled, facts_from_snapshot(kept["facts"], texts=texts), on=on) == verdict
    assert all(why_not(compiled, rule.id, verdict) for rule in rules.rules)
    hits = {hit.rule.phase: hit for hit in verdict.hits}
    for rule in others_that_match(compiled, verdict):
        assert naive_truth(rule.when, hits[rule.phase].values) is True


@given(st.text())
def test_text_that_was_made_ready_to_search_stays_as_it_is(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


def assert_read_or_refused(read: Callable[[Any], RuleSet], written: Any) -> RuleSet | None:
    try:
        return read(written)
    except RulesUnusable as caught:
        refusal = caught
    assert refusal.faults != ()
    assert refusal.message.encode() != b""
    return None


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from places_in(inner)

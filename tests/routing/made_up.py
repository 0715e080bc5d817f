"""Made-up conditions, rules and facts of a small world, so that what is asked often meets what is there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from hypothesis import strategies as st

from core.routing.ruleset import (
    PHASES,
    AllOf,
    AnyOf,
    Assign,
    Condition,
    Facts,
    Leaf,
    Not,
    Outcome,
    Phase,
    Rule,
    RuleSet,
    Validity,
    facts_from,
)

T = TypeVar("T")
PATHS = ("1", "1.1", "1.1.1", "1.2", "2", "2.1", "12")
WORDS = ("电", "漏电", "漏", "路灯", "灯", "电 灯")
UNITS = ("power", "roads", "street-a", "street-b", "market", "local:street")
NATURES = ("complaint", "help", "inquiry")
CHANNELS = ("hotline", "letter", "web")
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9))

paths = st.sampled_from(PATHS)
numbers = st.integers(0, 5)


def some(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, min_size=1, max_size=3, unique=True).map(tuple)


def _leaf(field: str, op: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Condition]:
    return st.builds(Leaf, st.just(field), st.just(op), values)


def _only(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T]]:
    return values.map(lambda value: (value,))


def _path_leaves(field: str) -> list[st.SearchStrategy[Condition]]:
    return [_leaf(field, "eq", _only(paths)), _leaf(field, "in", some(paths)), _leaf(field, "under", some(paths))]


def _code_leaves(field: str, *codes: str) -> list[st.SearchStrategy[Condition]]:
    values = st.sampled_from(codes)
    return [_leaf(field, "eq", _only(values)), _leaf(field, "in", some(values))]


def _number_leaves(field: str) -> list[st.SearchStrategy[Condition]]:
    return [
        _leaf(field, "eq", _only(numbers)),
        _leaf(field, "in", some(numbers)),
        _leaf(field, "gte", _only(numbers)),
        _leaf(field, "lte", _only(numbers)),
        _leaf(field, "between", st.tuples(numbers, numbers).map(lambda span: tuple(sorted(span)))),
    ]


leaves: st.SearchStrategy[Condition] = st.one_of(
    *_path_leaves("matter"),
    *_path_leaves("area"),
    *_code_leaves("nature", *NATURES),
    *_code_leaves("channel", *CHANNELS),
    *_code_leaves("urgency", "normal", "urgent"),
    *_number_leaves("repeat_count"),
    _leaf("text", "contains_any", some(st.sampled_from(WORDS))),
    _leaf("text", "contains_all", some(st.sampled_from(WORDS))),
    _leaf("submitted", "in_calendar", _only(st.sampled_from(["working_time", "working_day"]))),
    _leaf("has_instruction", "eq", _only(st.booleans())),
    st.builds(
        Leaf,
        st.sampled_from(["matter", "area", "nature", "channel", "text", "repeat_count", "has_instruction"]),
        st.just("is_null"),
        _only(st.booleans()),
    ),
)


def _grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    children = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, children), st.builds(AnyOf, children), st.builds(Not, inner))


conditions: st.SearchStrategy[Condition] = st.recursive(leaves, _grown, max_leaves=8)


@st.composite
def known(draw: Callable[..., Any]) -> Facts:
    """Facts of which any may be unknown."""
    calendars = st.dictionaries(st.sampled_from(["working_time", "working_day"]), st.booleans())
    values = {
        "matter": draw(st.none() | st.sampled_from((*PATHS, "1.1.9", "3"))),
        "area": draw(st.none() | st.sampled_from((*PATHS, "3"))),
        "nature": draw(st.none() | st.sampled_from((*NATURES, "praise"))),
        "channel": draw(st.none() | st.sampled_from((*CHANNELS, "counter"))),
        "urgency": draw(st.none() | st.sampled_from(["normal", "urgent"])),
        "repeat_count": draw(st.none() | st.integers(-1, 7)),
        "text": draw(st.none() | st.lists(st.sampled_from((*WORDS, "水")), max_size=4).map("，".join)),
        "submitted": draw(calendars),
        "has_instruction": draw(st.none() | st.booleans()),
    }
    return facts_from(
        values,
        returned_by=draw(st.sets(st.sampled_from(UNITS[:-1]), max_size=2)),
        local_units=draw(st.just({}) | st.sampled_from(UNITS[2:4]).map(lambda unit: {"street": unit})),
    )


@st.composite
def outcomes(draw: Callable[..., Any], phase: Phase) -> Outcome:
    """An outcome that its phase allows."""
    if phase is Phase.SPLIT:
        return Outcome(split=draw(st.sampled_from(["按事项拆", "按地点拆"])))
    units = draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=4, unique=True))
    assigns = phase is not Phase.FALLBACK and draw(st.booleans())
    outcome = Outcome(
        urgency=draw(st.none() | st.sampled_from(["normal", "urgent"])),
        assign=Assign(units[0], tuple(units[1:2]), draw(st.booleans())) if assigns else None,
        limit=draw(st.sampled_from(["", "urgent-1h"])),
        exclude=tuple(units[2:]),
    )
    return replace(outcome, limit="urgent-1h") if outcome == Outcome() else outcome


@st.composite
def rules(draw: Callable[..., Any], rule_id: str = "r") -> Rule:
    """A rule of any phase."""
    phase = draw(st.sampled_from(PHASES))
    first, last = sorted(draw(st.tuples(DAYS, DAYS)))
    return Rule(
        id=rule_id,
        label=f"规则 {rule_id}",
        phase=phase,
        when=draw(conditions),
        then=draw(outcomes(phase)),
        explain="示例",
        priority=draw(st.sampled_from([10, 20])),
        enabled=draw(st.sampled_from([True, True, True, False])),
        valid=draw(st.sampled_from([Validity(), Validity(first), Validity(None, last), Validity(first, last)])),
    )


@st.composite
def rule_sets(draw: Callable[..., Any], most: int = 8) -> RuleSet:
    """A few rules."""
    count = draw(st.integers(0, most))
    return RuleSet(tuple(draw(rules(f"r{number}")) for number in range(count)))

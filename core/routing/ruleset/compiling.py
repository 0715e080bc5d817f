"""Conditions as functions, made once and asked for every ticket.

A rule asks only whether its condition is true. In a logic of three values that needs two functions of two values: whether
a part is true, and, below a `not`, whether it is false. What is unknown is neither, so nothing has to carry it along.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from core.routing.ruleset.conditions import AllOf, AnyOf, Condition, Leaf, Not, test_of, words_of

Values: TypeAlias = Mapping[str, Any]
Met: TypeAlias = Callable[[Values], bool]
_COSTS = {"contains_any": 3, "contains_all": 3, "under": 1}
"""What is dear is asked last; the order of questions changes no answer."""


def when_true(condition: Condition) -> Met:
    """Return a function that tells whether the condition is true of these values."""
    match condition:
        case Leaf():
            return _known(condition, wanted=True)
        case Not(child):
            return when_false(child)
        case AllOf(children):
            return _all([when_true(each) for each in _cheap_first(children)])
        case AnyOf(children):
            return _any([when_true(each) for each in _cheap_first(children)])


def when_false(condition: Condition) -> Met:
    """Return a function that tells whether the condition is false of these values; unknown is not false."""
    match condition:
        case Leaf():
            return _known(condition, wanted=False)
        case Not(child):
            return when_true(child)
        case AllOf(children):
            return _any([when_false(each) for each in _cheap_first(children)])
        case AnyOf(children):
            return _all([when_false(each) for each in _cheap_first(children)])


def always(values: Values) -> bool:
    """Tell that nothing more is asked."""
    return True


def _known(leaf: Leaf, *, wanted: bool) -> Met:
    if leaf.op == "is_null":
        return _nothing(leaf.variable, leaf.values[0] is wanted)
    if wanted and (made := _DIRECT.get(leaf.op)):
        return made(leaf)
    name, test = leaf.variable, test_of(leaf)

    def is_met(values: Values) -> bool:
        value = values.get(name)
        return value is not None and test(value) is wanted

    return is_met


def _nothing(name: str, wanted: bool) -> Met:
    return lambda values: (values.get(name) is None) is wanted


def _equals(leaf: Leaf) -> Met:
    name, value = leaf.variable, leaf.values[0]
    return lambda values: bool(values.get(name) == value)


def _is_one_of(leaf: Leaf) -> Met:
    name, several = leaf.variable, frozenset(leaf.values)
    return lambda values: values.get(name) in several


def _lies_under(leaf: Leaf) -> Met:
    name = leaf.variable
    paths = frozenset(leaf.values)
    below = tuple(f"{path}." for path in leaf.values)

    def is_met(values: Values) -> bool:
        value = values.get(name)
        return value is not None and (value in paths or value.startswith(below))

    return is_met


def _contains_any(leaf: Leaf) -> Met:
    name, words = leaf.variable, words_of(leaf)

    def is_met(values: Values) -> bool:
        text = values.get(name)
        if text is not None:
            for word in words:
                if word in text:
                    return True
        return False

    return is_met


def _contains_all(leaf: Leaf) -> Met:
    name, words = leaf.variable, words_of(leaf)

    def is_met(values: Values) -> bool:
        text = values.get(name)
        if text is None:
            return False
        for word in words:  # noqa: SIM110 -- a generator would cost more than the search
            if word not in text:
                return False
        return True

    return is_met


_DIRECT: Mapping[str, Callable[[Leaf], Met]] = {
    "eq": _equals,
    "in": _is_one_of,
    "under": _lies_under,
    "contains_any": _contains_any,
    "contains_all": _contains_all,
}
"""Comparisons that are asked most, in one function instead of two."""


def _all(tests: list[Met]) -> Met:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda values: first(values) and second(values)

    def is_met(values: Values) -> bool:
        for test in tests:  # noqa: SIM110 -- a generator would cost more than most tests
            if not test(values):
                return False
        return True

    return is_met


def _any(tests: list[Met]) -> Met:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda values: first(values) or second(values)

    def is_met(values: Values) -> bool:
        for test in tests:  # noqa: SIM110 -- a generator would cost more than most tests
            if test(values):
                return True
        return False

    return is_met


def _cheap_first(children: tuple[Condition, ...]) -> list[Condition]:
    return sorted(children, key=_cost)


def _cost(condition: Condition) -> int:
    match condition:
        case Leaf(_, op, values):
            return _COSTS.get(op, 0) * len(values)
        case Not(child):
            return _cost(child)
        case AllOf(children) | AnyOf(children):
            return sum(map(_cost, children))

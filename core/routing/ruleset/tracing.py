"""Why a rule matched or not: every leaf with the value that was there, and those on which it hung."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.routing.ruleset.compiling import Values
from core.routing.ruleset.conditions import AllOf, AnyOf, Condition, Leaf, Not, truth_of, words_of
from core.routing.ruleset.fields import SEVERAL


@dataclass(frozen=True, slots=True)
class LeafTrace:
    """One leaf as it was met: where it stands, the actual value (None = unknown; of a text, the words found), the truth.

    `decides`: had it been otherwise, the rule could have come out otherwise.
    """

    path: str
    leaf: Leaf
    actual: Any
    truth: bool | None
    decides: bool

    def written(self) -> dict[str, Any]:
        """Return the trace as JSON, to be kept."""
        values = self.leaf.values
        return {
            "path": self.path,
            "field": self.leaf.field,
            "op": self.leaf.op,
            "value": list(values) if self.leaf.op in SEVERAL else values[0],
            "actual": list(self.actual) if isinstance(self.actual, tuple) else self.actual,
            "truth": self.truth,
            "decides": self.decides,
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """A condition's truth, and all its leaves."""

    truth: bool | None
    leaves: tuple[LeafTrace, ...]

    @property
    def deciding(self) -> tuple[LeafTrace, ...]:
        """The leaves on which it hung."""
        return tuple(leaf for leaf in self.leaves if leaf.decides)


def trace(condition: Condition, values: Values) -> Trace:
    """Return what each part of a condition came to; nothing is skipped."""
    truth, leaves = _traced(condition, values, "when")
    return Trace(truth, tuple(leaves))


def _traced(condition: Condition, values: Values, path: str) -> tuple[bool | None, list[LeafTrace]]:
    match condition:
        case Leaf():
            return _leaf(condition, values, path)
        case Not(child):
            truth, leaves = _traced(child, values, f"{path}.not")
            return (None if truth is None else not truth), leaves
        case AllOf(children):
            return _several("all", children, values, path)
        case AnyOf(children):
            return _several("any", children, values, path)


def _leaf(leaf: Leaf, values: Values, path: str) -> tuple[bool | None, list[LeafTrace]]:
    value = values.get(leaf.variable)
    truth = truth_of(leaf, value)
    actual = value
    if leaf.op in ("contains_any", "contains_all") and value is not None:
        searched = zip(leaf.values, words_of(leaf), strict=True)
        actual = tuple(word for word, normal in searched if normal in value)
    elif isinstance(value, str) and leaf.op == "is_null":
        actual = value[:40]
    return truth, [LeafTrace(path, leaf, actual, truth, decides=True)]


def _several(
    branch: str, children: tuple[Condition, ...], values: Values, path: str
) -> tuple[bool | None, list[LeafTrace]]:
    traced = [_traced(each, values, f"{path}.{branch}[{number}]") for number, each in enumerate(children)]
    truths = [truth for truth, _ in traced]
    ruling = branch == "any"  # one child that is true decides an `any`, one that is false an `all`
    truth = ruling if ruling in truths else None if None in truths else not ruling
    return truth, [leaf for of_child, leaves in traced for leaf in _weighed(leaves, decides=of_child is truth)]


def _weighed(leaves: list[LeafTrace], *, decides: bool) -> Iterator[LeafTrace]:
    for each in leaves:
        yield each if decides else LeafTrace(each.path, each.leaf, each.actual, each.truth, decides=False)

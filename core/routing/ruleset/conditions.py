"""The condition of a routing rule: a closed tree of all, any, not, and leaves that compare one field with values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

from core.routing.ruleset.fields import Scalar, Test, normalised


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field compared with values: one for `eq`, two for `between`, as many as wanted for `in`."""

    field: str
    op: str
    values: tuple[Scalar, ...]

    @property
    def variable(self) -> str:
        """The name under which facts hold what is compared: a moment has one for each calendar."""
        return f"{self.field}/{self.values[0]}" if self.op == "in_calendar" else self.field


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of the children."""

    children: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the children."""

    children: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of the child; of what is unknown the opposite is unknown."""

    child: "Condition"


Condition: TypeAlias = AllOf | AnyOf | Not | Leaf


def leaves_of(condition: Condition, path: str = "when") -> Iterator[tuple[str, Leaf]]:
    """Yield every leaf with its place in the tree as it is written."""
    match condition:
        case Leaf():
            yield path, condition
        case Not(child):
            yield from leaves_of(child, f"{path}.not")
        case AllOf(children):
            for number, each in enumerate(children):
                yield from leaves_of(each, f"{path}.all[{number}]")
        case AnyOf(children):
            for number, each in enumerate(children):
                yield from leaves_of(each, f"{path}.any[{number}]")


def truth_of(leaf: Leaf, value: object) -> bool | None:
    """Return whether a leaf is met by this value. None = unknown, which only `is_null` can tell."""
    if leaf.op == "is_null":
        return (value is None) == leaf.values[0]
    return None if value is None else test_of(leaf)(value)


def test_of(leaf: Leaf) -> Test:
    """Return the comparison of a leaf with a known value, for any operator but `is_null`."""
    return _TESTS[leaf.op](leaf.values)


def words_of(leaf: Leaf) -> tuple[str, ...]:
    """Return the words of a leaf about text, as they are searched."""
    return tuple(normalised(str(word)) for word in leaf.values)


def paths_of(leaf: Leaf) -> tuple[str, ...]:
    """Return the values of a leaf about a path or a code."""
    return cast("tuple[str, ...]", leaf.values)


def _equals(values: tuple[Scalar, ...]) -> Test:
    wanted = values[0]
    return lambda value: bool(value == wanted)


def _is_one_of(values: tuple[Scalar, ...]) -> Test:
    wanted = frozenset(values)
    return lambda value: value in wanted


def _lies_under(values: tuple[Scalar, ...]) -> Test:
    wanted = tuple(f"{value}." for value in values)
    return lambda value: f"{value}.".startswith(wanted)


def _contains_any(values: tuple[Scalar, ...]) -> Test:
    words = tuple(normalised(str(word)) for word in values)

    def contains(text: str) -> bool:
        for word in words:  # noqa: SIM110 -- a generator would cost more than the search
            if word in text:
                return True
        return False

    return contains


def _contains_all(values: tuple[Scalar, ...]) -> Test:
    words = tuple(normalised(str(word)) for word in values)

    def contains(text: str) -> bool:
        for word in words:  # noqa: SIM110 -- a generator would cost more than the search
            if word not in text:
                return False
        return True

    return contains


def _at_least(values: tuple[Scalar, ...]) -> Test:
    least = cast("int", values[0])
    return lambda value: bool(value >= least)


def _at_most(values: tuple[Scalar, ...]) -> Test:
    most = cast("int", values[0])
    return lambda value: bool(value <= most)


def _between(values: tuple[Scalar, ...]) -> Test:
    least, most = cast("tuple[int, int]", values)
    return lambda value: bool(least <= value <= most)


def _is_so(values: tuple[Scalar, ...]) -> Test:
    return lambda value: value is True


_TESTS: dict[str, Callable[[tuple[Scalar, ...]], Test]] = {
    "eq": _equals,
    "in": _is_one_of,
    "under": _lies_under,
    "contains_any": _contains_any,
    "contains_all": _contains_all,
    "gte": _at_least,
    "lte": _at_most,
    "between": _between,
    "in_calendar": _is_so,
}

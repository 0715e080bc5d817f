"""Whether conditions can be met: together, or one without the other.

A branch of the tree of cases is a list of leaves, each with what is asked of it. Fields do not depend on each other, so a
branch is possible when each field has a value, or is unknown, in accordance with all its leaves. A field has only as many
values that differ for given leaves as they name, and a few between; a text is put together from words. What is found impossible is so. When the work grows
out of hand the question is given up, and then nothing is claimed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from typing import Any

from core.routing.ruleset.conditions import AllOf, AnyOf, Condition, Leaf, Not, test_of, truth_of, words_of
from core.routing.ruleset.fields import Field, Fields, Scalar

MOST_STEPS = 3_000
"""Of one question."""
STEPS_TO_BEGIN = 5
WORDS_IN_A_STEP = 10
_FRESH = "\N{ZERO WIDTH SPACE}其他"
"""A code, or a part of a path, that no rule can name: nothing unseen is allowed in rules."""
_BETWEEN = "\n"
"""Between words, where no word reaches across: a rule's word is one line."""


class Asked(Enum):
    """What is asked of a condition in a case: that it is true, false, or anything but."""

    TRUE = "true"
    FALSE = "false"
    NOT_TRUE = "not true"
    NOT_FALSE = "not false"

    def accepts(self, truth: bool | None) -> bool:
        """Tell whether this truth is what is asked; None = unknown."""
        match self:
            case Asked.TRUE:
                return truth is True
            case Asked.FALSE:
                return truth is False
            case Asked.NOT_TRUE:
                return truth is not True
        return truth is not False


_OPPOSITE = {
    Asked.TRUE: Asked.FALSE,
    Asked.FALSE: Asked.TRUE,
    Asked.NOT_TRUE: Asked.NOT_FALSE,
    Asked.NOT_FALSE: Asked.NOT_TRUE,
}
_EACH_OF_ALL = (Asked.TRUE, Asked.NOT_FALSE)
"""An `all` is so when each child is, an `any` when one is; of the two others the reverse."""
Claim = tuple[Asked, Condition]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the claims can hold together. `example` are values of which they hold; without any, it was given up."""

    is_possible: bool
    example: Mapping[str, Any] | None = None


IMPOSSIBLE = Answer(False)
GIVEN_UP = Answer(True)


@dataclass(slots=True)
class Effort:
    """How many steps may still be taken, over several questions."""

    left: int

    @property
    def is_spent(self) -> bool:
        """Nothing more can be asked."""
        return self.left <= 0


def can_match(conditions: Iterable[Condition], fields: Fields, effort: Effort | None = None) -> Answer:
    """Return whether there can be a ticket of which all these conditions are true."""
    return possible([(Asked.TRUE, condition) for condition in conditions], fields, effort)


def implies(condition: Condition, other: Condition, fields: Fields, effort: Effort | None = None) -> bool:
    """Tell whether the other is true wherever the condition is. What cannot be shown is not claimed."""
    return not possible([(Asked.TRUE, condition), (Asked.NOT_TRUE, other)], fields, effort).is_possible


def possible(claims: Sequence[Claim], fields: Fields, effort: Effort | None = None) -> Answer:
    """Return whether the claims can hold together, within the steps of one question and of the whole effort."""
    effort = effort or Effort(MOST_STEPS)
    domains = _domains(claims, fields)
    left = most = min(MOST_STEPS, effort.left)
    cases = [_Case(domains, list(claims))]
    answer = IMPOSSIBLE
    while cases and answer is IMPOSSIBLE:
        case = cases.pop()
        while case.pending and left > 0:
            left -= case.cost()
            if not case.step():
                break
        else:
            if case.pending or left <= 0:
                answer = GIVEN_UP
            elif case.choices:
                cases.extend(case.split())
            else:
                answer = Answer(True, case.example())
    effort.left -= most - left + STEPS_TO_BEGIN
    return answer


class _Domain:
    """The values of a variable that differ for given leaves, and for each leaf those of which it is true or false.

    Sets of values are bits of an integer; the last one stands for what is unknown.
    """

    __slots__ = ("false", "true", "values", "whole")

    def __init__(self, of: Field, leaves: Sequence[Leaf]) -> None:
        self.values = (*dict.fromkeys(_values(of, leaves)), None)
        self.whole = (1 << len(self.values)) - 1
        self.true: dict[int, int] = {}
        self.false: dict[int, int] = {}
        unknown = 1 << len(self.values) - 1
        for leaf in leaves:
            if leaf.op == "is_null":
                met = unknown if leaf.values[0] else self.whole ^ unknown
                unmet = self.whole ^ met
            else:
                test = test_of(leaf)
                met = sum(1 << place for place, value in enumerate(self.values[:-1]) if test(value))
                unmet = self.whole ^ unknown ^ met
            self.true[id(leaf)], self.false[id(leaf)] = met, unmet

    def accepted(self, asked: Asked, leaf: Leaf) -> int:
        """Return the values of which a leaf is as it is asked."""
        match asked:
            case Asked.TRUE:
                return self.true[id(leaf)]
            case Asked.FALSE:
                return self.false[id(leaf)]
            case Asked.NOT_TRUE:
                return self.whole ^ self.true[id(leaf)]
        return self.whole ^ self.false[id(leaf)]


@dataclass(slots=True)
class _Case:
    """One branch: claims still to take apart, choices put off, and which values are left for each variable."""

    domains: Mapping[str, _Domain]
    """Of all variables but texts."""
    pending: list[Claim]
    choices: list[list[Claim]] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    asked: dict[str, list[tuple[Asked, Leaf]]] = field(default_factory=dict)
    """What is asked of each text."""
    texts: dict[str, str | None] = field(default_factory=dict)
    """A text in accordance with it; None = unknown."""

    def cost(self) -> int:
        """Return how many steps the next one counts: the more words a text is asked for, the more."""
        _, condition = self.pending[-1]
        if not isinstance(condition, Leaf) or condition.variable in self.domains:
            return 1
        asked = self.asked.get(condition.field, ())
        return 1 + (len(condition.values) + sum(len(leaf.values) for _, leaf in asked)) // WORDS_IN_A_STEP

    def step(self) -> bool:
        """Take one claim apart, and tell whether the case is still possible."""
        asked, condition = self.pending.pop()
        match condition:
            case Leaf():
                return self._add(asked, condition)
            case Not(child):
                self.pending.append((_OPPOSITE[asked], child))
            case AllOf(children) | AnyOf(children):
                claims = [(asked, child) for child in children]
                if isinstance(condition, AllOf) == (asked in _EACH_OF_ALL) or len(claims) == 1:
                    self.pending += claims
                else:
                    self.choices.append(claims)
        return True

    def split(self) -> Iterator["_Case"]:
        """Yield a case for each way of the smallest choice, the first way last."""
        self.choices.sort(key=len, reverse=True)
        chosen = self.choices.pop()
        for claim in reversed(chosen):
            asked = {name: list(leaves) for name, leaves in self.asked.items()}
            yield _Case(self.domains, [claim], list(self.choices), dict(self.left), asked, dict(self.texts))

    def example(self) -> dict[str, Any]:
        """Return values of which all claims hold."""
        chosen = {name: self.domains[name].values[_lowest(left)] for name, left in self.left.items()}
        return {name: value for name, value in (chosen | self.texts).items() if value is not None}

    def _add(self, asked: Asked, leaf: Leaf) -> bool:
        name = leaf.variable
        if domain := self.domains.get(name):
            left = self.left.get(name, domain.whole) & domain.accepted(asked, leaf)
            self.left[name] = left
            return left != 0
        asked_of_it = self.asked.setdefault(name, [])
        asked_of_it.append((asked, leaf))
        if name not in self.texts or not asked.accepts(truth_of(leaf, self.texts[name])):
            found = _text(asked_of_it)
            if found is _NOTHING:
                return False
            self.texts[name] = found
        return True


_NOTHING: Any = object()
"""There is no such text; None is one, that of which nothing is known."""


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _domains(claims: Sequence[Claim], fields: Fields) -> dict[str, _Domain]:
    leaves: dict[str, list[Leaf]] = {}
    for _, condition in claims:
        for leaf in _leaves(condition):
            if fields[leaf.field].kind != "text":
                leaves.setdefault(leaf.variable, []).append(leaf)
    return {name: _Domain(fields[several[0].field], several) for name, several in leaves.items()}


def _leaves(condition: Condition) -> Iterator[Leaf]:
    match condition:
        case Leaf():
            yield condition
        case Not(child):
            yield from _leaves(child)
        case AllOf(children) | AnyOf(children):
            for each in children:
                yield from _leaves(each)


def _values(of: Field, leaves: Sequence[Leaf]) -> Iterable[Any]:
    """Return known values among which there is one for every way in which these leaves can come out together."""
    named = [value for leaf in leaves if leaf.op != "is_null" for value in leaf.values]
    match of.kind:
        case "path":
            return chain(named, (f"{path}.{_FRESH}" for path in named), (_FRESH,))
        case "number":
            return chain(named, _beside(named), (0,))
        case "code":
            return of.names if of.is_closed else (*named, _FRESH)
    return (True, False)


def _beside(named: Sequence[Scalar]) -> Iterator[int]:
    for value in named:
        assert isinstance(value, int)
        yield value + 1
        yield value - 1


def _text(asked: Sequence[tuple[Asked, Leaf]]) -> Any:
    """Return a text in accordance with leaves, None if that may be unknown.

    Where some of several words have to be missing, a text may be given that has them all: too much is thought possible,
    never too little.
    """
    if all(wanted.accepts(truth_of(leaf, None)) for wanted, leaf in asked):
        return None
    words = _Words()
    for wanted, leaf in asked:
        if leaf.op != "is_null":
            words.add(leaf, holds=wanted in (Asked.TRUE, Asked.NOT_FALSE))
        elif not wanted.accepts(truth_of(leaf, "")):
            return _NOTHING
    return words.text()


@dataclass(slots=True)
class _Words:
    """What has to be in a text, and what must not be; of each group one word is enough."""

    present: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    one_present: list[tuple[str, ...]] = field(default_factory=list)
    one_absent: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, leaf: Leaf, *, holds: bool) -> None:
        """Take in one leaf of a text that is known."""
        words = words_of(leaf)
        every = (leaf.op == "contains_all") is holds or len(words) == 1
        if holds:
            self.present += words if every else ()
            self.one_present += () if every else [words]
        else:
            self.absent += words if every else ()
            self.one_absent += () if every else [words]

    def text(self) -> Any:
        """Return a text with the words that have to be in it."""
        if self._forbidden(self.present) or any(self._in_text(words) for words in self.one_absent):
            return _NOTHING
        for words in self.one_present:
            allowed = [word for word in words if not self._forbidden([word])]
            if not allowed:
                return _NOTHING
            self.present.append(min(allowed, key=len))
        return _BETWEEN.join(dict.fromkeys(self.present)) or _BETWEEN

    def _forbidden(self, words: Sequence[str]) -> bool:
        return any(missing in word for word in words for missing in self.absent)

    def _in_text(self, words: Sequence[str]) -> bool:
        """Tell whether none of the words can be left out."""
        return all(any(word in present for present in self.present) for word in words)

"""Which rules can match at all: found by the matter, area or words, the channel and the nature that they demand.

A rule whose condition says in its top `all` that the matter lies under 07.08 is only looked at for tickets whose matter
does, and if it demands an area too, only for those from there. One that demands no matter is found by its area, else by
its words, of which each is searched once for all rules. What the index has answered is not asked again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from core.routing.ruleset.compiling import Met, Values, always, when_true
from core.routing.ruleset.conditions import AllOf, AnyOf, Condition, Leaf, paths_of, words_of
from core.routing.ruleset.fields import is_under, prefixes_of

MOST_KEYS = 64
"""Under how many keys one rule may be found; beyond, area, nature and channel are left to its condition."""
How = Literal["under", "exactly", "unknown", "word"]
Pair = tuple[str | None, str | None]
"""Channel and nature; None = any, or unknown."""
Found = dict[str | None, dict[Pair, list[int]]]
"""By area, then by channel and nature, the places of rules."""
PATHS = ("matter", "area")
_ANY: tuple[str | None, ...] = (None,)


@dataclass(frozen=True, slots=True)
class Key:
    """What is demanded of a field: a place with all under it, or itself alone; that it is unknown; a word."""

    field: str
    how: How
    value: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """What holds wherever a condition is true, and the test of what the index leaves open.

    One of the keys holds; no keys = nothing is demanded of matter, area or words. `areas` are demanded besides a matter.
    """

    keys: tuple[Key, ...]
    areas: tuple[str | None, ...]
    channels: tuple[str | None, ...]
    natures: tuple[str | None, ...]
    rest: Met

    def paths_of(self, field: str) -> list[str] | None:
        """Return the paths of which a field has one, or lies under one; None = any, or unknown."""
        if field == "area" and self.areas != _ANY:
            return [area for area in self.areas if area is not None]
        if not self.keys or any(key.field != field or key.how not in ("under", "exactly") for key in self.keys):
            return None
        return [key.value for key in self.keys]


class RuleIndex:
    """Finds the places of the rules that can match, among conditions in the order in which they are asked."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._anywhere: Found = {}
        self._found: dict[tuple[str, How], dict[str, Found]] = {}
        tests: list[Met] = []
        for place, condition in enumerate(conditions):
            demand = demand_of(condition)
            tests.append(demand.rest)
            for found, area in product(self._at(demand), demand.areas):
                by_pair = found.setdefault(area, {})
                for pair in product(demand.channels, demand.natures):
                    by_pair.setdefault(pair, []).append(place)
        self.tests: tuple[Met, ...] = tuple(tests)
        """What is left to ask of each rule that `candidates` finds."""

    def candidates(self, values: Values) -> list[int]:
        """Return the places of all rules that can match, in order; one may come several times."""
        pairs = _pairs(values.get("channel"), values.get("nature"))
        area = values.get("area")
        areas = _ANY if area is None else (None, *prefixes_of(area))
        places: list[int] = []
        for found in self._met(values):
            for area in areas:
                if (by_pair := found.get(area)) is not None:
                    for pair in pairs:
                        if (more := by_pair.get(pair)) is not None:
                            places += more
        places.sort()
        return places

    def _met(self, values: Values) -> list[Found]:
        """Return what lies at the keys that these values meet."""
        met = [self._anywhere]
        for (field, how), at in self._found.items():
            value = values.get(field)
            if value is None:
                if how == "unknown":
                    met.append(at[""])
            elif how == "under":
                met += [at[above] for above in prefixes_of(value) if above in at]
            elif how == "exactly":
                met += [at[value]] if value in at else ()
            elif how == "word":
                met += [found for word, found in at.items() if word in value]
        return met

    def _at(self, demand: Demand) -> Iterator[Found]:
        if not demand.keys:
            yield self._anywhere
        for key in demand.keys:
            yield self._found.setdefault((key.field, key.how), {}).setdefault(key.value, {})


def demand_of(condition: Condition) -> Demand:
    """Return what must hold wherever the condition is true, as far as the index knows it, and what else it asks."""
    parts = list(_conjuncts(condition))
    keys, of_keys = _narrowest(parts)
    areas, of_area = _areas(parts) if keys and keys[0].field == "matter" else (_ANY, None)
    channels, of_channel = _codes(parts, "channel")
    natures, of_nature = _codes(parts, "nature")
    if max(len(keys), 1) * len(areas) * len(channels) * len(natures) > MOST_KEYS:
        areas = channels = natures = _ANY
        of_area = of_channel = of_nature = None
    answered = [each for each in (of_keys, of_area, of_channel, of_nature) if each is not None]
    left = [part for part in parts if not any(part is each for each in answered)]
    return Demand(keys, areas, channels, natures, when_true(AllOf(tuple(left))) if left else always)


def _pairs(channel: str | None, nature: str | None) -> list[Pair]:
    pairs: list[Pair] = [(None, None)]
    if channel is not None:
        pairs.append((channel, None))
    if nature is not None:
        pairs.append((None, nature))
        if channel is not None:
            pairs.append((channel, nature))
    return pairs


def _conjuncts(condition: Condition) -> Iterable[Condition]:
    if isinstance(condition, AllOf):
        for each in condition.children:
            yield from _conjuncts(each)
    else:
        yield condition


def _narrowest(parts: Sequence[Condition]) -> tuple[tuple[Key, ...], Condition | None]:
    """Return the demand that leaves the fewest tickets, and the part that it answers in full."""
    for field in PATHS:
        keys, part = _narrowest_of(parts, field)
        if keys:
            return keys, part
    if words := [part for part in parts if isinstance(part, Leaf) and part.op.startswith("contains")]:
        return _word_keys(min(words, key=lambda leaf: len(leaf.values) if leaf.op == "contains_any" else 1))
    return (), None


def _narrowest_of(parts: Sequence[Condition], field: str) -> tuple[tuple[Key, ...], Condition | None]:
    found = [(keys, part) for part in parts if (keys := _path_keys(part, field))]
    if not found:
        return (), None
    keys, part = max(found, key=lambda each: (min(key.value.count(".") for key in each[0]), -len(each[0])))
    # An `any` of demands narrows the search, but each of its parts may ask for more.
    return tuple(keys), part if isinstance(part, Leaf) else None


def _areas(parts: Sequence[Condition]) -> tuple[tuple[str | None, ...], Condition | None]:
    """Return the areas in which a ticket has to lie; one that has to be the area itself is asked for again."""
    keys, part = _narrowest_of(parts, "area")
    if not keys or any(key.how == "unknown" for key in keys):
        return _ANY, None
    return tuple(dict.fromkeys(key.value for key in keys)), part if all(key.how == "under" for key in keys) else None


def _path_keys(part: Condition, field: str) -> list[Key]:
    """Return keys one of which is met wherever the part is true; none = it demands none."""
    match part:
        case Leaf(name, "under", values) if name == field:
            paths = paths_of(part)
            outer = [path for path in paths if not any(is_under(path, above) for above in paths if above != path)]
            return [Key(field, "under", path) for path in outer]
        case Leaf(name, "eq" | "in") if name == field:
            return [Key(field, "exactly", path) for path in paths_of(part)]
        case Leaf(name, "is_null", values) if name == field and values[0]:
            return [Key(field, "unknown")]
        case AnyOf(children):
            each = [_path_keys(child, field) for child in children]
            return list(dict.fromkeys(key for keys in each for key in keys)) if all(each) else []
        case AllOf(children):
            return next((keys for child in children if (keys := _path_keys(child, field))), [])
    return []


def _word_keys(leaf: Leaf) -> tuple[tuple[Key, ...], Condition | None]:
    """Return the words of which a text has one; of those of which it has all, the longest."""
    words = words_of(leaf)
    if leaf.op == "contains_all" and len(words) > 1:
        return (Key(leaf.field, "word", max(words, key=len)),), None
    return tuple(Key(leaf.field, "word", word) for word in dict.fromkeys(words)), leaf


def _codes(parts: Sequence[Condition], field: str) -> tuple[tuple[str | None, ...], Condition | None]:
    for part in parts:
        if isinstance(part, Leaf) and part.field == field and part.op in ("eq", "in"):
            return paths_of(part), part
    return _ANY, None

"""The words by which appeals about the items of a duty list are known 关键词, found in a text without trying each one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

GAP = "…"
"""Stands in a keyword for whatever lies between two words of it: 路灯…不亮."""
WIDEST_GAP = 10
"""Characters."""
ENDS_OF_A_CLAUSE = frozenset("。！？；!?;\n")
START = 2
"""Characters by which a keyword is looked up."""


@dataclass(frozen=True)
class Keywords:
    """The keywords of each item of a list, in its order. Never changed."""

    words: Mapping[str, tuple[str, ...]]

    def found_in(self, text: str) -> dict[str, tuple[str, ...]]:
        """Return the keywords of each item that are in a text; of one within another one that is there too, only the other.

        One with gaps is there where its parts stand in this order in one clause, up to ten characters apart.
        """
        starts = {text[place : place + length] for length in (1, START) for place in range(len(text))}
        there: dict[str, list[str]] = {}
        for start in starts & self._by_start.keys():
            for matter, word, parts in self._by_start[start]:
                if _stand_in_a_clause(parts, text):
                    there.setdefault(matter, []).append(word)
        return {matter: tuple(_outer(self.words[matter], there[matter])) for matter in self.words if matter in there}

    @cached_property
    def _by_start(self) -> Mapping[str, list[tuple[str, str, tuple[str, ...]]]]:
        """Item, keyword, and the parts of it that gaps divide, by how the keyword begins."""
        places: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
        for matter, words in self.words.items():
            for word in dict.fromkeys(words):
                parts = tuple(word.split(GAP))
                places.setdefault(parts[0][:START], []).append((matter, word, parts))
        return places


def _stand_in_a_clause(parts: Sequence[str], text: str) -> bool:
    """Tell whether the parts stand in a text one after the other. It takes as long as text and parts are, whatever they are."""
    if not all(part in text for part in parts):
        return False
    first, *others = parts
    ends = set(_ends_of(first, text, 0, len(text))) if others else {0}
    for part in others:
        ends = {found for end in ends for found in _ends_of(part, text, end, _end_of_gap(text, end) + len(part))}
    return bool(ends)


def _ends_of(part: str, text: str, start: int, stop: int) -> Iterator[int]:
    place = text.find(part, start, stop)
    while place >= 0:
        yield place + len(part)
        place = text.find(part, place + 1, stop)


def _end_of_gap(text: str, start: int) -> int:
    """Return how far a gap may go that begins there: not beyond the clause."""
    widest = min(start + WIDEST_GAP, len(text))
    return next((place for place in range(start, widest) if text[place] in ENDS_OF_A_CLAUSE), widest)


def _outer(words: tuple[str, ...], there: list[str]) -> Iterator[str]:
    """Yield what is there in the order of the item's own list."""
    for word in dict.fromkeys(words):
        if word in there and not any(word != other and word in other for other in there):
            yield word

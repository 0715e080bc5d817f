"""The words by which appeals about the items of a duty list are known 关键词, found in a text without trying each one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

GAP = "…"
"""Stands in a keyword for whatever lies between two words of it: 路灯…不亮."""
WITHIN_A_CLAUSE = r"[^。！？；!?;\n]{0,10}?"
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
            for matter, word, pattern in self._by_start[start]:
                if pattern.search(text) if pattern else word in text:
                    there.setdefault(matter, []).append(word)
        return {matter: tuple(_outer(self.words[matter], there[matter])) for matter in self.words if matter in there}

    @cached_property
    def _by_start(self) -> Mapping[str, list[tuple[str, str, re.Pattern[str] | None]]]:
        """Item, keyword, and what finds it where it has gaps, by how the keyword begins."""
        places: dict[str, list[tuple[str, str, re.Pattern[str] | None]]] = {}
        for matter, words in self.words.items():
            for word in dict.fromkeys(words):
                parts = word.split(GAP)
                pattern = re.compile(WITHIN_A_CLAUSE.join(map(re.escape, parts))) if len(parts) > 1 else None
                places.setdefault(parts[0][:START], []).append((matter, word, pattern))
        return places


def _outer(words: tuple[str, ...], there: list[str]) -> Iterator[str]:
    """Yield what is there in the order of the item's own list."""
    for word in dict.fromkeys(words):
        if word in there and not any(word != other and word in other for other in there):
            yield word

"""The sentences of an appeal, from which its parts are put together when it is split 拆单. Pure; nothing of the text is lost."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

END = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;]+[”’」』）)]*\s*|\n+|$)")
"""A sentence with the signs that end it, and the blanks behind them."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The sentences of a text by their places: those of each part, and those that stay with the whole."""

    sentences: tuple[str, ...]
    parts: tuple[tuple[int, ...], ...]

    @property
    def left(self) -> tuple[int, ...]:
        """The places of the sentences that are in no part."""
        taken = {place for part in self.parts for place in part}
        return tuple(place for place in range(len(self.sentences)) if place not in taken)

    @property
    def texts(self) -> tuple[str, ...]:
        """What each part says, in the order of the appeal."""
        return tuple(self.words_of(part) for part in self.parts)

    def words_of(self, places: Sequence[int]) -> str:
        """Return what these sentences say, in the order of the appeal."""
        return "".join(self.sentences[place] for place in places).strip()

    def with_part(self, places: Sequence[int], *, into: int | None = None) -> "Sorted":
        """Return it with these sentences, as far as they are in no part yet, as a new part, or added to one."""
        chosen = [place for place in self.left if place in set(places)]
        if not chosen:
            return self
        if into is None:
            return Sorted(self.sentences, (*self.parts, tuple(chosen)))
        parts = tuple(
            tuple(sorted((*part, *chosen))) if number == into else part for number, part in enumerate(self.parts)
        )
        return Sorted(self.sentences, parts)

    def without_part(self, number: int) -> "Sorted":
        """Return it with the sentences of a part put back to the whole."""
        return Sorted(self.sentences, tuple(part for place, part in enumerate(self.parts) if place != number))


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; together they are the text. What is blank goes with the sentence before."""
    found: list[str] = []
    for match in END.finditer(text):
        if found and not match[0].strip():
            found[-1] += match[0]
        elif match[0]:
            found.append(match[0])
    return tuple(found)


def sorted_into(text: str, parts: Sequence[Sequence[int]]) -> Sorted:
    """Return the sentences of a text sorted into parts; a place that does not exist, or stands twice, is passed over."""
    all_of_it = sentences(text)
    taken: set[int] = set()
    kept: list[tuple[int, ...]] = []
    for part in parts:
        places = tuple(sorted({place for place in part if 0 <= place < len(all_of_it)} - taken))
        taken.update(places)
        if places:
            kept.append(places)
    return Sorted(all_of_it, tuple(kept))


def proposed_parts(text: str, proposed: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Return the sentences that belong to each proposed part: those whose words stand in it, or it in theirs."""
    taken: set[int] = set()
    found: list[tuple[int, ...]] = []
    for words in proposed:
        wanted = _bare(words)
        places = tuple(
            place
            for place, sentence in enumerate(sentences(text))
            if place not in taken and (bare := _bare(sentence)) and (bare in wanted or wanted in bare)
        )
        taken.update(places)
        if places:
            found.append(places)
    return tuple(found)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)

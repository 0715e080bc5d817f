"""Like questions gathered together 同类提问: by how much of their words they share, without a database."""

from collections.abc import Sequence

from core.intake.interviews.rules import words_of_question

NEARLY = 0.6
"""Share of pairs of neighbouring characters from which two questions say nearly the same."""


def gathered(texts: Sequence[str]) -> list[list[int]]:
    """Return the places of the texts in groups, each under the first that says nearly the same; in their order."""
    groups: list[tuple[frozenset[str], list[int]]] = []
    for place, text in enumerate(texts):
        pairs = _pairs(text)
        group = next((members for first, members in groups if _shared(first, pairs) >= NEARLY), None)
        if group is None:
            groups.append((pairs, [place]))
        else:
            group.append(place)
    return [members for _, members in groups]


def _pairs(text: str) -> frozenset[str]:
    words = words_of_question(text)
    return frozenset(words[at : at + 2] for at in range(max(1, len(words) - 1)))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Return what two share, of what both have (Dice), from 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other))

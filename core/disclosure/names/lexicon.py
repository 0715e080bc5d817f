"""The word lists that names are told apart from words by, read once in a process when they are first needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
LONGEST_WORD = 4
LONGEST_SURNAME = 4
UNKNOWN_WORD, UNKNOWN_GIVEN = 18.0, 12.0
"""Costs of a character that no list holds."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Costs (−ln of the frequency) of words, of characters in given names, and of surnames."""

    words: Mapping[str, float]
    given: Mapping[str, float]
    surnames: Mapping[str, float]


@cache
def lexicon() -> Lexicon:
    """Return the lists; about 98,000 words, some 15 MB."""
    return Lexicon(_read("words.txt"), _read("given.txt"), _read("surnames.txt"))


def _read(name: str) -> dict[str, float]:
    costs: dict[str, float] = {}
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        cost, *held = line.split(" ")
        costs.update(dict.fromkeys(held, float(cost)))
    return costs

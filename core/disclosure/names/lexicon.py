"""What words and names cost, reckoned from the dictionary that the package jieba brings when it is first needed in a process.

Only this one data file of the package is read. Its code is never imported: it would settle on one way to cut a text. A line of
the file holds a word, how often it was met in books and papers, and its part of speech; that of persons' names begins with `nr`.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from core.disclosure.names.vocabulary import (
    COMPOUND_SURNAMES,
    FREQUENT,
    FREQUENT_IN_WORDS,
    GIVEN_TODAY,
    NO_NAMES,
    SELDOM_GIVEN,
    SURNAMES,
    TRADE,
)

LONGEST_WORD = 4
LONGEST_SURNAME = 4
UNKNOWN_WORD, UNKNOWN_GIVEN = 18.0, 12.0
"""Costs of a character that no list holds."""
_NAME, _NAMES = "nr", frozenset({"nr", "nrt", "nrfg"})
"""Parts of speech: a Chinese name, and every kind of name."""
_WORD_MET = {1: 1, 2: 5, 3: 12, 4: 20}
"""By characters: how often a word must have been met to be kept. Words that are met less are cut into shorter ones."""
_NAME_MET = {2: 8, 3: 30}
"""The same for what the dictionary holds to be a name, but that begins with no surname (of two characters: no frequent one)."""
_NOT_HELD = 100
"""How often a word of ours counts as met that the dictionary does not hold, or hardly."""
_FAMOUS = 60
"""Who is met more often is known to all, and says nothing of what others are called."""
_OF_TODAY = 15
"""People of today whom the dictionary lacks, for each character that they are called by."""
_UNMET = 1.1
"""All words, those among them that the dictionary does not hold, to those that it does."""
_CHARACTERS, _UNMET_GIVEN = 6000, 0.3
"""Characters there are, and how often one that no name has counts as met in names."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Costs (−ln of the frequency) of words, of characters in given names, and of surnames."""

    words: Mapping[str, float]
    given: Mapping[str, float]
    surnames: Mapping[str, float]


@cache
def lexicon() -> Lexicon:
    """Return the costs: of about 98,000 words, some 13 MB, in about a quarter of a second."""
    surnames, frequent = frozenset(SURNAMES), frozenset(SURNAMES[:FREQUENT]) - FREQUENT_IN_WORDS
    words = dict.fromkeys(NO_NAMES.split(), _NOT_HELD)
    given: Counter[str] = Counter()
    for word, met, kind in _dictionary():
        size, first = len(word), word[0]
        if kind not in _NAMES:
            is_kept = met >= _WORD_MET[size]
        elif size == 1 or word in words:
            is_kept = True
        else:
            is_kept = met >= _NAME_MET.get(size, math.inf) and first not in (frequent if size == 2 else surnames)
        if is_kept:
            words[word] = met
        if kind == _NAME and size == 3 and met <= _FAMOUS and first in frequent:
            given.update(word[1:])
    for met, trade in TRADE.items():
        words.update((word, max(met, words.get(word, 0))) for word in trade.split())
    held = {each: met / 2 if each in SELDOM_GIVEN else met for each, met in given.items()}
    people = {
        each: held.get(each, 0) + _OF_TODAY * (each in GIVEN_TODAY) + _UNMET_GIVEN for each in {*held, *GIVEN_TODAY}
    }
    return Lexicon(
        words=_costs(words, _UNMET * sum(words.values())),
        given=_costs(people, sum(people.values()) + _UNMET_GIVEN * (_CHARACTERS - len(people))),
        surnames=_costs_of_surnames(),
    )


def _dictionary() -> Iterator[tuple[str, int, str]]:
    """Yield the words of the dictionary that are short enough, with how often they were met and their part of speech."""
    path = Path(str(metadata.distribution("jieba").locate_file("jieba/dict.txt")))
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            word, met, kind = line.split()
            if len(word) <= LONGEST_WORD:
                yield word, int(met), kind


def _costs(met: Mapping[str, float], total: float) -> dict[str, float]:
    cost = {often: -math.log(often / total) for often in set(met.values())}
    return {each: cost[often] for each, often in met.items()}


def _costs_of_surnames() -> dict[str, float]:
    """Return costs by rank: steep among those of most people, nearly even among the others."""
    single = {each: 2.6 + 0.03 * at if at < 100 else 6.2 + 0.004 * at for at, each in enumerate(SURNAMES)}
    return single | dict.fromkeys(COMPOUND_SURNAMES.split(), 7.5)

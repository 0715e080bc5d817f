"""How surely an approved answer answers what somebody asks: 0 to 100, with the words that say so; no database.

A question and a phrasing 问法 are compared by their terms (`core.knowledge.rules.terms_of`), each weighing more the fewer
answers have it. The confidence is the mean (harmonic) of two shares: how much of the phrasing stands in the question, and how
much of the question is known to the answer. So a long story that happens to hold a topic's words is not sure, and neither
is a short question that says little of what an answer is about. Where two different answers fit about as well, neither is sure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from core.knowledge.rules import HAN, terms_of

COURTESY = re.compile(
    "|".join(("您好", "你好", "请问", "咨询", "想问", "问一下", "一下", "想知道", "麻烦", "谢谢", "一般"))
)
"""Said in every question, of whatever: left out before terms are made."""
ASKING = re.compile(
    r"[?？]|请问|咨询|想问|怎么|怎样|如何|哪里|哪儿|哪个|哪些|什么|多少|多久|几点|几号|是否|能否|能不能|可不可以|吗"
)
"""Words of somebody who asks."""
LONGEST = 120
"""Characters: who writes more tells of a case, and a case is somebody's to look into."""
TOO_NEAR = 90
"""Percent of the best confidence from which a second answer makes the first doubtful."""
DOUBT = 60
"""Percent of its confidence that is left of a doubtful one."""


@dataclass(frozen=True, slots=True)
class Phrasings:
    """An answer that could be given, by its key, and in which words it is asked for."""

    key: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How surely the answer of this key fits, and the words of the question by which it was found."""

    key: str
    confidence: int
    words: tuple[str, ...]


def is_question(text: str) -> bool:
    """Tell whether somebody asks something that an answer may settle: in few words, and in the words of a question."""
    return len(text) <= LONGEST and bool(ASKING.search(text))


def words_within(text: str, words: Sequence[str]) -> list[str]:
    """Return those of the words that stand in the text."""
    return [word for word in words if word in text]


def likenesses(question: str, answers: Sequence[Phrasings]) -> list[Likeness]:
    """Return how surely each answer fits that has anything in common with the question, the surest first."""
    asked = frozenset(terms_of(COURTESY.sub(" ", question)))
    known = {
        each.key: [terms for text in each.asked if (terms := frozenset(terms_of(COURTESY.sub(" ", text))))]
        for each in answers
    }
    having: dict[str, int] = {}
    for phrasings in known.values():
        for term in frozenset().union(*phrasings):
            having[term] = having.get(term, 0) + 1
    weight = {term: log(1 + len(answers) / having.get(term, 1)) for term in asked.union(having)}
    found = [
        Likeness(key, sure, spoken(question, common))
        for key, phrasings in known.items()
        for sure, common in [_surest(asked, phrasings, weight)]
        if sure
    ]
    found.sort(key=lambda each: (-each.confidence, each.key))
    if len(found) > 1 and found[1].confidence * 100 >= found[0].confidence * TOO_NEAR:
        best = found[0].confidence
        near = [each for each in found if each.confidence * 100 >= best * TOO_NEAR]
        doubtful = [Likeness(each.key, each.confidence * DOUBT // 100, each.words) for each in near]
        found = sorted([*doubtful, *found[len(near) :]], key=lambda each: (-each.confidence, each.key))
    return found


def spoken(question: str, common: frozenset[str]) -> tuple[str, ...]:
    """Return the common terms as the question has them, pairs of characters that follow each other run together."""
    found: dict[str, None] = {}
    lowered = question.lower()
    for run in HAN.findall(lowered):
        begun = ""
        for place in range(len(run) - 1):
            if run[place : place + 2] in common:
                begun = begun + run[place + 1] if begun else run[place : place + 2]
                continue
            if begun:
                found[begun] = None
            begun = ""
        if begun:
            found[begun] = None
    found |= {term: None for term in sorted(common) if term.isascii()}
    return tuple(found)


def _surest(
    asked: frozenset[str], phrasings: Sequence[frozenset[str]], weight: Mapping[str, float]
) -> tuple[int, frozenset[str]]:
    """Return the confidence by the phrasing that fits best, and the terms in common with all of them."""
    every = asked & frozenset().union(*phrasings)
    known = _sum(every, weight) / _sum(asked, weight) if asked else 0.0
    if not known:
        return 0, every
    best = max(_sum(asked & each, weight) / _sum(each, weight) for each in phrasings)
    return round(100 * 2 * known * best / (known + best)), every


def _sum(terms: frozenset[str], weight: Mapping[str, float]) -> float:
    return sum(weight[term] for term in sorted(terms))

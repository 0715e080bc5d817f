"""By what an article is found: pairs of characters and words, weighed by how few articles have them; no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

HAN = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[a-z0-9]{2,}")
EMPTY = frozenset("的了吗呢吧啊我你他她它们是在和与及或也都就还又很着过把被给让请您这那哪么什怎")
"""Characters that are in every question: a pair with one of them says nothing of what is asked."""
MOST_TERMS = 400
"""Terms that are looked for at once, the first of a long text."""
FEWEST = 2
"""Terms in common from which an article has to do with what is asked, if that has so many."""
SAME_MATTER = 1.5
"""By how much an article on the same matter stands before others."""
MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


@dataclass(frozen=True, slots=True)
class Found:
    """An article that has terms in common with what is asked: which, of how many, and whether the matter is the same."""

    article_id: int
    terms: frozenset[str]
    size: int
    same_matter: bool = False


def terms_of(*texts: str) -> list[str]:
    """Return the terms of texts in the order in which they come, each once: pairs of Chinese characters, and words."""
    terms: dict[str, None] = {}
    for text in texts:
        lowered = text.lower()
        for run in HAN.findall(lowered):
            for first, second in pairwise(run):
                if first not in EMPTY and second not in EMPTY:
                    terms[first + second] = None
        terms |= dict.fromkeys(WORD.findall(lowered))
    return list(terms)


def ranked(found: list[Found], *, asked: int, articles: int) -> list[int]:
    """Return the ids of the articles that have to do with what is asked, the likeliest first.

    `asked` is how many terms were looked for, `articles` how many articles there are. A term counts for more the fewer
    articles have it, and an article for less the more terms it has.
    """
    having: dict[str, int] = {}
    for each in found:
        for term in each.terms:
            having[term] = having.get(term, 0) + 1
    enough = [each for each in found if len(each.terms) >= min(FEWEST, asked)]
    return [
        each.article_id for each in sorted(enough, key=lambda each: (-_weight(each, having, articles), each.article_id))
    ]


def _weight(each: Found, having: Mapping[str, int], articles: int) -> float:
    common = sum(log(1 + articles / having[term]) for term in sorted(each.terms))
    weight = common / sqrt(max(each.size, 1))
    return weight * SAME_MATTER if each.same_matter else weight


def names_a_person(text: str) -> bool:
    """Tell whether there is a number in the text that belongs to a person: of a mobile phone, or of an identity card."""
    return bool(MOBILE.search(text) or IDENTITY.search(text))

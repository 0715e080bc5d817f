"""The points of an appeal 诉求要点, and which of them a reply takes up."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.handling.checking.words import BROAD_PAIRS, Pair, Phrase, pairs_of, phrases_of

MOST = 6
"""Points of an appeal: more nobody reads before a reply is sent."""
LONGEST = 12
"""Characters of a phrase that is shown as a point; a longer one is shown by its beginning."""
FROM_TEXT = 3
"""Points that the text adds to those of the title."""
PLACE = re.compile(
    r"(?:路|街|巷|大道|小区|社区|花园|广场|公园|大厦|市场|学校|小学|中学|医院|车站|地铁|村|组|镇|乡|桥|苑|栋|号)$"
)
ASKING = re.compile(r"请|希望|要求|建议|恳|能否|是否|能不能|何时|什么时候|怎么|如何|多少|为什么|哪")
SENTENCE = re.compile(r"[^。！？!?；;\n]+")


@dataclass(frozen=True, slots=True)
class Point:
    """One point: its words as the appeal has them, and whether the reply takes it up."""

    words: str
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """What of an appeal a reply takes up, and where both say so; `foreign` are phrases that the reply alone has.

    A reply that takes up nothing is marked where it says something else.

    Spans are places in the text from the first character to the one behind the last, in order, none within another.
    """

    points: tuple[Point, ...]
    in_title: tuple[tuple[int, int], ...]
    in_text: tuple[tuple[int, int], ...]
    in_reply: tuple[tuple[int, int], ...]
    foreign: tuple[str, ...]

    @property
    def answered(self) -> int:
        return sum(each.is_answered for each in self.points)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(each.words for each in self.points if not each.is_answered)


def matched(title: str, text: str, reply: str) -> Matched:
    """Return which points of an appeal a reply takes up: those with which it shares a pair of characters or more."""
    points = points_of(title, text)
    said = pairs_of(reply)
    asked = pairs_of(title) | pairs_of(text)
    sought = frozenset[Pair]().union(*(each.pairs for each in points))
    foreign = _foreign(reply, asked)
    shared = sought & said - BROAD_PAIRS
    return Matched(
        points=tuple(Point(_shown(each), takes_up(each, said)) for each in points),
        in_title=_spans(title, sought),
        in_text=_spans(text, sought),
        in_reply=_spans(reply, shared or frozenset[Pair]().union(*(each.pairs for each in foreign))),
        foreign=tuple(map(_shown, foreign)),
    )


def takes_up(point: Phrase, said: frozenset[Pair]) -> bool:
    """Tell whether what is said has to do with a point, by more than a broad word."""
    return not point.pairs.isdisjoint(said - BROAD_PAIRS)


def points_of(title: str, text: str) -> Sequence[Phrase]:
    """Return what an appeal asks about: the phrases of its title, and of its text those that recur, are asked or name a place."""
    chosen: list[Phrase] = []
    _add(chosen, phrases_of(title), MOST)
    _add(chosen, _by_weight(text), min(MOST, len(chosen) + FROM_TEXT))
    return chosen


def _add(chosen: list[Phrase], offered: Iterable[Phrase], most: int) -> None:
    """Add phrases that say something and share nothing with those chosen already."""
    for each in offered:
        if len(chosen) >= most:
            return
        if not each.pairs <= BROAD_PAIRS and not any(each.pairs & other.pairs for other in chosen):
            chosen.append(each)


def _by_weight(text: str) -> list[Phrase]:
    """Return the phrases of a text, the weightiest first: said again counts most, then what is asked, then a place."""
    found: list[tuple[int, Phrase]] = []
    every = phrases_of(text)
    having: dict[Pair, int] = {}
    for each in every:
        for pair in each.pairs:
            having[pair] = having.get(pair, 0) + 1
    asking = [each.span() for each in SENTENCE.finditer(text) if ASKING.search(each[0])]
    for each in every:
        again = max(having[pair] for pair in each.pairs)
        asked = any(start <= each.span[0] < end for start, end in asking)
        weight = 2 * (min(again, 4) - 1) + 2 * asked + bool(PLACE.search(each.words))
        if weight:
            found.append((weight, each))
    return [each for _, each in sorted(found, key=lambda one: (-one[0], one[1].span))]


def _foreign(reply: str, asked: frozenset[Pair]) -> Sequence[Phrase]:
    """Return up to three phrases of a reply that have nothing of the appeal, those said again first."""
    alone = [each for each in _by_weight(reply) if not each.pairs & asked]
    chosen: list[Phrase] = []
    _add(chosen, [*alone, *(each for each in phrases_of(reply) if not each.pairs & asked)], 3)
    return chosen


def _shown(phrase: Phrase) -> str:
    return phrase.words if len(phrase.words) <= LONGEST else f"{phrase.words[:LONGEST]}…"


def _spans(text: str, sought: frozenset[Pair]) -> tuple[tuple[int, int], ...]:
    """Return where a text has any of these pairs, neighbours run together."""
    spans: list[tuple[int, int]] = []
    for phrase in phrases_of(text):
        for place, pair in enumerate(zip(phrase.units, phrase.units[1:], strict=False)):
            if pair not in sought:
                continue
            start, end = phrase.starts[place], phrase.starts[place + 1] + len(phrase.units[place + 1])
            if spans and start <= spans[-1][1]:
                spans[-1] = spans[-1][0], end
            else:
                spans.append((start, end))
    return tuple(spans)

"""Where a written address or a point lies 定位: the area, the words that said so, and why; unknown is a valid answer."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.areas.gazetteer import Gazetteer, NameKind, PlaceName
from core.areas.names import normalised, number_after, stands_alone
from core.areas.shapes import Point
from core.areas.tree import AreaTree
from core.kit import saying
from core.kit.saying import joined, said

ORDER: tuple[NameKind, ...] = ("alias", "road", "landmark")
"""Who is believed first: the name of an area, then the road, then what stands nearby."""
LONGEST = 2000
"""Letters of a text that are looked through: nobody writes a longer address."""
SHOWN = 6
"""Words and areas that a sentence names."""
NOTHING_FOUND = "地址里没有认出本区的街道、社区、道路或地标"
OUTSIDE = "这个点不在任何一个区域的边界内"


@dataclass(frozen=True, slots=True)
class Located:
    """Where something is. `area` None = unknown, or one of several `candidates`; `path` is the area's way from the top.

    `words` are the names that were found, `why` says in one sentence what follows from them.
    """

    area: str | None
    path: str | None
    words: tuple[str, ...]
    why: str
    candidates: tuple[str, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        return self.area is None and bool(self.candidates)


@dataclass(frozen=True, slots=True)
class _Mention:
    """A name in the text: as what, in which areas it may be, and how it is told."""

    kind: NameKind
    areas: tuple[str, ...]
    word: str


def locate(gazetteer: Gazetteer, address: str) -> Located:
    """Return the area of a written address. Names of areas are believed before roads, these before landmarks.

    When all that fits lies in several areas, the answer is the area around them, unless that is the whole district.
    """
    found = dict.fromkeys(_mentions(gazetteer, normalised(address[:LONGEST])))
    mentions = sorted(found, key=lambda mention: ORDER.index(mention.kind))
    words = tuple(dict.fromkeys(mention.word for mention in mentions))
    if not mentions:
        return Located(None, None, (), NOTHING_FOUND)
    possible, passed_over = _combined(gazetteer.areas, mentions)
    return _answer(gazetteer.areas, possible, words, passed_over)


def locate_point(gazetteer: Gazetteer, point: Point) -> Located:
    """Return the lowest area whose boundary holds the point; on a line between two, the area around both."""
    within = [area.code for area in gazetteer.areas.nodes if area.shape and area.shape.contains(point)]
    return located_within(gazetteer, point, within)


def located_within(gazetteer: Gazetteer, point: Point, within: Collection[str]) -> Located:
    """Return the same of a point of which is known within which areas it lies."""
    if not within:
        return Located(None, None, (), OUTSIDE)
    return _answer(gazetteer.areas, gazetteer.areas.lowest(within), (f"{point.x:.6f}, {point.y:.6f}",), ())


def _mentions(gazetteer: Gazetteer, text: str) -> Iterator[_Mention]:
    for start, end in _apart(list(_found(gazetteer, text))):
        places = gazetteer.by_name[text[start:end]]
        kind = min((place.kind for place in places), key=ORDER.index)
        places = tuple(place for place in places if place.kind == kind)
        number = number_after(text, end) if kind == "road" else None
        chosen = _parts(places, number)
        said = saying.said(" {number} 号", number=number) if number is not None else ""
        yield _Mention(
            kind,
            tuple(dict.fromkeys(place.area for place in chosen)),
            saying.said("{name}{said}", name=places[0].name, said=said),
        )


def _found(gazetteer: Gazetteer, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a name stands, at each place the longest one that is no part of another word."""
    for start in range(len(text)):
        for length in gazetteer.lengths.get(text[start : start + 2], ()):
            end = start + length
            if end <= len(text) and text[start:end] in gazetteer.by_name and stands_alone(text, start, end):
                yield start, end
                break


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans that do not overlap, the longest of those that do, in the order of the text."""
    taken: set[int] = set()
    kept = []
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            kept.append((start, end))
    return sorted(kept)


def _parts(places: Sequence[PlaceName], number: int | None) -> Sequence[PlaceName]:
    """Return the parts of a road that a house number belongs to; all of them when it belongs to none."""
    if number is None:
        return places
    numbered = [place for place in places if place.is_numbered and place.has(number)]
    return numbered or [place for place in places if not place.is_numbered] or places


def _combined(areas: AreaTree, mentions: Iterable[_Mention]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the lowest areas that fit the mentions in their order, and the words that fit nothing said before."""
    possible: tuple[str, ...] = ()
    settled_by: NameKind | None = None
    passed_over = []
    for mention in mentions:
        known = tuple(area for area in mention.areas if area in areas)
        narrowed = tuple(lower for one in possible for other in known if (lower := _lower(areas, one, other)))
        if narrowed:
            possible = areas.lowest(narrowed)
        elif known and (not possible or mention.kind == settled_by):
            possible = areas.lowest((*possible, *known))
            settled_by = mention.kind
        elif known:
            passed_over.append(mention.word)
    return possible, tuple(passed_over)


def _lower(areas: AreaTree, one: str, other: str) -> str | None:
    """Return the lower one of two areas of which one lies within the other."""
    if areas.is_under(one, other):
        return one
    return other if areas.is_under(other, one) else None


def _answer(
    areas: AreaTree, possible: tuple[str, ...], words: tuple[str, ...], passed_over: tuple[str, ...]
) -> Located:
    by = said("按{quoted}", quoted=_quoted([word for word in words if word not in passed_over]))
    aside = said("；{quoted}不在那里，未采用", quoted=_quoted(passed_over)) if passed_over else ""
    if not possible:
        return Located(None, None, words, NOTHING_FOUND)
    if len(possible) == 1:
        (area,) = possible
        return Located(
            area,
            areas.path(area),
            words,
            said("{by}定位到 {words}{aside}", by=by, words=areas.words(area), aside=aside),
        )
    possible = tuple(sorted(possible, key=areas.order.__getitem__))
    more = said("等 {number} 处", number=len(possible)) if len(possible) > SHOWN else ""
    several = joined("、", (areas.words(area) for area in possible[:SHOWN])) + more
    around = areas.common(possible)
    found = areas.find(around)
    if found is None or found.kind == "district":
        return Located(
            None,
            None,
            words,
            said("{by}可能在{several}，无法确定是哪一处{aside}", by=by, several=several, aside=aside),
            possible,
        )
    why = said(
        "{by}可能在{several}，只能定位到 {words}{aside}",
        by=by,
        several=several,
        words=areas.words(found.code),
        aside=aside,
    )
    return Located(found.code, areas.path(found.code), words, why, possible)


def _quoted(words: Sequence[str]) -> str:
    more = said("等 {number} 处", number=len(words)) if len(words) > SHOWN else ""
    return said("“{words}”{more}", words=joined("”“", words[:SHOWN]), more=more)

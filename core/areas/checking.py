"""What is wrong with a gazetteer, all at once, in sentences: who applies it repairs it in one go."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from core.areas.gazetteer import KIND_WORDS, Gazetteer, PlaceName
from core.areas.names import SHORTEST, normalised
from core.areas.shapes import flaw_of
from core.areas.tree import KIND_NAMES, Area
from core.kit import saying
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.kit.tree_faults import faults_of

RANKS = ("district", "street", "community")
LARGEST_NUMBER = 99_999


class GazetteerUnusable(Refused):
    """The gazetteer has faults. `faults` holds every sentence, the message the first fifty."""

    code = "gazetteer-unusable"
    shown = 50

    def __init__(self, faults: Sequence[str]) -> None:
        more = (
            [said("另有 {number} 处问题没有列出。", number=len(faults) - self.shown)]
            if len(faults) > self.shown
            else []
        )
        super().__init__("\n".join([*faults[: self.shown], *more]))
        self.faults = tuple(faults)


def check(gazetteer: Gazetteer) -> tuple[str, ...]:
    """Return every fault as a sentence; nothing when the gazetteer can be used."""
    return (
        *faults_of(gazetteer.areas, noun="区域"),
        *(fault for area in gazetteer.areas.nodes for fault in _of_area(gazetteer, area)),
        *(fault for place in gazetteer.names for fault in _of_name(gazetteer, place)),
        *_of_roads(gazetteer),
        *_of_aliases(gazetteer),
    )


def refuse_faults(gazetteer: Gazetteer) -> None:
    """Raise `GazetteerUnusable` if there is any fault."""
    if faults := check(gazetteer):
        raise GazetteerUnusable(faults)


def _of_area(gazetteer: Gazetteer, area: Area) -> Iterator[str]:
    above = gazetteer.areas.find(area.parent)
    if above is not None and RANKS.index(above.kind) >= RANKS.index(area.kind):
        yield (
            said(
                "{kind}“{name}”写在{kind_2}“{above_name}”下，级别不对；街道在区下，社区在街道下，请改正上级或类别",
                kind=word(KIND_NAMES[area.kind]),
                name=area.name,
                kind_2=word(KIND_NAMES[above.kind]),
                above_name=above.name,
            )
        )
    if len(normalised(area.name)) < SHORTEST <= len(area.name.strip()) or len(area.name.strip()) == 1:
        yield said("区域“{name}”的名称只有一个字，在地址里到处都是；请写全名", name=area.name)
    if area.shape is not None and (flaw := flaw_of(area.shape)):
        yield said("区域“{name}”的{flaw}", name=area.name, flaw=flaw)


def _of_name(gazetteer: Gazetteer, place: PlaceName) -> Iterator[str]:
    word = KIND_WORDS[place.kind]
    if len(normalised(place.name)) < SHORTEST:
        yield said(
            "{word}“{name}”不足 {shortest} 个字，会在别的词里认错；请写全名",
            word=saying.word(word),
            name=place.name,
            shortest=SHORTEST,
        )
    if place.area not in gazetteer.areas:
        yield said(
            "{word}“{name}”所在的区域“{area}”不存在；请改成已有的区域代码",
            word=saying.word(word),
            name=place.name,
            area=place.area,
        )
    if place.kind != "road" and place.is_numbered:
        yield said("{word}“{name}”写了门牌号，只有道路分段才用门牌号；请删去", word=saying.word(word), name=place.name)
    numbers = [number for number in (place.first, place.last) if number is not None]
    if any(not 0 < number <= LARGEST_NUMBER for number in numbers) or numbers != sorted(numbers):
        yield said(
            "{word}“{name}”的门牌号 {first}–{last} 不成范围；请从小到大填写",
            word=saying.word(word),
            name=place.name,
            first=place.first or "",
            last=place.last or "",
        )


def _of_roads(gazetteer: Gazetteer) -> Iterator[str]:
    roads: dict[str, list[PlaceName]] = defaultdict(list)
    for place in gazetteer.names:
        if place.kind == "road" and place.is_numbered:
            roads[normalised(place.name)].append(place)
    for parts in roads.values():
        for number, part in enumerate(parts):
            for other in parts[number + 1 :]:
                if part.area != other.area and _meet(part, other):
                    yield said(
                        "道路“{name}”有两段门牌号重叠，分属不同区域（{area}、{other_area}）；请把号段分开",
                        name=part.name,
                        area=part.area,
                        other_area=other.area,
                    )


def _of_aliases(gazetteer: Gazetteer) -> Iterator[str]:
    for places in gazetteer.by_name.values():
        codes = dict.fromkeys(place.area for place in places if place.kind == "alias")
        areas = [area for code in codes if (area := gazetteer.areas.find(code))]
        if len(areas) > 1 and any(place in gazetteer.names for place in places):
            yield (
                said(
                    "“{name}”同时指 {areas}，地址里写它也分不清是哪一个；请删去一个别名",
                    name=places[0].name,
                    areas=joined("、", (f"{area.code} {area.name}" for area in areas)),
                )
            )


def _meet(part: PlaceName, other: PlaceName) -> bool:
    if {part.side, other.side} == {"odd", "even"}:
        return False
    first = max(part.first or 1, other.first or 1)
    last = min(part.last or LARGEST_NUMBER, other.last or LARGEST_NUMBER)
    if part.side == other.side == "both":
        return first <= last
    side = part if part.side != "both" else other
    return any(side.has(number) for number in range(first, min(last, first + 1) + 1))

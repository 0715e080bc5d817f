"""A gazetteer from a table, row by row: what can be taken is taken, and every other row is told why not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from core.areas.boundaries import BoundaryUnclear, read_boundary
from core.areas.checking import LARGEST_NUMBER
from core.areas.gazetteer import KIND_WORDS, SIDE_WORDS, Gazetteer, NameKind, PlaceName, Side
from core.areas.names import normalised
from core.areas.shapes import Polygon
from core.areas.tree import KIND_NAMES, Area, AreaKind
from core.kit import saying
from core.kit.saying import joined, said, word

LONGEST = 100
"""Letters of any cell but a boundary."""
BLANKS = frozenset({"-", "—", "——", "/", "--"})
"""What people write into a cell that they leave empty."""
AREA_WORDS: Mapping[str, AreaKind] = {
    **{word: kind for kind, word in KIND_NAMES.items()},
    "区县": "district",
    "县": "district",
    "镇": "street",
    "乡": "street",
    "镇街": "street",
    "村": "community",
    "district": "district",
    "street": "street",
    "community": "community",
}
NAME_WORDS: Mapping[str, NameKind] = {
    **{word: kind for kind, word in KIND_WORDS.items()},
    "路": "road",
    "小区": "landmark",
    "alias": "alias",
    "road": "road",
    "landmark": "landmark",
}
SIDES: Mapping[str, Side] = {
    **{word: side for side, word in SIDE_WORDS.items()},
    "单": "odd",
    "双": "even",
    "单双": "both",
    "both": "both",
    "odd": "odd",
    "even": "even",
}
OF_NAMES = ("area", "first", "last", "side")
OF_AREAS = ("parent", "unit", "boundary")
WORDS = {
    "area": "所属区域",
    "first": "门牌起",
    "last": "门牌止",
    "side": "单双",
    "parent": "上级",
    "unit": "属地单位",
    "boundary": "边界",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its number, its cells by field, and what is wrong with it already, in words."""

    number: int
    fields: Mapping[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a table came to: the gazetteer of the rows that were taken, and why others were not, by their numbers."""

    gazetteer: Gazetteer
    accepted: int
    faults: Mapping[int, str]


def read_lines(lines: Iterable[Line]) -> Reading:
    """Return the gazetteer that the rows make. Areas may be written in any order, and named by code or by name."""
    reader = _Reader()
    for line in lines:
        reader.take(line)
    areas = reader.areas_with_parents()
    names = reader.names_within(areas)
    gazetteer = Gazetteer.of(areas.values(), names)
    return Reading(
        gazetteer, len(areas) + len(names), {number: reader.faults[number] for number in sorted(reader.faults)}
    )


@dataclass
class _Reader:
    areas: dict[int, Area] = field(default_factory=dict)
    """By their rows, with the parent as it is written."""
    names: dict[int, PlaceName] = field(default_factory=dict)
    """By their rows, with the area as it is written."""
    faults: dict[int, str] = field(default_factory=dict)
    _row_of: dict[str, int] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """Take a row as far as it can be understood by itself, or keep all that is wrong with it."""
        faults = [line.fault] if line.fault else []
        cells = {name: cell for name, cell in line.fields.items() if cell not in BLANKS}
        kind = normalised(cells.get("kind", ""))
        if not faults:
            faults += _flaws(cells)
        if not faults and kind in AREA_WORDS:
            self._take_area(line.number, cells, AREA_WORDS[kind], faults)
        elif not faults and kind in NAME_WORDS:
            self._take_name(line.number, cells, NAME_WORDS[kind], faults)
        elif not faults:
            faults.append(
                said(
                    "类型“{cells}”不认识；请写 {value}",
                    cells=cells.get("kind", ""),
                    value=joined("、", (*KIND_NAMES.values(), *KIND_WORDS.values())),
                )
            )
        if faults:
            self.faults[line.number] = joined("；", faults)

    def areas_with_parents(self) -> dict[int, Area]:
        """Return the areas by row with the codes of those above them; one whose parent is not there is not taken."""
        places = _by_word(self.areas.values())
        below: dict[str, list[int]] = defaultdict(list)
        lost = []
        for number, area in self.areas.items():
            if area.parent and (words := _not_one(places, area.parent)):
                self.faults[number] = said("上级{words}", words=words)
                lost.append(number)
            elif area.parent:
                below[_codes(places, area.parent)[0]].append(number)
        for number in lost:  # grows by those below, as long as there are any
            for under in below.pop(self.areas[number].code, []):
                self.faults[under] = said("上级{missing}", missing=_missing(self.areas[under].parent or ""))
                lost.append(under)
        return {
            number: replace(area, parent=_codes(places, area.parent)[0] if area.parent else None)
            for number, area in self.areas.items()
            if number not in self.faults
        }

    def names_within(self, areas: Mapping[int, Area]) -> list[PlaceName]:
        """Return the names with the codes of their areas; one whose area is not there is not taken."""
        places = _by_path(areas.values())
        kept = []
        for number, place in self.names.items():
            if words := _not_one(places, place.area):
                self.faults[number] = said("所属区域{words}", words=words)
            else:
                kept.append(replace(place, area=_codes(places, place.area)[0]))
        return kept

    def _take_area(self, number: int, cells: Mapping[str, str], kind: AreaKind, faults: list[str]) -> None:
        code, name = cells.get("code", ""), cells.get("name", "")
        faults += [
            said("{kind}不写“{words}”；请删去，或改正类型", kind=word(KIND_NAMES[kind]), words=word(WORDS[each]))
            for each in OF_NAMES
            if cells.get(each)
        ]
        if not code:
            faults.append("没有编码，职责清单无法指明它；请填写")
        elif len(code.split()) > 1:
            faults.append(said("编码“{code}”中间有空白；请删去空白", code=code))
        elif code in self._row_of:
            faults.append(
                said("编码 {code} 在第 {row_of} 行已经用过；请换一个编码", code=code, row_of=self._row_of[code])
            )
        if not name:
            faults.append("没有名称；请填写")
        shape = _shape(cells.get("boundary", ""), faults)
        if not faults:
            self._row_of[code] = number
            self.areas[number] = Area(code, name, cells.get("parent") or None, kind, cells.get("unit", ""), shape)

    def _take_name(self, number: int, cells: Mapping[str, str], kind: NameKind, faults: list[str]) -> None:
        faults += [
            said("{kind}不写“{words}”；请删去，或改正类型", kind=word(KIND_WORDS[kind]), words=word(WORDS[each]))
            for each in OF_AREAS
            if cells.get(each)
        ]
        if not cells.get("name"):
            faults.append("没有名称；请填写")
        if not cells.get("area"):
            faults.append("没有写所属区域；请填写区域的编码或名称")
        first, last = (_house_number(cells.get(each, ""), WORDS[each], faults) for each in ("first", "last"))
        side = SIDES.get(normalised(cells.get("side", ""))) if cells.get("side") else "both"
        if side is None:
            faults.append(
                said(
                    "单双“{side}”不认识；请写 {values}，或留空",
                    side=cells["side"],
                    values=joined("、", map(word, SIDE_WORDS.values())),
                )
            )
        if not faults:
            self.names[number] = PlaceName(cells["name"], cells["area"], kind, first, last, cast(Side, side))


def _flaws(cells: Mapping[str, str]) -> Iterator[str]:
    for name, cell in cells.items():
        if "\x00" in cell or any("\ud800" <= letter <= "\udfff" for letter in cell):
            yield "有一格含有无法保存的字符（空字符或乱码）；请检查来源文件的编码"
        elif name != "boundary" and len(cell) > LONGEST:
            yield said(
                "“{cell}…”有 {number:,} 个字，超过 {longest} 字；请改短",
                cell=cell[:10],
                number=len(cell),
                longest=LONGEST,
            )


def _shape(cell: str, faults: list[str]) -> Polygon | None:
    try:
        return read_boundary(cell) if cell else None
    except BoundaryUnclear as refusal:
        faults.append(refusal.message)
        return None


def _house_number(cell: str, word: str, faults: list[str]) -> int | None:
    digits = normalised(cell).removesuffix("号").removesuffix(".0")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdecimal()) or not 0 < int(digits[:6]) <= LARGEST_NUMBER:
        faults.append(
            said(
                "{word}“{cell}”不是 1 至 {largest_number:,} 的门牌号；请只写数字",
                word=saying.word(word),
                cell=cell[:20],
                largest_number=LARGEST_NUMBER,
            )
        )
        return None
    return int(digits)


def _plain(word: str) -> str:
    return normalised(word).replace("\n", "")


def _by_word(areas: Iterable[Area]) -> dict[str, list[str]]:
    """Return the codes of the areas by what they may be called; a code means the area that has it, and no other."""
    named: dict[str, list[str]] = defaultdict(list)
    areas = list(areas)
    for area in areas:
        named[_plain(area.name)].append(area.code)
    return {**named, **{_plain(area.code): [area.code] for area in areas}, **{area.code: [area.code] for area in areas}}


def _codes(places: Mapping[str, list[str]], word: str) -> list[str]:
    return places.get(word) or places.get(_plain(word), [])


def _by_path(areas: Iterable[Area]) -> dict[str, list[str]]:
    """Return the same with the names from above before that of the area, as 街道/社区."""
    tree = Gazetteer.of(areas).areas
    paths: dict[str, list[str]] = defaultdict(list)
    for area in tree.nodes:
        names = tree.names(area.code)
        for start in range(len(names) - 1):
            for joint in ("", "/"):
                paths[_plain(joint.join(names[start:]))].append(area.code)
    return {**{word: list(dict.fromkeys(codes)) for word, codes in paths.items()}, **_by_word(tree.nodes)}


def _not_one(places: Mapping[str, list[str]], word: str) -> str:
    """Return in words why this names no area or several, or nothing."""
    codes = _codes(places, word)
    if not codes:
        return _missing(word)
    return (
        said("“{word}”有 {number} 个（{codes}）；请写编码", word=word, number=len(codes), codes=joined("、", codes))
        if len(codes) > 1
        else ""
    )


def _missing(word: str) -> str:
    return said("“{word}”不在表中，或它那一行被退回；请写已有区域的编码或名称", word=word)

"""What differs between two gazetteers, in words: areas that came, went or changed, names, and whose boundary moved."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from core.areas.gazetteer import KIND_WORDS, Gazetteer, PlaceName
from core.areas.tree import KIND_NAMES, Area
from core.kit.saying import joined, said, word

MOST_NAMES = 8
"""Names told one by one; of more it is told how many."""


@dataclass(frozen=True, slots=True)
class GazetteerDifference:
    """Each change as a sentence: of areas one by one, of names area by area."""

    areas: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.areas and not self.names


def compare(before: Gazetteer, after: Gazetteer, *, units: Mapping[str, str]) -> GazetteerDifference:
    """Return what the second gazetteer says otherwise than the first. `units` are the names of units by their codes."""
    was = {area.code: area for area in before.areas.nodes}
    will_be = {area.code: area for area in after.areas.nodes}
    told = [
        str(said("新增{kind} {name}（{code}）", kind=word(KIND_NAMES[area.kind]), name=area.name, code=code))
        for code, area in will_be.items()
        if code not in was
    ]
    told += [
        str(said("没有了 {name}（{code}）", name=area.name, code=code))
        for code, area in was.items()
        if code not in will_be
    ]
    for code, area in will_be.items():
        if code in was and (changes := _changes(was[code], area, before, after, units)):
            told.append(str(said("{name}：{changes}", name=area.name, changes=joined("，", changes))))
    return GazetteerDifference(tuple(told), tuple(_names(before, after)))


def _changes(was: Area, now: Area, before: Gazetteer, after: Gazetteer, units: Mapping[str, str]) -> list[str]:
    changes: list[str] = []
    if was.name != now.name:
        changes.append(said("原名 {name}", name=was.name))
    if was.parent != now.parent:
        changes.append(said("上级 {a} → {b}", a=_name(before, was.parent), b=_name(after, now.parent)))
    if was.unit != now.unit:
        changes.append(
            said("属地单位 {a} → {b}", a=units.get(was.unit, was.unit) or "无", b=units.get(now.unit, now.unit) or "无")
        )
    if was.kind != now.kind:
        changes.append(said("类型 {a} → {b}", a=word(KIND_NAMES[was.kind]), b=word(KIND_NAMES[now.kind])))
    if was.shape != now.shape:
        changes.append(
            said("有了边界") if was.shape is None else said("没有边界了") if now.shape is None else said("边界改了")
        )
    return changes


def _names(before: Gazetteer, after: Gazetteer) -> list[str]:
    was, now = set(before.names), set(after.names)
    told = []
    for what, places, of in (("加上", now - was, after), ("去掉", was - now, before)):
        by_area = Counter(place.area for place in places)
        for area in sorted(by_area):
            names = sorted({_told(place) for place in places if place.area == area})
            shown = joined("、", names[:MOST_NAMES]) + ("" if len(names) <= MOST_NAMES else f" 等 {len(names)} 个")
            told.append(f"{_name(of, area)}{what}：{shown}")
    return told


def _told(place: PlaceName) -> str:
    return f"{KIND_WORDS[place.kind]}“{place.name}”"


def _name(gazetteer: Gazetteer, code: str | None) -> str:
    found = gazetteer.areas.find(code) if code else None
    return found.name if found else code or "无"

"""Finding units and areas by what a table calls them: code or name, with suggestions when there is none."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property

from core.areas.tree import AreaTree
from core.kit import saying
from core.kit.errors import Refused
from core.units.levels import KnownUnit, KnownUnits

LOCAL_WORDS = {
    "local:street": ("属地街道", "属地街道办", "属地街道办事处", "属地镇街", "各街道", "各街道办事处"),
    "local:community_center": ("属地社区", "属地社区居委会", "属地社区党群服务中心", "各社区"),
}
"""Whoever is at home there, as lists of duties write it; the first word is the one we write."""
EVERYWHERE = ("全区", "全部", "所有", "所有区域", "全域", "不限", "全区域")
SUGGESTIONS = 3
CLOSE_ENOUGH = 0.5


class NotFound(Refused):
    """A cell names a unit or area that there is not, or one of several."""

    code = "not-found"


class UnitLookup:
    """The units of a tenant by code and name, closed ones included so that they can be told."""

    def __init__(self, units: KnownUnits) -> None:
        self._units = units

    def code_of(self, cell: str) -> str:
        """Return the code of a unit, or `local:street`. Raises `NotFound` with suggestions."""
        if cell in self._units:
            return self._open(self._units[cell])
        word = _plain(cell)
        if (local := self._locals.get(word)) is not None:
            return local
        named = self._by_name.get(word, ())
        still_open = [unit for unit in named if unit.active] or list(named)
        if len(still_open) == 1:
            return self._open(still_open[0])
        if still_open:
            codes = saying.joined(
                "、", (saying.said("{code}（{name}）", code=unit.code, name=unit.name) for unit in still_open)
            )
            raise NotFound(
                saying.said(
                    "单位“{cell}”有 {number} 个：{codes}；请改写代码", cell=cell, number=len(still_open), codes=codes
                )
            )
        raise NotFound(
            saying.said("没有单位“{cell}”{suggested}", cell=cell, suggested=saying.word(self._suggested(word)))
        )

    def word_of(self, code: str) -> str:
        """Return how a table names a unit so that `code_of` finds it: its name, or the code where that is not enough."""
        if code in LOCAL_WORDS:
            return LOCAL_WORDS[code][0]
        unit = self._units.get(code)
        if unit is None or unit.name in self._units or set(unit.name) & set("、，,;；|/\n") or not _plain(unit.name):
            return code
        named = self._by_name.get(_plain(unit.name), ())
        return unit.name if len(named) == 1 and _plain(unit.name) not in self._locals else code

    def _open(self, unit: KnownUnit) -> str:
        if not unit.active:
            raise NotFound(
                saying.said("单位“{name}”（{code}）已停用；请改成承接其职责的单位", name=unit.name, code=unit.code)
            )
        return unit.code

    def _suggested(self, word: str) -> str:
        names = {name: units[0].name for name, units in self._by_name.items() if any(unit.active for unit in units)}
        holding = sorted((name for name in names if word in name or name in word), key=len)
        close = get_close_matches(word, list(names), n=SUGGESTIONS, cutoff=CLOSE_ENOUGH)
        proposals = list(dict.fromkeys([*holding, *close]))[:SUGGESTIONS]
        return (
            saying.said("；是不是 {proposals}", proposals=saying.joined("、", (names[each] for each in proposals)))
            if proposals
            else "；请先添加单位，或改写代码"
        )

    @cached_property
    def _locals(self) -> Mapping[str, str]:
        return {_plain(word): code for code, words in LOCAL_WORDS.items() for word in words}

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[KnownUnit]]:
        names: dict[str, list[KnownUnit]] = defaultdict(list)
        for unit in self._units.values():
            names[_plain(unit.name)].append(unit)
        return dict(names)


class AreaLookup:
    """The areas of a tenant by code, name, and names from the top down."""

    def __init__(self, areas: AreaTree) -> None:
        self._areas = areas

    def code_of(self, cell: str) -> str | None:
        """Return the code of an area, None = the whole district. Raises `NotFound` with suggestions."""
        word = _plain(cell)
        if not word or word in EVERYWHERE or cell in self._whole:
            return None
        if cell in self._areas:
            return cell
        codes = self._by_name.get(word, ())
        if len(codes) == 1:
            return None if codes[0] in self._whole else codes[0]
        if codes:
            several = saying.joined("、", ("/".join(self._areas.names(code)) for code in codes))
            raise NotFound(
                saying.said(
                    "区域“{cell}”有 {number} 个：{several}；请写成 街道/社区，或写代码",
                    cell=cell,
                    number=len(codes),
                    several=several,
                )
            )
        close = get_close_matches(word, list(self._by_name), n=SUGGESTIONS, cutoff=CLOSE_ENOUGH)
        names = dict.fromkeys(self._areas.words(code) for each in close for code in self._by_name[each])
        hint = (
            saying.said("；是不是 {names}", names=saying.joined("、", names))
            if names
            else "；请先在区域表中添加，全区通用的留空"
        )
        raise NotFound(saying.said("没有区域“{cell}”{hint}", cell=cell, hint=saying.word(hint)))

    def word_of(self, code: str | None) -> str:
        """Return how a table names an area so that `code_of` finds it."""
        if code is None:
            return ""
        names = self._areas.names(code)
        word = "/".join(names[1:] if len(names) > 1 and self._whole else names)
        found = self._by_name.get(_plain(word), ())
        safe = word not in self._areas and _plain(word) not in EVERYWHERE and not set(word) & set("、，,;；|\n")
        return word if found == (code,) and safe else code

    @cached_property
    def _whole(self) -> tuple[str, ...]:
        """The one area at the top, which is the district itself; nothing when there are several."""
        tops = self._areas.children(None)
        return (tops[0].code,) if len(tops) == 1 and tops[0].kind == "district" else ()

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        codes: dict[str, dict[str, None]] = defaultdict(dict)
        for area in self._areas.nodes:
            names = self._areas.names(area.code)
            for start in range(len(names)):
                for joint in ("", "/"):
                    codes[_plain(joint.join(names[start:]))][area.code] = None
        return {name: tuple(found) for name, found in codes.items()}


def _plain(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).split())

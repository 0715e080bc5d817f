"""Which column of a table of areas holds what, by the names under which offices know them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.kit.errors import Refused
from core.kit.headings import places_of, shown, unread_of
from core.kit.saying import joined, said, word

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "kind": ("类型", "类别", "种类", "地名类型", "kind", "type"),
    "code": ("编码", "区域编码", "区划代码", "代码", "编号", "code"),
    "name": ("名称", "区域名称", "地名", "name"),
    "parent": ("上级", "上级区域", "上级编码", "parent"),
    "unit": ("属地单位", "属地单位编码", "所在单位", "unit"),
    "area": ("所属区域", "所在区域", "区域", "指向", "area"),
    "first": ("门牌起", "起始门牌", "起号", "first", "from"),
    "last": ("门牌止", "截止门牌", "止号", "last", "to"),
    "side": ("单双", "单双号", "门牌单双", "side"),
    "boundary": ("边界", "范围", "坐标", "wkt", "geometry", "boundary"),
}
"""What a table of areas can hold, and the headings under which each is known, the surest first."""
NEEDED = ("kind", "name")


class NotAGazetteer(Refused):
    """The table does not say of what kind its places are, or how they are called."""

    code = "not-a-gazetteer"


@dataclass(frozen=True)
class AreaColumns:
    """The columns of a table, and the place of each field among them."""

    names: tuple[str, ...]
    places: Mapping[str, int]

    @property
    def unread(self) -> tuple[str, ...]:
        """The columns that are not read and might have been meant to be."""
        return unread_of(self.names, self.places)


def is_header(cells: Sequence[str]) -> bool:
    """Tell whether a row is the header of a table of areas."""
    places = places_of(cells, HEADINGS)
    return all(field in places for field in NEEDED)


def recognise(names: Sequence[str]) -> AreaColumns:
    """Find the column of each field. Raises `NotAGazetteer` when kind or name is missing."""
    places = places_of(names, HEADINGS)
    if missing := [HEADINGS[field][0] for field in NEEDED if field not in places]:
        raise NotAGazetteer(
            said(
                "没有认出哪一列是{missing}。表中的列：{names}。请把表头写成 类型、编码、名称、上级、属地单位、所属"
                "区域、门牌起、门牌止、单双、边界，再导入一次。",
                missing=joined("、", missing),
                names=word(shown(names)),
            )
        )
    return AreaColumns(tuple(names), places)

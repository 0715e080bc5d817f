"""Mending a duty list: merging items 合并 that mean the same, splitting 拆分 one that means several things."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.rows import FIELD_WORDS, VALUES, Row

UNITED = ("co", "keywords")
"""What merged rows have together; in everything else they must agree, or one of them leaves it open."""
KEPT = ("origin",)
"""What the item that stays keeps, whatever the others say: it says nothing of tickets."""


class CannotMerge(Refused):
    """The items are not there, lie within each other, or say different things of one area."""

    code = "cannot-merge-matters"


class CannotSplit(Refused):
    """The item is not there, has others below it, or the parts are too few or not new."""

    code = "cannot-split-matter"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the items into which another is split, with the words by which appeals about it are known."""

    code: str
    name: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mended:
    """The mended list, and what became of the items that are gone, so that what was counted under them is not lost."""

    catalogue: Catalogue
    became: Mapping[str, tuple[str, ...]]


def merge(catalogue: Catalogue, items: Sequence[str], into: str) -> Mended:
    """Return the list in which `items` are part of `into`: what lies below them goes there, and their rows are one.

    In the whole and in every area, keywords and co-units are united, and everything else must be the same for all of
    them, written or inherited, or be open for one. Raises `CannotMerge`, naming every disagreement.
    """
    gone = [item for item in dict.fromkeys(items) if item != into]
    _refuse_unmergeable(catalogue, gone, into)
    disagreements: list[str] = []
    mended = catalogue
    for item in gone:
        disagreements += _disagreements(mended, item, into)
        mended = _merged(mended, item, into)
    if disagreements:
        raise CannotMerge(
            said(
                "{disagreements}。不知道以哪个为准，没有合并。请先改成一致，再合并。",
                disagreements=joined("；", disagreements),
            )
        )
    return Mended(mended, dict.fromkeys(gone, (into,)))


def split(catalogue: Catalogue, item: str, parts: Sequence[Part]) -> Mended:
    """Return the list in which new items stand in the place of `item`, each with its rows and keywords of its own.

    Raises `CannotSplit`.
    """
    node = catalogue.matters.find(item)
    if node is None:
        raise CannotSplit(said("清单中没有事项 {item}，无法拆分。请从事项列表中选择。", item=item))
    if catalogue.matters.children(item):
        raise CannotSplit(
            said(
                "事项“{matter}”下还有事项，拆开后它们无处可放。请先拆分或移走下级。",
                matter=catalogue.matter_words(item),
            )
        )
    _refuse_unsplittable(catalogue, item, parts)
    own = [row for row in catalogue.rows if row.matter == item]
    rows = [row for row in catalogue.rows if row.matter != item]
    for part in parts:
        copies = [replace(row, matter=part.code, keywords=None) for row in own]
        whole = next((row for row in copies if row.area is None), Row(matter=part.code))
        copies = [row for row in copies if row.area is not None]
        rows += [*copies, replace(whole, keywords=part.keywords or None)]
    nodes = [each for each in catalogue.matters.nodes if each.code != item]
    nodes += [Node(part.code, part.name, node.parent) for part in parts]
    return Mended(Catalogue.of(nodes, catalogue.areas.nodes, rows), {item: tuple(part.code for part in parts)})


def _refuse_unmergeable(catalogue: Catalogue, gone: Iterable[str], into: str) -> None:
    gone = list(gone)
    if not gone:
        raise CannotMerge("没有指明要并入的事项。请至少选两个不同的事项。")
    for item in (into, *gone):
        if item not in catalogue.matters:
            raise CannotMerge(said("清单中没有事项 {item}，无法合并。请从事项列表中选择。", item=item))
    for item in gone:
        if catalogue.matters.is_under(into, item):
            words = catalogue.matter_words(into)
            raise CannotMerge(
                said(
                    "“{words}”就在“{matter}”之下，不能把上级并入下级。请反过来合并。",
                    words=words,
                    matter=catalogue.matter_words(item),
                )
            )


def _refuse_unsplittable(catalogue: Catalogue, item: str, parts: Sequence[Part]) -> None:
    codes = [part.code for part in parts]
    if len(parts) < 2 or len({part.name.strip() for part in parts}) < len(parts) or not all(codes):
        raise CannotSplit("拆分要有至少两个名称不同、写明代码的新事项。请补全后再拆。")
    taken = [code for code in codes if code in catalogue.matters or codes.count(code) > 1]
    if taken:
        named = joined("、", dict.fromkeys(taken))
        raise CannotSplit(
            said(
                "代码 {named} 已经用过，一个代码只能指一个事项，“{item}”没有拆分。请给新事项换代码。",
                named=named,
                item=item,
            )
        )


def _merged(catalogue: Catalogue, item: str, into: str) -> Catalogue:
    nodes = (
        replace(node, parent=into) if node.parent == item else node
        for node in catalogue.matters.nodes
        if node.code != item
    )
    others = (row for row in catalogue.rows if row.matter not in (into, item))
    united = (_united(catalogue, area, item, into) for area in _areas(catalogue, item, into))
    return Catalogue.of(nodes, catalogue.areas.nodes, (*others, *united))


def _areas(catalogue: Catalogue, item: str, into: str) -> tuple[str | None, ...]:
    """Return the whole, and the areas in which one of the two has rows, its own or those of the matters above."""
    above = {*catalogue.matters.line(into), *catalogue.matters.line(item)}
    return tuple(dict.fromkeys([None, *(row.area for row in catalogue.rows if row.matter in above)]))


def _united(catalogue: Catalogue, area: str | None, item: str, into: str) -> Row:
    """Return the row of `into` with what only the other one says."""
    one, other = catalogue.written(into, area), catalogue.written(item, area)
    row = catalogue.row((into, area)) or Row(matter=into, area=area)
    values: dict[str, Any] = {}
    for name in VALUES:
        mine, theirs = getattr(one, name), getattr(other, name)
        if theirs is None or theirs == mine:
            continue
        if name in UNITED and mine is not None:
            theirs = tuple(dict.fromkeys((*mine, *theirs)))
        if name in KEPT and mine is not None:
            continue
        if name == "co":
            theirs = tuple(unit for unit in theirs if unit != (one.lead or other.lead))
        if theirs != mine:
            values[name] = theirs
    return replace(row, **values)


def _disagreements(catalogue: Catalogue, item: str, into: str) -> Iterator[str]:
    for area in _areas(catalogue, item, into):
        one, other = catalogue.written(into, area), catalogue.written(item, area)
        for name in VALUES:
            mine, theirs = getattr(one, name), getattr(other, name)
            if name not in (*UNITED, *KEPT) and mine is not None and theirs is not None and mine != theirs:
                both = said("{matter}与{item}", matter=catalogue.matter_words(into), item=catalogue.matter_words(item))
                yield said(
                    "{both}在{area}的{field}不同",
                    both=both,
                    area=catalogue.area_words(area),
                    field=word(FIELD_WORDS[name]),
                )

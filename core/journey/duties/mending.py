"""Mending a duty list in a new version: items merged 合并, split 拆分, renamed, or the same rows on newer areas."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.areas.queries import gazetteer_of
from core.intake.tabular.opening import open_table
from core.journey.duties.drafting import DEED, DraftedVersion, draft_version, item_named
from core.journey.duties.versions import Version, refuse_outsider, version_of
from core.journey.settings.administering import administering
from core.kit.errors import Refused
from core.kit.headings import places_of
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.cells import several
from core.units.catalogue.coding import coded
from core.units.catalogue.duplicates import suggest_duplicates
from core.units.catalogue.mending import Mended, Part, merge, split
from core.units.catalogue.queries import earlier_matters, matter_mapping
from core.units.catalogue.service import map_matters

PART_COLUMNS = {
    "code": ("编码", "事项编码", "代码", "code"),
    "name": ("名称", "事项名称", "小类", "事项", "name"),
    "keywords": ("关键词", "关键字", "keywords"),
}


class PartsUnclear(Refused):
    """The file or the names that say into what an item is split cannot be read."""

    code = "parts-unclear"


@dataclass(frozen=True, slots=True)
class Alike:
    """Items that may be one and the same: their codes and words, and why one may think so."""

    items: tuple[str, ...]
    words: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What every version that is drafted from another one needs: from which, why, by whom, when, and what may loosen."""

    reason: str
    actor: Actor
    now: datetime
    version: int | None = None
    loosened: Collection[str] = ()


def merge_items(scope: Scope, items: Sequence[str], into: str, wanted: Wanted) -> DraftedVersion:
    """Draft the version in which `items` are part of `into`. Raises `CannotMerge`, and what `draft_version` does."""
    administering(wanted.actor, DEED)
    base = version_of(scope, wanted.version)
    codes = [item_named(base.catalogue, item) for item in items]
    return _mended(scope, base, merge(base.catalogue, codes, item_named(base.catalogue, into)), wanted)


def split_item(scope: Scope, item: str, parts: Sequence[Part], wanted: Wanted) -> DraftedVersion:
    """Draft the version in which new items stand in the place of `item`; a part without a code gets the next free one.

    In the city's list each part is what the item was. Raises `CannotSplit`, and what `draft_version` does.
    """
    author = administering(wanted.actor, DEED)
    base = version_of(scope, wanted.version)
    code = item_named(base.catalogue, item)
    mended = split(base.catalogue, code, _coded(scope, base.catalogue, code, parts))
    drafted = _mended(scope, base, mended, wanted)
    if central := matter_mapping(scope).central.get(code):
        map_matters(scope, dict.fromkeys(mended.became[code], central), author=author, now=wanted.now)
    return drafted


def rename_item(scope: Scope, item: str, name: str, wanted: Wanted) -> DraftedVersion:
    """Draft the version in which an item, or what items lie under, has another name and keeps its code."""
    administering(wanted.actor, DEED)
    base = version_of(scope, wanted.version)
    code = item_named(base.catalogue, item)
    nodes = [replace(node, name=name.strip()) if node.code == code else node for node in base.catalogue.matters.nodes]
    renamed = Catalogue.of(nodes, base.catalogue.areas.nodes, base.catalogue.rows)
    return _mended(scope, base, Mended(renamed, {}), wanted)


def redraft_on(scope: Scope, gazetteer: int, wanted: Wanted) -> DraftedVersion:
    """Draft the version of the same rows on the areas of another version of the gazetteer. Raises `NoSuchGazetteer`."""
    administering(wanted.actor, DEED)
    base = version_of(scope, wanted.version)
    areas = gazetteer_of(scope, gazetteer).areas.nodes
    moved = Catalogue.of(base.catalogue.matters.nodes, areas, base.catalogue.rows)
    return _mended(scope, replace(base, gazetteer=gazetteer), Mended(moved, {}), wanted)


def duplicates(scope: Scope, number: int | None = None, *, actor: Actor) -> tuple[Alike, ...]:
    """Return items of a version that may be one and the same; nothing is merged by that. Raises `NotPermitted`."""
    refuse_outsider(actor, "查看职责清单")
    catalogue = version_of(scope, number).catalogue
    return tuple(
        Alike(each.items, tuple(map(catalogue.matter_words, each.items)), each.why)
        for each in suggest_duplicates(catalogue)
    )


def parts_in(path: Path) -> list[Part]:
    """Read the parts of an item from a table: 名称, and where wanted 编码 and 关键词. Raises `PartsUnclear`."""
    table = open_table(path, is_header=lambda cells: "name" in places_of(cells, PART_COLUMNS))
    places = places_of(table.columns, PART_COLUMNS)
    if "name" not in places:
        raise PartsUnclear(
            said("{name} 里没有认出“名称”一列。请把表头写成 名称（编码、关键词可不写）。", name=path.name)
        )
    parts = []
    for row in table.rows():
        cells = {name: row.cells[place] if place < len(row.cells) else "" for name, place in places.items()}
        if row.fault or not cells["name"]:
            raise PartsUnclear(
                said(
                    "{name} 第 {number} 行{fault}。请改正后再拆。",
                    name=path.name,
                    number=row.number,
                    fault=row.fault or word("没有名称"),
                )
            )
        parts.append(Part(cells.get("code", ""), cells["name"], several(cells.get("keywords", ""))))
    return parts


def _coded(scope: Scope, catalogue: Catalogue, item: str, parts: Sequence[Part]) -> list[Part]:
    """Return the parts with codes; those that none was given for get the next numbers free under the item's parent."""
    above = catalogue.matters.names(item)[:-1]
    named = {catalogue.matters.names(node.code): node.code for node in catalogue.matters.nodes}
    new = {(*above, part.name): "" for part in parts if not part.code}
    _, codes = coded({**named, **new}, catalogue, before=earlier_matters(scope))
    return [replace(part, code=part.code or codes[(*above, part.name)]) for part in parts]


def _mended(scope: Scope, base: Version, mended: Mended, wanted: Wanted) -> DraftedVersion:
    notes = tuple(
        said(
            "{matter} 此后归入 {became}",
            matter=base.catalogue.matter_words(code),
            became=joined("、", map(mended.catalogue.matter_words, became)),
        )
        for code, became in mended.became.items()
    )
    return draft_version(
        scope,
        mended.catalogue,
        gazetteer=base.gazetteer,
        base=base,
        reason=wanted.reason,
        actor=wanted.actor,
        now=wanted.now,
        loosened=wanted.loosened,
        notes=notes,
    )

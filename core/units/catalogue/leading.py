"""Who leads where a list names nobody: written on the matters at the top, so that all below them inherit it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import places
from core.units.catalogue.rows import Row


@dataclass(frozen=True, slots=True)
class Led:
    """The list with lead units, and which unit was written on which matter at the top."""

    catalogue: Catalogue
    written: Mapping[str, str]


def with_leads(catalogue: Catalogue, by_top: Mapping[str, str], *, otherwise: str | None = None) -> Led:
    """Return the list in which matters at the top have the unit of `by_top`, or `otherwise`, in the whole district.

    Only where some matter below has no lead, and none is written on the top itself; what rows name stays.
    """
    written = {
        top: unit
        for top in _unled_tops(catalogue)
        if (unit := by_top.get(top) or otherwise) and catalogue.written(top).lead is None
    }
    rows = [row for row in catalogue.rows if row.key not in {(top, None) for top in written}]
    rows += [replace(catalogue.row((top, None)) or Row(matter=top), lead=unit) for top, unit in written.items()]
    return Led(Catalogue.of(catalogue.matters.nodes, catalogue.areas.nodes, rows), written)


def _unled_tops(catalogue: Catalogue) -> Iterator[str]:
    where = (None, *places(catalogue))
    for top in catalogue.matters.children(None):
        leaves = (node for node in catalogue.matters.below(top.code) if not catalogue.matters.children(node.code))
        if any(catalogue.written(leaf.code, area).lead is None for leaf in leaves for area in where):
            yield top.code

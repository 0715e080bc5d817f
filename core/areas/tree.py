"""The tree of areas 区域: district → street → community, and which unit is at home in each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.areas.shapes import Polygon
from core.kit.trees import Node, Tree

AreaKind = Literal["district", "street", "community"]
KIND_NAMES: dict[AreaKind, str] = {"district": "区", "street": "街道", "community": "社区"}
UNIT_KINDS: dict[AreaKind, str] = {"street": "street", "community": "community_center"}
"""Of which kind the unit is that is at home in an area."""
LOCAL = "local:"
"""Before the kind of a unit: the one that is at home where the ticket is 属地, such as local:street."""
LOCAL_NAMES = {"local:street": "属地街道", "local:community_center": "属地社区"}


@dataclass(frozen=True, slots=True)
class Area(Node):
    """A part of the district. Roads and landmarks are no areas, but words by which one is found.

    `unit` is the code of the street office or community centre that is at home there, empty = none is known.
    """

    kind: AreaKind = "community"
    unit: str = ""
    shape: Polygon | None = None


AreaTree: TypeAlias = Tree[Area]


def area_tree(areas: Iterable[Area]) -> AreaTree:
    """Return the tree of these areas."""
    return Tree.of(areas)


def local_units(areas: AreaTree, area: str | None) -> Mapping[str, str]:
    """Return the units at home in an area and in those around it, by the kind of the unit, the nearest of a kind."""
    units: dict[str, str] = {}
    for code in areas.line(area) if area is not None else ():
        found = areas.find(code)
        if found and found.unit and found.kind in UNIT_KINDS:
            units.setdefault(UNIT_KINDS[found.kind], found.unit)
    return units

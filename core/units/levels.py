"""How high a unit stands 层级: what is a department's function may not be given to a street or community."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level = Literal["community", "street", "district", "city"]
LEVELS: tuple[Level, ...] = ("community", "street", "district", "city")
"""From the lowest to the highest."""
LEVEL_NAMES: dict[Level, str] = {"community": "社区", "street": "街道", "district": "区级", "city": "市级"}
KIND_LEVELS: dict[str, Level] = {
    "community_center": "community",
    "street": "street",
    "district_department": "district",
    "dispatch_desk": "district",
    "discipline": "district",
    "establishment": "district",
    "government": "district",
    "city_department": "city",
    "public_utility": "city",
    "central_body": "city",
}
"""A section has the level of the unit above it; bodies outside the tree are never too low."""


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit 承办单位 as the duty list is checked against it, also one that was closed."""

    code: str
    name: str
    kind: str
    parent: str | None = None
    active: bool = True
    takes_in_only: str = ""
    """Why it only takes in and leads nothing, in a few words; empty = it may be given tickets."""


KnownUnits: TypeAlias = Mapping[str, KnownUnit]


def level_of(code: str, units: KnownUnits) -> Level:
    """Return the level of a unit: of a section that of the first unit above that has one, else the district's."""
    return KIND_LEVELS.get(kind_of(code, units), "district")


def kind_of(code: str, units: KnownUnits) -> str:
    """Return the kind of a unit: of a section that of the first unit above that has a level, "" where there is none."""
    seen: set[str] = set()
    here: str | None = code
    while here is not None and here not in seen and (unit := units.get(here)):
        if unit.kind in KIND_LEVELS:
            return unit.kind
        seen.add(here)
        here = unit.parent
    return ""


def is_below(level: Level, least: Level) -> bool:
    """Tell whether a level is lower than the least that is asked for."""
    return LEVELS.index(level) < LEVELS.index(least)

"""What rules may speak of in a district: its units, matters, areas, channels and limits, with their names."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from core.areas.tree import LOCAL, LOCAL_NAMES
from core.routing.ruleset.fields import prefixes_of
from core.units.catalogue.catalogue import Catalogue
from core.units.levels import KnownUnit, Level, is_below, level_of

FRONT_LINE: tuple[Level, ...] = ("community", "street")
"""Who may not be given what is a department's function 职能部门的事不得分派给基层."""
LOCAL_LEVELS: Mapping[str, Level] = {"local:street": "street", "local:community_center": "community"}


@dataclass(frozen=True, slots=True)
class RoutingMatter:
    """A matter 事项, or what several lie under, and who may not have it.

    Marked: it is a department's function 职能部门职责. `least` is the lowest level of a unit that may lead 最低层级.
    """

    path: str
    name: str
    is_department_function: bool = False
    least: Level | None = None

    def is_above(self, level: Level) -> bool:
        """Tell whether a unit of this level may not lead it."""
        return (self.is_department_function and level in FRONT_LINE) or (
            self.least is not None and is_below(level, self.least)
        )


@dataclass(frozen=True)
class RoutingDirectory:
    """All that the rules of a district may name; areas, channels and limits by path or code, with what they are called."""

    units: Mapping[str, KnownUnit] = field(default_factory=dict)
    matters: Mapping[str, RoutingMatter] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)

    def unit_name(self, unit: str) -> str:
        """Return what a unit is called, or its code."""
        if unit in LOCAL_NAMES:
            return LOCAL_NAMES[unit]
        found = self.units.get(unit)
        return found.name if found else unit

    def name_of(self, field: str, value: str) -> str:
        """Return what a matter, area or channel is called, or the value itself."""
        if field == "matter":
            matter = self.matters.get(value)
            return matter.name if matter else value
        return {"area": self.areas, "channel": self.channels}.get(field, {}).get(value, value)

    def limit_name(self, limit: str) -> str:
        """Return what a limit is called, or its code."""
        return self.limits.get(limit, limit)

    def level_of(self, unit: str) -> Level:
        """Return how high a unit stands."""
        return LOCAL_LEVELS[unit] if unit.startswith(LOCAL) else level_of(unit, self.units)

    def knows(self, field: str, path: str) -> bool:
        """Tell whether there is a matter or area of this path, or anything under it."""
        return path in (self._matters_under if field == "matter" else self._area_paths)

    def matters_above(self, level: Level, within: Collection[str] | None) -> Iterator[RoutingMatter]:
        """Yield the matters under these paths, None = anywhere, that a unit of this level may not lead."""
        several: Sequence[Collection[RoutingMatter]] = (
            [self.matters.values()] if within is None else [self._matters_under.get(path, ()) for path in within]
        )
        for matters in several:
            yield from (matter for matter in matters if matter.is_above(level))

    @cached_property
    def _matters_under(self) -> Mapping[str, Sequence[RoutingMatter]]:
        under: dict[str, list[RoutingMatter]] = defaultdict(list)
        for matter in self.matters.values():
            for above in prefixes_of(matter.path):
                under[above].append(matter)
        return under

    @cached_property
    def _area_paths(self) -> frozenset[str]:
        return frozenset(above for path in self.areas for above in prefixes_of(path))


def directory_of(
    catalogue: Catalogue,
    units: Mapping[str, KnownUnit],
    *,
    channels: Mapping[str, str],
    limits: Mapping[str, str],
) -> RoutingDirectory:
    """Return what rules may name where this duty list is in force.

    A matter is marked as a department's function if the list says so of it in any area.
    """
    places = (None, *(area.code for area in catalogue.areas.nodes))
    matters = {}
    for node in catalogue.matters.nodes:
        path = catalogue.matters.path(node.code)
        marked = any(catalogue.resolve(node.code, area).values.department_function for area in places)
        least = catalogue.resolve(node.code).values.min_level
        matters[path] = RoutingMatter(path, catalogue.matters.words(node.code), bool(marked), least)
    areas = {catalogue.areas.path(area.code): catalogue.area_words(area.code) for area in catalogue.areas.nodes}
    return RoutingDirectory(units, matters, areas, channels, limits)


NAMELESS = RoutingDirectory()
"""Knows nobody: everything is called by its code."""

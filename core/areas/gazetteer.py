"""The gazetteer 地名库: the areas of a district, and the names of roads, landmarks and others by which they are found."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from core.areas.names import normalised
from core.areas.shapes import polygon
from core.areas.tree import Area, AreaTree, area_tree

NameKind = Literal["alias", "road", "landmark"]
KIND_WORDS: dict[NameKind, str] = {"alias": "别名", "road": "道路", "landmark": "地标"}
Side = Literal["both", "odd", "even"]
SIDE_WORDS: dict[Side, str] = {"both": "两侧", "odd": "单号", "even": "双号"}


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name by which an area is found: another name of it 别名, a road 道路 or part of one, a landmark 地标.

    Of a road that runs through several areas there is one for each part, with the house numbers from `first` to `last`
    on its `side`; None = open. A part without numbers is the whole road.
    """

    name: str
    area: str
    kind: NameKind = "alias"
    first: int | None = None
    last: int | None = None
    side: Side = "both"

    @property
    def is_numbered(self) -> bool:
        return self.first is not None or self.last is not None or self.side != "both"

    def has(self, number: int) -> bool:
        """Tell whether a house number belongs to this part of the road."""
        is_odd = number % 2 == 1
        return (
            (self.first is None or self.first <= number)
            and (self.last is None or number <= self.last)
            and (self.side == "both" or (self.side == "odd") == is_odd)
        )


@dataclass(frozen=True)
class Gazetteer:
    """The areas and the names of one tenant at one time."""

    areas: AreaTree
    names: tuple[PlaceName, ...]

    @classmethod
    def of(cls, areas: Iterable[Area], names: Iterable[PlaceName] = ()) -> "Gazetteer":
        """Return a gazetteer of areas and names that come in any order."""
        return cls(area_tree(areas), tuple(sorted(names, key=_order)))

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all that it says, as hexadecimal digits."""
        written = json.dumps(to_document(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def by_name(self) -> Mapping[str, tuple[PlaceName, ...]]:
        """All names as they are looked for, those of the areas themselves included."""
        found: dict[str, list[PlaceName]] = {}
        own = (PlaceName(area.name, area.code) for area in self.areas.nodes)
        for place in (*own, *self.names):
            if name := normalised(place.name):
                found.setdefault(name, []).append(place)
        return {name: tuple(places) for name, places in found.items()}

    @cached_property
    def lengths(self) -> Mapping[str, tuple[int, ...]]:
        """How long names are by their first two letters, the longest first: however many there are, these are few."""
        found: dict[str, set[int]] = {}
        for name in self.by_name:
            found.setdefault(name[:2], set()).add(len(name))
        return {beginning: tuple(sorted(lengths, reverse=True)) for beginning, lengths in found.items()}


def to_document(gazetteer: Gazetteer) -> dict[str, Any]:
    """Return the gazetteer as JSON values; `from_document` undoes it."""
    return {
        "areas": [
            {
                "code": area.code,
                "name": area.name,
                "parent": area.parent,
                "kind": area.kind,
                "unit": area.unit,
                "shape": [[corner.x, corner.y] for corner in area.shape.corners] if area.shape else None,
            }
            for area in gazetteer.areas.nodes
        ],
        "names": [
            {
                "name": place.name,
                "area": place.area,
                "kind": place.kind,
                "first": place.first,
                "last": place.last,
                "side": place.side,
            }
            for place in gazetteer.names
        ],
    }


def from_document(document: Mapping[str, Any]) -> Gazetteer:
    """Return the gazetteer of a document that `to_document` made."""
    return Gazetteer.of(
        (
            Area(
                code=area["code"],
                name=area["name"],
                parent=area["parent"],
                kind=area["kind"],
                unit=area["unit"],
                shape=polygon(area["shape"]) if area["shape"] is not None else None,
            )
            for area in document["areas"]
        ),
        (PlaceName(**place) for place in document["names"]),
    )


def _order(place: PlaceName) -> tuple[Any, ...]:
    return (place.name, place.kind, place.area, place.side, place.first or 0, place.last or 0)

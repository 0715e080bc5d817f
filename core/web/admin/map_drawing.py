"""Areas drawn as a map in SVG, on the server, from boundaries alone: no tiles, nothing from outside."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.areas.gazetteer import Gazetteer
from core.areas.shapes import Point, Polygon
from core.areas.tree import Area
from core.journey.area_uses import OfLate

WIDTH = 1000
"""Of the drawing, in units of its own."""
LEVELS = 4
"""Shades by how many appeals are from an area."""
SMALLEST = 46.0
"""An area is named on the map where it is at least so wide."""
MARGIN = 0.04
NOTHING = OfLate()


@dataclass(frozen=True, slots=True)
class ShapeDrawn:
    """An area on the map: its outline, or a circle where it has none; name and count where there is room."""

    code: str
    name: str
    count: int
    level: int
    path: str
    x: float
    y: float
    is_named: bool
    is_ground: bool
    """Whether it only lies under the others: the area that is looked into, and those beside it."""


@dataclass(frozen=True, slots=True)
class MapDrawn:
    """A map: the part of it that is seen, its shapes from the ground up, and the names of areas that lie nowhere yet."""

    view: str
    height: float
    shapes: tuple[ShapeDrawn, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sight:
    """Turns degrees into the drawing's units; a degree of longitude is shorter than one of latitude."""

    west: float
    north: float
    scale: float
    narrow: float

    def place(self, point: Point) -> tuple[float, float]:
        return (point.x - self.west) * self.narrow * self.scale, (self.north - point.y) * self.scale


def drawn(gazetteer: Gazetteer, late: Mapping[str, OfLate], *, at: str | None, zoom: int = 1) -> MapDrawn | None:
    """Draw what lies directly within an area, None = the whole; None where nothing is known of where anything lies.

    An area with nothing within is drawn among its neighbours. `zoom` 2 shows the middle half, and so on.
    """
    areas = gazetteer.areas
    inside = [area for area in areas.nodes if area.parent == at] if at else _uppermost(gazetteer)
    here = areas.find(at) if at else None
    shown = inside or ([area for area in areas.nodes if area.parent == here.parent] if here else [])
    ground = [here] if here and here.shape and inside else []
    placed = [area for area in shown if area.shape or (area.code in late and late[area.code].middle)]
    if not placed and not ground:
        return None
    # Somebody looks at an area that has nothing within: that one is what the view is about.
    about = [here] if here and not inside and here.shape else [*ground, *placed]
    sight, height = _sight(list(_corners(about, late)))
    most = max((late.get(area.code, NOTHING).count for area in placed), default=0)
    shapes = [_shape(area, late, sight, most, is_ground=True) for area in ground]
    shapes += [_shape(area, late, sight, most, is_ground=False) for area in placed]
    width, tall = WIDTH / zoom, height / zoom
    view = f"{(WIDTH - width) / 2:.1f} {(height - tall) / 2:.1f} {width:.1f} {tall:.1f}"
    known = {area.code for area in placed}
    return MapDrawn(view, height, tuple(shapes), tuple(area.name for area in shown if area.code not in known))


def _uppermost(gazetteer: Gazetteer) -> list[Area]:
    """Return what a whole map shows: the streets, or whatever lies below the only area at the top."""
    tops = [area for area in gazetteer.areas.nodes if area.parent is None]
    if len(tops) != 1:
        return tops
    below = [area for area in gazetteer.areas.nodes if area.parent == tops[0].code]
    return below or tops


def _corners(areas: Sequence[Area], late: Mapping[str, OfLate]) -> Iterator[Point]:
    for area in areas:
        middle = late.get(area.code, NOTHING).middle
        if area.shape:
            yield from area.shape.corners
        elif middle:
            yield middle


def _sight(corners: Sequence[Point]) -> tuple[_Sight, float]:
    west, east = min(each.x for each in corners), max(each.x for each in corners)
    south, north = min(each.y for each in corners), max(each.y for each in corners)
    narrow = max(0.01, math.cos(math.radians((south + north) / 2)))
    wide, tall = max((east - west) * narrow, 1e-4), max(north - south, 1e-4)
    if tall > wide * 0.9:  # as wide as high at most, so that the list beside it stays in sight
        more = (tall / 0.9 - wide) / narrow / 2
        west, wide = west - more, tall / 0.9
    scale = WIDTH * (1 - 2 * MARGIN) / wide
    edge = WIDTH * MARGIN / scale
    sight = _Sight(west - edge / narrow, north + edge, scale, narrow)
    return sight, tall * scale + 2 * WIDTH * MARGIN


def _shape(area: Area, late: Mapping[str, OfLate], sight: _Sight, most: int, *, is_ground: bool) -> ShapeDrawn:
    found = late.get(area.code, NOTHING)
    level = 0 if not found.count or not most else max(1, math.ceil(LEVELS * found.count / most))
    path, wide = "", 0.0
    if area.shape:
        placed = [sight.place(corner) for corner in area.shape.corners]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in placed) + "Z"
        wide = max(x for x, _ in placed) - min(x for x, _ in placed)
        x, y = sight.place(_middle(area.shape))
    else:
        assert found.middle is not None, "only areas that lie somewhere are drawn"
        x, y = sight.place(found.middle)
        wide = SMALLEST
    return ShapeDrawn(
        area.code,
        area.name,
        found.count,
        level,
        path,
        round(x, 1),
        round(y, 1),
        is_named=wide >= SMALLEST and not is_ground,
        is_ground=is_ground,
    )


def _middle(shape: Polygon) -> Point:
    """Return the middle of the ground, or of the corners where that says nothing."""
    first, corners = shape.corners[0], shape.corners
    doubled = x = y = 0.0
    for start, end in zip(corners, (*corners[1:], first), strict=True):
        cross = (start.x - first.x) * (end.y - first.y) - (end.x - first.x) * (start.y - first.y)
        doubled += cross
        x += (start.x + end.x - 2 * first.x) * cross
        y += (start.y + end.y - 2 * first.y) * cross
    if abs(doubled) < 1e-15:
        return Point(sum(each.x for each in corners) / len(corners), sum(each.y for each in corners) / len(corners))
    return Point(first.x + x / (3 * doubled), first.y + y / (3 * doubled))

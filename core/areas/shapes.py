"""Points and polygons, for finding the area in which a point lies. Longitude is x, latitude is y.

The database answers the same by its core types, `shape @> point(x, y)`: no extension is needed, and an edge belongs to
the polygon in both. Pure Python is kept because a tenant has a few dozen areas, which every process knows anyway.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.kit.saying import said

LEAST_CORNERS = 3
LARGEST_LONGITUDE = 180
LARGEST_LATITUDE = 90
NEAR = 1e-7
"""As near as this counts as on the edge: a centimetre, in degrees."""

LEAST_AREA = 1e-12
"""Less than this, in square degrees, is no ground but what rounding makes of a line: some square decimetres."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the ground, in degrees."""

    x: float
    y: float

    @property
    def is_on_earth(self) -> bool:
        return math.isfinite(self.x) and abs(self.x) <= LARGEST_LONGITUDE and abs(self.y) <= LARGEST_LATITUDE


@dataclass(frozen=True, slots=True)
class Polygon:
    """The ground within a closed line through these corners, in order; the last is joined to the first."""

    corners: tuple[Point, ...]

    def contains(self, point: Point) -> bool:
        """Tell whether a point lies within or on the edge, by casting a ray: within, it crosses the line oddly often."""
        within = False
        for start, end in self._sides():
            if _is_on(point, start, end):
                return True
            if (start.y > point.y) != (end.y > point.y):
                crossing = start.x + (point.y - start.y) * (end.x - start.x) / (end.y - start.y)
                within ^= point.x < crossing
        return within

    def _sides(self) -> Iterator[tuple[Point, Point]]:
        return pairwise((*self.corners, self.corners[0])) if self.corners else iter(())


def polygon(corners: Sequence[tuple[float, float]]) -> Polygon:
    """Return the polygon through these pairs of x and y."""
    return Polygon(tuple(Point(float(x), float(y)) for x, y in corners))


def flaw_of(shape: Polygon) -> str:
    """Return in words why a shape is no polygon on the ground, or nothing."""
    if len(set(shape.corners)) < LEAST_CORNERS:
        return said(
            "边界只有 {number} 个不同的点，围不成一块地；请至少给出 {least_corners} 个点",
            number=len(set(shape.corners)),
            least_corners=LEAST_CORNERS,
        )
    if not all(corner.is_on_earth for corner in shape.corners):
        return "边界上有的点不是经纬度；请按“经度 纬度”填写，经度不超过 180，纬度不超过 90"
    if abs(_doubled_area(shape)) < LEAST_AREA:
        return "边界围不出面积，各点在一条线上或来回交叉；请重新画一圈"
    return ""


def _doubled_area(shape: Polygon) -> float:
    """Return twice the area, with its sign, counted from the first corner so that little is rounded off."""
    first = shape.corners[0]
    around = [(corner.x - first.x, corner.y - first.y) for corner in (*shape.corners, first)]
    return math.fsum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(around))


def _is_on(point: Point, start: Point, end: Point) -> bool:
    """Tell whether a point lies on the straight line between two others."""
    length = math.hypot(end.x - start.x, end.y - start.y)
    if length <= NEAR:
        return math.hypot(point.x - start.x, point.y - start.y) <= NEAR
    along = ((point.x - start.x) * (end.x - start.x) + (point.y - start.y) * (end.y - start.y)) / length
    aside = ((point.x - start.x) * (end.y - start.y) - (point.y - start.y) * (end.x - start.x)) / length
    return abs(aside) <= NEAR and -NEAR <= along <= length + NEAR

"""From GCJ-02 火星坐标, in which maps of mainland China are drawn, to WGS84: by the published approximation, within metres.

Nobody may know the true inverse; the offset changes so slowly that reckoning it twice at the place it leads to suffices.
"""

import math

from core.areas.shapes import Point

AXIS, ECCENTRICITY = 6_378_245.0, 0.006_693_421_622_965_943
"""Of the ellipsoid of Krassowski, by which the offset is reckoned: half its long axis in metres, and e²."""
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""Outside of these degrees nothing is offset."""
ROUNDS = 3


def to_wgs84(shown: Point) -> Point:
    """Return the place on the ground that such a map shows at this point."""
    if not (WEST <= shown.x <= EAST and SOUTH <= shown.y <= NORTH):
        return shown
    found = shown
    for _ in range(ROUNDS):
        dx, dy = _offset(found)
        found = Point(shown.x - dx, shown.y - dy)
    return Point(round(found.x, 6), round(found.y, 6))


def _offset(point: Point) -> tuple[float, float]:
    x, y = point.x - 105.0, point.y - 35.0
    waves = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    latitude = math.radians(point.y)
    bent = 1.0 - ECCENTRICITY * math.sin(latitude) ** 2
    dy = math.degrees(north) / (AXIS * (1.0 - ECCENTRICITY) / (bent * math.sqrt(bent)))
    dx = math.degrees(east) / (AXIS / math.sqrt(bent) * math.cos(latitude))
    return dx, dy

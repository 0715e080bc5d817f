"""The point on the map that comes with an appeal: read as it is written; what cannot be one is left out and told."""

import re
import unicodedata
from dataclasses import dataclass

from core.areas.shapes import Point
from core.kit.saying import said, word

DEGREES = re.compile(r"(?:东经|北纬)?([+-]?\d{1,3}(?:\.\d{1,20})?)°?[en]?", re.IGNORECASE)
SHOWN = 30


@dataclass(frozen=True, slots=True)
class PointRead:
    """The point, None = none was given, or it is of no use; then `flaw` says in a sentence why it was left out."""

    point: Point | None
    flaw: str = ""


def point_of(longitude: float | None, latitude: float | None) -> PointRead:
    """Return the point of these degrees, as far as they make one."""
    if longitude is None and latitude is None:
        return PointRead(None)
    if longitude is None:
        return PointRead(None, said("来件只有纬度（{latitude:g}），没有经度，未采用", latitude=latitude))
    if latitude is None:
        return PointRead(None, said("来件只有经度（{longitude:g}），没有纬度，未采用", longitude=longitude))
    point = Point(float(longitude), float(latitude))
    if point.is_on_earth:
        return PointRead(point)
    turned = "，可能经纬颠倒" if Point(point.y, point.x).is_on_earth else ""
    return PointRead(
        None,
        said(
            "来件的经度 {longitude:g}、纬度 {latitude:g} 不在范围内{turned}，未采用",
            longitude=longitude,
            latitude=latitude,
            turned=word(turned),
        ),
    )


def read_point(longitude: str, latitude: str) -> PointRead:
    """Return the point of two cells, degrees with a decimal point such as 114.3468 or 东经114.3468°; empty = none."""
    given: list[float | None] = []
    for cell in (longitude, latitude):
        written = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell))
        match = DEGREES.fullmatch(written)
        if written and match is None:
            return PointRead(None, said("来件的经纬度“{cell}”不是以度为单位的小数，未采用", cell=cell[:SHOWN]))
        given.append(float(match[1]) if match else None)
    return point_of(given[0], given[1])

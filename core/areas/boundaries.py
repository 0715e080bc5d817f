"""Boundaries 边界 as files write them: WKT, or the coordinates of GeoJSON. One outline each, longitude before latitude."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.areas.shapes import Polygon, flaw_of, polygon
from core.kit import saying
from core.kit.errors import Refused
from core.kit.saying import said

MOST_CORNERS = 20_000
CODE_NAMES = ("code", "编码", "区域编码", "区划代码", "adcode")
"""Names of the property of a feature that says which area it is of, the surest first."""
_NUMBER = r"[-+]?\d{1,3}(?:\.\d*)?(?:[eE][-+]?\d{1,3})?"
_CORNER = re.compile(rf"\s*+({_NUMBER})\s++({_NUMBER})(?:\s++{_NUMBER}){{0,2}}\s*+")
_WKT = re.compile(r"(?:SRID=\d+;)?\s*+POLYGON\s*+(?:ZM|Z|M)?\s*+\(\s*+(\(.*\))\s*\)", re.IGNORECASE | re.DOTALL)


class BoundaryUnclear(Refused):
    """What is written is no boundary of one piece."""

    code = "boundary-unclear"


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The boundaries of a file by the codes of their areas, and in sentences which of them could not be taken."""

    shapes: Mapping[str, Polygon]
    faults: tuple[str, ...]


def read_boundary(cell: str) -> Polygon:
    """Return the polygon of `POLYGON ((…))` or of GeoJSON. Raises `BoundaryUnclear`."""
    written = cell.strip()
    if written[:1] in ("[", "{"):
        try:
            return _of_geometry(json.loads(written))
        except (ValueError, RecursionError) as error:
            raise BoundaryUnclear("边界不是完整的 GeoJSON；请重新导出") from error
    match = _WKT.fullmatch(written)
    if match is None:
        raise BoundaryUnclear("边界应写成 POLYGON ((经度 纬度, …)) 或 GeoJSON 的坐标；请重新导出")
    rings = match[1].count("(")
    if rings > 1:
        raise BoundaryUnclear("边界里有空洞，分不清洞内归谁；请只写外圈，洞内的区域另写一行")
    corners = [_CORNER.fullmatch(corner) for corner in match[1].strip("()").split(",")]
    if not all(corners):
        raise BoundaryUnclear("边界上有的点不是“经度 纬度”两个数；请重新导出")
    return _checked([(float(corner[1]), float(corner[2])) for corner in corners if corner])


def written_boundary(shape: Polygon) -> str:
    """Return the boundary as WKT, closed as the form demands; `read_boundary` undoes it."""
    corners = (*shape.corners, shape.corners[0])
    return f"POLYGON (({', '.join(f'{corner.x!r} {corner.y!r}' for corner in corners)}))"


def read_features(text: str) -> Boundaries:
    """Return the boundaries of a GeoJSON FeatureCollection whose features name their area. Raises `BoundaryUnclear`."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BoundaryUnclear("边界文件不是 JSON。请提供 GeoJSON 格式的 FeatureCollection。") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise BoundaryUnclear("边界文件里没有 features。请提供 GeoJSON 格式的 FeatureCollection。")
    shapes: dict[str, Polygon] = {}
    faults = list(_take(features, shapes))
    return Boundaries(shapes, tuple(faults))


def _take(features: list[Any], shapes: dict[str, Polygon]) -> Iterator[str]:
    """Put what can be taken among the shapes, and say of everything else why not."""
    for number, feature in enumerate(features, start=1):
        said = feature if isinstance(feature, dict) else {}
        properties = said.get("properties")
        code = _code_of(properties) if isinstance(properties, dict) else ""
        if not code:
            yield saying.said("第 {number} 块边界没有写是哪个区域；请在 properties.code 写区域编码", number=number)
        elif code in shapes:
            yield saying.said("第 {number} 块边界的区域 {code} 前面已有边界；请合成一块", number=number, code=code)
        else:
            try:
                shapes[code] = _of_geometry(said.get("geometry"))
            except BoundaryUnclear as refusal:
                yield saying.said(
                    "第 {number} 块边界（{code}）没有采用：{message}", number=number, code=code, message=refusal.message
                )


def _code_of(properties: Mapping[str, Any]) -> str:
    given = (properties.get(name) for name in CODE_NAMES)
    return next((str(code).strip() for code in given if isinstance(code, str | int) and str(code).strip()), "")


def _of_geometry(written: Any) -> Polygon:
    """Return the polygon of a GeoJSON geometry, or of bare coordinates of any depth down to one outline."""
    rings = written.get("coordinates") if isinstance(written, dict) else written
    if isinstance(written, dict) and written.get("type") == "MultiPolygon" and isinstance(rings, list):
        if len(rings) != 1:
            raise BoundaryUnclear(
                said("边界由 {number} 块组成，只能写一块；请合成一块，或分成几个区域", number=len(rings))
            )
        rings = rings[0]
    if isinstance(rings, list) and rings and _is_corner(rings[0]):
        rings = [rings]
    if not isinstance(rings, list) or not rings or not isinstance(rings[0], list):
        raise BoundaryUnclear("边界的坐标不是一圈“[经度, 纬度]”；请重新导出")
    if len(rings) > 1:
        raise BoundaryUnclear("边界里有空洞，分不清洞内归谁；请只写外圈，洞内的区域另写一行")
    if not all(map(_is_corner, rings[0])):
        raise BoundaryUnclear("边界上有的点不是“[经度, 纬度]”两个数；请重新导出")
    return _checked([(float(corner[0]), float(corner[1])) for corner in rings[0]])


def _is_corner(written: Any) -> bool:
    return (
        isinstance(written, list)
        and len(written) >= 2
        and all(
            isinstance(each, int | float) and not isinstance(each, bool) and abs(each) < 1e6 for each in written[:2]
        )
    )


def _checked(corners: list[tuple[float, float]]) -> Polygon:
    if len(corners) > MOST_CORNERS:
        raise BoundaryUnclear(
            said(
                "边界有 {number:,} 个点，超过 {most_corners:,} 个；请先简化再导出",
                number=len(corners),
                most_corners=MOST_CORNERS,
            )
        )
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners = corners[:-1]
    shape = polygon(corners)
    if flaw := flaw_of(shape):
        raise BoundaryUnclear(flaw)
    return shape

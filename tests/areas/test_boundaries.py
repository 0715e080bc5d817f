"""Boundaries in files: WKT and GeoJSON of one piece, everything else refused with what to do."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.areas.boundaries import BoundaryUnclear, read_boundary, read_features, written_boundary
from core.areas.shapes import Polygon, flaw_of, polygon

SQUARE = polygon([(114.3, 22.6), (114.4, 22.6), (114.4, 22.7), (114.3, 22.7)])
RING = [[114.3, 22.6], [114.4, 22.6], [114.4, 22.7], [114.3, 22.7], [114.3, 22.6]]


@pytest.mark.parametrize(
    "cell",
    [
        "POLYGON ((114.3 22.6, 114.4 22.6, 114.4 22.7, 114.3 22.7, 114.3 22.6))",
        "SRID=4326;polygon((114.3 22.6,114.4 22.6,114.4 22.7,114.3 22.7))",
        "POLYGON Z ((114.3 22.6 10, 114.4 22.6 10, 114.4 22.7 10, 114.3 22.7 10))",
        json.dumps(RING),
        json.dumps([RING]),
        json.dumps({"type": "Polygon", "coordinates": [RING]}),
        json.dumps({"type": "MultiPolygon", "coordinates": [[RING]]}),
    ],
)
def test_one_outline_is_read_however_it_is_written(cell: str) -> None:
    assert read_boundary(cell) == SQUARE


@pytest.mark.parametrize(
    ("cell", "because"),
    [
        ("龙田街道以北", "POLYGON"),
        ("POLYGON ((114.3 22.6, 114.4 22.6))", "2 个不同的点"),
        ("POLYGON ((114.3 22.6, 114.4 22.7, 114.5 22.8))", "面积"),
        ("POLYGON ((114.3 22.6, 114.4 22.7, 114.4 22.6, 114.3 22.7))", "来回交叉"),
        ("POLYGON ((22.6 114.3, 22.6 114.4, 22.7 114.4))", "不是经纬度"),
        ("POLYGON ((114.3 22.6, 一百 22.6, 114.4 22.7))", "两个数"),
        ("POLYGON ((0 0, 9 0, 9 9, 0 9), (1 1, 2 1, 2 2))", "空洞"),
        ("POLYGON ((0 0, 9 0, 9 9, 0 9", "POLYGON"),
        ("MULTIPOLYGON (((0 0, 9 0, 9 9)))", "POLYGON"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [9, 0]', "不是完整的 GeoJSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', "不是一圈"),
        ('{"type": "MultiPolygon", "coordinates": [[[[0, 0]]], [[[1, 1]]]]}', "2 块"),
        ("[" * 100_000, "不是完整的 GeoJSON"),
        ("[[1, 2], [true, 3], [4, 5]]", "两个数"),
        ("[[1, 2], [1e999, 3], [4, 5]]", "两个数"),
        ("[]", "不是一圈"),
    ],
)
def test_what_is_no_outline_is_refused_with_the_reason(cell: str, because: str) -> None:
    with pytest.raises(BoundaryUnclear) as refused:
        read_boundary(cell)

    assert because in refused.value.message


def test_features_name_their_areas_and_the_others_are_told() -> None:
    geometry = {"type": "Polygon", "coordinates": [RING]}
    document = {
        "type": "FeatureCollection",
        "features": [
            {"properties": {"code": "PS01"}, "geometry": geometry},
            {"properties": {"adcode": 440310}, "geometry": geometry},
            {"properties": {"name": "无编码"}, "geometry": geometry},
            {"properties": {"code": "PS01"}, "geometry": geometry},
            {"properties": {"code": "PS02"}, "geometry": None},
            "什么也不是",
        ],
    }

    found = read_features(json.dumps(document))

    assert found.shapes == {"PS01": SQUARE, "440310": SQUARE}
    assert found.faults == (
        "第 3 块边界没有写是哪个区域；请在 properties.code 写区域编码",
        "第 4 块边界的区域 PS01 前面已有边界；请合成一块",
        "第 5 块边界（PS02）没有采用：边界的坐标不是一圈“[经度, 纬度]”；请重新导出",
        "第 6 块边界没有写是哪个区域；请在 properties.code 写区域编码",
    )


@pytest.mark.parametrize("text", ["", "边界", "[]", '{"type": "Feature"}', '{"features": 3}'])
def test_a_file_without_features_is_refused(text: str) -> None:
    with pytest.raises(BoundaryUnclear):
        read_features(text)


degrees = st.tuples(st.floats(-180, 180, allow_nan=False), st.floats(-90, 90, allow_nan=False))


@given(st.lists(degrees, min_size=3, max_size=9).map(polygon).filter(lambda shape: not flaw_of(shape)))
def test_what_is_written_reads_the_same(shape: Polygon) -> None:
    corners = shape.corners[:-1] if shape.corners[0] == shape.corners[-1] else shape.corners

    assert read_boundary(written_boundary(Polygon(corners))) == Polygon(corners)

"""A point within a polygon: the same in Python and in the database."""

import math

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from core.areas.columns import ShapeColumn
from core.areas.shapes import Point, Polygon, flaw_of, polygon
from core.kit.db import as_psycopg
from tests.areas.places import square

L_SHAPE = polygon([(0, 0), (3, 0), (3, 1), (1, 1), (1, 3), (0, 3)])


def test_what_lies_within_on_the_edge_and_outside() -> None:
    assert [
        L_SHAPE.contains(Point(x, y)) for x, y in ((0.5, 2), (2, 0.5), (2, 2), (1, 2), (3, 1), (3.01, 1), (-1, 0))
    ] == [
        True,
        True,
        False,
        True,
        True,
        False,
        False,
    ]


def test_what_is_no_polygon_is_told() -> None:
    assert flaw_of(square(0, 0)) == ""
    assert flaw_of(polygon([(0, 0), (1, 1), (0, 0)])) == "边界只有 2 个不同的点，围不成一块地；请至少给出 3 个点"
    assert flaw_of(polygon([(0, 0), (math.nan, 1), (1, 0)])) == (
        "边界上有的点不是经纬度；请按“经度 纬度”填写，经度不超过 180，纬度不超过 90"
    )
    assert not Polygon(()).contains(Point(0, 0))
    assert not polygon([(1, 1), (1, 1), (1, 1)]).contains(Point(0, 0))


coordinates = st.integers(-20, 20).map(lambda tenths: tenths / 10)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.floats(0, 2 * math.pi, exclude_max=True), min_size=3, max_size=9, unique=True),
    st.floats(0.1, 3),
    coordinates,
    coordinates,
)
def test_a_ray_crosses_a_convex_line_as_the_sides_say(angles: list[float], size: float, x: float, y: float) -> None:
    corners = [Point(size * math.cos(angle), size * math.sin(angle)) for angle in sorted(angles)]
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    lefts = [(b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) for a, b in sides]
    assume(all(abs(left) > 1e-4 for left in lefts))

    assert Polygon(tuple(corners)).contains(Point(x, y)) == all(left > 0 for left in lefts)


def test_the_database_answers_the_same(database_url: str) -> None:
    shapes = [
        L_SHAPE,
        square(0, 0),
        polygon([(0, 0), (4, 4), (4, 0), (0, 4)]),
        polygon([(113.1, 22.9), (113.2, 23), (113.3, 22.8)]),
    ]
    points = [Point(x / 4 + 0.01, y / 4 + 0.02) for x in range(-2, 18) for y in range(-2, 18)]
    points += [Point(113.2, 22.9), Point(113.1, 22.8), Point(1, 2), Point(3, 0.5), Point(0, 0)]
    written = ShapeColumn().bind_processor(None)
    engine = create_engine(as_psycopg(database_url))
    question = text("SELECT CAST(:shape AS polygon) @> point(:x, :y)")

    with engine.connect() as connection:
        told = [
            [
                connection.execute(question, {"shape": written(shape), "x": point.x, "y": point.y}).scalar()
                for point in points
            ]
            for shape in shapes
        ]

    assert told == [[shape.contains(point) for point in points] for shape in shapes]
    engine.dispose()

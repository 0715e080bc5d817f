"""Charts as options: the same values, names and places as the drawings, no colour, and gaps that stay gaps."""

from math import nan

from core.documents.charts import Mark, Series
from core.documents.model import Bars, Dots, Heat, Lines
from core.documents.options import options_of


def test_bars_stand_in_the_order_given_and_lead_where_the_drawing_leads() -> None:
    options = options_of(Bars("前十", [Mark("城市管理", 200, "200 件", "/city/x"), Mark("教育", 50, "50 件")]))

    assert options["yAxis"] == {"type": "category", "inverse": True, "data": ["城市管理", "教育"]}
    assert options["xAxis"] == {"type": "value", "min": 0}
    assert options["series"][0]["data"] == [
        {"value": 200, "words": "200 件", "href": "/city/x"},
        {"value": 50, "words": "50 件"},
    ]
    assert options["aria"] == {"enabled": True, "label": {"description": "前十"}}


def test_a_dot_below_the_line_to_hold_is_a_square_as_in_the_drawing() -> None:
    options = options_of(Dots("满意率", [Mark("甲区", 82.6, "82.6%"), Mark("乙区", 85.0, "85.0%")], hold=85, low=75))

    assert [(point["value"], point["symbol"]) for point in options["series"][0]["data"]] == [
        ([82.6, 0], "rect"),
        ([85.0, 1], "circle"),
    ]
    assert options["series"][0]["markLine"]["data"] == [{"xAxis": 85}]


def test_a_line_keeps_its_gaps_and_begins_with_its_last_steps_shown() -> None:
    options = options_of(Lines("逐日", [Series("受理", [1.0, nan, *[2.0] * 62])], [str(day) for day in range(64)]))

    assert options["series"][0]["data"][:3] == [1.0, None, 2.0]
    assert [zoom["start"] for zoom in options["dataZoom"]] == [50, 50]


def test_a_heat_says_its_counts_once_and_of_none_nothing() -> None:
    heat = Heat(
        "热点",
        [("noise", "噪声"), ("road", "道路")],
        [("a", "甲区"), ("b", "乙区")],
        [[40, 0], [10, 20]],
        "/city/explore?month=2026-03",
        ("category", "district"),
    )

    options = options_of(heat)

    assert options["series"][0]["data"] == [[0, 0, 40], [0, 1, 10], [1, 1, 20]]
    assert options["heat"] == {
        "most": 40,
        "lead": "/city/explore?month=2026-03",
        "asks": ["category", "district"],
        "rows": ["noise", "road"],
        "columns": ["a", "b"],
    }

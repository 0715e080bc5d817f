"""The city's overview: words for figures, who is named, and who may look."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from flask import Flask

from core.statistics.causes import causes
from core.statistics.city import BelowFloor, CityReport, District, Week
from core.statistics.figures import CORE_METRICS, Figure, figure
from core.statistics.measures import MEASURES
from core.statistics.periods import Month, last_weeks
from core.statistics.queries import Counts
from core.statistics.shares import NONE, OTHERS, Share
from core.tenancy.scope import Installation
from core.web.city.presentation import presented
from tests.builders import make_city, make_district
from tests.web.making import Visitor, make_account

MARCH = Month(2026, 3)
EMPTY = {column: 0 for measure in MEASURES.values() for column in (measure.column, measure.seconds_column)}


def make_figures(now: Mapping[str, int], before: Mapping[str, int] | None = None) -> list[Figure]:
    """Return the core's figures for these counts."""
    return [figure(metric, Counts([EMPTY | now]), Counts([EMPTY | (before or {})])) for metric in CORE_METRICS]


def make_report(**changes: object) -> CityReport:
    """Return a report of two districts, one of them below the floor, with these parts changed."""
    good = {"accepted": 1200, "rated": 100, "satisfied": 95, "due": 100, "on_time": 96, "overdue": 4}
    poor = {"accepted": 300, "rated": 50, "satisfied": 41, "due": 50, "on_time": 44, "overdue": 6}
    parts = {
        "city": "center",
        "city_name": "全市",
        "month": MARCH,
        "is_over": True,
        "figures": make_figures(
            {"accepted": 1500, "rated": 150, "satisfied": 136, "due": 150, "on_time": 140, "overdue": 10},
            {"accepted": 1400, "rated": 100, "satisfied": 90, "due": 100, "on_time": 95, "overdue": 5},
        ),
        "districts": [District("good", "甲区", make_figures(good)), District("poor", "乙县", make_figures(poor))],
        "by_matter": [
            Share("城市管理", "城市管理", 900, 1500, 800, 1400),
            Share(OTHERS, "其他类别", 500, 1500, 500, 1400),
            Share(NONE, "未定事项", 100, 1500, 100, 1400),
        ],
        "floor": Fraction(85, 100),
        "below_floor": [
            BelowFloor("poor", "乙县", None, 41, 50, 41, 50),
            BelowFloor("good", "甲区", "园林管理处", 20, 40, 20, 36),
        ],
        "weeks": [Week(span, 100, 90) for span in last_weeks(date(2026, 3, 31), count=12)],
    }
    return CityReport(**(parts | changes))  # type: ignore[arg-type]


def test_a_change_is_said_in_words_with_its_verdict() -> None:
    cards = {card.label: (card.value, card.change, card.tone, card.parts) for card in presented(make_report()).cards}
    assert cards["群众满意率"] == ("90.67%", "上升 0.67 个百分点，好转", "better", "136/150")
    assert cards["超期率"] == ("6.67%", "上升 1.67 个百分点，变差", "worse", "10/150")
    assert cards["受理量"][2] == "same"


def test_districts_below_the_floor_are_named_with_both_numbers_and_units_apart() -> None:
    overview = presented(make_report())
    assert overview.below == ["乙县 82.00%（41/50）"]
    assert overview.units_below == ["甲区园林管理处 50.00%（20/40），裁定后 55.56%（20/36）"]
    assert [(row.name, row.is_below) for row in overview.rows] == [("乙县", True), ("甲区", False)]


def test_a_district_with_few_ratings_is_neither_ranked_nor_blamed() -> None:
    few = make_figures({"accepted": 10, "rated": 4, "satisfied": 1})
    none = make_figures({"accepted": 10})
    overview = presented(
        make_report(districts=[District("few", "丙区", few), District("none", "丁区", none)], below_floor=[])
    )
    assert overview.satisfaction is None
    assert overview.not_compared == ["丁区", "丙区"]
    assert [row.is_below for row in overview.rows] == [False, False]
    assert {row.name: row.remark for row in overview.rows}["丁区"] == "还没有评价"
    assert (overview.rows[0].resolved.value, overview.rows[0].resolved.parts) == ("—", "0/0")


def test_the_ten_matters_are_named_ones() -> None:
    chart = presented(make_report()).matters
    assert chart is not None
    assert "城市管理" in chart
    assert "其他类别" not in chart
    assert "未定事项" not in chart


def test_causes_stand_with_both_numbers_and_the_matters_affected_most() -> None:
    codes = {"technical": 3, "": 1}
    found = causes(
        "overdue", codes, {}, parties={"甲区": codes}, matters={"城市管理": {"technical": 3}, "供水": {"": 1}}
    )

    (card,) = presented(make_report(causes=[found, causes("dissatisfied", {}, {}, parties={}, matters={})])).causes

    assert card.label == "超期原因"
    assert [(row.label, row.count, row.share, row.parts) for row in card.rows] == [
        ("技术能力", "3", "75.00%", "3/4"),
        ("未说明", "1", "25.00%", "1/4"),
    ]
    assert card.matters == ["城市管理 3 件（技术能力 3 件）", "供水 1 件（未说明 1 件）"]


def test_a_month_without_anything_is_shown_without_charts() -> None:
    weeks = [Week(span, 0, 0) for span in last_weeks(date(2026, 3, 31), count=12)]
    nothing = presented(make_report(figures=make_figures({}), districts=[], by_matter=[], below_floor=[], weeks=weeks))
    assert (nothing.satisfaction, nothing.matters, nothing.weeks, nothing.rows) == (None, None, None, [])
    assert {card.value for card in nothing.cards[1:]} == {"—"}


def test_the_city_page_is_for_the_citys_analysts_alone(installation: Installation, app: Flask) -> None:
    district = make_district(installation)
    city = make_city(installation, [district])
    analyst, operator = Visitor(app), Visitor(app)
    analyst.sign_in(make_account(installation, city, "analyst", ["analyst"]))
    operator.sign_in(make_account(installation, district, "operator", ["operator"]))

    page = analyst.get("/city")
    assert page.status_code == 200
    assert "运行总览" in page.get_data(as_text=True)
    assert operator.get("/city").status_code == 403
    assert analyst.get("/desk").status_code == 403


def test_an_analyst_of_a_district_is_told_that_it_is_no_city(installation: Installation, app: Flask) -> None:
    analyst = Visitor(app)
    analyst.sign_in(make_account(installation, make_district(installation), "analyst", ["analyst"]))
    answer = analyst.get("/city")
    assert answer.status_code == 404
    assert "不是市中心" in answer.get_data(as_text=True)


def test_any_month_can_be_asked_for_and_nonsense_is_refused(installation: Installation, app: Flask) -> None:
    analyst = Visitor(app)
    analyst.sign_in(make_account(installation, make_city(installation, []), "analyst", ["analyst"]))
    assert "2019年4月运行总览" in analyst.get("/city?month=2019-04").get_data(as_text=True)
    assert analyst.get("/city?month=2019-13").status_code == 422


def test_the_floor_is_eighty_five_percent() -> None:
    exact = District("exact", "戊区", make_figures({"rated": 100, "satisfied": 85}))
    assert [row.is_below for row in presented(make_report(districts=[exact], below_floor=[])).rows] == [False]
    higher = presented(make_report(districts=[exact], below_floor=[], floor=Fraction(86, 100)))
    assert ([row.is_below for row in higher.rows], higher.floor) == ([True], "86%")

"""The month's material of any city: sentences from the figures, one document in three forms, and the bulletin by two persons."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from pypdf import PdfReader

from core.hooks import BulletinRules, GradeBand
from core.statistics.city import BelowFloor, CityReport, District, Week
from core.statistics.figures import CORE_METRICS, Figure, figure
from core.statistics.measures import MEASURES
from core.statistics.month_analysis import districts_and_matters, overall
from core.statistics.periods import Month, last_weeks
from core.statistics.queries import Counts
from core.statistics.service import refresh_all
from core.statistics.shares import NONE, Share
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import BEIJING, make_city, make_district, make_feature, make_installation
from tests.stages.lives import DUTIES, Life
from tests.web.making import Visitor, make_account

RULES = BulletinRules("f/naming", "点名", sample=1, monthly=False)
FLOOR = GradeBand("satisfied", 0.85, "低于底线", "点名", "f/naming", "满意率低于 85%")
EMPTY = {column: 0 for measure in MEASURES.values() for column in (measure.column, measure.seconds_column)}


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    feature = make_feature("f", bulletin_rules=lambda: [RULES], grade_bands=lambda: [FLOOR])
    installation = make_installation(database_url, features=[feature])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation)


def figures(now: dict[str, int], before: dict[str, int] | None = None) -> list[Figure]:
    return [figure(metric, Counts([EMPTY | now]), Counts([EMPTY | (before or {})])) for metric in CORE_METRICS]


def test_what_the_figures_say_is_said_in_sentences() -> None:
    good, poor = ({"rated": 100, "satisfied": satisfied} for satisfied in (95, 82))
    report = CityReport(
        city="city",
        city_name="某市",
        month=Month(2026, 3),
        is_over=True,
        figures=figures(
            {
                "accepted": 1500,
                "concluded": 1300,
                "due": 150,
                "on_time": 141,
                "overdue": 9,
                "rated": 200,
                "satisfied": 177,
            },
            {
                "accepted": 1400,
                "concluded": 1300,
                "due": 100,
                "on_time": 95,
                "overdue": 5,
                "rated": 100,
                "satisfied": 90,
            },
        ),
        districts=[District("good", "甲区", figures(good)), District("poor", "乙县", figures(poor))],
        by_matter=[
            Share("城市管理", "城市管理", 900, 1500, 800, 1400),
            Share("供水", "供水", 500, 1500, 505, 1400),
            Share(NONE, "未定事项", 100, 1500, 95, 1400),
        ],
        floor=Fraction(85, 100),
        below_floor=[BelowFloor("poor", "乙县", None, 82, 100, 82, 100)],
        weeks=[Week(span, 100, 90) for span in last_weeks(date(2026, 3, 31), count=12)],
    )

    assert [str(line) for line in overall(report)] == [
        "2026年3月全市受理诉求 1,500 件，比上月增加 100 件（7.14%）；办结 1,300 件，与上月持平。",
        "按时办结率 94.00%（141/150），比上月下降 1 个百分点；群众满意率 88.50%（177/200），比上月下降 1.5 个百分点；"
        "超期率 6.00%（9/150），比上月上升 1 个百分点。",
    ]
    assert [str(line) for line in districts_and_matters(report)] == [
        "评价不少于 30 件的 2 个区（市）县中，群众满意率最高的是甲区 95.00%（95/100），最低的是乙县 82.00%（82/100）。",
        "满意率低于 85.00% 的区（市）县有 1 个：乙县 82.00%（82/100）。是否点名由第二人在公开通报里逐个核准。",
        "受理最多的是城市管理（900 件）、供水（500 件），合计占全部诉求的 93.33%。",
        "比上月增加最多的是城市管理（多 100 件）。",
    ]


def test_a_city_that_is_not_chengdu_makes_its_month_and_names_by_a_second_person(
    installation: Installation, app: Flask
) -> None:
    month = Month.of(datetime.now(UTC).astimezone(BEIJING).date()).previous
    district = make_district(installation, duties=DUTIES)
    life = Life(installation, district, now=datetime(month.year, month.number, 2, 1, tzinfo=UTC))
    for rating in ("rate badly", "rate well"):
        life.take_in("路灯不亮")
        life.walk("dispatch", "sign", "reply", "pass reply", rating, hours=0.1)
    refresh_all(installation, district)
    city = make_city(installation, [district], features={"f": {}})
    analyst, second = Visitor(app), Visitor(app)
    for visitor, login in ((analyst, "one"), (second, "two")):
        visitor.sign_in(make_account(installation, city, login, ["analyst"], name=login))

    analyst.get(f"/city/month?month={month}")
    assert f"{month.words}全市受理诉求 2 件" in analyst.page
    pack = analyst.client.post(
        "/city/month/pack",
        data={"csrf_token": analyst.hidden("csrf_token"), "month": str(month), "remarks": "雨季将至。\n请各区排查。"},
    )
    with ZipFile(BytesIO(pack.data)) as archive:
        names = archive.namelist()
        pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(archive.read(names[0]))).pages)
    assert names == [f"{city}-month-{month}.{form}" for form in ("pdf", "docx", "xlsx")]
    assert ("雨季将至" in pdf, "月度分析报告" in pdf) == (True, True)

    assert analyst.post("/bulletins", month=str(month), edition="general").location == "/bulletins/1"
    analyst.get(f"/city/month?month={month}")
    assert "待另一人决定点名并核准" in analyst.page
    analyst.get("/bulletins/1")
    assert analyst.post("/bulletins/1/approve").status_code == 403
    second.get("/bulletins/1")
    (naming, *_) = re.findall(r"/bulletins/1/namings/(\d+)", second.page)
    assert second.post(f"/bulletins/1/namings/{naming}", decision="name", reason="数字属实").status_code == 303
    second.get("/bulletins/1")
    for other in dict.fromkeys(re.findall(r"/bulletins/1/namings/(\d+)", second.page)):
        second.post(f"/bulletins/1/namings/{other}", decision="spare", reason="样本少")
    assert second.post("/bulletins/1/approve").status_code == 303
    assert second.post("/bulletins/1/publish").status_code == 303
    assert f"{district}" in second.get("/bulletins/1").get_data(as_text=True)
    assert "two（分析席）核准" in analyst.get(f"/city/month?month={month}").get_data(as_text=True)


def test_a_month_that_has_not_come_is_refused_in_words(installation: Installation, app: Flask) -> None:
    city = make_city(installation, [make_district(installation)])
    analyst = Visitor(app)
    analyst.sign_in(make_account(installation, city, "analyst", ["analyst"]))

    ahead = analyst.get("/city/month?month=2099-01")
    assert (ahead.status_code, "还没有到来" in analyst.page) == (422, True)
    for wrong in ("month=%00", "month=2026-13", f"month={'9' * 400}"):
        assert analyst.get(f"/city/month?{wrong}").status_code == 422
    assert analyst.get("/city/month/file/exe").status_code == 404
    assert analyst.get("/city/month").status_code == 200
    assert analyst.post("/city/month/pack", month="2026-03", remarks="x" * 5000).status_code == 422
    assert analyst.get("/city/month/file/json?month=2026-03").mimetype == "application/json"

"""Live counters for everybody: by level and unit with both numbers, nothing shown as a quotient of too few, also as CSV."""

import csv
import io
from html import unescape

import pytest

from core.statistics.public import Rate
from core.statistics.service import refresh_all
from core.web.public.figures import percent
from tests.builders import beijing, make_city
from tests.journey.walking import Walk
from tests.web.conftest import House

NOW = beijing("2026-03-20 10:00")
SETTLING = "刚发生的变动正在计入"


@pytest.fixture(autouse=True)
def on_a_friday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.public.site.clock", lambda: NOW)


@pytest.fixture
def counted(house: House) -> House:
    for number in range(2):
        walk = Walk(house.installation, house.slug)
        walk.take_in()
        walk.dispatch(lead="roads" if number else "parks")
        if number:
            walk.sign()
            walk.reply()
            walk.pass_reply()
            walk.rate(satisfaction="basically")
    assert SETTLING in read(house, house.slug, "figures")
    refresh_all(house.installation, house.slug)
    return house


def read(house: House, slug: str, path: str) -> str:
    return unescape(house.app.test_client().get(f"/public/{slug}/{path}").get_data(as_text=True))


def test_counts_by_level_and_unit_say_what_they_are_and_as_of_when(counted: House) -> None:
    page = read(counted, counted.slug, "figures")

    assert "数据截至" in page
    assert SETTLING not in page
    assert "2026-03-20 10:00:00" in page
    assert "本月到期的答复时限中按时答复的件数 ÷ 本月到期的答复时限件数" in page
    assert all(name in page for name in ("区级", "道路管理处", "样本太少", "1 / 1"))
    assert "100" not in page.partition("<main")[2]


def test_the_same_as_csv_and_of_a_city_by_district(counted: House) -> None:
    city = make_city(counted.installation, [counted.slug])
    own = list(csv.reader(io.StringIO(read(counted, counted.slug, "figures.csv").removeprefix("\ufeff"))))
    whole = own[2]
    districts = list(csv.reader(io.StringIO(read(counted, city, "figures.csv").removeprefix("\ufeff"))))

    assert own[1][:5] == ["范围", "名称", "受理", "承办", "已办"]
    assert (whole[0], whole[2:5], whole[8:]) == ("合计", ["2", "2", "1"], ["1", "1", "样本太少"])
    assert [row[2:5] for row in districts if row[0] == "各区（市）县"] == [["2", "2", "1"]]


def test_a_quotient_is_shown_of_thirty_and_more() -> None:
    assert [percent(Rate(*numbers)) for numbers in ((29, 29), (20, 30), (0, 0))] == ["样本太少", "66.7%", "样本太少"]

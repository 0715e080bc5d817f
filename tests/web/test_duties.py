"""The duty list as staff read it: Pingshan's 1,285 items found by category, words, code and unit; one item whole."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from core.tenancy.scope import Installation
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tests.web.conftest import House
from tests.web.making import Visitor, make_account

SLUG = "pingshan-list"


@pytest.fixture(scope="module")
def operator(installation: Installation, app: Flask) -> Visitor:
    """An operator of a district with the list and the areas that ship for Pingshan."""
    (profile,) = (each for each in shipped_profiles() if each.slug == "pingshan")
    apply_profile(
        installation, replace(profile, slug=SLUG, serial_prefix="PL", features=(), settings={}), now=datetime.now(UTC)
    )
    visitor = Visitor(app)
    assert visitor.sign_in(make_account(installation, SLUG, "operator", ["operator"], name="康园园")).status_code == 303
    return visitor


def test_the_whole_list_is_leafed_through_by_category_words_code_unit_and_grade(operator: Visitor) -> None:
    top = operator.get("/duties").text
    words = operator.get("/duties?q=小区门口的路灯一直不亮").text
    code = operator.get("/duties?q=p01001").text
    unit = operator.get("/duties?unit=local:street&under=02").text
    nothing = operator.get("/duties?q=独角兽").text
    major = operator.get("/duties?grade=major").text

    assert "19 大类、1,285 小类" in top
    assert "其中 1,284 项为拟定，区里尚未公布" in top
    assert "事件等级：一般 1,171 项、紧急 93 项、重大 21 项" in top
    assert "找到 21 项" in major
    assert 'href="/duties/P17038"' in major
    assert 'href="/duties/P02002"' in words
    assert "找到 1 项" in code
    assert 'href="/duties/P01001"' in code
    assert "属地街道" in unit
    assert "没有找到这样的事项" in nothing


def test_an_item_shows_owner_limits_basis_standard_guide_and_where_it_is_whose(operator: Visitor) -> None:
    pothole = operator.get("/duties/P01001").text
    lane = operator.get("/duties?q=城中村巷道无照明").text.split('href="/duties/P', 1)[1][:5]
    local = operator.get(f"/duties/P{lane}").text

    for said in ("交通运输局坪山管理局道路设施科", "1小时", "2小时", "《中华人民共和国公路法》第三十五条", "公布"):
        assert said in pothole
    assert "坪山街道办事处" in local
    assert "六联社区" in local
    assert "拟定：区里尚未公布" in local
    assert operator.get("/duties/P99999").status_code == 404


def test_a_unit_reads_the_list_too_and_a_resident_does_not(house: House) -> None:
    assert house.visitor(house.clerk).get("/duties").status_code == 200
    assert house.visitor().get("/duties").status_code == 303

"""The directory's duties are the lowest matters of the duty list in force, for the district as a whole or for an area."""

from dataclasses import replace

import pytest

from core.areas.gazetteer import Gazetteer
from core.areas.service import draft as draft_gazetteer
from core.hooks.values import Budget, DutyView
from core.kit.trees import Node
from core.tenancy.revisions import FILES
from core.tenancy.scope import Installation
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.keywords import Keywords
from core.units.catalogue.rows import Row
from core.units.catalogue.service import draft
from core.units.models import Unit
from core.units.queries import NoSuchMatter, directory
from tests.builders import beijing, let_hold, make_district
from tests.duties.made_up import AREAS

NOW = beijing("2026-03-12 10:00")
UNITS = [("st-north", "北桥街道办事处", "street"), ("cc-n1", "柳塘社区党群服务中心", "community_center")]
PLACES = [area if area.unit in ("", "st-north", "cc-n1") else replace(area, unit="") for area in AREAS]
MATTERS = (
    Node("1", "城市管理"),
    Node("1.2", "照明", "1"),
    Node("S07", "路灯不亮", "1.2"),
    Node("2", "环境卫生"),
    Node("2.1", "垃圾", "2"),
)
ROWS = (
    Row(matter="1", lead="roads", co=("parks",), limit=Budget("wd_eod", 5), on_site=Budget("wall", 3600)),
    Row(matter="S07", keywords=("路灯",), legal_basis="示例条例", standard="亮灯", guide="请问灯杆号"),
    Row(matter="S07", area="north", lead="local:street", limit=Budget("wd_eod", 2)),
    Row(matter="2", lead="parks"),
    Row(matter="2", area="north", lead="local:community_center"),
    Row(matter="2", area="n2", lead="parks"),
)
LIGHT = DutyView(
    code="S07",
    category="城市管理 / 照明",
    subcategory="路灯不亮",
    lead="roads",
    co=("parks",),
    limit=Budget("wd_eod", 5),
    on_site=Budget("wall", 3600),
    legal_basis="示例条例",
    standard="亮灯",
    guide="请问灯杆号",
)


@pytest.fixture
def slug(installation: Installation) -> str:
    slug = make_district(installation, units=UNITS)
    with installation.scope(slug) as scope:
        gazetteer = draft_gazetteer(scope, Gazetteer.of(PLACES), reason="首次", author=FILES, now=NOW).number
        catalogue = Catalogue.of(MATTERS, PLACES, ROWS)
        number = draft(scope, catalogue, gazetteer=gazetteer, reason="首次", author=FILES, now=NOW).number
        let_hold(scope, number)
    installation.forget()
    return slug


def test_only_the_lowest_matters_are_items_in_the_order_of_the_list(installation: Installation, slug: str) -> None:
    with installation.scope(slug) as scope:
        units = directory(scope)

    assert list(units.duties) == ["S07", "2.1"]
    assert units.find_duty("S07") == units.get_duty("S07") == LIGHT
    assert units.find_duty("1.2") is None
    assert units.find_duty(None) is None
    assert units.keywords == Keywords({"S07": ("路灯",), "2.1": ()})
    with pytest.raises(NoSuchMatter):
        units.get_duty("1")


def test_in_an_area_the_most_specific_row_holds_and_whoever_is_at_home_there_leads(
    installation: Installation, slug: str
) -> None:
    with installation.scope(slug) as scope:
        units = directory(scope)

    north = replace(LIGHT, lead="st-north", limit=Budget("wd_eod", 2))
    assert {area: units.find_duty("S07", area) for area in ("n1", "south", "elsewhere")} == {
        "n1": north,
        "south": LIGHT,
        "elsewhere": LIGHT,
    }
    garbage = {area: duty.lead for area in ("n1", "n2", "north", None) if (duty := units.find_duty("2.1", area))}
    assert garbage == {"n1": "cc-n1", "n2": "parks", "north": "", None: "parks"}


def test_a_closed_unit_leads_nothing(installation: Installation, slug: str) -> None:
    with installation.scope(slug) as scope:
        for code in ("roads", "st-north"):
            scope.session.get_one(Unit, (scope.tenant.id, directory(scope).get_unit(code).id)).active = False
    installation.forget()

    with installation.scope(slug) as scope:
        found = [directory(scope).find_duty("S07", area) for area in (None, "n1")]

    assert [duty.lead for duty in found if duty] == ["", ""]


def test_another_list_holds_for_whoever_asks_from_then_on(installation: Installation, slug: str) -> None:
    with installation.scope(slug) as scope:
        before = directory(scope)
        changed = Catalogue.of(MATTERS, PLACES, [replace(row, guide="新的指引") for row in ROWS])
        let_hold(scope, draft(scope, changed, gazetteer=1, reason="改指引", author=FILES, now=NOW).number)
        assert directory(scope) is before
    installation.forget()

    with installation.scope(slug) as scope:
        assert directory(scope).get_duty("S07").guide == "新的指引"


def test_without_a_list_there_are_units_and_no_items(installation: Installation) -> None:
    with installation.scope(make_district(installation)) as scope:
        units = directory(scope)

    assert ([unit.code for unit in units.units], units.duties, units.keywords) == (
        ["desk", "parks", "roads"],
        {},
        Keywords({}),
    )

"""Trying another duty list: who goes elsewhere, whose is nobody's, which limits change, where tickets are."""

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from core.areas.gazetteer import Gazetteer
from core.areas.shapes import Point
from core.areas.tree import Area
from core.hooks.values import Budget
from core.journey import desk
from core.journey.dry_run import UnitLoad, change_words, export, summary
from core.tenancy.scope import Installation
from core.units.catalogue.rows import Row
from tests.areas.places import AREAS, GAZETTEER, NAMES
from tests.builders import OPERATOR, make_district, make_ticket
from tests.dry_run.listing import MATTERS, PARK, ROAD, hold, list_draft, tried_list
from tests.dry_run.trying import told
from tests.journey.walking import Walk

IN_LAOKENG = "金田路 9 号井盖缺失"
"""Odd numbers of that road are in 老坑社区 of 龙田街道."""


@pytest.fixture
def slug(installation: Installation) -> str:
    slug = make_district(installation, units=[("st-1", "石井街道办", "street"), ("st-2", "龙田街道办", "street")])
    hold(installation, slug, list_draft(installation, slug, ROAD, PARK))
    return slug


def test_only_tickets_of_the_matter_that_changes_go_elsewhere(installation: Installation, slug: str) -> None:
    road = make_ticket(installation, slug, matter="road").serial_no
    make_ticket(installation, slug, matter="park")
    make_ticket(installation, slug)

    found = tried_list(installation, slug, list_draft(installation, slug, Row(matter="road", lead="parks"), PARK))

    assert told(found, "route") == {road: [("other", "道路管理处", "园林管理处")]}
    [change] = found.changed[0].changes
    assert (change.after.rule_id, change.after.reason) == ("core.routing/duty-list", "职责清单：城市管理 / 道路")
    assert change_words(change) == "承办单位改变：道路管理处 → 园林管理处（职责清单：城市管理 / 道路）"
    assert summary(found) == [
        "3 件中 1 件改派；0 件出错。",
        "主办工单：园林管理处 1 → 2 件，道路管理处 1 → 0 件。",
    ]
    assert found.load == (
        UnitLoad("parks", "园林管理处", 1, 2, 0, 0),
        UnitLoad("", "由受理席判定", 1, 1, 0, 0),
        UnitLoad("roads", "道路管理处", 1, 0, 0, 0),
    )


def test_what_the_draft_does_not_have_is_nobodys(installation: Installation, slug: str) -> None:
    park = make_ticket(installation, slug, matter="park").serial_no
    make_ticket(installation, slug, matter="road")

    found = tried_list(installation, slug, list_draft(installation, slug, ROAD, matters=MATTERS[:2]))

    assert told(found, "route") == {park: [("other", "园林管理处", "由受理席判定")]}
    [change] = found.changed[0].changes
    assert change_words(change) == (
        "承办单位改变：园林管理处 → 由受理席判定（原：职责清单：城市管理 / 园林；现：没有规则命中，由受理席判定）"
    )
    assert summary(found)[1] == "主办工单：由受理席判定 0 → 1 件，园林管理处 1 → 0 件。"


def test_without_any_duty_list_a_person_decides_of_all(installation: Installation, slug: str) -> None:
    make_ticket(installation, slug, matter="road")
    make_ticket(installation, slug, matter="park")

    found = tried_list(installation, slug, 0)

    assert (found.totals.rerouted, found.load[0].code, found.load[0].after) == (2, "", 2)


def test_other_co_units_are_told_although_the_lead_stays(installation: Installation, slug: str) -> None:
    road = make_ticket(installation, slug, matter="road").serial_no

    draft = list_draft(installation, slug, Row(matter="road", lead="roads", co=("parks", "st-1")), PARK)
    found = tried_list(installation, slug, draft)

    assert told(found, "route") == {road: [("other", "道路管理处", "道路管理处，协办 园林管理处、石井街道办")]}
    assert (found.totals.rerouted, found.totals.joined_otherwise) == (0, 1)
    assert summary(found) == ["1 件中 1 件协办单位不同；0 件出错。"]


def test_a_limit_that_changes_moves_the_due_time_of_its_matter_alone(installation: Installation, slug: str) -> None:
    held = list_draft(installation, slug, ROAD, Row(matter="park", lead="parks", limit=Budget("wd_eod", 5)))
    hold(installation, slug, held)
    walk = Walk(installation, slug)
    walk.take_in("2026-03-12 10:00", matter="park")
    walk.dispatch("2026-03-12 10:10", lead="parks")
    walk.sign("2026-03-12 11:00")
    other = Walk(installation, slug)
    other.take_in("2026-03-12 10:00", matter="road")
    other.dispatch("2026-03-12 10:10")

    draft = list_draft(installation, slug, ROAD, Row(matter="park", lead="parks", limit=Budget("wd_eod", 3)))
    found = tried_list(installation, slug, draft)

    assert told(found, "due") == {walk.serial_no: [("earlier", "2026-03-19 18:00", "2026-03-17 18:00")]}
    [due] = [change for change in found.changed[0].changes if change.what == "due"]
    assert (due.after.rule_id, "城市管理 / 园林" in due.after.reason) == ("core.sla/duty-list", True)
    assert (found.totals.rerouted, found.totals.changed) == (0, 1)


def test_the_grade_of_an_item_tells_which_tickets_would_be_urgent(installation: Installation, slug: str) -> None:
    road = make_ticket(installation, slug, matter="road").serial_no
    make_ticket(installation, slug, matter="park")
    make_ticket(installation, slug, matter="road", urgency="normal")  # a person's word

    draft = list_draft(installation, slug, Row(matter="road", lead="roads", grade="urgent"), PARK)
    found = tried_list(installation, slug, draft)

    assert told(found, "urgency") == {road: [("new", "一般", "紧急")]}
    [change] = [change for change in found.changed[0].changes if change.what == "urgency"]
    assert (change.after.rule_id, change.after.reason) == (
        "core.classification/grade",
        "职责清单“城市管理 / 道路”为紧急事项",
    )
    assert told(found, "due") == {}


def test_an_area_of_its_own_takes_its_tickets_and_no_others(installation: Installation, slug: str) -> None:
    hold(installation, slug, list_draft(installation, slug, ROAD, PARK, gazetteer=GAZETTEER))
    there = make_ticket(installation, slug, text=IN_LAOKENG, matter="road").serial_no
    make_ticket(installation, slug, text="创景路 9 号井盖缺失", matter="road")
    make_ticket(installation, slug, matter="road")

    local = Row(matter="road", area="longtian", lead="local:street", co=("roads",))
    found = tried_list(installation, slug, list_draft(installation, slug, ROAD, local, PARK, gazetteer=GAZETTEER))

    assert told(found, "route") == {there: [("other", "道路管理处", "龙田街道办，协办 道路管理处")]}
    assert (found.totals.rerouted, found.totals.relocated) == (1, 0)


def test_by_another_gazetteer_tickets_are_found_elsewhere(installation: Installation, slug: str) -> None:
    bare = Gazetteer.of(AREAS, [name for name in NAMES if name.name != "金田路"])
    local = Row(matter="road", area="longtian", lead="parks")
    hold(installation, slug, list_draft(installation, slug, ROAD, local, PARK, gazetteer=bare))
    there = make_ticket(installation, slug, text=IN_LAOKENG, matter="road").serial_no
    pinned = make_ticket(installation, slug, point=Point(0.5, 0.5), matter="road").serial_no
    said = Walk(installation, slug)
    said.take_in(text=IN_LAOKENG, matter="road")
    said.do(
        desk.correct,
        "2026-03-12 10:05",
        actor=OPERATOR,
        nature="help",
        matter="road",
        complexity="simple",
        area="tiantou",
    )

    moved = [*(area for area in AREAS if area.code != "tiantou"), Area("tiantou", "田头社区", "longtian")]
    found = tried_list(
        installation, slug, list_draft(installation, slug, ROAD, local, PARK, gazetteer=Gazetteer.of(moved, NAMES))
    )

    assert told(found, "area") == {
        there: [("other", "未知", "示例区 / 龙田街道 / 老坑社区")],
        pinned: [("other", "示例区 / 石井街道 / 田头社区", "示例区 / 石井街道")],
    }
    assert told(found, "route") == {
        there: [("other", "道路管理处", "园林管理处")],
        said.serial_no: [("other", "道路管理处", "园林管理处")],
    }
    [area] = [change for ticket in found.changed for change in ticket.changes if change.before.value == "tiantou"]
    assert "定位到 示例区 / 石井街道" in change_words(area)
    assert found.totals.relocated == 2
    assert said.ticket().area == "tiantou"


def test_without_a_gazetteer_nothing_is_anywhere(installation: Installation, slug: str) -> None:
    local = Row(matter="road", area="longtian", lead="parks")
    hold(installation, slug, list_draft(installation, slug, ROAD, local, PARK, gazetteer=GAZETTEER))
    there = make_ticket(installation, slug, text=IN_LAOKENG, matter="road").serial_no

    found = tried_list(installation, slug, list_draft(installation, slug, ROAD, PARK))

    assert told(found, "area") == {there: [("other", "示例区 / 龙田街道 / 老坑社区", "未知")]}
    assert told(found, "route") == {there: [("other", "园林管理处", "道路管理处")]}


def test_other_keywords_point_to_other_matters_where_nobody_said_what_it_is_about(
    installation: Installation, slug: str
) -> None:
    words = (Row(matter="road", lead="roads", keywords=("坑洼",)), Row(matter="park", lead="parks", keywords=("枯树",)))
    hold(installation, slug, list_draft(installation, slug, *words))
    guessed = make_ticket(installation, slug, text="道路坑洼，路旁有草坪").serial_no
    make_ticket(installation, slug, text="道路坑洼，路旁有草坪", matter="road")
    unclear = make_ticket(installation, slug, text="草坪枯黄").serial_no

    longer = (words[0], Row(matter="park", lead="parks", keywords=("枯树", "路旁有草坪", "草坪")))
    found = tried_list(installation, slug, list_draft(installation, slug, *longer))

    assert told(found, "matter") == {
        guessed: [("other", "城市管理 / 道路", "城市管理 / 园林")],
        unclear: [("other", "待判定", "城市管理 / 园林")],
    }
    assert set(told(found, "route")) == {guessed, unclear}
    assert (found.totals.rematched, found.totals.rerouted) == (2, 2)
    [matter] = [change for change in found.changed[-1].changes if change.what == "matter"]
    assert change_words(matter) == (
        "事项改变：城市管理 / 道路 → 城市管理 / 园林（原：依据词：坑洼；现：依据词：路旁有草坪）"
    )


def test_the_file_tells_why_on_both_sides_and_each_units_load(
    installation: Installation, slug: str, tmp_path: Path
) -> None:
    make_ticket(installation, slug, matter="park")

    export(
        tried_list(installation, slug, list_draft(installation, slug, ROAD, matters=MATTERS[:2])),
        tmp_path / "a.xlsx",
        mark="",
    )

    book = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    [row] = book.get_sheet_by_name("改变的工单").to_python()[1:]
    assert row[1:2] + row[4:8] == [
        "承办单位",
        "园林管理处",
        "由受理席判定",
        "职责清单：城市管理 / 园林",
        "没有规则命中，由受理席判定",
    ]
    assert book.get_sheet_by_name("单位工单量").to_python()[1:] == [
        ["", "由受理席判定", 0, 1, 0, 0],
        ["parks", "园林管理处", 1, 0, 0, 0],
    ]

"""Routing rules at work: what they set, to whom a ticket goes by them, and what is kept of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.areas.gazetteer import Gazetteer, PlaceName
from core.areas.service import draft as draft_areas
from core.areas.tree import Area
from core.hooks import RouteProposal, TimeLimit
from core.hooks.values import Budget
from core.journey import desk
from core.kit.trees import Node
from core.routing.models import RouteDecision
from core.tenancy.active import SAFE_MODE
from core.tenancy.revisions import FILES
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.rows import Row
from core.units.catalogue.service import draft
from tests.builders import OPERATOR, beijing, let_hold, make_district, make_feature, make_installation
from tests.journey.walking import Walk

AREAS = [
    Area("q", "测试区", None, "district", ""),
    Area("s1", "东街道", "q", "street", "east"),
    Area("s2", "西街道", "q", "street", "west"),
]
NAMES = [PlaceName("东街道", "s1", "alias"), PlaceName("西街道", "s2", "alias")]
UNITS = [("power", "供电局", "public_utility"), ("east", "东街道办", "street"), ("west", "西街道办", "street")]
MATTERS = [Node("01", "城市管理", None), Node("road", "道路", "01"), Node("yard", "楼院", "01")]
LIST = [
    Row(matter="road", lead="roads", co=("parks",), keywords=("坑洼",), on_site=Budget("wall", 7200)),
    Row(matter="yard", lead="local:street", keywords=("楼道",)),
]


def rule(id: str, phase: str, when: Mapping[str, Any], **then: Any) -> dict[str, Any]:
    return {"id": id, "label": id, "phase": phase, "when": dict(when), "then": then, "explain": f"{id}的理由"}


def contains(*words: str) -> dict[str, Any]:
    return {"field": "text", "op": "contains_any", "value": list(words)}


def under(path: str) -> dict[str, Any]:
    return {"field": "matter", "op": "under", "value": [path]}


def walk_with(
    database_url: str, rules: Sequence[Mapping[str, Any]], limits: Sequence[Any] = (), **answers: Any
) -> Walk:
    """Make a district with two streets, a duty list and these rules; a feature `f` gives the answers."""
    features = [make_feature("f", **answers)] if answers else []
    installation = make_installation(database_url, features=features)
    slug = make_district(installation, features={"f": {}} if answers else {}, units=UNITS)

    def begin(scope: Scope) -> None:
        at = beijing("2010-01-01 10:00")
        areas = draft_areas(scope, Gazetteer.of(AREAS, NAMES), reason="初始", author=FILES, now=at).number
        catalogue = Catalogue.of(MATTERS, AREAS, LIST)
        number = draft(scope, catalogue, gazetteer=areas, reason="初始", author=FILES, now=at).number
        let_hold(scope, number, rules, limits)

    installation.run(slug, begin)
    installation.forget()
    return Walk(installation, slug)


def decisions(walk: Walk) -> list[tuple[str, str, str]]:
    rows = walk.rows(RouteDecision, RouteDecision.id)
    units = {walk.unit_id(code): code for code in ("roads", "parks", "power", "east", "west")}
    return [(row.outcome, units.get(row.unit_id, ""), row.rule_id) for row in rows]


def passed_over(walk: Walk) -> list[tuple[str, str]]:
    rows = [row for row in walk.rows(RouteDecision, RouteDecision.id) if row.record]
    return [(each["unit"], each["why"]) for each in rows[-1].record["passed_over"]]


def test_danger_is_urgent_goes_out_at_once_and_presses_with_the_limit_of_the_rule(database_url: str) -> None:
    danger = rule(
        "danger",
        "safety",
        contains("漏电"),
        set={"urgency": "urgent"},
        assign={"lead": "power", "co": ["local:street"], "direct": True},
        limit="at-once",
    )
    limits = [{"code": "at-once", "label": "立即到场", "clock": "on_site", "mode": "wall", "amount": 30}]
    walk = walk_with(database_url, [danger], limits)

    walk.take_in(text="东街道一处灯杆漏电")

    ticket = walk.ticket()
    assert (ticket.urgency, ticket.state, ticket.area, ticket.rule_limit) == ("urgent", "dispatched", "s1", "at-once")
    assert decisions(walk) == [
        ("suggested", "power", "core.routing/danger"),
        ("dispatched", "power", "core.routing/danger"),
    ]
    assert [(row.unit_id, row.role) for row in walk.assignments()] == [
        (walk.unit_id("power"), "lead"),
        (walk.unit_id("east"), "co"),
    ]
    [visit] = walk.clocks("on_site")
    assert (visit.amount, visit.rule_id, visit.by) == (1800, "core.routing/at-once", "core.routing@1.1/1")
    told = [entry.summary for entry in walk.entries() if entry.kind == "classify"]
    assert told[-1] == "紧急程度定为紧急，时限按“立即到场”（规则“danger”：danger的理由）"


def test_what_a_person_said_of_the_urgency_is_kept(database_url: str) -> None:
    calm = rule("calm", "safety", contains("漏电"), set={"urgency": "urgent"})
    walk = walk_with(database_url, [calm])

    walk.take_in(text="灯杆漏电", urgency="normal")

    assert walk.ticket().urgency == "normal"


def test_a_rule_goes_before_a_feature_and_a_feature_before_the_duty_list(database_url: str) -> None:
    exception = rule("night", "override", contains("夜间"), assign={"lead": "west"})
    answers: dict[str, Any] = {"propose_routes": lambda: [RouteProposal("power", "f/power", "归口供电")]}

    by_rule = walk_with(database_url, [exception], **answers)
    by_rule.take_in(text="夜间道路坑洼", matter="road")
    by_feature = walk_with(database_url, [exception], **answers)
    by_feature.take_in(text="道路坑洼", matter="road")
    by_list = walk_with(database_url, [exception])
    by_list.take_in(text="道路坑洼", matter="road")

    assert decisions(by_rule) == [("suggested", "west", "core.routing/night")]
    assert passed_over(by_rule) == [
        ("power", "前面的规则“night”已指定单位"),
        ("roads", "前面的规则“night”已指定单位"),
    ]
    assert decisions(by_feature) == [("suggested", "power", "f/power")]
    assert passed_over(by_feature) == [("roads", "功能“f”的意见在前")]
    assert decisions(by_list) == [("suggested", "roads", "core.routing/duty-list")]


def test_what_a_rule_excludes_gets_it_from_nobody(database_url: str) -> None:
    partial = rule("partial", "override", contains("道路管理处"), exclude=["roads", "power"])
    walk = walk_with(
        database_url, [partial], propose_routes=lambda: [RouteProposal("power", "f/power", "归口供电", direct=True)]
    )

    walk.take_in(text="投诉道路管理处不作为", matter="road")

    assert decisions(walk) == [("nobody", "", "core.routing/nobody")]
    assert walk.ticket().suggested_unit_id is None
    assert passed_over(walk) == [
        ("power", "规则“partial”排除了该单位"),
        ("roads", "规则“partial”排除了该单位"),
    ]


@pytest.mark.parametrize(
    ("when", "state"),
    [(contains("坑洼"), "dispatched"), ({"all": [contains("坑洼"), under("01.road")]}, "accepted")],
)
def test_a_guessed_matter_is_no_ground_to_dispatch_but_what_does_not_ask_for_it_is(
    database_url: str, when: dict[str, Any], state: str
) -> None:
    walk = walk_with(database_url, [rule("at-once", "override", when, assign={"lead": "roads", "direct": True})])

    walk.take_in(text="道路坑洼，出行不便")

    assert (walk.ticket().matter, walk.ticket().matter_guessed) == ("road", True)
    assert walk.ticket().state == state


def test_chosen_domains_go_straight_to_the_front_line_of_the_area_and_elsewhere_a_person_decides(
    database_url: str,
) -> None:
    straight = rule("straight", "catalogue", under("01.yard"), assign={"lead": "local:street", "direct": True})

    here = walk_with(database_url, [straight])
    here.take_in(text="西街道的楼道堆物", matter="yard")
    nowhere = walk_with(database_url, [straight])
    nowhere.take_in(text="我家楼道堆物", matter="yard")

    assert decisions(here)[-1] == ("dispatched", "west", "core.routing/straight")
    assert decisions(nowhere) == [("nobody", "", "core.routing/nobody")]
    assert passed_over(nowhere) == [("local:street", "不知道本工单的属地街道")]
    assert nowhere.ticket().state == "accepted"


def test_who_gave_it_back_is_passed_over_by_rule_and_list_and_a_person_decides(database_url: str) -> None:
    walk = walk_with(database_url, [rule("pits", "override", contains("坑洼"), assign={"lead": "roads"})])
    walk.take_in(text="道路坑洼", matter="road")
    walk.dispatch(lead="roads")

    walk.give_back("2026-03-12 15:00")

    assert decisions(walk)[-1] == ("nobody", "", "core.routing/nobody")
    assert [why for _, why in passed_over(walk)] == ["该单位已退回过本工单", "该单位已退回过本工单"]


def test_rules_are_asked_again_when_the_desk_corrects_what_it_is_about(database_url: str) -> None:
    given = rule("quick", "catalogue", under("01.yard"), limit="quick")
    limits = [{"code": "quick", "label": "快办", "clock": "reply", "mode": "ws", "amount": 240}]
    walk = walk_with(
        database_url, [given], limits, time_limits=lambda: [TimeLimit("reply", Budget("wd_eod", 5), "f/reply", "五日")]
    )
    walk.take_in(text="道路坑洼", matter="road")

    walk.do(desk.correct, "2026-03-12 10:05", actor=OPERATOR, nature="help", matter="yard")

    assert walk.ticket().rule_limit == "quick"
    [live] = [clock for clock in walk.clocks("reply") if clock.state == "running"]
    assert (live.mode, live.amount, live.rule_id) == ("ws", 14400, "core.routing/quick")


def test_in_safe_mode_duty_list_and_rules_hold(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(
        database_url,
        [rule("night", "override", contains("夜间"), assign={"lead": "west"})],
        propose_routes=lambda: [RouteProposal("power", "f/power", "归口供电", score=100)],
    )
    monkeypatch.setenv(SAFE_MODE, "1")
    walk.installation.forget()

    walk.take_in(text="夜间道路坑洼", matter="road")

    assert decisions(walk) == [("suggested", "west", "core.routing/night")]
    assert passed_over(walk) == [("roads", "前面的规则“night”已指定单位")]


def test_a_decision_keeps_versions_facts_and_traces_but_no_words_of_the_resident(database_url: str) -> None:
    walk = walk_with(database_url, [rule("night", "override", contains("夜间", "凌晨"), assign={"lead": "west"})])

    walk.take_in(text="夜间施工，门牌甲一号", matter="road")

    [decision] = walk.rows(RouteDecision, RouteDecision.id)
    assert (decision.by, decision.duty_list) == ("core.routing@1.1/1", 1)
    assert decision.record["hits"][0]["trace"] == [
        {
            "path": "when",
            "field": "text",
            "op": "contains_any",
            "value": ["夜间", "凌晨"],
            "actual": ["夜间"],
            "truth": True,
            "decides": True,
        }
    ]
    assert decision.record["facts"]["values"]["matter"] == "01.road"
    assert "门牌甲一号" not in str(decision.record)
    assert decision.record["explanation"][0].startswith("派给西街道办，依据规则“night”")

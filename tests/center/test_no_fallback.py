"""社区不再兜底: whoever wants a community centre to handle a ticket is refused, and it is seen who did."""

from collections.abc import Callable
from typing import Any

import pytest

from core.areas.tree import LOCAL_NAMES
from core.hooks import TakingInOnly
from core.hooks.specs import taking_in_only
from core.journey import consult, desk, joint
from core.journey.queries.center import fallback
from core.routing.models import Assignment
from core.routing.policy_in_force import policy_of
from core.routing.ruleset import check_rules, parse_rules
from core.units.catalogue.checking import check
from core.units.catalogue.queries import duty_list_of, known_units
from core.units.taking_in import TakesInOnly
from tests.builders import OPERATOR, SUPERVISOR, set_duties, switch_on
from tests.center.conftest import ROAD, CenterHouse
from tests.center.making import taken_in
from tests.plugins.making import answers
from tests.web.making import Life

RULE = {
    "id": "to-center",
    "label": "派社区",
    "phase": "override",
    "when": {"field": "text", "op": "contains_any", "value": ["坑洼"]},
    "then": {"assign": {"lead": "cc-one"}},
    "explain": "社区就近",
}


def test_pingshan_keeps_everything_off_its_centres_unless_it_says_otherwise() -> None:
    feature, kind = "pingshan.community", "community_center"

    assert answers(feature, taking_in_only) == [TakingInOnly(kind, f"{feature}/no-fallback", "社区不再兜底")]
    assert answers(feature, taking_in_only, {"no_fallback": False}) == []


def test_nobody_gives_a_centre_a_ticket_and_whoever_tried_is_named(house: CenterHouse) -> None:
    life = Life(house.installation, house.slug).take_in(text="楼道灯不亮")
    operator = house.visitor(house.operator)
    operator.get(f"/desk?at={life.serial_no}")
    assert "一号社区党群服务中心" not in operator.page, "it is not offered"

    answer = operator.post("/desk/dispatch", serial_no=life.serial_no, unit="cc-one", reason="就近")
    with pytest.raises(TakesInOnly):
        life.do(desk.dispatch, OPERATOR, lead="roads", co=["cc-two"], reason="就近")
    life.handled()
    with pytest.raises(TakesInOnly):
        life.do(desk.redirect, OPERATOR, lead="cc-one", reason="就近")
    with pytest.raises(TakesInOnly):
        life.do(joint.bring_in, life.clerk("roads"), unit="cc-one", task="一起办")

    assert answer.status_code == 422
    assert "一号社区党群服务中心只受理不承办（社区不再兜底）" in answer.get_data(as_text=True)
    supervisor = house.visitor(house.supervisor)
    supervisor.get("/desk/community")
    assert "张丽" in supervisor.page
    with house.installation.scope(house.slug) as scope:
        seen = fallback(scope)
        shares = scope.session.query(Assignment).filter(Assignment.tenant_id == scope.tenant.id).all()
    assert seen is not None
    assert (seen.units, seen.carried, [each.serial_no for each in seen.attempts]) == (2, 0, [life.serial_no])
    assert len({each.unit_id for each in shares}) == 1


def test_a_consultation_designates_no_centre(house: CenterHouse) -> None:
    life = Life(house.installation, house.slug).take_in(text="楼道灯不亮")
    life.do(consult.open_consultation, OPERATOR, question="谁来办")

    with pytest.raises(TakesInOnly):
        life.do(consult.decide_consultation, SUPERVISOR, unit="cc-one", reason="就近")


def test_a_list_that_names_a_centre_is_refused_and_one_that_did_before_goes_to_a_person(
    make_house: Callable[..., CenterHouse],
) -> None:
    house = make_house(community={"no_fallback": False})
    with house.installation.scope(house.slug) as scope:
        number = set_duties(scope, [{**ROAD, "lead": "cc-one", "co": ["parks"]}])
    house.installation.forget()
    handled_by_center = taken_in(house, unit="cc-two")
    keep_off(house)

    kept_off = taken_in(house, unit="cc-two", message_id="b" * 32)

    with house.installation.scope(house.slug) as scope:
        faults = check(duty_list_of(scope, number), known_units(scope))
        seen = fallback(scope)
    assert faults == (
        "road 城市管理 / 道路（全区）写的单位“一号社区党群服务中心”（cc-one）只受理不承办（社区不再兜底）；请改成对这件事负责的部门或街道",
    )
    assert seen is not None
    assert seen.carried == 1, f"{handled_by_center} was given to it before"
    assert [(each.serial_no, each.who, each.words) for each in seen.attempts] == [
        (kept_off, "派单规则或职责清单", "没有派给一号社区党群服务中心：只受理不承办（社区不再兜底）")
    ]


def test_rules_that_name_a_centre_are_refused_when_they_are_checked(house: CenterHouse) -> None:
    local: dict[str, Any] = {
        **RULE,
        "id": "local",
        "then": {"assign": {"lead": "roads", "co": ["local:community_center"]}},
    }
    with house.installation.scope(house.slug) as scope:
        report = check_rules(parse_rules({"rules": [RULE, local]}), policy_of(scope).directory)

    found = [(each.code, each.sentence.partition("：")[2]) for each in report.findings if each.code == "takes-in-only"]
    assert found == [
        (
            "takes-in-only",
            "“一号社区党群服务中心”只受理不承办（社区不再兜底），派不出去。请改为对这类事项负责的部门或街道。",
        ),
        (
            "takes-in-only",
            f"{LOCAL_NAMES['local:community_center']}只受理不承办（社区不再兜底），派不出去。请改为对这类事项负责的部门或街道。",
        ),
    ]


def keep_off(house: CenterHouse) -> None:
    """Have the district keep everything off its centres from now on."""
    with house.installation.scope(house.slug) as scope:
        switch_on(scope, "pingshan.community", {"no_fallback": True})
    house.installation.forget()

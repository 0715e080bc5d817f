"""What holds about routing is a revision like any other: drafted, checked, tried, approved, activated, rolled back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.hooks.core_features import ROUTING
from core.hooks.settings import SettingsInvalid
from core.hooks.values import Budget
from core.journey.features.listing import list_features
from core.journey.features.switching import FeatureStands, NotInOrder, move, switch_off, switch_on
from core.journey.settings.deciding import roll_back
from core.journey.settings.showing import diff
from core.kit.trees import Node
from core.tenancy.revisions import FILES
from core.tenancy.rules import ApprovalMissing, CheckFailed, NotTried
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.queries import limit_history
from core.units.catalogue.rows import Row
from core.units.catalogue.service import draft
from core.units.models import Unit
from core.units.queries import directory
from tests.settings.making import ANNA, NOW, District

ID = ROUTING.id
MATTERS = [Node("01", "道路", None), Node("A1", "路面", "01")]
NIGHT: dict[str, Any] = {
    "id": "night",
    "label": "夜间",
    "phase": "override",
    "when": {"field": "text", "op": "contains_any", "value": ["夜间"]},
    "then": {"assign": {"lead": "parks"}},
    "explain": "夜间归园林值守",
}


def listed(district: District, *rows: Row) -> int:
    """Draft a duty list of these rows and return its number."""
    catalogue = Catalogue.of(MATTERS, (), rows)

    def work(scope: Scope) -> int:
        return draft(scope, catalogue, gazetteer=0, reason="清单", author=FILES, now=NOW).number

    number: int = district.run(work)
    return number


def found(district: District, number: int) -> list[tuple[str, str, str]]:
    return [(each.level, each.field, each.text) for each in district.check(number, feature=ID).findings]


def rule(**changed: Any) -> dict[str, Any]:
    return {**NIGHT, **changed}


def test_routing_is_always_on_and_neither_switched_nor_moved(make: Callable[..., District]) -> None:
    district = make({})

    assert ID not in {
        line.id for line in district.run(lambda scope: list_features(scope, district.roster, actor=ANNA)).features
    }
    for act in (
        lambda scope: switch_on(scope, district.roster, ID, actor=ANNA, now=NOW),
        lambda scope: switch_off(scope, district.roster, ID, reason="不用", actor=ANNA, now=NOW),
    ):
        with pytest.raises(FeatureStands, match="始终启用"):
            district.run(act)
    with pytest.raises(NotInOrder):
        district.run(lambda scope: move(scope, ID, before=None, actor=ANNA, now=NOW))
    assert district.settings(ID)["duty_list"] == 1


def test_rules_hold_only_after_a_try_and_a_second_person(make: Callable[..., District]) -> None:
    district = make({})
    number = district.draft({"rules": [NIGHT]}, feature=ID)
    district.check(number, feature=ID)

    with pytest.raises(NotTried):
        district.activate(number, feature=ID)
    district.tried(number, feature=ID)
    with pytest.raises(ApprovalMissing, match="派单规则"):
        district.activate(number, feature=ID)
    district.approve(number, feature=ID)
    decided = district.activate(number, feature=ID)

    assert [(each.label, each.before, each.after) for each in decided.changes] == [
        (
            "派单规则 规则“夜间”（night）",
            "没有",
            "专项：凡正文含有“夜间”的，派给园林管理处。优先 100；说明：夜间归园林值守",
        )
    ]
    assert [each["id"] for each in district.settings(ID)["rules"]] == ["night"]


def test_what_changes_of_rules_is_told_rule_by_rule(make: Callable[..., District]) -> None:
    district = make({})
    other = rule(id="day", label="白天")
    district.make_active({"rules": [NIGHT, other]}, feature=ID)
    number = district.draft({"rules": [other, rule(priority=5)]}, feature=ID)

    told = district.run(lambda scope: diff(scope, district.roster, ID, number, actor=ANNA))

    words = "专项：凡正文含有“夜间”的，派给园林管理处。优先 {}；说明：夜间归园林值守"
    assert [(each.label, each.before, each.after) for each in told] == [
        ("派单规则 规则“夜间”（night）", words.format(100), words.format(5)),
        ("派单规则 先后", "night、day", "day、night"),
    ]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([rule(when={"field": "text", "op": "matches", "value": "a.*"})], "不支持"),
        ([rule(when={"field": "colour", "op": "eq", "value": "red"})], "colour"),
        ([NIGHT, NIGHT], "同一个 id"),
        ([rule(id="nobody")], "id 不能是 nobody"),
        ([rule(then={"limit": "fast"})], "时限 fast 不在规则时限之列"),
        ([{**NIGHT, "id": f"r{number}"} for number in range(6001)], "最多 6,000 条"),
        ("rules", "列表"),
    ],
)
def test_what_is_no_rule_is_not_even_drafted(make: Callable[..., District], rules: Any, words: str) -> None:
    district = make({})

    with pytest.raises(SettingsInvalid, match=words):
        district.draft({"rules": rules}, feature=ID)


def test_a_check_tells_strangers_and_what_is_never_reached(make: Callable[..., District]) -> None:
    district = make({})
    stranger = rule(id="stranger", then={"assign": {"lead": "nowhere"}})
    matter = rule(id="matter", phase="catalogue", when={"field": "matter", "op": "under", "value": ["09"]})
    shadow = rule(id="shadow", when={"field": "text", "op": "contains_all", "value": ["夜间", "施工"]}, priority=200)

    findings = found(district, district.draft({"rules": [NIGHT, stranger, matter, shadow]}, feature=ID))

    errors = [(field, text) for level, field, text in findings if level == "error"]
    assert [field for field, _ in errors] == ["rules.1", "rules.2"]
    assert ("nowhere" in errors[0][1], "职责清单没有事项" in errors[1][1]) == (True, True)
    assert any(level == "warning" and field == "rules.3" and "夜间" in text for level, field, text in findings)


def test_a_department_s_function_may_not_be_given_to_a_street(make: Callable[..., District]) -> None:
    district = make({}, parents={})
    district.run(
        lambda scope: scope.session.add(
            Unit(tenant_id=scope.tenant.id, id=scope.new_id(), code="east", name="东街道办", kind="street")
        )
    )
    district.installation.forget()
    number = listed(district, Row(matter="A1", lead="roads", department_function=True))
    down = rule(
        phase="catalogue", when={"field": "matter", "op": "under", "value": ["01"]}, then={"assign": {"lead": "east"}}
    )

    findings = found(district, district.draft({"duty_list": number, "rules": [down]}, feature=ID))

    assert any(level == "error" and field == "rules.0" and "职能部门" in text for level, field, text in findings)


def test_a_list_that_there_is_not_or_whose_unit_was_closed_does_not_hold(make: Callable[..., District]) -> None:
    district = make({})
    missing = found(district, district.draft({"duty_list": 99}, feature=ID))
    number = listed(district, Row(matter="A1", lead="panel"))
    district.run(
        lambda scope: (
            scope.session.query(Unit).filter_by(code="panel", tenant_id=scope.tenant.id).update({"active": False})
        )
    )
    district.installation.forget()
    closed = found(district, district.draft({"duty_list": number}, feature=ID))

    assert [(level, field) for level, field, _ in missing] == [("error", "duty_list")]
    assert "第 99 版" in missing[0][2]
    assert [text for level, _, text in closed if level == "error"] != []
    with pytest.raises(CheckFailed):
        district.activate(2, feature=ID)
    assert district.settings(ID)["duty_list"] == 1


def test_whoever_approves_a_list_is_told_what_it_moves(make: Callable[..., District]) -> None:
    district = make({})
    number = listed(district, Row(matter="A1", lead="parks", limit=Budget("wd_eod", 3)))

    told = [each for each in found(district, district.draft({"duty_list": number}, feature=ID)) if each[0] == "warning"]

    assert {field for _, field, _ in told} == {"duty_list"}
    assert any("道路管理处" in text and "园林管理处" in text for _, _, text in told)
    assert any("3个工作日" in text for _, _, text in told)


def test_limits_become_history_as_a_list_holds_and_when_it_is_rolled_back(make: Callable[..., District]) -> None:
    district = make({})
    slow = Row(matter="A1", lead="roads", limit=Budget("wd_eod", 5))
    district.make_active({"duty_list": listed(district, slow)}, feature=ID)
    district.make_active(
        {"duty_list": listed(district, replace(slow, limit=Budget("wd_eod", 3)))}, feature=ID, reason="压缩"
    )
    district.run(lambda scope: roll_back(scope, district.roster, ID, reason="人手不足", actor=ANNA, now=NOW))
    district.installation.forget()

    with district.installation.scope(district.slug) as scope:
        history = [
            (each.before and each.before.amount, each.after and each.after.amount, each.reason)
            for each in limit_history(scope)
        ]
        duty = directory(scope).find_duty("A1")

    assert history == [(None, 5, "雨季将至"), (5, 3, "压缩"), (3, 5, "人手不足")]
    assert duty is not None
    assert duty.limit == Budget("wd_eod", 5)

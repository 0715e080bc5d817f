"""What is looked at before rules are published: strangers, levels, rules that cannot match, rules that contradict."""

from typing import Any

import pytest

from core.areas.tree import Area
from core.kit.trees import Node
from core.routing.ruleset import (
    FIELDS,
    Finding,
    Report,
    RoutingDirectory,
    RoutingMatter,
    can_match,
    check_rules,
    directory_of,
    implies,
)
from core.routing.ruleset.possibility import Effort
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.rows import Row
from core.units.levels import KnownUnit
from tests.routing.written import POWER, leaf, make_rule, make_rules

UNITS = [
    KnownUnit("power", "供电公司", "public_utility"),
    KnownUnit("roads", "城管局", "district_department"),
    KnownUnit("old", "旧局", "district_department", active=False),
    KnownUnit("desk", "派单台", "dispatch_desk"),
    KnownUnit("street-a", "龙岭街道", "street"),
    KnownUnit("office-a", "龙岭城管办", "section", parent="street-a"),
]
DIRECTORY = RoutingDirectory(
    units={unit.code: unit for unit in UNITS},
    matters={
        "07.08.03": RoutingMatter("07.08.03", "路灯"),
        "09.01": RoutingMatter("09.01", "价格执法", is_department_function=True),
        "09.02": RoutingMatter("09.02", "市场巡查", least="district"),
    },
    areas={"2.1": "龙岭社区"},
    channels={"hotline": "热线"},
    limits={"urgent-1h": "紧急一小时"},
)


def check(*rules: Any, **options: Any) -> Report:
    return check_rules(make_rules(*rules), DIRECTORY, **options)


def told(report: Report) -> list[tuple[str, str, str]]:
    return [(finding.level, finding.code, finding.sentence) for finding in report.findings]


def codes(*rules: Any) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.rule, finding.other) for finding in check(*rules).findings]


def lead(unit: str) -> dict[str, Any]:
    return {"assign": {"lead": unit}}


def test_rules_that_name_only_what_there_is_may_be_published() -> None:
    report = check(
        make_rule("a", then={"assign": {"lead": "power", "co": ["local:street"]}, "limit": "urgent-1h"}),
        make_rule("b", when=leaf("area", "under", "2"), phase="catalogue"),
        make_rule("c", when=leaf("channel", "eq", "hotline"), phase="safety"),
    )

    assert report == Report(())
    assert report.may_be_published


def test_whoever_is_not_there_is_named_with_the_place() -> None:
    report = check(
        make_rule(
            when={"all": [leaf("matter", "under", ["07.08", "07.09"]), {"not": leaf("area", "eq", "3")}]},
            then={"assign": {"lead": "old", "co": ["gone"]}, "limit": "never", "exclude": ["local:community_center"]},
        ),
        make_rule("s", phase="catalogue", when=leaf("channel", "eq", "fax"), then=lead("desk")),
    )

    assert told(report) == [
        ("error", "unknown-matter", "规则“R”（r）的 when.all[0].value：职责清单没有事项 07.09，永远不会符合。请从列表中选择，或删去。"),
        ("error", "unknown-area", "规则“R”（r）的 when.all[1].not.value：没有区域 3，永远不会符合。请从列表中选择，或删去。"),
        ("error", "closed-unit", "规则“R”（r）的 then.assign.lead：单位“旧局”（old）已停用，派不出去。请改为接手其职责的单位。"),
        ("error", "unknown-unit", "规则“R”（r）的 then.assign.co[0]：没有代码为 gone 的单位。请从单位列表中选择。"),
        ("error", "unknown-unit", "规则“R”（r）的 then.exclude[0]：本区没有可作属地社区的单位。请写明具体单位。"),
        ("error", "unknown-limit", "规则“R”（r）的 then.limit：没有名为“never”的时限。请从时限列表中选择。"),
        ("error", "unknown-channel", "规则“S”（s）的 when.value：没有渠道 fax，永远不会符合。请从列表中选择，或删去。"),
        (
            "error",
            "desk-as-unit",
            "规则“S”（s）的 then.assign.lead：“派单台”是派单台，不承办工单；没有规则命中的本来就由它判定。请删去 assign，或写承办单位。",
        ),
    ]  # fmt: skip
    assert not report.may_be_published


def test_a_rule_that_is_switched_off_is_not_looked_at() -> None:
    assert check(make_rule(enabled=False, then=lead("gone"))) == Report(())


@pytest.mark.parametrize("unit", ["street-a", "office-a", "local:street"])
def test_what_is_a_departments_function_may_not_be_given_to_the_front_line(unit: str) -> None:
    [finding] = check(make_rule(when=leaf("matter", "under", "09.01"), then=lead(unit))).findings

    assert (finding.level, finding.code, finding.path) == ("error", "front-line", "then.assign.lead")
    assert "职能部门的事不得分派给基层（国办函〔2025〕66号）" in finding.sentence


def test_a_unit_may_not_stand_lower_than_the_duty_list_says() -> None:
    [finding] = check(make_rule(when=leaf("matter", "eq", "09.02"), then=lead("street-a"))).findings

    assert (finding.code, finding.sentence) == (
        "level-too-low",
        "规则“R”（r）的 then.assign.lead：事项“市场巡查”（09.02）可能被派给龙岭街道，而它至少由区级单位主办。"
        "请改派，或在条件中排除这类事项。",
    )


def test_a_rule_by_words_alone_can_reach_a_departments_function_unless_it_is_left_out() -> None:
    words = leaf("text", "contains_any", ["占道"])
    but_not = {"all": [words, {"not": leaf("matter", "under", ["09.01", "09.02"])}]}

    assert codes(make_rule(when=words, then=lead("street-a"))) == [("front-line", "r", "")]
    assert codes(make_rule(when=but_not, then=lead("street-a"))) == []
    assert codes(make_rule(when=words, then={"assign": {"lead": "roads", "co": ["street-a"]}})) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [leaf("repeat_count", "gte", 4), leaf("repeat_count", "lte", 3)]},
        {"all": [leaf("matter", "under", "07.08"), leaf("matter", "eq", "07.08.03"), {"not": POWER}]},
        {"all": [leaf("area", "is_null", True), leaf("area", "under", "2")]},
        {"all": [leaf("text", "contains_any", ["漏电"]), {"not": leaf("text", "contains_any", ["电"])}]},
        {"not": {"any": [leaf("nature", "eq", "help"), {"not": leaf("nature", "eq", "help")}]}},
    ],
)
def test_a_rule_that_contradicts_itself_is_reported(condition: Any) -> None:
    assert told(check(make_rule(when=condition))) == [
        ("warning", "contradiction", "规则“R”（r）的 when：条件自相矛盾，没有工单能符合。请改正条件，或删去这条规则。")
    ]


WIDE = {"any": [leaf("matter", "under", "07"), leaf("text", "contains_any", ["电", "灯"])]}


@pytest.mark.parametrize(
    "narrow",
    [
        leaf("matter", "under", ["07.08", "07.08.03"]),
        leaf("matter", "eq", "07.08.03"),
        leaf("text", "contains_any", ["漏电", "路灯"]),
        leaf("text", "contains_all", ["路灯", "占道"]),
        {"all": [leaf("area", "is_null", True), leaf("matter", "in", ["07.08.03"])]},
        {"any": [POWER, leaf("text", "contains_any", ["停电"])]},
        {"not": {"any": [{"not": POWER}, leaf("repeat_count", "gte", 2)]}},
    ],
)
def test_a_rule_that_an_earlier_one_always_forestalls_is_reported(narrow: Any) -> None:
    report = check(make_rule("narrow", when=narrow, then=lead("roads")), make_rule("wide", priority=1, when=WIDE))

    [finding] = report.findings
    assert (finding.code, finding.rule, finding.other) == ("unreachable", "narrow", "wide")
    assert "都已符合排在前面的规则“WIDE”（wide）" in finding.sentence
    assert report.may_be_published


@pytest.mark.parametrize(
    "changes",
    [
        {"when": leaf("text", "contains_any", ["水", "路灯"])},
        {"when": leaf("matter", "under", "09")},
        {"when": {"not": leaf("matter", "under", "09")}},
        {"phase": "safety"},
        {"priority": 0},
        {"valid": {"from": "2026-01-01", "to": None}},
    ],
)
def test_a_rule_that_can_be_reached_is_not_reported(changes: Any) -> None:
    wide = make_rule("wide", when=WIDE, priority=1, valid={"from": "2026-06-01", "to": None})
    narrow = {"when": POWER, "then": lead("roads"), "valid": {"from": "2026-07-01", "to": None}, **changes}

    assert check(wide, make_rule("narrow", **narrow)).of("unreachable") == []


def test_rules_that_can_both_match_and_differ_are_reported_with_an_example() -> None:
    [finding] = check(
        make_rule("first", when=leaf("text", "contains_any", ["占道"])), make_rule("second", then=lead("roads"))
    ).findings

    assert finding == Finding(
        "notice",
        "overlap",
        "second",
        "when",
        "规则“SECOND”（second）的 when：与排在前面的规则“FIRST”（first）可能同时符合，结果不同：前一条派给供电公司，"
        "这一条派给城管局；两条优先级相同，按书写先后取前一条。例如：正文提到“占道”；事项是“07.08”，属于“07.08”。",
        "first",
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"when": leaf("matter", "eq", "07.08.03")}, {"then": lead("roads")}),  # an exception before the rule
        ({"when": leaf("nature", "eq", "help")}, {}),  # the same is done
        ({"when": leaf("nature", "eq", "help"), "phase": "safety"}, {"then": lead("roads")}),
        ({"when": leaf("matter", "under", "09")}, {"then": lead("roads")}),
        (
            {"when": leaf("nature", "eq", "help"), "valid": {"from": None, "to": "2026-01-31"}},
            {"then": lead("roads"), "valid": {"from": "2026-02-01", "to": None}},
        ),
        (
            {"when": leaf("repeat_count", "gte", 3)},
            {"when": {"all": [POWER, {"not": leaf("repeat_count", "gte", 2)}]}, "then": lead("roads")},
        ),
    ],
)
def test_rules_that_never_quarrel_are_not_reported(first: Any, second: Any) -> None:
    assert check(make_rule("first", **first), make_rule("second", **second)).of("overlap") == []


def test_no_more_overlaps_are_listed_than_wanted_and_the_report_says_so() -> None:
    words = [make_rule(f"w{number}", when=leaf("text", "contains_any", [f"词{number}"])) for number in range(6)]
    last = make_rule("last", then=lead("roads"))

    of_one, wanted = check(*words, last), check(*words, last, most_overlaps=2)

    assert (len(of_one.of("overlap")), of_one.is_complete) == (3, False)
    assert (len(wanted.of("overlap")), wanted.is_complete) == (2, False)


def test_what_outgrows_its_bounds_is_given_up_and_nothing_is_claimed() -> None:
    many = leaf("repeat_count", "between", [1, 5])
    both_ways = [
        {
            "any": [
                {"all": [leaf("affected_count", "gte", n), many]},
                {"all": [leaf("affected_count", "lte", n - 1), many]},
            ]
        }
        for n in range(1, 25)
    ]
    [rule] = make_rules(make_rule(when={"all": both_ways})).rules
    [never] = make_rules(make_rule(when={"all": [many, leaf("repeat_count", "gte", 6)]})).rules

    assert implies(rule.when, rule.when, FIELDS, Effort(20)) is False
    assert can_match([never.when], FIELDS).is_possible is False
    assert can_match([never.when], FIELDS, Effort(0)).is_possible is True


def test_words_that_were_meant_as_a_pattern_are_pointed_out() -> None:
    assert told(check(make_rule(when=leaf("text", "contains_any", ["漏电", ".*坍塌"])))) == [
        (
            "warning",
            "pattern-as-word",
            "规则“R”（r）的 when.value[1]：“.*坍塌”像是正则表达式或通配，而词语是照字面找的，不会符合。请逐个列出要找的词。",
        )
    ]


def test_the_duty_list_says_what_rules_may_name_and_which_matters_are_a_departments() -> None:
    catalogue = Catalogue.of(
        [Node("09", "市场"), Node("09.01", "价格", "09"), Node("09.02", "巡查", "09")],
        [Area("2", "龙岭", kind="street"), Area("2.1", "一社区", "2")],
        [
            Row(matter="09", lead="roads", min_level="district"),
            Row(matter="09.01", area="2.1", department_function=True),
            Row(matter="09.02", min_level="street"),
        ],
    )

    directory = directory_of(catalogue, DIRECTORY.units, channels={"hotline": "热线"}, limits={})

    assert directory == RoutingDirectory(
        units=DIRECTORY.units,
        matters={
            "09": RoutingMatter("09", "市场", least="district"),
            "09.01": RoutingMatter("09.01", "市场 / 价格", is_department_function=True, least="district"),
            "09.02": RoutingMatter("09.02", "市场 / 巡查", least="street"),
        },
        areas={"2": "龙岭", "2.1": "一社区"},
        channels={"hotline": "热线"},
        limits={},
    )

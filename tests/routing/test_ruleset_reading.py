"""Reading routing rules: what an administrator may write, and every fault told at once, with rule and place."""

import json
from datetime import date
from typing import Any

import pytest

from core.routing.ruleset import (
    FIELDS,
    MOST_RULES,
    AllOf,
    AnyOf,
    Assign,
    Field,
    Leaf,
    Not,
    Outcome,
    Phase,
    Rule,
    RuleSet,
    RulesUnusable,
    Validity,
    digest_of,
    parse_rules,
    read_rules,
    with_custom,
)
from tests.routing.written import POWER, leaf, make_rule, make_rules


def faults_of(*rules: Any) -> list[str]:
    with pytest.raises(RulesUnusable) as refusal:
        parse_rules({"rules": list(rules)})
    return [fault.sentence for fault in refusal.value.faults]


def fault_of_condition(condition: Any) -> str:
    [fault] = faults_of(make_rule(when=condition))
    return fault


def test_a_rule_with_everything_in_it_is_read() -> None:
    written = {
        "id": "r-urgent-electric",
        "label": "用电险情",
        "phase": "safety",
        "priority": 10,
        "enabled": True,
        "valid": {"from": "2026-01-01", "to": None},
        "when": {
            "all": [
                leaf("matter", "under", "07.08"),
                {"any": [leaf("text", "contains_any", ["漏电", " 坍塌 "]), leaf("repeat_count", "gte", 3)]},
                {"not": leaf("area", "is_null", True)},
            ]
        },
        "then": {
            "set": {"urgency": "urgent"},
            "assign": {"lead": "power", "co": ["local:street"], "direct": True},
            "limit": "urgent-1h",
            "exclude": ["estate"],
        },
        "explain": "用电安全类关键词或重复三次以上",
    }

    assert make_rules(written) == RuleSet(
        (
            Rule(
                id="r-urgent-electric",
                label="用电险情",
                phase=Phase.SAFETY,
                when=AllOf(
                    (
                        Leaf("matter", "under", ("07.08",)),
                        AnyOf((Leaf("text", "contains_any", ("漏电", "坍塌")), Leaf("repeat_count", "gte", (3,)))),
                        Not(Leaf("area", "is_null", (True,))),
                    )
                ),
                then=Outcome(
                    urgency="urgent",
                    assign=Assign("power", ("local:street",), direct=True),
                    limit="urgent-1h",
                    exclude=("estate",),
                ),
                explain="用电安全类关键词或重复三次以上",
                priority=10,
                valid=Validity(date(2026, 1, 1), None),
            ),
        )
    )


def test_what_is_left_out_is_customary() -> None:
    [rule] = make_rules(make_rule()).rules

    assert (rule.priority, rule.enabled, rule.valid, rule.then.assign) == (100, True, Validity(), Assign("power"))


def test_the_digest_depends_on_what_the_rules_say_and_not_on_how_they_are_written() -> None:
    plain = make_rule(when=leaf("matter", "under", "07.08"))
    turned = dict(reversed(make_rule(when=leaf("matter", "under", ["07.08"]), priority=100, enabled=True).items()))
    other = make_rule(when=leaf("matter", "under", "07.09"))

    assert digest_of(make_rules(plain)) == digest_of(make_rules(turned))
    assert digest_of(make_rules(plain)) != digest_of(make_rules(other))


def test_every_fault_is_told_at_once_with_its_rule_and_place() -> None:
    faulty = make_rule(
        "a b",
        label=" ",
        phase="first",
        priority=-1,
        enabled="yes",
        valid={"from": "2026-02-30", "to": "20260101"},
        then={"set": {"urgency": "dire"}, "assign": {"lead": "local:city", "co": "roads"}, "sla": "1h"},
        extra=1,
    )

    assert faults_of(faulty, make_rule("ok", explain=None), 5) == [
        "第 1 条规则的 id：“a b”不能用作代码。请只用字母、数字、点、横线和下划线，最多 64 个字符。",
        "第 1 条规则的 label：是空的。请填写。",
        "第 1 条规则的 phase：没有阶段“first”。请从 safety、override、catalogue、split、fallback 中选一个。",
        "第 1 条规则的 priority：不能是 -1。请写 0 到 100,000 的整数。",
        "第 1 条规则的 enabled：应是 true 或 false，不能是“yes”。请改正。",
        "第 1 条规则的 valid.from：“2026-02-30”不是日期。请写成 2026-01-01 这样。",
        "第 1 条规则的 valid.to：“20260101”不是日期。请写成 2026-01-01 这样。",
        "第 1 条规则的 then.set.urgency：没有紧急程度“dire”。请写 normal（一般）或 urgent（紧急）。",
        "第 1 条规则的 then.assign.lead：“local:city”不能用作单位。"
        "请写单位代码，或 local:street（属地街道）、local:community_center（属地社区）。",
        "第 1 条规则的 then.assign.co：应是列表，不能是“roads”。请改正。",
        "第 1 条规则的 then：不认识“sla”。可写的有 assign、exclude、limit、set、split；请改正或删去。",
        "第 1 条规则：不认识“extra”。可写的有 enabled、explain、id、label、phase、priority、then、valid、when；请改正或删去。",
        "规则“ok”的 explain：没有填写。请补上。",
        "第 3 条规则：应是一个对象，不能是整数。请按 id、label、phase、when、then、explain 填写。",
    ]


@pytest.mark.parametrize("op", ["regex", "matches", "~", "LIKE", "glob"])
def test_a_regular_expression_is_refused_with_the_reason(op: str) -> None:
    assert fault_of_condition(leaf("text", op, ".*漏电.*")) == (
        f"规则“r”的 when.op：不支持“{op}”：正则表达式或通配写错一处就会拖慢所有派单，退单争议中也没有人能向单位读出来。"
        "请改用 contains_any 或 contains_all 列出词语，用 under 写明事项或区域。"
    )


def test_an_unknown_field_is_refused_with_a_guess() -> None:
    fields = "、".join(FIELDS)

    assert fault_of_condition(leaf("mater", "under", "07")) == (
        f"规则“r”的 when.field：没有字段“mater”。您要写的是不是 matter？可用的字段：{fields}。"
    )


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        (leaf("text", "near", 1), "when.op：没有运算“near”。请从 contains_any、contains_all、is_null 中选一个。"),
        (leaf("text", "gte", 1), "when.op：字段“正文”（text）不能用 gte 比较。请从 contains_any、contains_all、is_null 中选一个。"),
        (leaf("text", "contains_any", "电"), "when.value：应是列表，不能是“电”。请写成 [……]，只有一个也一样。"),
        (leaf("text", "contains_any", [""]), "when.value[0]：是空的。请填写。"),
        (leaf("text", "contains_any", ["电" * 41]), "when.value[0]：有 41 个字，最多 40 个。请缩短。"),
        (
            leaf("text", "contains_any", ["漏\u200b电"]),
            "when.value[0]：“漏�电”里有看不见的字符（如换行、零宽字符），写得对也匹配不上。请重新输入。",
        ),
        (leaf("matter", "under", "07.*"), "when.value：“07.*”不是事项的路径。请写成 07.08 这样，各级之间用点，不用星号。"),
        (leaf("matter", "in", []), "when.value：列表有 0 项。请写 1 到 200 项，再多的分成几个条件。"),
        (leaf("nature", "eq", "rage"), "when.value：性质没有“rage”。请从 complaint（投诉）、help（求助）、"
         "inquiry（咨询）、suggestion（建议）、praise（表扬）、application（办事申请）中选。"),
        (leaf("channel", "eq", 3), "when.value：3 不是渠道的代码。请从列表中选择。"),
        (leaf("repeat_count", "gte", True), "when.value：重复反映次数不能和 true 比较。请写 0 到 100,000 的整数。"),
        (leaf("repeat_count", "gte", 2.5), "when.value：重复反映次数不能和小数比较。请写 0 到 100,000 的整数。"),
        (leaf("submitted_hour", "lte", 24), "when.value：提交钟点不能和 24 比较。请写 0 到 23 的整数。"),
        (leaf("submitted_hour", "between", [9]), "when.value：between 要两个整数，不能是列表。请写成 [最小, 最大]。"),
        (leaf("submitted_hour", "between", [17, 9]), "when.value：最小 17 大于最大 9，什么都不在其中。请对调。"),
        (leaf("area", "is_null", "no"), "when.value：应是 true 或 false，不能是“no”。请改正。"),
        (leaf("submitted", "in_calendar", "lunch"), "when.value：提交时间没有“lunch”。"
         "请从 working_time（工作时间）、working_day（工作日）中选。"),
        ({"field": "area", "op": "is_null"}, "when.value：没有填写。请写明和什么比较。"),
        ({}, "when：条件是空的，命中不了也说不清。请写 all、any、not 之一，或 field、op、value。"),
        ({"all": []}, "when.all：一个条件也没有。请至少写一个，或删去这一层。"),
        ({"any": POWER}, "when.any：应是条件的列表，不能是对象。请写成 [……]。"),
        ({"not": [POWER]}, "when.not：条件应是一个对象，不能是列表。请写 all、any、not 之一，或 field、op、value。"),
        (
            {"all": [POWER], "any": [POWER]},
            "when：同时写了“all”、“any”，不知道该听哪一个。一个条件只能有 all、any、not 之一；请分成几层。",
        ),
        ({**POWER, "values": 1}, "when：不认识“values”。可写的有 field、op、value；请改正或删去。"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_asked_is_refused(condition: Any, fault: str) -> None:
    assert fault_of_condition(condition) == f"规则“r”的 {fault}"


def test_a_tree_that_goes_round_in_a_circle_is_refused() -> None:
    branches: list[Any] = [POWER]
    branches.append({"not": {"all": branches}})

    assert fault_of_condition({"all": branches}) == (
        "规则“r”的 when.all[1].not.all[1]：条件树绕回了自己（有环），永远判不完。请从头重写这条规则的条件。"
    )


def test_a_tree_may_share_a_part_without_being_a_circle() -> None:
    assert len(make_rules(make_rule(when={"all": [POWER, {"not": POWER}]})).rules) == 1


def test_a_tree_of_twenty_levels_is_read_and_one_more_is_refused() -> None:
    def nested(levels: int) -> Any:
        return POWER if levels == 1 else {"not": nested(levels - 1)}

    assert len(make_rules(make_rule(when=nested(20))).rules) == 1
    assert fault_of_condition(nested(21)).endswith("条件嵌套超过 20 层，没有人读得懂。请拆成几条规则。")


def test_a_tree_of_too_many_parts_is_refused_once_however_they_are_shared() -> None:
    tree: Any = POWER
    for _ in range(15):
        tree = {"all": [tree, tree]}

    assert fault_of_condition(tree).endswith("条件超过 200 个，没有人读得懂。请拆成几条规则，或把词语写进同一个列表。")


def test_ten_thousand_rules_are_refused_in_words() -> None:
    assert MOST_RULES >= 5_000

    assert faults_of(*[make_rule(str(number)) for number in range(10_000)]) == [
        "规则文件：有 10,000 条规则，最多 6,000 条：规则只写例外，再多就没有人说得清先后。事项归谁办请写进职责清单。"
    ]


def test_two_rules_with_one_id_are_refused() -> None:
    assert faults_of(make_rule("x"), make_rule("y"), make_rule("x")) == [
        "规则“x”的 id：第 1 条和第 3 条规则用了同一个 id，派单记录里无法分辨。请给其中一条换一个。"
    ]


@pytest.mark.parametrize(
    ("phase", "then", "fault"),
    [
        (
            "fallback",
            {"assign": {"lead": "community-3"}},
            "then.assign：转人工阶段不能指定单位：没有规则和清单可依的，由派单台的人员判定，不由社区或其他单位兜底。请删去。",
        ),
        ("split", {"split": "按事项拆", "limit": "x"}, "then.split：拆单阶段只给人提示，不派单也不改时限。请只留 split，其余移到别的阶段。"),
        ("safety", {"split": "按事项拆"}, "then.split：拆单提示只能写在拆单阶段。请把 phase 改为 split，或删去这一项。"),
        ("override", {}, "then：什么也没有写，命中了也没有结果。请写明 set、assign、split、limit 或 exclude。"),
        ("override", {"assign": {"lead": "a", "co": ["a"]}}, "then.assign.co：单位“a”既是主办又是协办。请从 co 中删去。"),
        (
            "override",
            {"assign": {"lead": "a"}, "exclude": ["a"]},
            "then.exclude：单位“a”既要派给它又要排除它。请删去其中一处。",
        ),
        ("override", {"exclude": []}, "then.exclude：有 0 个单位。请写 1 到 20 个，没有就删去这一项。"),
    ],
)  # fmt: skip
def test_an_outcome_that_does_not_fit_its_phase_or_itself_is_refused(phase: str, then: Any, fault: str) -> None:
    assert faults_of(make_rule(phase=phase, then=then)) == [f"规则“r”的 {fault}"]


def test_a_rule_that_ends_before_it_begins_is_refused() -> None:
    assert faults_of(make_rule(valid={"from": "2026-03-02", "to": "2026-03-01"})) == [
        "规则“r”的 valid.to：最后一天 2026-03-01 早于第一天 2026-03-02，规则一天也不会生效。请改正其中一个。"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "规则文件：不合 JSON 语法（"),
        (b"\xff\xfe\x00", "规则文件：不合 JSON 语法（"),
        ('{"rules": [], "rules": []}', "规则文件：不合 JSON 语法（“rules”写了两次）。请检查引号、逗号和括号。"),
        ("[" * 100_000, "规则文件：嵌套太深，读不完。"),
        ("[]", "规则文件：应是一个对象，不能是列表。"),
        ('{"rule": []}', "规则文件的 rules：没有填写。请补上。"),
        ('{"rules": ' + "9" * 5000 + "}", "规则文件：不合 JSON 语法（"),
    ],
)
def test_a_file_that_is_no_set_of_rules_is_refused(text: str | bytes, fault: str) -> None:
    with pytest.raises(RulesUnusable) as refusal:
        read_rules(text)

    assert refusal.value.message.startswith(fault)


def test_a_refusal_says_the_first_fifty_faults_and_keeps_all() -> None:
    with pytest.raises(RulesUnusable) as refusal:
        parse_rules({"rules": [1] * 60})

    assert len(refusal.value.faults) == 60
    assert refusal.value.message.splitlines()[50:] == ["另有 10 处问题没有列出。请先改正以上各处。"]


def test_a_tenant_can_have_fields_of_its_own() -> None:
    fields = with_custom([Field("grid", "网格", "path"), Field("vip", "重点企业", "flag")])
    rule = make_rule(when={"all": [leaf("grid", "under", "3.1"), leaf("vip", "eq", True)]})

    rules = read_rules(json.dumps({"rules": [rule]}), fields=fields)

    assert rules.rules[0].when == AllOf((Leaf("grid", "under", ("3.1",)), Leaf("vip", "eq", (True,))))
    assert faults_of(rule)[0].startswith("规则“r”的 when.all[0].field：没有字段“grid”。")


def test_a_field_of_a_tenant_cannot_replace_one_of_the_core() -> None:
    with pytest.raises(ValueError, match="matter"):
        with_custom([Field("matter", "事项", "code")])

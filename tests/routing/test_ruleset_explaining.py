"""Why a ticket goes where it goes, in the sentences that dispatcher, unit and dispute all read."""

from datetime import date
from typing import Any

from core.routing.ruleset import (
    Facts,
    Listed,
    RoutingDirectory,
    RoutingMatter,
    Verdict,
    Wording,
    evaluate,
    explain,
    facts_from,
    others_that_match,
    record,
    trace,
    why_not,
)
from core.units.levels import KnownUnit
from tests.routing.written import POWER, leaf, make_compiled, make_rule, make_rules

DAY = date(2026, 3, 10)
DIRECTORY = RoutingDirectory(
    units={
        code: KnownUnit(code, name, kind)
        for code, name, kind in [
            ("power", "供电公司", "public_utility"),
            ("roads", "城管局", "district_department"),
            ("street-a", "龙岭街道", "street"),
        ]
    },
    matters={"07.08": RoutingMatter("07.08", "用电"), "07.08.03": RoutingMatter("07.08.03", "用电 / 路灯")},
    areas={"2": "龙岭"},
    channels={"hotline": "热线"},
    limits={"urgent-1h": "紧急一小时"},
)
DANGER = make_rule(
    "danger",
    label="用电险情",
    phase="safety",
    when={
        "all": [
            POWER,
            {"any": [leaf("text", "contains_any", ["漏电", "坍塌"]), leaf("repeat_count", "gte", 3)]},
            {"not": leaf("area", "is_null", True)},
        ]
    },
    then={
        "set": {"urgency": "urgent"},
        "assign": {"lead": "power", "co": ["local:street"], "direct": True},
        "limit": "urgent-1h",
    },
    explain="用电险情要先处置。",
)


def known(**changes: Any) -> Facts:
    values = {"matter": "07.08.03", "area": "2", "text": "路灯漏电", "channel": "hotline", **changes}
    return facts_from(values, local_units={"street": "street-a"})


def verdict_on(*rules: Any, of: Facts | None = None, listed: Listed | None = None) -> Verdict:
    return evaluate(make_compiled(*rules), of or known(), on=DAY, listed=listed)


def answers(condition: Any, **values: Any) -> list[str]:
    [rule] = make_rules(make_rule(when=condition)).rules
    found = trace(rule.when, known(**values).values)
    return [Wording(directory=DIRECTORY).answer(each) for each in found.deciding]


def test_a_dispatch_by_rule_names_the_rule_its_reason_and_what_the_ticket_said() -> None:
    assert explain(verdict_on(DANGER, listed=Listed("07.08.03", "roads")), DIRECTORY) == [
        "直接派给供电公司，由龙岭街道协办，依据规则“用电险情”，紧急程度定为紧急，时限按“紧急一小时”。",
        "安全：命中规则“用电险情”（danger），用电险情要先处置。"
        "依据：事项是“用电 / 路灯”，属于“用电”；正文提到“漏电”；区域已知（“龙岭”）。",
        "没有派给城管局（职责清单所提）：前面的规则“用电险情”已指定单位。",
    ]


def test_a_dispatch_by_the_duty_list_names_the_item() -> None:
    assert explain(verdict_on(listed=Listed("07.08.03", "roads")), DIRECTORY) == [
        "派给城管局，依据职责清单“用电 / 路灯”。"
    ]


def test_where_nobody_is_found_a_person_at_the_desk_decides() -> None:
    rule = make_rule("accused", label="投诉城管", then={"exclude": ["roads"]})

    assert explain(verdict_on(rule, listed=Listed("07.08.03", "roads")), DIRECTORY) == [
        "派单规则和职责清单都没有可派的单位，由派单台的人员判定，不派给城管局。",
        "专项：命中规则“投诉城管”（accused），理由 accused。依据：事项是“用电 / 路灯”，属于“用电”。",
        "没有派给城管局（职责清单所提）：规则“投诉城管”排除了该单位。",
    ]


def test_a_rule_that_did_not_decide_says_why_not() -> None:
    rules = [
        DANGER,
        make_rule("off", enabled=False, valid={"from": None, "to": "2026-03-01"}),
        make_rule("unmet", when=leaf("text", "contains_all", ["漏电", "坍塌"])),
        make_rule("unknown", when=leaf("repeat_count", "gte", 3)),
        make_rule("first"),
        make_rule("second", when={"all": [POWER, leaf("channel", "in", ["hotline", "web"])]}),
        make_rule("desk", phase="fallback", then={"limit": "urgent-1h"}),
    ]
    compiled = make_compiled(*rules)
    verdict = evaluate(compiled, known(), on=DAY)

    told = {each["id"]: why_not(compiled, each["id"], verdict, DIRECTORY) for each in rules[1:]}

    assert told == {
        "off": [
            "规则“OFF”（off）已停用。",
            "规则“OFF”（off）在 2026-03-10 不在有效期内（不限 到 2026-03-01）。",
            "规则“OFF”（off）的条件符合（事项是“用电 / 路灯”，属于“用电”），但同一阶段里规则“FIRST”（first）排在前面。",
        ],
        "unmet": ["规则“UNMET”（unmet）的条件不符：正文没有提到“坍塌”。"],
        "unknown": [
            "规则“UNKNOWN”（unknown）的条件无从判断：重复反映次数不明，无从判断是否“重复反映次数不少于 3 次”。"
        ],
        "first": ["专项：命中规则“FIRST”（first），理由 first。依据：事项是“用电 / 路灯”，属于“用电”。"],
        "second": [
            "规则“SECOND”（second）的条件符合（事项是“用电 / 路灯”，属于“用电”；渠道是“热线”，在所列之中），"
            "但同一阶段里规则“FIRST”（first）排在前面。"
        ],
        "desk": [
            "规则“DESK”（desk）的条件符合（事项是“用电 / 路灯”，属于“用电”），但前面已经有了可派的单位，用不到转人工的规则。"
        ],
    }
    assert why_not(compiled, "gone", verdict) == ["没有规则“gone”。"]


def test_the_rules_behind_the_first_one_are_found_on_demand() -> None:
    compiled = make_compiled(
        make_rule("first"), make_rule("unmet", when=leaf("area", "under", "9")), make_rule("second")
    )

    verdict = evaluate(compiled, known(), on=DAY)

    assert [rule.id for rule in others_that_match(compiled, verdict)] == ["second"]


def test_answers_are_statements_that_are_true_of_the_ticket() -> None:
    both = [leaf("repeat_count", "between", [2, 3]), leaf("submitted_weekday", "lte", 5)]

    assert answers({"all": both}, repeat_count=2, submitted_weekday=3) == [
        "重复反映次数是 2 次，在 2 到 3 次之间",
        "提交日是星期三，不晚于星期五",
    ]
    assert answers({"any": both}, repeat_count=4, submitted_weekday=6) == [
        "重复反映次数是 4 次，并非在 2 到 3 次之间",
        "提交日是星期六，并非不晚于星期五",
    ]
    assert answers({"not": leaf("area", "under", ["2.1", "3"])}) == ["区域是“龙岭”，不属于“2.1”、“3”"]
    assert answers({"not": leaf("channel", "eq", "web")}) == ["渠道是“热线”，不是“web”"]
    assert answers(leaf("nature", "eq", "help")) == ["性质不明，无从判断是否“性质是‘求助’”"]
    assert answers(leaf("area", "is_null", True), area=None) == ["区域不明"]
    assert answers(leaf("submitted", "in_calendar", "working_time"), submitted={"working_time": False}) == [
        "提交时间不在工作时间内"
    ]
    assert answers(leaf("has_instruction", "eq", True), has_instruction=False) == ["并非有领导批示"]


def test_a_rule_is_read_out_as_one_sentence() -> None:
    [danger, split] = make_rules(
        {**DANGER, "valid": {"from": "2026-01-01", "to": None}},
        make_rule(
            "s",
            phase="split",
            when=leaf("text", "contains_all", ["停水", "停电"]),
            then={"split": "按事项拆开。"},
        ),
    ).rules
    wording = Wording(directory=DIRECTORY)

    assert wording.rule(danger) == (
        "安全：2026-01-01 起，凡事项属于“用电”，且（正文含有“漏电”、“坍塌”之一，或重复反映次数不少于 3 次），"
        "且并非“区域不明”的，紧急程度定为紧急，直接派给供电公司，由属地街道协办，时限按“紧急一小时”。"
    )
    assert wording.rule(split) == "拆单：凡正文同时含有“停水”、“停电”的，提示拆单：按事项拆开。"


def test_the_record_keeps_rules_facts_traces_and_words() -> None:
    verdict = verdict_on(DANGER)

    kept = record(verdict, DIRECTORY)

    assert kept["rules"] == verdict.digest
    assert kept["facts"]["values"] == {
        name: value for name, value in known().snapshot()["values"].items() if name not in ("title", "text", "place")
    }
    assert kept["explanation"] == explain(verdict, DIRECTORY)
    assert kept["assignee"] == {"source": "danger", "lead": "power", "co": ["street-a"], "direct": True}
    assert kept["hits"] == [
        {
            "phase": "safety",
            "rule": "danger",
            "label": "用电险情",
            "trace": [
                {
                    "path": "when.all[0]",
                    "field": "matter",
                    "op": "under",
                    "value": ["07.08"],
                    "actual": "07.08.03",
                    "truth": True,
                    "decides": True,
                },
                {
                    "path": "when.all[1].any[0]",
                    "field": "text",
                    "op": "contains_any",
                    "value": ["漏电", "坍塌"],
                    "actual": ["漏电"],
                    "truth": True,
                    "decides": True,
                },
                {
                    "path": "when.all[1].any[1]",
                    "field": "repeat_count",
                    "op": "gte",
                    "value": 3,
                    "actual": None,
                    "truth": None,
                    "decides": False,
                },
                {
                    "path": "when.all[2].not",
                    "field": "area",
                    "op": "is_null",
                    "value": True,
                    "actual": "2",
                    "truth": False,
                    "decides": True,
                },
            ],
        }
    ]

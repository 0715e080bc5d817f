"""Every decision says by which feature, plugin version and revision of its settings it was made; what failed is told."""

from typing import Any

import pytest

from core.hooks import (
    Budget,
    EscalationStep,
    Mark,
    MatterHint,
    RouteProposal,
    TimeLimit,
    UrgencySignal,
    Watcher,
)
from core.journey.queries.case import get_case
from core.journey.queries.timeline import timeline_of
from core.routing.models import RouteDecision
from core.sla.queries import accounts_of
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.journey.asking import entry, incidents, nothing, raises, told, walking
from tests.journey.walking import Walk

BY = "f@1.2.0/1"
STEP = EscalationStep("inbox", "desk", "请处置", "f/step", "提示")
LETTER = EscalationStep("letter", "lead", "请说明", "f/letter", "提醒")
SUPERVISE = EscalationStep("supervise", "lead", "请整改", "f/supervise", "督办")
ANSWERS = {
    "suggest_matters": lambda: [MatterHint("road", "f/scene", "场景词：大坑")],
    "assess_urgency": lambda: [UrgencySignal("f/danger", "有危险")],
    "propose_routes": lambda: [
        RouteProposal("roads", "f/route", "分工", score=80),
        RouteProposal("parks", "f/other", "也可以", score=10),
    ],
    "propose_watchers": lambda: [Watcher("parks", "f/watch", "知晓")],
    "time_limits": lambda: [TimeLimit("reply", Budget("wd_eod", 3), "f/limit", "三个工作日")],
    "clock_marks": lambda: [Mark("half", "yellow", "f/mark", "过半", share_used=0.5)],
    "escalation_steps": lambda trigger: [STEP, LETTER, SUPERVISE] if trigger.kind == "mark" else [STEP],
}


def test_every_decision_keeps_who_made_it(database_url: str) -> None:
    with walking(database_url, {"f": ANSWERS}) as walk:
        walk.take_in(text="门口有个大坑")
        walk.dispatch()
        walk.supervise("2026-03-20 10:00")

        assert entry(walk, "classify").detail["rules"] == [
            {"rule_id": "f/scene", "by": BY},
            {"rule_id": "f/danger", "by": BY},
        ]
        assert (entry(walk, "watch").detail["rule_id"], entry(walk, "watch").detail["by"]) == ("f/watch", BY)
        [reply] = walk.clocks("reply")
        assert (reply.by, reply.rule_id) == (BY, "f/limit")
        marks = [
            each.detail for each in walk.entries() if each.kind == "clock_mark" and each.detail["clock"] == "reply"
        ]
        assert [(mark["mark"], mark["rule_id"], mark["by"]) for mark in marks] == [
            ("half", "f/mark", BY),
            ("overdue", "f/limit", BY),
        ]
        pressed = [each.detail for each in walk.entries() if each.kind == "escalate" and "rule_id" in each.detail]
        assert {detail["by"] for detail in pressed} == {BY}
        assert {"f/step", "f/letter", "f/supervise"} == {detail["rule_id"] for detail in pressed}
        [suggested, _dispatched] = walk.rows(RouteDecision, RouteDecision.id)
        assert (suggested.rule_id, suggested.by) == ("f/route", BY)
        assert [(each["source"], each["by"]) for each in suggested.record["offered"]] == [
            ("f/route", BY),
            ("f/other", BY),
        ]
        assert [(each["source"], each["why"]) for each in suggested.record["passed_over"]] == [
            ("f/other", "功能“f”的意见在前"),
        ]
        assert (entry(walk, "dispatch").detail["rule_id"], entry(walk, "dispatch").detail["by"]) == ("person", "person")


def test_a_dispatch_by_a_rule_and_what_the_core_decides_say_so_too(database_url: str) -> None:
    direct = {"propose_routes": lambda: [RouteProposal("roads", "f/direct", "直派", direct=True)]}
    with walking(database_url, {"f": direct}) as walk:
        walk.take_in(matter="road")

        dispatched = entry(walk, "dispatch").detail
        assert (dispatched["rule_id"], dispatched["by"]) == ("f/direct", BY)
        assert [(clock.name, clock.by) for clock in walk.clocks()] == [("reply", "core"), ("return_window", "core")]


def test_pages_and_the_explanation_say_who_decided(database_url: str) -> None:
    with walking(database_url, {"f": ANSWERS}) as walk, walk.installation.scope(walk.slug) as scope:
        walk.take_in(text="门口有个大坑")
        ticket = walk.ticket()

        rules = {line.what: line.rules for line in timeline_of(scope, ticket.id)}
        case = get_case(scope, walk.serial_no, now=beijing("2026-03-12 10:01"))
        accounts = accounts_of(scope, ticket.id)

        assert rules["知会"] == ("功能“f” 1.2.0 版第 1 次设置，规则 f/watch",)
        assert len(rules["分类"]) == 2
        assert rules["受理"] == ()
        assert case.of_ticket[0].explained.endswith("依据：三个工作日（功能“f” 1.2.0 版第 1 次设置）")
        assert accounts[0].by == BY


@pytest.mark.parametrize(
    ("hook", "instead"),
    [
        ("suggest_matters", "事项按职责清单的关键词推荐，由受理席判定"),
        ("assess_urgency", "没有核对是否紧急，请受理席自行判断"),
        ("propose_routes", "没有采用它的分派意见，需要时转人工分派"),
        ("propose_watchers", "没有按它知会单位"),
        ("time_limits", "时限没有按它的规则"),
        ("clock_marks", "时限提示没有按它的规则"),
    ],
)
def test_what_failed_is_noted_once_with_the_number_that_finds_it(database_url: str, hook: str, instead: str) -> None:
    with walking(database_url, {"f": {hook: raises}}) as walk:
        walk.take_in(text="路灯不亮")
        walk.dispatch()
        walk.sign()

        note = entry(walk, "rule_failed")
        assert note.summary == f"功能“f”（f）出错，{instead}（错误编号 {note.detail['error_id']}）"
        assert (note.detail["by"], note.detail["hook"], note.detail["failure"]) == (BY, hook, "raised")
        assert [kept for kept, _ in incidents(walk)] == [hook]


def test_a_step_that_failed_is_noted_beside_what_the_core_did(database_url: str) -> None:
    with walking(database_url, {"f": {"escalation_steps": raises}}) as walk:
        walk.take_in(urgency="urgent")

        assert "督促没有按它的规则" in told(walk, "rule_failed")[0]
        assert told(walk, "escalate") == ["站内信 → 受理中心（紧急诉求）"]


def test_a_note_of_a_failure_makes_no_decision_stale(database_url: str) -> None:
    with walking(database_url, {"f": {"clock_marks": raises}}) as walk:
        walk.take_in(text="路灯不亮")
        seen = walk.ticket().version - 1

        walk.dispatch(seen_version=seen)

        assert walk.ticket().state == "dispatched"


STRANGE: list[tuple[str, Any, str]] = [
    ("suggest_matters", MatterHint("gone", "f/1", "场景词"), "职责清单没有事项 gone"),
    ("propose_routes", RouteProposal("gone", "f/1", "分工", direct=True), "没有单位 gone"),
    ("propose_routes", RouteProposal("roads", "f/1", "分工", co=("parks", "away")), "没有单位 away"),
    ("propose_watchers", Watcher("gone", "f/1", "知晓"), "没有单位 gone"),
    ("escalation_steps", EscalationStep("inbox", "gone", "请处置", "f/1", "提示"), "没有单位 gone"),
]


@pytest.mark.parametrize(("hook", "answer", "words"), STRANGE, ids=lambda each: each if isinstance(each, str) else "")
def test_a_unit_or_matter_of_nobody_is_passed_over_and_reported(
    database_url: str, hook: str, answer: Any, words: str
) -> None:
    with walking(database_url, {"f": {hook: lambda: [answer]}}) as walk:
        walk.take_in(text="路灯不亮", urgency="urgent")

        assert walk.ticket().state == "accepted"
        assert walk.ticket().matter is None
        assert incidents(walk) == [(hook, words)]


def test_a_step_to_the_lead_or_the_desk_names_no_unit_of_nobody(database_url: str) -> None:
    both = [EscalationStep("inbox", to, "请处置", "f/1", "提示") for to in ("lead", "desk")]
    with walking(database_url, {"f": {"escalation_steps": lambda: both}}) as walk:
        walk.take_in(urgency="urgent")

        assert incidents(walk) == []


def test_the_best_suggested_matter_is_only_suggested(database_url: str) -> None:
    first = {"suggest_matters": lambda: [MatterHint("road", "f/1", "甲", score=60)]}
    second = {"suggest_matters": lambda: [MatterHint("park", "g/1", "乙", score=70)]}
    third = {"suggest_matters": lambda: [MatterHint("road", "h/1", "丙", score=70)]}
    with walking(database_url, {"f": first, "g": second, "h": third}) as walk:
        walk.take_in(text="坑洼")

        ticket = walk.ticket()
        assert (ticket.matter, ticket.matter_guessed) == ("park", True)
        assert "城市管理 / 园林（乙）" in entry(walk, "classify").summary


def test_a_named_matter_is_not_asked_about_and_words_of_the_list_decide_where_nobody_answers(
    database_url: str,
) -> None:
    with walking(database_url, {"f": {"suggest_matters": nothing}}) as walk:
        walk.take_in(text="门口坑洼")
        assert (walk.ticket().matter, entry(walk, "classify").detail["words"]) == ("road", ["坑洼"])

        walk.take_in(matter="park")
        assert (walk.ticket().matter, walk.ticket().matter_guessed) == ("park", False)


def test_a_page_of_a_feature_that_is_gone_still_says_who_decided(database_url: str) -> None:
    feature = make_feature("f", propose_watchers=lambda: [Watcher("parks", "f/1", "知晓")])
    first = make_installation(database_url, features=[feature])
    slug = make_district(first, features={"f": {}})
    walk = Walk(first, slug)
    walk.take_in()
    without = make_installation(database_url)

    with without.scope(slug) as scope:
        rules = {line.what: line.rules for line in timeline_of(scope, walk.ticket().id)}

    assert rules["知会"] == ("功能f 0 版第 1 次设置，规则 f/1",)
    for installation in (first, without):
        installation.database.engine.dispose()

"""The story of whose a ticket was to be and whose it is, and the one sentence why it is there."""

from datetime import timedelta

import pytest

from core.journey import consult, give_back
from core.journey.desk import OverrideReasonMissing
from core.journey.queries.case_file import case_file
from core.journey.queries.explained import explain_ticket
from tests.builders import OPERATOR, SUPERVISOR
from tests.decisions.making import explained, sentences
from tests.journey.walking import Walk

DANGER_GROUND = "依据规则“用电险情”，用电险情先断电；这件工单正文提到“漏电”；区域已知（“东街道”）。"
ROAD_GROUND = "依据职责清单：城市管理 / 道路（第 1 版）"


def test_a_ticket_decided_by_rule_names_the_rule_and_what_the_ticket_said(walk: Walk) -> None:
    walk.take_in(text="东街道灯杆漏电")

    story = explained(walk)

    assert (
        story.sentence == f"2026-03-12 10:00，系统按派单依据第 1 次设置直接派给供电局（协办 东街道办），{DANGER_GROUND}"
    )
    assert story.unit == "供电局"
    asked, sent = (step.decision for step in story.steps)
    assert asked is not None
    assert sent is not None
    assert (asked.outcome, asked.kind, asked.unit_code, asked.co) == ("suggested", "rule", "power", ("东街道办",))
    assert (asked.by, asked.by_words, asked.duty_list) == ("core.routing@1.1/1", "派单依据第 1 次设置", 1)
    [rule] = asked.matched
    assert (rule.rule, rule.label, rule.phase) == ("danger", "用电险情", "安全")
    assert [(part.asked, part.answered, part.actual, part.met) for part in rule.parts] == [
        ("正文含有“漏电”、“触电”之一", "正文提到“漏电”", ["漏电"], True),
        ("并非“区域不明”", "区域已知（“东街道”）", "q.s1", True),
    ]
    assert (sent.outcome, sent.unit, sent.decided_by, sent.at.utcoffset()) == (
        "dispatched",
        "供电局",
        "系统",
        timedelta(hours=8),
    )


def test_a_ticket_that_waits_says_by_which_version_of_the_duty_list(walk: Walk) -> None:
    walk.take_in(text="道路坑洼")

    assert explained(walk).sentence == (
        f"还没有派出。2026-03-12 10:00，系统按派单依据第 1 次设置建议派给道路管理处（协办 园林管理处），{ROAD_GROUND}。"
    )


def test_whom_rules_passed_over_and_why_is_told(walk: Walk) -> None:
    walk.take_in(text="道路坑洼", affected_count=80)

    decision = explained(walk).steps[-1].decision

    assert decision is not None
    assert (decision.unit, decision.rule_id) == ("水务局", "core.routing/many")
    assert [(each.unit, each.code, each.role, each.source, each.why) for each in decision.passed_over] == [
        ("道路管理处", "roads", "主办", "职责清单", "前面的规则“多人反映”已指定单位")
    ]


def test_a_person_who_follows_the_suggestion_needs_no_reason(walk: Walk) -> None:
    walk.take_in(text="道路坑洼")
    walk.dispatch("2026-03-12 10:10", lead="roads", reason="")

    assert explained(walk).sentence == f"2026-03-12 10:10，坐席甲派给道路管理处；同系统的建议，{ROAD_GROUND}。"


def test_a_person_against_the_suggestion_says_why_and_what_was_suggested_stays(walk: Walk) -> None:
    walk.take_in(text="道路坑洼")
    with pytest.raises(OverrideReasonMissing) as refused:
        walk.dispatch("2026-03-12 10:10", lead="parks", reason=" ")
    walk.dispatch("2026-03-12 10:10", lead="parks", reason="坑在绿化带里")

    assert refused.value.message == (
        f"工单 {walk.serial_no} 建议派给道路管理处，您选的是园林管理处。"
        "请写明不按建议派单的理由，承办单位会看到；或者按建议派单。"
    )
    story = explained(walk)
    assert story.sentence == (
        f"2026-03-12 10:10，坐席甲派给园林管理处，理由：坑在绿化带里；系统原建议派给道路管理处，{ROAD_GROUND}。"
    )
    decision = story.steps[-1].decision
    assert decision is not None
    assert (decision.kind, decision.suggested, decision.override) == ("person", "道路管理处", "坑在绿化带里")


def test_a_unit_that_gave_it_back_needs_no_reason_to_be_passed_by(walk: Walk) -> None:
    walk.take_in(text="枯树挡路")
    walk.dispatch("2026-03-12 10:10", lead="parks", reason="")
    walk.give_back("2026-03-12 11:00")

    walk.dispatch("2026-03-12 14:00", lead="roads", reason="")

    assert explained(walk).unit == "道路管理处"


def test_a_redirection_is_called_one(walk: Walk) -> None:
    walk.take_in(text="道路坑洼")
    walk.dispatch("2026-03-12 10:10", lead="roads")
    walk.redirect("2026-03-12 11:00", lead="parks", reason="是绿化带")

    assert explained(walk).sentence == (
        f"2026-03-12 11:00，坐席甲改派给园林管理处，理由：是绿化带；系统原建议派给道路管理处，{ROAD_GROUND}。"
    )


def test_three_returns_and_a_consultation_read_as_one_story(walk: Walk) -> None:
    walk.take_in(text="道路坑洼")
    walk.dispatch("2026-03-12 10:10", lead="roads")
    walk.ask_back("2026-03-12 10:30", evidence="红线以外", clause="第三条", proposed_unit="parks")
    walk.do(give_back.deny_return, "2026-03-12 10:40", actor=OPERATOR, reason="红线图显示属贵处")
    walk.give_back("2026-03-12 11:00")
    walk.dispatch("2026-03-12 14:00", lead="parks", reason="路在公园里")
    walk.give_back("2026-03-12 15:00")
    walk.do(consult.act_first, "2026-03-12 16:00", actor=OPERATOR, unit="water", reason="先抽水。")
    walk.do(consult.decide_consultation, "2026-03-13 10:00", actor=SUPERVISOR, unit="roads", reason="归道路")

    nobody = "系统没有可以建议的单位：没有规则命中，由受理席判定。"
    assert sentences(walk) == [
        f"2026-03-12 10:00，系统按派单依据第 1 次设置建议派给道路管理处（协办 园林管理处），{ROAD_GROUND}。",
        f"2026-03-12 10:10，坐席甲派给道路管理处；同系统的建议，{ROAD_GROUND}。",
        "2026-03-12 10:30，道路管理处申请退单：不属本单位职责（红线以外），依据 第三条，建议由园林管理处办理。"
        "不同意（坐席甲，2026-03-12 10:40）：红线图显示属贵处。",
        "2026-03-12 11:00，道路管理处申请退单：不属本单位职责（不属本单位职责），建议由园林管理处办理。"
        "已同意（坐席甲，2026-03-12 11:00）。",
        f"2026-03-12 11:00，{nobody}",
        "2026-03-12 14:00，坐席甲派给园林管理处，理由：路在公园里；系统没有建议的单位，没有规则命中，由受理席判定。",
        "2026-03-12 15:00，园林管理处申请退单：不属本单位职责（不属本单位职责），建议由道路管理处办理。"
        "已同意（坐席甲，2026-03-12 15:00）。",
        f"2026-03-12 15:00，{nobody}",
        "2026-03-12 15:00，发起会商（退单达到次数）：已退单 2 次，主办单位待明确。",
        "2026-03-12 16:00，先办后议（水务局）：先抽水。",
        "2026-03-12 16:00，坐席甲在会商期间指定水务局先行办理（先办后议：先抽水）。",
        "2026-03-13 10:00，派单中心协调裁决会商，指定道路管理处承办：归道路。",
        "2026-03-13 10:00，督办员丁按会商裁决派给道路管理处（会商指定：归道路）。",
    ]
    assert explained(walk).sentence == sentences(walk)[-1]


def test_a_consultation_that_confirms_the_unit_is_said_after_what_brought_the_ticket_there(walk: Walk) -> None:
    walk.take_in(text="道路坑洼")
    walk.do(consult.open_consultation, "2026-03-12 10:10", actor=OPERATOR, question="归谁")
    walk.do(consult.act_first, "2026-03-12 10:20", actor=OPERATOR, unit="roads", reason="先补坑")
    walk.do(consult.decide_consultation, "2026-03-13 10:00", actor=SUPERVISOR, unit="roads", reason="归道路")

    assert explained(walk).sentence == (
        "2026-03-12 10:20，坐席甲在会商期间指定道路管理处先行办理（先办后议：先补坑）。"
        "2026-03-13 10:00，督办员丁裁决会商，仍由其承办：归道路。"
    )


def test_another_cycle_with_the_same_unit_is_said_too(walk: Walk) -> None:
    walk.take_in(text="道路坑洼")
    walk.dispatch("2026-03-12 10:10", lead="roads")
    walk.sign()
    walk.reply()
    walk.pass_reply()
    walk.redo("2026-03-13 16:00", same_unit=True)

    assert explained(walk).sentence.endswith("。2026-03-13 16:00，重办，交回原承办单位。")


def test_the_pages_and_the_dispute_say_the_same_sentence_as_the_story(walk: Walk) -> None:
    walk.take_in(text="道路坑洼")
    walk.dispatch("2026-03-12 10:10", lead="roads")
    ticket = walk.ticket()

    file = walk.run(lambda scope: case_file(scope, ticket.id))

    assert file.why is not None
    assert file.why.sentence == explained(walk).sentence
    assert walk.run(lambda scope: explain_ticket(scope, str(ticket.id))) == explained(walk)

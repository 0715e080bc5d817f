"""Units come together: meetings over several tickets, division of work, class-wide checks, what comes later and what stays."""

from datetime import timedelta
from typing import Any

import pytest

from core.coordination.errands import DueTimeUnusable, ErrandAnswered
from core.coordination.meetings import GuestUnusable, MeetingHeld, MeetingNotHeld, MeetingTimeUnusable
from core.coordination.models import ClassCheck, Errand, Meeting, Policy, Reading
from core.escalation.models import Instruction
from core.escalation.rules import NothingSaid
from core.journey import coordinate, lead, press
from core.journey.archive import StillDisputable, archive
from core.journey.audit import audit_ticket
from core.journey.coordinate import CountUnusable
from core.journey.late_errands import tell_if_late
from core.routing.service import NotYours
from core.tenancy.scope import Installation
from core.tickets.models import Message
from core.tickets.states import State
from tests.builders import LEADER, OPERATOR, REVIEWER, SUPERVISOR, beijing, make_actor
from tests.journey.walking import Walk

DUE = beijing("2026-03-16 18:00")


def meet(walk: Walk, *, at: str = "2026-03-12 16:00", guests: str = "", others: str = "") -> int:
    walk.do(
        coordinate.call_meeting,
        "2026-03-12 14:00",
        actor=OPERATOR,
        kind="on_site",
        subject="谁来补路",
        meets_at=beijing(at),
        place="现场",
        units=["roads", "parks"],
        guests=guests,
        others=others,
    )
    meeting: Meeting = walk.rows(Meeting)[-1]
    return meeting.id


def hold(walk: Walk, meeting: int, at: str = "2026-03-12 17:00") -> None:
    walk.do(coordinate.hold_meeting, at, actor=OPERATOR, meeting_id=meeting, outcome="道路处补路")


def told(walk: Walk, *kinds: str) -> list[str]:
    return [entry.summary for entry in walk.entries() if entry.kind in kinds]


def heard(walk: Walk, unit: str) -> list[str]:
    to = walk.unit_id(unit)
    return [message.text for message in walk.rows(Message, Message.id) if message.to_unit_id == to]


def test_a_meeting_is_about_several_tickets_and_people_from_outside_come(
    installation: Installation, walk: Walk
) -> None:
    walk.take_in()
    other = Walk(installation, walk.slug)
    other.take_in("2026-03-12 10:05")

    with pytest.raises(GuestUnusable, match="没有写清是谁"):
        meet(walk, guests="张教授")
    for away in ("2026-03-11 23:59", "2036-03-12 16:00"):
        with pytest.raises(MeetingTimeUnusable):
            meet(walk, at=away)
    meeting = meet(walk, guests="专家：张教授\n新闻媒体：某报", others=f"{other.serial_no}，{walk.serial_no}")
    hold(walk, meeting)
    with pytest.raises(MeetingHeld):
        hold(walk, meeting, "2026-03-12 17:05")

    asked = "请道路管理处、园林管理处参加，邀请张教授（专家）、某报（新闻媒体）"
    words = f"召集现场会（2026-03-12 16:00，现场）：谁来补路，{asked}"
    assert [told(walk, "meeting"), told(other, "meeting")] == [
        [f"{words}；与 {other.serial_no} 一并研究", "现场会结果：道路处补路"],
        [f"{words}；与 {walk.serial_no} 一并研究", "现场会结果：道路处补路"],
    ]
    assert [other.rows(Meeting), len(heard(walk, "roads"))] == [[], 1]


def test_what_a_meeting_settled_is_an_errand_of_each_unit_and_told_when_it_is_late(walk: Walk) -> None:
    walk.take_in()
    meeting = meet(walk)
    give: Any = {"actor": OPERATOR, "meeting_id": meeting, "unit": "parks", "what": "移走枯树"}

    with pytest.raises(MeetingNotHeld):
        walk.do(coordinate.assign_errand, "2026-03-12 14:10", **give)
    hold(walk, meeting)
    with pytest.raises(DueTimeUnusable):
        walk.do(coordinate.assign_errand, "2026-03-12 17:10", **give, due=beijing("2026-03-12 17:10"))
    walk.do(coordinate.assign_errand, "2026-03-12 17:10", **give, due=DUE)
    (errand,) = walk.rows(Errand)
    walk.run(lambda scope: tell_if_late(scope, errand.id, now=DUE - timedelta(seconds=1)))
    walk.run(lambda scope: tell_if_late(scope, errand.id, now=DUE))
    with pytest.raises(NotYours):
        walk.do(
            coordinate.answer_errand, "2026-03-17 09:00", actor=walk.clerk("roads"), errand_id=errand.id, text="已移"
        )
    answer: Any = {"actor": walk.clerk("parks"), "errand_id": errand.id, "text": "枯树已移走"}
    walk.do(coordinate.answer_errand, "2026-03-17 09:00", **answer)
    with pytest.raises(ErrandAnswered):
        walk.do(coordinate.answer_errand, "2026-03-17 09:01", **answer)
    walk.run(lambda scope: tell_if_late(scope, errand.id, now=DUE + timedelta(days=2)))

    assert [(row.unit_id, row.state) for row in walk.assignments()] == [(walk.unit_id("parks"), "watching")]
    assert told(walk, "errand") == [
        "会议分工 → 园林管理处：移走枯树，2026-03-16 18:00 前完成",
        "园林管理处没有按时回复会议分工：移走枯树",
        "园林管理处回复会议分工，已超过要求的时间：枯树已移走",
    ]
    assert len(heard(walk, "parks")) == 3


def test_a_check_of_all_that_is_alike_closes_when_every_unit_has_answered(walk: Walk) -> None:
    walk.take_in()
    walk.do(
        press.instruct, "2026-03-12 11:00", actor=LEADER, leader="区长", level="district", text="举一反三", unit="parks"
    )
    (instruction,) = walk.rows(Instruction)
    wanted: Any = {
        "actor": SUPERVISOR,
        "alike": "全区人行道坑洼",
        "areas": "全区",
        "demand": "查出即补",
        "due": DUE,
        "instruction_id": instruction.id,
    }

    with pytest.raises(NothingSaid):
        walk.do(lead.order_check, "2026-03-12 11:10", **wanted, units=[])
    walk.do(lead.order_check, "2026-03-12 11:10", **wanted, units=["roads", "parks", "roads"])
    roads, parks = walk.rows(Errand, Errand.id)
    (begun,) = walk.rows(ClassCheck)
    with pytest.raises(CountUnusable):
        walk.do(
            coordinate.answer_errand, "2026-03-13 09:00", actor=walk.clerk("roads"), errand_id=roads.id, text="查了"
        )
    for at, unit, errand, found, mended in (
        ("2026-03-13 09:00", "roads", roads, 5, 4),
        ("2026-03-16 17:59", "parks", parks, 0, 0),
    ):
        walk.do(
            coordinate.answer_errand,
            at,
            actor=walk.clerk(unit),
            errand_id=errand.id,
            text="已排查",
            found=found,
            mended=mended,
        )

    (ended,) = walk.rows(ClassCheck)
    assert (begun.state, begun.instruction_id, begun.matter) == ("open", instruction.id, "road")
    assert (ended.state, ended.closed_at) == ("closed", beijing("2026-03-16 17:59"))
    assert told(walk, "class_check") == [
        "举一反三：全区人行道坑洼（全区），2 个单位在 2026-03-16 18:00 前排查",
        "举一反三完成：全区人行道坑洼，2 个单位查出 5 处，整改 4 处",
    ]


def test_an_instruction_to_a_unit_is_reported_on_by_that_unit_alone(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()
    walk.do(
        press.instruct, "2026-03-12 11:00", actor=LEADER, leader="区长", level="district", text="请查明", unit="parks"
    )
    (instruction,) = walk.rows(Instruction)

    with pytest.raises(NotYours):
        walk.do(
            press.report_instruction,
            "2026-03-12 12:00",
            actor=walk.lead_clerk(),
            instruction_id=instruction.id,
            text="是",
        )
    walk.do(
        press.report_instruction,
        "2026-03-12 12:00",
        actor=walk.clerk("parks"),
        instruction_id=instruction.id,
        text="已查明",
    )

    assert told(walk, "instruction") == [
        "区长（区（县）领导）批示：请查明，请园林管理处办理",
        "反馈区长批示：已查明",
    ]
    assert (instruction.recorded_by_id, instruction.unit_id) == (LEADER.id, walk.unit_id("parks"))


def test_what_comes_later_and_the_policy_that_came_of_it_are_records_of_an_archived_ticket(walk: Walk) -> None:
    walk.take_in("2026-03-02 10:00")
    walk.dispatch("2026-03-02 10:10")
    walk.sign("2026-03-02 11:00")
    clerk = walk.lead_clerk()
    walk.do(coordinate.plan_stage, "2026-03-02 12:00", actor=clerk, what="雨季后重铺路面")
    walk.reply("2026-03-03 10:00")
    walk.pass_reply("2026-03-03 11:00")
    walk.follow_up("2026-03-03 15:00")
    walk.rate("2026-03-03 15:05")
    walk.do(lead.read_ticket, "2026-03-03 16:00", actor=LEADER)
    with pytest.raises(NotYours):
        walk.do(
            coordinate.record_policy,
            "2026-03-04 09:00",
            actor=make_actor("丁", "clerk", id=8, unit_id=walk.unit_id("parks")),
            title="办法",
            analysis="分析",
            measure="措施",
        )
    walk.do(
        coordinate.record_policy,
        "2026-03-04 09:00",
        actor=clerk,
        title="路面养护办法",
        analysis="同类路段均有沉降",
        measure="每年雨季后普查一次",
        document_no="〔2026〕3 号",
    )
    walk.do(coordinate.plan_stage, "2026-03-04 10:00", actor=clerk, what="补种行道树", due=beijing("2026-07-01 18:00"))
    (stage, trees) = walk.rows(Errand, Errand.id)
    with pytest.raises(StillDisputable, match="道路管理处的交办事项未回复"):
        walk.do(archive, "2026-08-31 09:00", actor=REVIEWER)
    walk.do(coordinate.answer_errand, "2026-08-31 10:00", actor=clerk, errand_id=trees.id, text="已补种")
    walk.do(archive, "2026-08-31 11:00", actor=REVIEWER)
    walk.do(coordinate.answer_errand, "2026-09-01 09:00", actor=clerk, errand_id=stage.id, text="已重铺")

    (policy,) = walk.rows(Policy)
    (reading,) = walk.rows(Reading)
    assert walk.ticket().state == State.ARCHIVED
    assert (policy.unit_id, policy.at) == (walk.unit_id("roads"), beijing("2026-03-04 09:00"))
    assert (reading.by_id, told(walk, "read")) == (LEADER.id, ["阅"])
    assert told(walk, "errand", "policy") == [
        "后续安排 → 道路管理处：雨季后重铺路面",
        "由本件形成政策：路面养护办法（〔2026〕3 号）。每年雨季后普查一次",
        "后续安排 → 道路管理处：补种行道树，2026-07-01 18:00 前完成",
        "道路管理处回复后续安排，已超过要求的时间：已补种",
        "道路管理处回复后续安排：已重铺",
    ]
    assert walk.run(lambda scope: audit_ticket(scope, walk.serial_no)).findings == ()

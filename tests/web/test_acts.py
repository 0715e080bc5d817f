"""The forms for what is done now and then: each leads to its command, refuses in words, and is shown to whom it may be."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from inspect import Parameter, signature
from typing import Any

import pytest
from sqlalchemy import select

from core.coordination.models import Errand, Meeting
from core.disclosure.hiding import Doubt
from core.disclosure.models import Exposure
from core.escalation.models import Instruction, Letter, Supervision
from core.evaluation.models import Dispute
from core.journey import (
    clear,
    conclude,
    consult,
    coordinate,
    desk,
    disclose,
    expose,
    findings,
    give_back,
    handle,
    join,
    judge,
    lead,
    press,
    redo_wish,
    report_specially,
    screening,
    time,
    void,
)
from core.journey.accept import accept
from core.journey.archive import archive
from core.routing.referrals import keep_incoming
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import FROM_ELSEWHERE, Ticket
from core.tickets.timeline import RESIDENT, SYSTEM, Order
from core.units.models import Unit
from core.web.desk.acts import Act, Deed
from core.web.desk.desk_acts import DESK_ACTS
from core.web.desk.unit_acts import UNIT_ACTS
from tests.builders import OPERATOR, REVIEWER, SUPERVISOR, make_actor, make_appeal
from tests.journey.walking import Walk
from tests.web.conftest import House
from tests.web.making import Life, Visitor, make_account

SENTENCE = "写明了理由和依据"


@dataclass(frozen=True)
class Scene:
    """A deed as somebody does it: the ticket it begins with, who, what they type, and the entry that comes of it."""

    begin: Callable[[Life], Any]
    who: str
    kind: str
    words: str
    typed: dict[str, Any] = field(default_factory=dict)
    record: Callable[[Life], dict[str, Any]] = lambda _life: {}


def waiting(life: Life) -> Life:
    return life.take_in()


def dispatched(life: Life) -> Life:
    return life.take_in().do(desk.dispatch, OPERATOR, lead="roads")


def in_progress(life: Life) -> Life:
    return life.take_in().handled()


def joint_work(life: Life) -> Life:
    return life.take_in().handled(co=["parks"])


def asked_back(life: Life) -> Life:
    return dispatched(life).do(
        give_back.request_return, life.clerk("roads"), reason_code="not_duty", evidence=SENTENCE, proposed_unit="parks"
    )


def consulted(life: Life) -> Life:
    return (
        asked_back(life).do(give_back.approve_return, OPERATOR).do(consult.open_consultation, OPERATOR, question="归谁")
    )


def meeting(life: Life) -> Life:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    return consulted(life).do(consult.set_meeting, OPERATOR, meets_at=tomorrow, place="三楼会议室")


def extending(life: Life) -> Life:
    return in_progress(life).do(time.request_extension, life.clerk("roads"), days=2, reason=SENTENCE)


def pausing(life: Life) -> Life:
    return in_progress(life).do(
        time.request_pause, life.clerk("roads"), reason_code="judicial", evidence=SENTENCE, days=3
    )


def paused(life: Life) -> Life:
    return pausing(life).do(time.decide_pause, REVIEWER, approved=True)


def supervised(life: Life, level: str = "blue") -> Life:
    return in_progress(life).do(press.open_supervision, SUPERVISOR, level=level, demand="说明原因")


def instructed(life: Life) -> Life:
    return in_progress(life).do(press.instruct, SUPERVISOR, leader="王副区长", level="district", text="尽快解决")


def lettered(life: Life) -> Life:
    return in_progress(life).do(press.send_letter, SUPERVISOR, kind="reminder", text="请按时办结")


def done(life: Life) -> Life:
    return in_progress(life).concluded()


def promised(life: Life) -> Life:
    return in_progress(life).concluded("planned")


def rated(life: Life) -> Life:
    return done(life).do(conclude.rate, RESIDENT, resolved="no", satisfaction="dissatisfied")


def wanting_more(life: Life) -> Life:
    return rated(life).do(redo_wish.ask_redo, RESIDENT, words="")


def disputed(kind: str) -> Callable[[Life], Life]:
    return lambda life: rated(life).do(judge.file_dispute, life.clerk("roads"), kind=kind, grounds=SENTENCE)


def overrun(life: Life) -> Life:
    """Have a ticket of some months ago answered after its limit."""
    walk = Walk(life.installation, life.slug)
    life.serial_no = walk.take_in("2026-03-12 10:00", text="道路坑洼").serial_no
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    walk.supervise("2026-03-23 10:00")
    walk.reply("2026-03-23 10:00")
    return life


def clock_missed(life: Life) -> dict[str, Any]:
    ((clock_id,),) = life.run(
        lambda scope: scope.session.execute(
            select(Clock.id)
            .join(Ticket, Ticket.id == Clock.ticket_id)
            .where(Ticket.serial_no == life.serial_no, Clock.name == "reply")
        ).all()
    )
    return {"clock_id": clock_id}


def uncleared(life: Life) -> Life:
    """Have somebody at the desk write a ticket down that waits for another's approval."""
    appeal = make_appeal(text="道路坑洼，出行不便")
    accepted = life.run(lambda scope: accept(scope, appeal, for_clearance=True, actor=OPERATOR, now=datetime.now(UTC)))
    life.serial_no = accepted.serial_no
    return life


def sent_back(life: Life) -> Life:
    return uncleared(life).do(clear.return_for_rewriting, REVIEWER, remark=SENTENCE)


def tracked(life: Life) -> Life:
    return done(life).do(findings.track, OPERATOR, days=10, why="是否又塌")


def reviewed(life: Life) -> Life:
    return done(life).do(judge.ask_review, RESIDENT, grounds=SENTENCE)


def attached(life: Life) -> Life:
    master = Life(life.installation, life.slug).take_in().serial_no
    return waiting(life).do(join.attach, OPERATOR, master=master)


def proposed(life: Life) -> Life:
    return dispatched(life).do(void.propose_void, OPERATOR, reason=SENTENCE)


def doubted(life: Life) -> Life:
    return waiting(life).do(screening.doubt, OPERATOR, reason_code="advertisement", remark="推销房产")


def aside(life: Life) -> Life:
    return doubted(life).do(screening.set_aside, make_actor("坐席戊", "operator", id=45), remark="")


def urgent(life: Life) -> Life:
    return life.take_in(urgency="urgent")


def urgently_dispatched(life: Life) -> Life:
    return urgent(life).do(desk.dispatch, OPERATOR, lead="roads")


def of(table: Any, name: str) -> Callable[[Life], dict[str, Any]]:
    return lambda life: {name: life.only(table).id}


REASON = {"reason": SENTENCE}
REWRITTEN = {"title": "路面坑洼", "text": "道路坑洼，行人摔倒", "place": "东街"}
DESK = {
    "accept_registered": Scene(Life.register, "operator", "accept", "受理", {"nature": "help", "matter": "road"}),
    "reject": Scene(Life.register, "operator", "reject", "不予受理：", {"reason_code": "litigation"}),
    "submit_for_acceptance": Scene(Life.register, "operator", "submit_review", "提交受理审核"),
    "clear": Scene(uncleared, "reviewer", "clearance", "审定通过"),
    "return_for_rewriting": Scene(uncleared, "reviewer", "clearance", f"审定退回：{SENTENCE}", {"remark": SENTENCE}),
    "correct_and_clear": Scene(
        uncleared, "reviewer", "clearance", "更正后审定通过：地点", REWRITTEN | {"remark": "地点"}
    ),
    "rewrite": Scene(sent_back, "operator", "clearance", "修改后再交审定", REWRITTEN),
    "add_unit": Scene(
        in_progress, "operator", "brought_in", "增派园林管理处协办：修枝", {"unit": "parks", "task": "修枝"}
    ),
    "track": Scene(done, "operator", "tracking", "再看效果：是否又塌", {"days": "10", "why": "是否又塌"}),
    "look_again": Scene(tracked, "operator", "tracking", "效果保持。平整", {"holds": "yes", "found": "平整"}),
    "approve_return": Scene(asked_back, "operator", "return", "同意退单：不属本单位职责"),
    "deny_return": Scene(asked_back, "operator", "return_denied", f"不准退单：{SENTENCE}", REASON),
    "refer_upward": Scene(consulted, "operator", "consultation", f"提请机构编制部门明确：{SENTENCE}", REASON),
    "act_first": Scene(consulted, "operator", "dispatch", "先办后议：", REASON | {"unit": "parks"}),
    "set_meeting": Scene(
        consulted,
        "operator",
        "consultation",
        "在三楼会议室开会，请道路管理处参加",
        {
            "meets_at": f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT09:30}",
            "place": "三楼会议室",
            "units": ["roads"],
        },
    ),
    "note_meeting": Scene(meeting, "operator", "consultation", "会商会议结果：归道路", {"outcome": "归道路"}),
    "decide_consultation": Scene(consulted, "supervisor", "dispatch", "派给 园林管理处", REASON | {"unit": "parks"}),
    "approve_extension": Scene(
        extending, "reviewer", "extension", "准予延期 1 个工作日", {"days": "1"}, lambda _: {"unit": "roads"}
    ),
    "deny_extension": Scene(
        extending, "reviewer", "extension", f"不准延期：{SENTENCE}", {"note": SENTENCE}, lambda _: {"unit": "roads"}
    ),
    "approve_pause": Scene(pausing, "reviewer", "pause", "准予挂起", {}, lambda _: {"unit": "roads"}),
    "deny_pause": Scene(
        pausing, "reviewer", "pause", f"不准挂起：{SENTENCE}", {"note": SENTENCE}, lambda _: {"unit": "roads"}
    ),
    "call_unit": Scene(
        urgently_dispatched,
        "operator",
        "unit_called",
        "电话通知道路管理处，值班员接听：马上到",
        {"reached": "yes", "who": "值班员", "what": "马上到"},
    ),
    "redirect": Scene(dispatched, "operator", "redirect", "改派给 园林管理处", REASON | {"lead": "parks"}),
    "waive": Scene(joint_work, "operator", "waive", f"园林管理处免予办理：{SENTENCE}", REASON | {"unit": "parks"}),
    "attach": Scene(waiting, "operator", "attach", "并入工单 ", {"master": "MASTER"}),
    "detach": Scene(attached, "operator", "detach", f"拆并：{SENTENCE}", REASON),
    "ask_to_complete": Scene(waiting, "operator", "completion_asked", "请诉求人补充：具体路口", {"what": "具体路口"}),
    "invite_units": Scene(
        consulted, "operator", "consultation", "邀请道路管理处、园林管理处提出会商意见", {"units": ["roads", "parks"]}
    ),
    "challenge_rule": Scene(
        waiting,
        "operator",
        "rule_challenged",
        "质疑：应由园林办",
        {"rule": "core.routing/duty-list", "words": "应由园林办"},
    ),
    "open_consultation": Scene(waiting, "operator", "consultation", "发起会商：归谁", {"question": "归谁"}),
    "ask_interpretation": Scene(
        waiting,
        "operator",
        "interpretation",
        "请道路管理处解读：坑洼多久修好",
        {"unit": "roads", "question": "坑洼多久修好"},
    ),
    "raise_urgency": Scene(waiting, "operator", "classify", SENTENCE, REASON),
    "lower_urgency": Scene(urgent, "chief", "classify", SENTENCE, REASON),
    "transfer_out": Scene(
        waiting, "operator", "transfer_out", f"移交公安机关（110）：{SENTENCE}", REASON | {"destination": "police"}
    ),
    "doubt": Scene(
        waiting,
        "operator",
        "screening",
        f"初筛为无效（没有诉求）：{SENTENCE}",
        {"reason_code": "no_request", "remark": SENTENCE},
    ),
    "set_aside": Scene(doubted, "operator", "set_aside", "认定无效：广告推销", {"remark": ""}),
    "keep_valid": Scene(doubted, "operator", "screening", f"复核为有效：{SENTENCE}", {"remark": SENTENCE}),
    "put_back": Scene(aside, "operator", "put_back", f"恢复：{SENTENCE}", REASON),
    "void": Scene(proposed, "operator", "void", f"作废：{SENTENCE}", REASON),
    "propose_void": Scene(dispatched, "operator", "void_proposed", f"申请作废：{SENTENCE}", REASON),
    "remark": Scene(waiting, "operator", "note", SENTENCE, {"what": SENTENCE}),
    "decline_redo": Scene(wanting_more, "operator", "redo_declined", f"不予重办：{SENTENCE}", REASON),
    "redo": Scene(done, "operator", "redo", f"重办：{SENTENCE}", REASON | {"same_unit": "yes"}),
    "instruct": Scene(
        in_progress,
        "supervisor",
        "instruction",
        "王副区长（区（县）领导）批示：尽快解决",
        {
            "leader": "王副区长",
            "level": "district",
            "text": "尽快解决",
            "deadline": f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%dT18:00}",
        },
    ),
    "open_supervision": Scene(
        in_progress, "supervisor", "supervision", "红色督办 → 道路管理处", {"level": "red", "demand": "说明原因"}
    ),
    "hold_to_account": Scene(
        in_progress,
        "supervisor",
        "case",
        f"启动问责 → 园林管理处：{SENTENCE}",
        {"authority": "parks", "reason": SENTENCE},
    ),
    "send_letter": Scene(
        in_progress, "supervisor", "letter", "约谈通知 → 道路管理处", {"kind": "talk", "text": "请来面谈"}
    ),
    "raise_supervision": Scene(
        supervised,
        "supervisor",
        "supervision",
        "蓝色督办升为红色督办",
        REASON | {"level": "red"},
        of(Supervision, "supervision_id"),
    ),
    "raise_to_red": Scene(
        lambda life: supervised(life, "yellow"),
        "supervisor",
        "supervision",
        "黄色督办升为红色督办",
        REASON,
        of(Supervision, "supervision_id"),
    ),
    "close_supervision": Scene(
        supervised,
        "supervisor",
        "supervision",
        "蓝色督办销号（未经答复）",
        {"note": SENTENCE},
        of(Supervision, "supervision_id"),
    ),
    "ask_cause": Scene(rated, "operator", "rating_cause", "不满意原因：沟通过程：推诿、敷衍", {"cause": "passed_on"}),
    "find_overdue_cause": Scene(
        overrun,
        "supervisor",
        "overdue_cause",
        f"核定超期原因：司法协同。{SENTENCE}",
        {"cause": "judicial", "finding": SENTENCE},
        clock_missed,
    ),
    "uphold": Scene(
        disputed("rating"),
        "supervisor",
        "adjudication",
        "不计入裁定后的指标（受政策限制）",
        {"finding": SENTENCE, "reason_code": "policy"},
        of(Dispute, "dispute_id"),
    ),
    "uphold_responsibility": Scene(
        disputed("responsibility"),
        "supervisor",
        "adjudication",
        "职责申诉获得支持",
        {"finding": SENTENCE, "unit": "parks"},
        of(Dispute, "dispute_id"),
    ),
    "uphold_review": Scene(
        reviewed, "supervisor", "adjudication", "复核申请获得支持", {"finding": SENTENCE}, of(Dispute, "dispute_id")
    ),
    "dismiss": Scene(
        disputed("rating"),
        "supervisor",
        "adjudication",
        "评价申诉未获支持",
        {"finding": SENTENCE, "unit": "parks"},
        of(Dispute, "dispute_id"),
    ),
}
UNIT = {
    "sign": Scene(dispatched, "clerk", "sign", "签收"),
    "contribute": Scene(
        lambda life: joint_work(life).do(handle.sign, life.clerk("parks")),
        "gardener",
        "contribute",
        "园林管理处提交协办意见",
        {"text": "已配合"},
    ),
    "contact": Scene(
        in_progress, "clerk", "contact", "已联系上诉求人：约好见面", {"reached": "yes", "what": "约好见面"}
    ),
    "note": Scene(in_progress, "clerk", "note", "已派人", {"what": "已派人"}),
    "arrive": Scene(in_progress, "clerk", "on_site", "已到场"),
    "sub_dispatch": Scene(in_progress, "clerk", "sub_dispatch", "道路管理处转派 道路养护队", {"unit": "crew"}),
    "hand_to": Scene(
        in_progress,
        "clerk",
        "given_to_person",
        f"道路管理处由 李工 承办：李工（道路管理处）转交，{SENTENCE}",
        REASON | {"person": "clerk"},
    ),
    "verify": Scene(
        in_progress,
        "clerk",
        "verification",
        "道路管理处现场核实：部分属实。坑洞三处",
        {"result": "partly", "found": "坑洞三处", "on_site": "yes"},
    ),
    "record_enforcement": Scene(
        in_progress,
        "clerk",
        "enforcement",
        "道路管理处罚款 20,000 元：违规开挖",
        {"measure": "fine", "amount": "20000", "words": "违规开挖"},
    ),
    "bring_in": Scene(
        in_progress, "clerk", "brought_in", "增派园林管理处协办：修枝", {"unit": "parks", "task": "修枝"}
    ),
    "request_extension": Scene(
        in_progress, "clerk", "extension", f"道路管理处申请延期 2 个工作日：{SENTENCE}", REASON | {"days": "2"}
    ),
    "request_pause": Scene(
        in_progress,
        "clerk",
        "pause",
        "道路管理处申请挂起 3 个工作日（司法程序）",
        {"reason_code": "judicial", "evidence": SENTENCE, "days": "3"},
    ),
    "resume": Scene(paused, "clerk", "resume", "办理时限恢复计时"),
    "request_return": Scene(
        dispatched,
        "clerk",
        "return_request",
        f"申请退单（不属本单位职责）：{SENTENCE}，建议由园林管理处办理",
        {"reason_code": "not_duty", "evidence": SENTENCE, "proposed_unit": "parks"},
    ),
    "withdraw_return": Scene(asked_back, "clerk", "return_denied", "撤回退单申请"),
    "give_opinion": Scene(consulted, "clerk", "consultation", "道路管理处意见：应由园林处办", {"text": "应由园林处办"}),
    "report_instruction": Scene(
        instructed,
        "clerk",
        "instruction",
        "反馈王副区长批示：已解决",
        {"text": "已解决"},
        of(Instruction, "instruction_id"),
    ),
    "answer_supervision": Scene(
        supervised,
        "clerk",
        "supervision",
        "答复蓝色督办：已整改",
        {"text": "已整改"},
        of(Supervision, "supervision_id"),
    ),
    "acknowledge_letter": Scene(lettered, "clerk", "letter", "签收提醒函", {}, of(Letter, "letter_id")),
    "report_progress": Scene(promised, "clerk", "progress", "已兑现：铺好了", {"what": "铺好了", "fulfilled": "yes"}),
    "state_overdue_cause": Scene(
        overrun,
        "clerk",
        "overdue_cause",
        f"说明超期原因：多部门协调。{SENTENCE}",
        {"cause": "several_units", "evidence": SENTENCE},
        clock_missed,
    ),
    "file_dispute": Scene(rated, "clerk", "dispute", "提出评价申诉", {"kind": "rating", "grounds": SENTENCE}),
    "withdraw_dispute": Scene(disputed("rating"), "clerk", "dispute", "撤回评价申诉", {}, of(Dispute, "dispute_id")),
}
PREPARED_WORDS = {"matter": "yes", "result": "yes", "title": "路面坑洼", "text": "路面坑洼", "reply": "已修好"}


def in_public(life: Life) -> Life:
    return done(life).do(disclose.prepare_disclosure, REVIEWER).do(disclose.publish_disclosure, REVIEWER)


IN_DOUBT = Doubt("李宁", 1).key


def in_doubt(life: Life) -> Life:
    """Have words prepared in which something may be a name."""
    prepared = done(life).do(disclose.prepare_disclosure, REVIEWER)
    return prepared.do(disclose.reword_disclosure, REVIEWER, text="对面是李宁专卖店")


def passed_around(life: Life) -> Life:
    """Have a unit ask twice in vain to give the ticket back."""
    for _ in range(2):
        life = (asked_back(life) if not life.serial_no else _asks_again(life)).do(
            give_back.deny_return, OPERATOR, reason=SENTENCE
        )
    return life


def _asks_again(life: Life) -> Life:
    return life.do(
        give_back.request_return, life.clerk("roads"), reason_code="not_duty", evidence=SENTENCE, proposed_unit="parks"
    )


def put_forward(life: Life) -> Life:
    other = make_actor("督办员戊", "supervisor", id=44)
    return passed_around(life).do(
        expose.propose_exposure, other, unit="roads", behaviour="shirking", text="两次退单未获准"
    )


NAMED = {"unit": "roads", "behaviour": "shirking", "text": "两次退单未获准"}
DESK |= {
    "prepare_disclosure": Scene(done, "reviewer", "disclosure_prepared", "待公开：办理事项", {}),
    "publish_disclosure": Scene(
        lambda life: done(life).do(disclose.prepare_disclosure, REVIEWER),
        "reviewer",
        "disclosure",
        "公开：办理事项、办理结果",
        PREPARED_WORDS,
    ),
    "reword_disclosure": Scene(
        lambda life: done(life).do(disclose.prepare_disclosure, REVIEWER),
        "reviewer",
        "disclosure_prepared",
        "改写了待公开的文字",
        PREPARED_WORDS,
    ),
    "mask_name": Scene(in_doubt, "reviewer", "disclosure_prepared", "遮盖疑似姓名 1 处", {"doubt": IN_DOUBT}),
    "no_name": Scene(in_doubt, "reviewer", "disclosure_prepared", "“李宁”不是姓名，以后不再问", {"doubt": IN_DOUBT}),
    "close_disclosure": Scene(
        done, "reviewer", "disclosure", f"不公开（涉及个人隐私）：{SENTENCE}", {"ground": "privacy", "reason": SENTENCE}
    ),
    "withdraw_disclosure": Scene(in_public, "reviewer", "disclosure", f"撤回公开：{SENTENCE}", REASON),
    "note_disclosure_wish": Scene(done, "operator", "disclosure", "诉求人不愿公开", {"wish": "closed"}),
    "propose_exposure": Scene(passed_around, "supervisor", "exposure", "提请曝光道路管理处“推诿扯皮”", NAMED),
    "approve_exposure": Scene(
        put_forward, "supervisor", "exposure", "同意曝光道路管理处", {}, of(Exposure, "exposure_id")
    ),
    "refuse_exposure": Scene(
        put_forward, "supervisor", "exposure", "不同意曝光道路管理处", {}, of(Exposure, "exposure_id")
    ),
    "withdraw_exposure": Scene(
        put_forward, "supervisor", "exposure", "撤回曝光道路管理处", REASON, of(Exposure, "exposure_id")
    ),
}
UNIT |= {
    "answer_exposure": Scene(
        put_forward, "clerk", "exposure", "对曝光作出说明：已整改", {"text": "已整改"}, of(Exposure, "exposure_id")
    ),
}
IN_NINE_DAYS = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%dT18:00}"


def called(life: Life) -> Life:
    return in_progress(life).do(
        coordinate.call_meeting,
        OPERATOR,
        kind="on_site",
        subject="谁来修",
        meets_at=datetime.now(UTC),
        place="现场",
        units=["roads"],
    )


def held(life: Life) -> Life:
    return called(life).do(coordinate.hold_meeting, OPERATOR, meeting_id=life.only(Meeting).id, outcome="道路处修")


def checking(life: Life) -> Life:
    due = datetime.now(UTC) + timedelta(days=9)
    return in_progress(life).do(
        lead.order_check, SUPERVISOR, alike="人行道坑洼", demand="查出即补", units=["roads"], due=due
    )


def asking_establishment(life: Life) -> Life:
    return consulted(life).do(consult.refer_upward, OPERATOR, reason=SENTENCE)


DESK |= {
    "call_meeting": Scene(
        in_progress,
        "operator",
        "meeting",
        "谁来修，请道路管理处参加，邀请张教授（专家）",
        {
            "kind": "on_site",
            "subject": "谁来修",
            "meets_at": IN_NINE_DAYS,
            "place": "现场",
            "units": ["roads"],
            "guests": "专家：张教授",
        },
    ),
    "hold_meeting": Scene(
        called, "operator", "meeting", "现场会结果：道路处修", {"outcome": "道路处修"}, of(Meeting, "meeting_id")
    ),
    "assign_errand": Scene(
        held,
        "operator",
        "errand",
        "会议分工 → 道路管理处：修好",
        {"unit": "roads", "what": "修好", "due": IN_NINE_DAYS},
        of(Meeting, "meeting_id"),
    ),
    "order_check": Scene(
        instructed,
        "supervisor",
        "class_check",
        "举一反三：人行道坑洼（全区），1 个单位",
        {"alike": "人行道坑洼", "areas": "全区", "demand": "查出即补", "units": ["parks"], "due": IN_NINE_DAYS},
        of(Instruction, "instruction_id"),
    ),
    "write_special_report": Scene(
        asking_establishment,
        "operator",
        "special_report",
        f"起草专报，请机构编制部门会签：{SENTENCE}",
        {"text": SENTENCE},
    ),
}
UNIT |= {
    "answer_errand": Scene(
        lambda life: held(life).do(
            coordinate.assign_errand, OPERATOR, meeting_id=life.only(Meeting).id, unit="roads", what="修好"
        ),
        "clerk",
        "errand",
        "道路管理处回复会议分工：已修",
        {"text": "已修"},
        of(Errand, "errand_id"),
    ),
    "answer_check": Scene(
        checking,
        "clerk",
        "errand",
        "道路管理处回复举一反三：已查（查出 2 处，整改 1 处）",
        {"text": "已查", "found": "2", "mended": "1"},
        of(Errand, "errand_id"),
    ),
    "plan_stage": Scene(
        in_progress, "clerk", "errand", "后续安排 → 道路管理处：雨季后重铺", {"what": "雨季后重铺", "due": IN_NINE_DAYS}
    ),
    "record_policy": Scene(
        done,
        "clerk",
        "policy",
        "由本件形成政策：养护办法（〔2026〕3 号）。每年普查",
        {"title": "养护办法", "analysis": "普遍沉降", "measure": "每年普查", "document_no": "〔2026〕3 号"},
    ),
}
OF_PANELS = {
    *("open_panel", "extend_panel", "redraw_panel"),
    *("carry_out_finding", "decline_finding", "propose_notice", "publish_notice"),
}
"""Tried on the page with a panel that was drawn from a pool, in tests/panels."""
TELLING = {"tell", "tell_at_desk", "stop_telling", "withdraw_flow"}
"""Shown where a district wants the proof, or lets everybody follow: see tests/loop and tests/openness."""
TRIED_BY_THEMSELVES = {"reopen", "send_back", "cosign_special_report"} | OF_PANELS | TELLING


def keys(acts: tuple[Act, ...]) -> set[str]:
    return {deed.key for act in acts for deed in act.deeds}


def begun(house: House, scene: Scene) -> tuple[Life, Visitor, dict[str, Any]]:
    """Bring a ticket to where the scene begins; return it, the visitor with its page open, and what they type."""
    life = Life(house.installation, house.slug)
    scene.begin(life)
    typed = dict(scene.typed) | scene.record(life)
    if typed.get("master") == "MASTER":
        typed["master"] = Life(house.installation, house.slug).take_in().serial_no
    return life, house.visitor(house.login_of(scene.who)), typed


def test_every_form_is_tried() -> None:
    assert keys(DESK_ACTS) - TRIED_BY_THEMSELVES == set(DESK)
    assert keys(UNIT_ACTS) - TRIED_BY_THEMSELVES == set(UNIT)


@pytest.mark.parametrize(
    ("act", "deed"),
    [pytest.param(act, deed, id=deed.key) for act in (*DESK_ACTS, *UNIT_ACTS) for deed in act.deeds],
)
def test_a_form_asks_for_just_what_its_command_takes(act: Act, deed: Deed) -> None:
    asked = {each.name for each in act.fields if not deed.takes or each.name in deed.takes}
    given = asked | set(deed.fixed) | ({act.record} if act.record else set())
    takes = {
        name: parameter
        for name, parameter in signature(deed.command.deed).parameters.items()
        if parameter.kind is Parameter.KEYWORD_ONLY
    }
    required = {name for name, parameter in takes.items() if parameter.default is Parameter.empty}
    surely = {each.name for each in act.fields if each.required or each.name in deed.needs or each.kind == "tick"}
    assert given <= set(takes), f"{deed.key} gives what the command does not know"
    assert required <= surely | set(deed.fixed) | {act.record}, f"{deed.key} may leave out what the command needs"


@pytest.mark.parametrize("key", DESK)
def test_a_form_of_the_desk_leads_to_its_command(house: House, key: str) -> None:
    _plays(house, f"/t/{{}}/{key}", "/t/{}", DESK[key])


@pytest.mark.parametrize("key", UNIT)
def test_a_form_of_a_unit_leads_to_its_command(house: House, key: str) -> None:
    _plays(house, f"/unit/{{}}/{key}", "/unit/{}", UNIT[key])


def _plays_on(life: Life, visitor: Visitor, key: str, typed: dict[str, Any], kind: str, words: str) -> None:
    action = f"/t/{life.serial_no}/{key}"
    assert f'action="{action}"' in visitor.get(f"/t/{life.serial_no}").get_data(as_text=True)
    assert visitor.post(action, **typed).status_code == 303, visitor.page
    assert any(entry.kind == kind and words in entry.summary for entry in life.entries())


def _plays(house: House, address: str, page_address: str, scene: Scene) -> None:
    life, visitor, typed = begun(house, scene)
    action, page = address.format(life.serial_no), page_address.format(life.serial_no)
    before = len(life.entries())

    shown = visitor.get(page).get_data(as_text=True)
    answer = visitor.post(action, **typed)

    assert f'action="{action}"' in shown
    assert (answer.status_code, answer.location) == (303, page), visitor.page
    written = [(entry.kind, entry.summary) for entry in life.entries()[before:]]
    assert any(kind == scene.kind and scene.words in words for kind, words in written), written


def test_an_archived_ticket_is_taken_up_again_once_a_review_was_upheld(house: House) -> None:
    life = done(Life(house.installation, house.slug))
    later = Order(SYSTEM, datetime.now(UTC) + timedelta(days=30))
    life.run(lambda scope: archive(scope, life.serial_no, later))
    supervisor = house.visitor(house.supervisor)
    assert "/reopen" not in supervisor.get(f"/t/{life.serial_no}").get_data(as_text=True)

    life.do(judge.ask_review, RESIDENT, grounds=SENTENCE)
    life.do(judge.decide_dispute, SUPERVISOR, dispute_id=life.only(Dispute).id, upheld=True, finding=SENTENCE)
    _plays_on(life, supervisor, "reopen", REASON, "reopen", f"复核重启：{SENTENCE}")


def test_the_establishment_office_signs_a_special_report(house: House) -> None:
    life = Life(house.installation, house.slug)
    life.run(lambda scope: scope.session.add(_office(scope)))
    house.installation.forget()
    asking_establishment(life).do(report_specially.write_special_report, OPERATOR, text=SENTENCE)
    signer = house.visitor(make_account(house.installation, house.slug, "bianban", ["clerk"], unit="bianban"))
    action = f"/unit/{life.serial_no}/cosign_special_report"

    assert f'action="{action}"' in signer.get(f"/unit/{life.serial_no}").get_data(as_text=True)
    assert signer.post(action).status_code == 303, signer.page
    assert "会同区委编办专题向政府报告" in life.entries()[-1].summary


def _office(scope: Scope) -> Unit:
    return Unit(tenant_id=scope.tenant.id, id=scope.new_id(), code="bianban", name="区委编办", kind="establishment")


def test_a_ticket_that_another_tenant_referred_is_sent_back_to_it(house: House) -> None:
    life, operator = waiting(Life(house.installation, house.slug)), house.visitor(house.operator)
    assert "/send_back" not in operator.get(f"/t/{life.serial_no}").get_data(as_text=True)

    def comes_from_elsewhere(scope: Scope) -> None:
        ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == life.serial_no)).one()
        ticket.channel = FROM_ELSEWHERE
        keep_incoming(scope, ticket, reference="r" * 32, trail=[house.slug], due_at=None, now=datetime.now(UTC))

    life.run(comes_from_elsewhere)
    typed = {"reason_code": "wrong_area", "evidence": SENTENCE}
    _plays_on(life, operator, "send_back", typed, "transfer_out", f"（不属本辖区）：{SENTENCE}")


@pytest.mark.parametrize(
    ("who", "page", "offered"),
    [
        (
            "operator",
            "/t/{}",
            {
                *("approve_return", "redirect", "add_unit", "raise_urgency", "transfer_out", "propose_void"),
                *("remark", "files", "call_meeting", "ask_interpretation", "challenge_rule"),
            },
        ),
        ("reviewer", "/t/{}", {"challenge_rule"}),
        (
            "supervisor",
            "/t/{}",
            {
                *("instruct", "open_supervision", "send_letter", "hold_to_account", "order_check"),
                "challenge_rule",
            },
        ),
        (
            "clerk",
            "/unit/{}",
            {
                *("note", "contact", "hand_to", "withdraw_return", "file_dispute", "request_extension"),
                *("request_pause", "files", "verify", "record_enforcement", "plan_stage", "record_policy"),
            },
        ),
    ],
)
def test_a_page_offers_what_state_permission_and_records_allow_and_nothing_else(
    house: House, who: str, page: str, offered: set[str]
) -> None:
    life = asked_back(Life(house.installation, house.slug))
    shown = house.visitor(house.login_of(who)).get(page.format(life.serial_no)).get_data(as_text=True)
    assert set(re.findall(rf'<form method="post" action="{page.format(life.serial_no)}/(\w+)"', shown)) == offered


@pytest.mark.parametrize(
    ("who", "key"), [("reviewer", "redirect"), ("supervisor", "approve_return"), ("operator", "open_supervision")]
)
def test_what_is_not_permitted_is_refused_when_it_is_sent_all_the_same(house: House, who: str, key: str) -> None:
    life = asked_back(Life(house.installation, house.slug))
    visitor = house.visitor(house.login_of(who))
    visitor.get(f"/t/{life.serial_no}")
    before = len(life.entries())

    answer = visitor.client.post(
        f"/t/{life.serial_no}/{key}",
        data={"csrf_token": token(visitor), "version": str(before), "command_id": "x"} | DESK[key].typed,
    )

    assert answer.status_code == 403
    assert "没有这项权限" in answer.get_data(as_text=True)
    assert len(life.entries()) == before


def test_a_unit_does_nothing_to_a_ticket_that_it_never_had(house: House) -> None:
    life = in_progress(Life(house.installation, house.slug))
    gardener = house.visitor(house.gardener)
    for key in ("note", "contact", "give_opinion", "file_dispute"):
        gardener.get("/unit")
        answer = gardener.post(f"/unit/{life.serial_no}/{key}", csrf_token=token(gardener), version="9", what="x")
        assert answer.status_code == 403, key


def test_a_unit_answers_no_supervision_of_another(house: House) -> None:
    life = joint_work(Life(house.installation, house.slug))
    life.do(press.open_supervision, SUPERVISOR, level="blue", demand="说明原因")
    gardener = house.visitor(house.gardener)
    page = gardener.get(f"/unit/{life.serial_no}").get_data(as_text=True)
    assert "督办与函件" not in page

    answer = gardener.post(
        f"/unit/{life.serial_no}/answer_supervision", text="已整改", supervision_id=life.only(Supervision).id
    )

    assert answer.status_code == 403


def test_what_was_typed_is_still_there_when_a_form_is_refused(house: House) -> None:
    life = dispatched(Life(house.installation, house.slug))
    operator = house.visitor(house.operator)
    operator.get(f"/t/{life.serial_no}")

    answer = operator.post(f"/t/{life.serial_no}/redirect", lead="roads", co=["parks"], reason="路面归它养护")

    assert answer.status_code == 409
    assert "现在就由道路管理处主办" in operator.page
    assert re.search(r'<details class="act" id="do-redirect" open>', operator.page)
    assert ">路面归它养护</textarea>" in operator.page
    assert re.search(r'<option value="roads"[^>]* selected>', operator.page)
    assert re.search(r'<option value="parks" selected>', operator.page)


@pytest.mark.parametrize(
    ("begin", "key", "typed", "words"),
    [
        (dispatched, "redirect", {"reason": SENTENCE}, "请选择“改由哪个单位主办”。"),
        (asked_back, "deny_return", {"reason": " "}, "请填写“理由”。"),
        (waiting, "challenge_rule", {"rule": "nothing", "words": "不对"}, "没有用在工单"),
        (Life.register, "accept_registered", {"nature": "nonsense"}, "“类型”没有这一项"),
        (waiting, "attach", {"master": "NOSUCH"}, "没有编号为 NOSUCH 的工单"),
    ],
)
def test_the_desk_is_told_in_words_what_is_missing(
    house: House, begin: Callable[[Life], Any], key: str, typed: dict[str, Any], words: str
) -> None:
    life = Life(house.installation, house.slug)
    begin(life)
    operator = house.visitor(house.operator)
    operator.get(f"/t/{life.serial_no}")
    assert operator.post(f"/t/{life.serial_no}/{key}", **typed).status_code in (404, 422)
    assert words in operator.page


@pytest.mark.parametrize("days", ["", "三", "0", "-1", "1.5", "99999", "9999"])
def test_days_are_whole_and_within_the_rules(house: House, days: str) -> None:
    life = in_progress(Life(house.installation, house.slug))
    clerk = house.visitor(house.clerk)
    clerk.get(f"/unit/{life.serial_no}")
    assert clerk.post(f"/unit/{life.serial_no}/request_extension", days=days, reason=SENTENCE).status_code == 422
    assert "没有办成" in clerk.page


def test_of_two_forms_of_a_kind_the_one_that_was_refused_says_so(house: House) -> None:
    life = joint_work(Life(house.installation, house.slug))
    life.do(handle.sign, life.clerk("parks"))
    for unit in ("roads", "parks"):
        asked = {"reason_code": "judicial", "evidence": SENTENCE, "days": 2}
        life.do(time.request_pause, life.clerk(unit), **asked)
    reviewer = house.visitor(house.reviewer)
    reviewer.get(f"/t/{life.serial_no}")

    assert reviewer.post(f"/t/{life.serial_no}/deny_pause", unit="parks", note="").status_code == 422

    assert reviewer.page.count("请填写“意见”。") == 2  # at the top, and beside the one field
    assert 'href="#do-approve_pause-parks"' in reviewer.page


def test_the_same_form_sent_twice_does_it_once(house: House) -> None:
    life = waiting(Life(house.installation, house.slug))
    operator = house.visitor(house.operator)
    operator.get(f"/t/{life.serial_no}")
    for _ in range(2):
        assert operator.post(f"/t/{life.serial_no}/remark", what="已致电诉求人").status_code == 303
    assert [entry.summary for entry in life.entries()].count("已致电诉求人") == 1


def test_after_a_form_in_a_lane_the_desk_goes_on_with_the_next(house: House) -> None:
    first, second = (asked_back(Life(house.installation, house.slug)).serial_no for _ in range(2))
    operator = house.visitor(house.operator)
    page = operator.get(f"/desk?lane=returns&at={first}").get_data(as_text=True)
    assert f'name="back" value="/desk?lane=returns&amp;at={second}"' in page

    refused = operator.post(f"/t/{first}/deny_return", hx=True, reason="")

    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#notice")
    assert "请填写“理由”。" in operator.page


def test_another_tenants_ticket_and_records_are_out_of_reach(house: House, make_house: Callable[[], House]) -> None:
    other = make_house()
    theirs, ours = supervised(Life(other.installation, other.slug)), supervised(Life(house.installation, house.slug))
    supervisor = house.visitor(house.supervisor)
    supervisor.get(f"/t/{ours.serial_no}")
    fields = {"note": SENTENCE, "supervision_id": theirs.only(Supervision).id}

    assert supervisor.post(f"/t/{theirs.serial_no}/close_supervision", **fields).status_code == 404
    supervisor.get(f"/t/{ours.serial_no}")
    assert supervisor.post(f"/t/{ours.serial_no}/close_supervision", **fields).status_code == 404
    assert theirs.only(Supervision).state == "open"


def test_a_form_that_does_not_exist_is_not_found(house: House) -> None:
    life = waiting(Life(house.installation, house.slug))
    operator = house.visitor(house.operator)
    operator.get(f"/t/{life.serial_no}")
    assert operator.post(f"/t/{life.serial_no}/reply", text="x").status_code == 404


def token(visitor: Visitor) -> str:
    return visitor.hidden("csrf_token")

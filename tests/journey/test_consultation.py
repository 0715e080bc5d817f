"""Whose is it? After too many returns units consult, and the one designated cannot give the ticket back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core.coordination.meetings import MeetingTimeUnusable
from core.coordination.special_reports import NoReport, ReportSigned
from core.journey import consult, give_back, report_specially
from core.journey.audit import audit_ticket
from core.journey.consult import HighestAuthority, NoMeeting, ReportNeeded
from core.journey.give_back import ReturnWindowOver
from core.people.roles import NotPermitted
from core.routing.consultations import NoConsultation
from core.routing.models import Consultation, Opinion, ReturnRequest
from core.routing.returns import NoReturnRequest, NotReturnable, ReturnPending, ReturnReasonUnknown, WhoseMissing
from core.routing.service import ConsultationOpen, NotYours
from core.tenancy.scope import Installation
from core.tickets.service import MoveNotAllowed, ReasonMissing
from core.tickets.states import State
from tests.builders import OPERATOR, SUPERVISOR, beijing, make_actor, make_district, set_duties
from tests.journey.consulting import bounced, consultation_of, steps_of
from tests.journey.walking import Walk


def test_the_second_return_opens_a_consultation_and_nobody_dispatches_meanwhile(walk: Walk) -> None:
    bounced(walk)

    with pytest.raises(ConsultationOpen):
        walk.dispatch("2026-03-12 15:10", lead="roads")

    (consultation,) = walk.rows(Consultation)
    assert (consultation.state, consultation.opened_because, consultation.question) == (
        "open",
        "returns",
        "已退单 2 次，主办单位待明确",
    )
    assert (walk.ticket().state, walk.ticket().bounce_count) == (State.TO_DISPATCH, 2)


def test_units_speak_an_authority_designates_and_the_unit_cannot_give_it_back(walk: Walk) -> None:
    bounced(walk)
    walk.do(consult.give_opinion, "2026-03-12 16:00", actor=walk.clerk("roads"), text="属绿化带内")
    walk.do(consult.give_opinion, "2026-03-12 16:10", actor=walk.clerk("parks"), text="路面破损由道路处修复")
    walk.do(consult.refer_upward, "2026-03-13 09:00", actor=OPERATOR, reason="双方意见不一")
    walk.do(consult.decide_consultation, "2026-03-13 11:00", actor=SUPERVISOR, unit="roads", reason="路面在道路红线内")

    (consultation,) = walk.rows(Consultation)
    opinions = walk.run(lambda scope: [row.text for row in scope.session.query(Opinion).order_by(Opinion.id)])
    assert opinions[-2:] == ["属绿化带内", "路面破损由道路处修复"]
    assert (consultation.authority, consultation.unit_id, consultation.decided_by) == (
        "establishment",
        walk.unit_id("roads"),
        "督办员丁",
    )
    assert (walk.ticket().state, walk.ticket().lead_unit_id) == (State.DISPATCHED, walk.unit_id("roads"))
    with pytest.raises(NotReturnable, match="会商指定"):
        walk.ask_back("2026-03-13 12:00")


def test_the_residents_clock_runs_on_while_units_consult(walk: Walk) -> None:
    bounced(walk)
    walk.do(consult.decide_consultation, "2026-03-16 11:00", actor=SUPERVISOR, unit="roads", reason="路面在红线内")

    (reply,) = [clock for clock in walk.clocks() if clock.name == "reply"]

    assert (reply.started_at, reply.due_at) == (beijing("2026-03-12 10:00"), beijing("2026-03-19 18:00"))


def test_the_ladder_of_authorities_ends(walk: Walk) -> None:
    bounced(walk)
    for at in ("2026-03-13 09:00", "2026-03-13 10:00"):
        walk.do(consult.refer_upward, at, actor=OPERATOR, reason="仍不一致")

    with pytest.raises(HighestAuthority):
        walk.do(consult.refer_upward, "2026-03-13 11:00", actor=OPERATOR, reason="仍不一致")


def test_without_a_consultation_nothing_is_said_or_decided(walk: Walk) -> None:
    walk.take_in()

    with pytest.raises(NoConsultation):
        walk.do(consult.give_opinion, "2026-03-12 12:00", actor=walk.clerk("roads"), text="不是我们")
    with pytest.raises(NoConsultation):
        walk.do(consult.decide_consultation, "2026-03-12 12:00", actor=SUPERVISOR, unit="roads", reason="定了")


def test_a_dispatcher_does_not_decide_a_consultation(walk: Walk) -> None:
    bounced(walk)

    with pytest.raises(NotPermitted, match="督办席"):
        walk.do(consult.decide_consultation, "2026-03-13 11:00", actor=OPERATOR, unit="roads", reason="定了")


def test_a_request_waits_and_changes_nothing_until_the_desk_decides(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10")

    walk.ask_back("2026-03-12 11:00", evidence="由铁路部门养护", proposed_unit="parks")

    (request,) = walk.rows(ReturnRequest)
    assert (walk.ticket().state, walk.ticket().bounce_count) == (State.DISPATCHED, 0)
    assert (request.state, request.evidence, request.proposed_unit_id) == (
        "pending",
        "由铁路部门养护",
        walk.unit_id("parks"),
    )
    with pytest.raises(ReturnPending):
        walk.sign("2026-03-12 11:10")
    with pytest.raises(MoveNotAllowed, match="已有待定"):
        walk.ask_back("2026-03-12 11:20")


def test_a_denied_request_leaves_the_unit_where_it_stood(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()
    walk.sign("2026-03-12 10:30")
    walk.ask_back("2026-03-12 11:00")

    walk.do(give_back.deny_return, "2026-03-12 12:00", actor=OPERATOR, reason="红线图显示属贵处")
    walk.reply("2026-03-13 10:00")

    assert walk.ticket().state == State.SUBMITTED
    assert [(row.state, row.decision_note) for row in walk.rows(ReturnRequest)] == [("denied", "红线图显示属贵处")]


def test_a_unit_may_take_its_request_back(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()
    walk.ask_back("2026-03-12 11:00")

    walk.do(give_back.withdraw_return, "2026-03-12 11:30", actor=walk.lead_clerk())
    walk.sign("2026-03-12 11:40")

    assert walk.ticket().state == State.IN_PROGRESS


def test_a_request_comes_with_a_reason_of_the_list_and_evidence(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()

    with pytest.raises(ReturnReasonUnknown, match="可选"):
        walk.ask_back("2026-03-12 11:00", reason_code="busy")
    with pytest.raises(ReasonMissing):
        walk.ask_back("2026-03-12 11:00", evidence="  ")


def test_after_the_window_only_consultation_helps(walk: Walk) -> None:
    """Shandong: a wrong unit returns within two working days, with a reason."""
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10")

    with pytest.raises(ReturnWindowOver, match="会商"):
        walk.ask_back("2026-03-16 18:01")

    walk.ask_back("2026-03-16 18:00")


def test_nobody_decides_on_their_own_request(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()
    both = make_actor("两边都做的人", "clerk", "operator", id=77, unit_id=walk.unit_id("roads"))
    walk.ask_back("2026-03-12 11:00", actor=both)

    with pytest.raises(give_back.SameHands):
        walk.approve_return("2026-03-12 11:10", actor=both)


def test_without_a_request_nothing_is_approved(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()

    with pytest.raises(NoReturnRequest):
        walk.approve_return("2026-03-12 11:10")


def test_a_request_of_a_unit_that_lost_the_ticket_waits_for_nobody(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch(lead="roads")
    walk.ask_back("2026-03-12 11:00")

    walk.redirect("2026-03-12 12:00", lead="parks")

    assert [row.state for row in walk.rows(ReturnRequest)] == ["withdrawn"]
    with pytest.raises(NotYours):
        walk.ask_back("2026-03-12 12:30", actor=walk.clerk("roads"))


def test_who_says_that_it_is_anothers_says_whose(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch(lead="roads")

    for reason in ("not_duty", "needs_lead"):
        with pytest.raises(WhoseMissing, match="要写明应由哪个单位办理"):
            walk.ask_back("2026-03-12 11:00", reason_code=reason, proposed_unit=None)
    with pytest.raises(WhoseMissing, match="道路管理处自己"):
        walk.ask_back("2026-03-12 11:00", proposed_unit="roads")

    walk.ask_back("2026-03-12 11:10", reason_code="unclear", proposed_unit=None)

    assert [row.proposed_unit_id for row in walk.rows(ReturnRequest)] == [None]


def test_the_duty_list_as_it_stood_is_kept_with_the_request(installation: Installation) -> None:
    item = {"code": "light", "subcategory": "路灯", "legal_basis": "《照明条例》第八条", "standard": "两小时内复亮"}
    walk = Walk(installation, make_district(installation, duties=[item]))
    walk.take_in("2026-03-12 10:00", matter="light")
    walk.dispatch("2026-03-12 10:10", lead="roads")

    walk.ask_back("2026-03-12 11:00", clause=" 三定方案第五条 ", proposed_unit="parks")
    walk.run(lambda scope: set_duties(scope, [{**item, "lead": "parks", "legal_basis": "新条例"}]))

    (request,) = walk.rows(ReturnRequest)
    assert (request.clause, request.duty_list) == ("三定方案第五条", 1)
    assert request.duty_item == (
        "职责清单第 1 版 light 城市管理 / 路灯：主办 道路管理处；依据 《照明条例》第八条；标准 两小时内复亮"
    )
    assert walk.timeline()[-1].endswith("不属本单位职责，依据 三定方案第五条，建议由园林管理处办理")


def test_a_request_about_an_unknown_matter_keeps_no_clause(walk: Walk) -> None:
    walk.take_in(text="说不清的事")
    walk.dispatch(lead="roads")

    walk.ask_back("2026-03-12 11:00")

    assert [(row.duty_item, row.duty_list) for row in walk.rows(ReturnRequest)] == [("", 0)]


def test_each_step_up_the_ladder_is_on_record_with_the_unit_that_answers(installation: Installation) -> None:
    slug = make_district(
        installation,
        units=[("bianban", "区委编办", "establishment"), ("office", "区政府办公室", "government")],
        duties=[{"code": "road"}],
    )
    walk = Walk(installation, slug)
    bounced(walk)

    walk.do(consult.refer_upward, "2026-03-13 09:00", actor=OPERATOR, reason="双方意见不一")
    walk.do(consult.give_opinion, "2026-03-13 10:00", actor=walk.clerk("bianban"), text="属道路附属", clause="三定方案")
    with pytest.raises(ReportNeeded):
        walk.do(consult.refer_upward, "2026-03-13 10:30", actor=OPERATOR, reason="编办提请区政府")
    with pytest.raises(NoReport):
        walk.do(report_specially.cosign_special_report, "2026-03-13 10:40", actor=walk.clerk("bianban"))
    walk.do(
        report_specially.write_special_report, "2026-03-13 10:50", actor=OPERATOR, text="双方各执一词，建议由道路处办"
    )
    with pytest.raises(NotYours):
        walk.do(report_specially.cosign_special_report, "2026-03-13 10:55", actor=walk.clerk("roads"))
    walk.do(report_specially.cosign_special_report, "2026-03-13 11:00", actor=walk.clerk("bianban"))
    with pytest.raises(ReportSigned):
        walk.do(report_specially.cosign_special_report, "2026-03-13 11:05", actor=walk.clerk("bianban"))

    assert steps_of(walk) == [
        ("opened", "coordinator", "已退单 2 次，主办单位待明确"),
        ("referred", "establishment", "双方意见不一"),
        ("referred", "government", "双方各执一词，建议由道路处办"),
    ]
    watching = [row.unit_id for row in walk.assignments() if row.state == "watching"]
    assert watching == [walk.unit_id("bianban"), walk.unit_id("office")]
    assert [entry.split(" ", 4)[4] for entry in walk.timeline()[-4:]] == [
        "to_dispatch→to_dispatch 提请机构编制部门（区委编办）明确：双方意见不一",
        "to_dispatch→to_dispatch 区委编办意见：属道路附属（依据：三定方案）",
        "to_dispatch→to_dispatch 起草专报，请机构编制部门会签：双方各执一词，建议由道路处办",
        "to_dispatch→to_dispatch 专报〔2026〕1 号：会同区委编办专题向区政府办公室报告",
    ]


def test_a_meeting_is_called_and_its_outcome_written_down(walk: Walk) -> None:
    bounced(walk)

    with pytest.raises(NoMeeting):
        walk.do(consult.note_meeting, "2026-03-12 16:00", actor=OPERATOR, outcome="没有开过")
    for unusable in (beijing("2026-03-11 09:00"), datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(MeetingTimeUnusable):
            walk.do(consult.set_meeting, "2026-03-12 16:00", actor=OPERATOR, meets_at=unusable, place="现场")
    walk.do(
        consult.set_meeting,
        "2026-03-12 16:00",
        actor=OPERATOR,
        meets_at=beijing("2026-03-13 09:30"),
        place="现场",
        units=["roads", "parks", "roads"],
    )
    walk.do(consult.note_meeting, "2026-03-13 11:00", actor=OPERATOR, outcome="红线图显示在道路内")

    held = consultation_of(walk)
    assert (held.meeting_at, held.meeting_place, held.meeting_units, held.meeting_note) == (
        beijing("2026-03-13 09:30"),
        "现场",
        ["roads", "parks"],
        "红线图显示在道路内",
    )
    assert steps_of(walk)[1:] == [
        ("meeting", "coordinator", "2026-03-13 09:30 在现场开会，请道路管理处、园林管理处参加"),
        ("minutes", "coordinator", "红线图显示在道路内"),
    ]


def test_another_meeting_has_no_outcome_yet(walk: Walk) -> None:
    bounced(walk)
    for at, day in (("2026-03-12 16:00", "2026-03-13 09:30"), ("2026-03-13 16:00", "2026-03-16 09:30")):
        walk.do(consult.set_meeting, at, actor=OPERATOR, meets_at=beijing(day), place="现场")
        if day == "2026-03-13 09:30":
            walk.do(consult.note_meeting, "2026-03-13 11:00", actor=OPERATOR, outcome="再议")

    assert (consultation_of(walk).meeting_at, consultation_of(walk).meeting_note) == (beijing("2026-03-16 09:30"), "")
    assert [kind for kind, _, _ in steps_of(walk)] == ["opened", "meeting", "minutes", "meeting"]


def test_a_consultation_about_a_ticket_that_was_answered_otherwise_is_dropped(walk: Walk) -> None:
    bounced(walk)

    walk.answer("2026-03-13 09:00")

    assert (consultation_of(walk).state, steps_of(walk)[-1]) == (
        "dropped",
        ("dropped", "coordinator", "受理席已直接答复"),
    )
    with pytest.raises(NoConsultation):
        walk.do(consult.decide_consultation, "2026-03-13 10:00", actor=SUPERVISOR, unit="roads", reason="定了")


def test_nobody_can_rewrite_the_steps_of_a_consultation(walk: Walk) -> None:
    bounced(walk)

    with pytest.raises(ProgrammingError, match="permission denied"):
        walk.run(lambda scope: scope.session.execute(text("UPDATE consultation_step SET text = '改过'")))

    serial_no = walk.serial_no
    assert walk.run(lambda scope: audit_ticket(scope, serial_no)).findings == ()

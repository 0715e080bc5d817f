"""The life of a panel, from the draw to what is done about its finding."""

from datetime import date

import pytest

from core.evaluation.models import Dispute, Rating
from core.evaluation.panels.held import panels_held
from core.evaluation.panels.voting import (
    AlreadyVoted,
    NoSuchPanel,
    PanelClosed,
    PanelUnderWay,
    SeatAccepted,
    SeatNotAccepted,
    VoteUnusable,
    get_panel,
)
from core.journey.archive import StillDisputable
from core.journey.audit import audit_ticket
from core.journey.panel_findings import (
    FindingBinds,
    decline_finding,
    propose_notice,
    publish_notice,
)
from core.journey.panel_votes import recuse_from_panel
from core.journey.panels import CauseUnknown, NothingToShift, extend_panel, redraw_panel
from core.journey.queries.panel_file import panel_file
from core.journey.queries.panels import panel_line, published_panels
from core.people.roles import NotPermitted, SameHands
from core.tickets.service import MoveNotAllowed, ReasonMissing
from core.tickets.states import State
from tests.builders import REVIEWER, SUPERVISOR, beijing, make_actor
from tests.panels.making import PanelCase

VOTED = "2026-03-17 10:00"
COLLEAGUE = make_actor("督办员戊", "supervisor", id=14)


def test_seven_strangers_judge_and_the_majority_is_carried_out(case: PanelCase) -> None:
    panel = case.open()
    assert (panel.state, panel.parties, panel.closes_at) == ("voting", ["roads"], beijing("2026-03-23 18:00"))
    assert panel.verdicts == ["keep", "redo", "exclude"]
    assert len(case.seated("asked")) == 7

    case.vote_all(VOTED, *["exclude"] * 4, *["keep"] * 3)

    panel = case.panel()
    assert (panel.state, panel.verdict, panel.closed_at) == ("found", "exclude", beijing(VOTED))
    case.carry_out("2026-03-18 09:00", reason_code="policy")
    (adjudication,) = case.adjudications()
    assert (adjudication.subject, adjudication.effect, adjudication.reason_code) == ("rating", "exclude", "policy")
    dispute = case.dispute()
    assert (dispute.kind, dispute.filed_by, dispute.state) == ("rating", "第三方评价小组", "upheld")
    assert case.panel().state == "carried"
    assert not case.run(lambda scope: audit_ticket(scope, case.serial_no)).findings
    assert {entry.actor_name for entry in case.entries() if entry.kind == "panel"} == {"督办员丁", "评议员", "系统"}


def test_nobody_sees_a_vote_before_the_last_one_is_in(case: PanelCase) -> None:
    case.open()
    number, members = case.panel().number, case.members()
    case.vote_all(VOTED, *["redo"] * 6)

    seen = case.run(lambda scope: panel_line(scope, get_panel(scope, number)))

    assert (seen.sitting, seen.voted, seen.counts, seen.votes, seen.scores, seen.found) == (7, 6, (), (), (), "")
    assert not any("重新办理" in entry.summary for entry in case.entries() if entry.kind == "panel")
    case.accept(VOTED, members[6])
    case.vote(VOTED, members[6], "keep", reason="单位已尽力")
    seen = case.run(lambda scope: panel_line(scope, get_panel(scope, number)))
    assert (seen.counts, seen.found) == ((("重新办理", 6), ("维持办理和考核结果", 1)), "重新办理")
    assert "单位已尽力" in [vote.reason for vote in seen.votes]
    assert seen.scores[0] == ("诉求是否解决", "4.0")
    for_parties = seen.for_parties
    assert (for_parties.seats, for_parties.draws, {vote.group for vote in for_parties.votes}) == ((), (), {""})


def test_who_recuses_themselves_gives_way_to_the_substitute_of_the_group(case: PanelCase) -> None:
    case.open()
    first, number = case.members()[0], case.panel().number
    before = case.seated("asked")[0][0]

    case.do(recuse_from_panel, VOTED, actor=first, panel=number, reason="亲属在道路管理处")

    seats = dict(case.seated())
    assert seats[before] == "recused"
    assert len(case.seated("asked")) == 7
    with pytest.raises(SeatNotAccepted, match="已回避"):
        case.accept(VOTED, first)
    with pytest.raises(PanelClosed, match="不再查看材料"):
        case.run(lambda scope: panel_file(scope, number, actor=first, now=beijing(VOTED)))
    assert not any("亲属" in entry.summary for entry in case.entries())


def test_what_cannot_be_done_with_a_vote(case: PanelCase) -> None:
    case.open()
    member, number = case.members()[0], case.panel().number
    stranger = make_actor("旁人（评议员）", "panel-member", id=987_654)

    with pytest.raises(SeatNotAccepted, match="先确认"):
        case.vote(VOTED, member)
    case.accept(VOTED, member)
    with pytest.raises(SeatAccepted):
        case.accept(VOTED, member)
    with pytest.raises(VoteUnusable, match="没有结论“shift”"):
        case.vote(VOTED, member, "shift")
    with pytest.raises(VoteUnusable, match="每一项打分"):
        case.vote(VOTED, member, scores=["4", "4", "6", "1"])
    with pytest.raises(ReasonMissing):
        case.vote(VOTED, member, reason=" ")
    with pytest.raises(NoSuchPanel):
        case.vote(VOTED, stranger)
    with pytest.raises(NotPermitted):
        case.vote(VOTED, SUPERVISOR)
    case.vote(VOTED, member)
    with pytest.raises(AlreadyVoted):
        case.vote(VOTED, member)
    with pytest.raises(AlreadyVoted):
        case.do(recuse_from_panel, VOTED, actor=member, panel=number, reason="改主意了")
    with pytest.raises(PanelClosed, match="期限已过"):
        case.accept("2026-03-23 18:00", case.members()[1])
    case.pass_time("2026-03-23 18:00")
    with pytest.raises(PanelClosed, match="票数不足"):
        case.accept("2026-03-23 18:01", case.members()[1])


def test_too_few_votes_are_told_extended_once_and_drawn_again(case: PanelCase) -> None:
    case.open()
    number = case.panel().number
    case.vote_all(VOTED, "keep", "keep")
    case.pass_time("2026-03-22 18:00")
    case.pass_time("2026-03-22 19:00")
    assert [e.summary for e in case.entries()][-1] == "评议将于 2026-03-23 18:00 截止，还有 5 名评议员没有投票"
    sat = {each for each, _ in case.seated("asked", "accepted")}

    case.pass_time("2026-03-23 18:00")

    assert (case.panel().state, case.panel().verdict) == ("no_quorum", "")
    assert case.entries()[-1].summary.startswith("评议截止，收到 2 票，不足 5 票，没有结论")
    case.do(extend_panel, "2026-03-24 09:00", actor=SUPERVISOR, panel=number)
    assert (case.panel().state, case.panel().closes_at) == ("voting", beijing("2026-03-27 18:00"))
    with pytest.raises(PanelClosed, match="不能再延"):
        case.do(extend_panel, "2026-03-24 10:00", actor=SUPERVISOR, panel=number)
    case.pass_time("2026-03-27 18:00")
    case.do(redraw_panel, "2026-03-30 09:00", actor=SUPERVISOR, panel=number, seed="8")
    assert (case.panel().round, case.panel().state) == (2, "voting")
    assert not sat & {each for each, _ in case.seated("asked")}
    excluded = {each["number"]: each["reason"] for each in case.draw().record["excluded"]}
    assert excluded == dict.fromkeys(sorted(sat), "sat_before")
    case.vote_all("2026-03-30 10:00", *["keep"] * 7)
    assert (case.panel().state, case.panel().verdict) == ("found", "keep")


def test_opening_is_refused_in_words(case: PanelCase) -> None:
    with pytest.raises(CauseUnknown, match="two_stories（诉求人与承办单位各执一词）"):
        case.open(cause="whim")
    with pytest.raises(ReasonMissing):
        case.open(question=" ")
    with pytest.raises(SameHands):
        case.open(actor=make_actor("督办", "supervisor", id=8, unit_id=case.unit_id("roads")))
    with pytest.raises(NotPermitted):
        case.open(actor=REVIEWER)
    with pytest.raises(NothingToShift, match="当事单位"):
        case.open(other_unit="roads")
    case.open()
    with pytest.raises(PanelUnderWay):
        case.open()


def test_a_ticket_still_in_hand_is_no_matter_for_a_panel(case: PanelCase) -> None:
    case.redo("2026-03-14 09:00")

    with pytest.raises(MoveNotAllowed, match="不能提请评议"):
        case.open()


def test_an_archived_ticket_is_reopened_by_the_finding(case: PanelCase) -> None:
    with pytest.raises(StillDisputable):
        case.archive("2026-03-18 10:00")
    case.archive("2026-03-19 10:00")
    case.open("2026-03-19 11:00")
    case.vote_all("2026-03-19 12:00", *["redo"] * 7)

    case.carry_out("2026-03-20 09:00", same_unit=True)

    assert (case.ticket().state, case.ticket().cycle_no) == (State.IN_PROGRESS, 2)
    review = case.dispute()
    assert (review.kind, review.state, review.filed_by) == ("review", "upheld", "第三方评价小组")
    assert case.rows(Rating)[0].satisfaction == "dissatisfied"


def test_a_units_own_dispute_waits_for_the_panel_and_is_shifted_by_it(case: PanelCase) -> None:
    case.file("rating", "2026-03-13 15:00", grounds="路面归园林")
    case.open(cause="unit_disputes", other_unit="parks")
    assert case.panel().verdicts == ["keep", "redo", "exclude", "shift"]
    with pytest.raises(PanelUnderWay, match="正由评议"):
        case.decide("2026-03-16 10:00")
    case.vote_all(VOTED, *["shift"] * 5, *["keep"] * 2)

    case.carry_out("2026-03-18 09:00")

    (adjudication,) = case.adjudications()
    assert (adjudication.effect, adjudication.unit_id) == ("shift", case.unit_id("parks"))
    assert [each.state for each in case.rows(Dispute)] == ["upheld"]


def test_advice_may_be_declined_with_a_reason_and_what_binds_may_not(case: PanelCase) -> None:
    case.file("rating", "2026-03-13 15:00")
    case.open()
    number = case.panel().number
    case.vote_all(VOTED, *["keep"] * 7)

    with pytest.raises(ReasonMissing):
        case.do(decline_finding, "2026-03-18 09:00", actor=SUPERVISOR, panel=number, reason="")
    case.do(decline_finding, "2026-03-18 09:00", actor=SUPERVISOR, panel=number, reason="有新的证据")

    assert (case.panel().state, case.panel().outcome) == ("declined", "有新的证据")
    case.decide("2026-03-18 10:00", effect="exclude")
    assert len(case.adjudications()) == 1


def test_without_a_majority_there_is_nothing_to_carry_out(case: PanelCase) -> None:
    case.open()
    case.vote_all(VOTED, *["keep"] * 3, *["redo"] * 3, "exclude")

    with pytest.raises(FindingBinds, match="未形成多数意见"):
        case.carry_out("2026-03-18 09:00")
    assert case.panel().verdict == "none"


def test_two_people_publish_and_names_are_taken_out(case: PanelCase) -> None:
    case.open()
    number = case.panel().number
    case.vote_all(VOTED, *["keep"] * 7)
    text = "经评议，经办人丙已修补路面，电话 13800000001。"
    case.do(propose_notice, "2026-03-18 09:00", actor=COLLEAGUE, panel=number, text=text)

    opener = make_actor("督办员丁", "supervisor", "reviewer", id=SUPERVISOR.id or 0)
    proposer = make_actor("督办员戊", "supervisor", "reviewer", id=COLLEAGUE.id or 0)
    for same in (opener, proposer):
        with pytest.raises(SameHands):
            case.do(publish_notice, "2026-03-18 10:00", actor=same, panel=number)
    assert case.run(published_panels) == ()
    case.do(publish_notice, "2026-03-18 10:00", actor=REVIEWER, panel=number)

    (published,) = case.run(published_panels)
    assert published.notice == "经评议，＊＊已修补路面，电话 ＊＊。"
    assert (published.found, published.counts) == ("维持办理和考核结果", (("维持办理和考核结果", 7),))
    with pytest.raises(PanelClosed, match="已经公开"):
        case.do(propose_notice, "2026-03-18 11:00", actor=SUPERVISOR, panel=number, text="再改")


def test_the_file_of_a_member_names_nobody(case: PanelCase) -> None:
    case.file("rating", "2026-03-13 15:00", grounds="经办人丙和王小明当面核实过")
    case.open(question="王小明说没修，修了没有")

    file = case.run(lambda scope: panel_file(scope, case.panel().number, actor=case.members()[0], now=beijing(VOTED)))

    assert (file.text, file.parties, file.matter) == ("我叫＊＊，幸福路路面坑洼，请来看。", ("道路管理处",), "道路")
    assert [(each.side, each.text) for each in (*file.replies, *file.statements)] == [
        ("道路管理处", "＊＊已到场修补，请拨打 ＊＊ 核实"),
        ("诉求人", "根本没修，打我电话＊＊"),
        ("道路管理处", "＊＊和＊＊当面核实过"),
    ]
    assert {each.what for each in file.actions} >= {"派单", "签收"}
    told = str(file)
    assert not [
        word for word in ("王小明", "13800000001", "12 号", "经办人丙", "坐席甲", case.serial_no) if word in told
    ]


def test_a_panel_under_way_keeps_a_ticket_from_the_archive(case: PanelCase) -> None:
    number = case.open().number

    with pytest.raises(StillDisputable, match=f"评议 {number} 未办完"):
        case.archive("2026-03-19 10:00")


def test_panels_are_counted_by_month_topic_and_cause(case: PanelCase) -> None:
    case.open()

    held = case.run(lambda scope: panels_held(scope, date(2026, 3, 1), date(2026, 3, 31)))

    assert (held.total, held.decided) == (1, 0)
    assert (held.by_matter, held.by_cause) == ((("道路", 1),), (("诉求人与承办单位各执一词", 1),))
    assert case.run(lambda scope: panels_held(scope, date(2026, 4, 1), date(2026, 4, 30))).total == 0

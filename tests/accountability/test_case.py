"""A case of accountability from the missed limit to its end: notice, statement, ladder, decision, appeal."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from core.escalation.accountability.rules import CaseElsewhere, RungNotOpen
from core.evaluation.models import Adjudication
from core.journey.accountability import AppealNotOpen, AppealStillOpen, StatementAwaited
from core.journey.supervise import supervise
from core.people.roles import NotPermitted, SameHands
from core.routing.service import NotYours
from core.sla.models import Clock
from core.statistics.days import Span
from core.statistics.performance.measures import accountable_by_unit
from core.tenancy.scope import Scope
from core.tickets.models import Message
from core.tickets.service import ReasonMissing
from tests.accountability.accusing import APPEALED, DECIDED, LATER, NEXT_DAY, OVERDUE, SILENT, STATED, Accused
from tests.builders import SUPERVISOR, beijing


def statement_clock(accused: Accused) -> Clock:
    [clock] = accused.clocks_called("statement")
    return clock


def test_overdue_opens_a_numbered_case_once_and_tells_the_unit(accused: Accused) -> None:
    case = accused.overdue()
    for at in ("2026-03-19 18:01", NEXT_DAY):
        accused.supervise(at)

    [only], [letter] = accused.cases(), accused.letters()
    told = [each for each in accused.messages() if each.to_unit_id == accused.unit_id("roads")]
    assert (only.id, only.label, only.code, only.state) == (case.id, "问责〔2026〕1 号", "2026-1", "notified")
    assert only.officer in accused.officers
    assert (letter.title, letter.unit_id) == ("问责立案通知书", accused.unit_id("roads"))
    assert "2026-03-24 18:00 前提交书面情况说明" in letter.text
    assert letter.text in told[-1].text
    assert statement_clock(accused).due_at == beijing("2026-03-24 18:00")
    assert accused.ticket().next_due_at == beijing("2026-03-19 18:00")
    assert accused.steps() == [("opened", ""), ("noticed", "")]


def test_cases_are_numbered_one_after_the_other_and_a_second_is_not_opened_beside_one(accused: Accused) -> None:
    first = accused.overdue()
    second = Accused(accused.installation, accused.slug)
    assert (first.number, second.overdue(lead="parks").number) == (1, 2)


def test_the_unit_is_reminded_and_its_silence_is_put_on_record(accused: Accused) -> None:
    accused.overdue()
    accused.supervise("2026-03-24 12:00")
    reminded = [each.text for each in accused.messages() if "请抓紧" in each.text]
    with pytest.raises(StatementAwaited):
        accused.decide(accused.officers["纪检甲"], "2026-03-24 13:00")
    accused.supervise(SILENT)
    accused.supervise(DECIDED)

    assert reminded == ["问责〔2026〕1 号的情况说明限 2026-03-24 18:00 前提交，请抓紧"]
    assert accused.steps()[2:] == [("silent", "")]
    assert accused.case().silent_since == beijing(SILENT)
    assert statement_clock(accused).overdue_at == beijing("2026-03-24 18:00")

    accused.decide(accused.officers["纪检甲"])
    assert (accused.case().state, statement_clock(accused).state) == ("decided", "cancelled")


def test_the_unit_states_the_facts_once_and_nobody_else_does(accused: Accused) -> None:
    accused.overdue()
    with pytest.raises(NotYours):
        accused.act("state_facts", STATED, accused.clerk("parks"), text="与我无关")
    with pytest.raises(NotPermitted):
        accused.act("state_facts", STATED, accused.officers["纪检甲"], text="代写")
    accused.state()
    with pytest.raises(CaseElsewhere, match="待决定"):
        accused.state("2026-03-20 11:00")

    assert (accused.case().state, statement_clock(accused).state) == ("stated", "met")
    accused.supervise(SILENT)
    assert accused.case().silent_since is None


def test_a_late_statement_is_taken_and_called_late(accused: Accused) -> None:
    accused.overdue()
    accused.supervise(SILENT)
    accused.state("2026-03-24 19:00")

    assert accused.steps()[-1] == ("statement", "late")


def test_exemption_is_proposed_by_rules_and_judged_by_a_person(accused: Accused) -> None:
    officer = accused.officers["纪检甲"]
    case = accused.overdue(text="赔偿的事法院已受理")
    assert (case.state, [each["reason"] for each in case.proposed], accused.letters()) == ("open", ["涉法涉诉"], [])
    with pytest.raises(ReasonMissing):
        accused.act("judge_exemption", NEXT_DAY, officer, granted=True, reason=" ")
    with pytest.raises(CaseElsewhere):
        accused.decide(officer)

    accused.act("judge_exemption", NEXT_DAY, officer, granted=True, reason="等候判决")

    [laid] = accused.rows(Adjudication)
    assert (accused.case().state, accused.case().outcome, accused.letters()) == ("exempted", "exempt", [])
    assert (laid.subject, laid.subject_id, laid.effect) == ("clock", case.clock_id, "exclude")


def test_exemption_that_is_denied_lets_the_unit_know(accused: Accused) -> None:
    accused.overdue(text="赔偿的事法院已受理")
    accused.act("judge_exemption", NEXT_DAY, accused.officers["纪检甲"], granted=False, reason="与诉讼无关")

    assert accused.case().state == "notified"
    assert accused.steps() == [("opened", ""), ("exemption", "denied"), ("noticed", "")]
    assert statement_clock(accused).due_at == beijing("2026-03-25 18:00")


def test_the_ladder_goes_up_with_a_letter_and_never_down(accused: Accused) -> None:
    officer = accused.officers["纪检甲"]
    accused.overdue()
    with pytest.raises(ReasonMissing, match="现应“提醒”"):
        accused.act("take_rung", NEXT_DAY, officer, rung="talk", text="请来面谈")
    with pytest.raises(RungNotOpen, match="决定应当问责之后"):
        accused.act("take_rung", NEXT_DAY, officer, rung="bulletin", text="通报", reason="影响大")
    accused.act("take_rung", NEXT_DAY, officer, rung="talk", text="请来面谈", reason="一再发生")
    with pytest.raises(RungNotOpen, match="只能加重"):
        accused.act("take_rung", NEXT_DAY, officer, rung="reminder", text="请注意")
    accused.state()
    accused.decide(officer)
    accused.act("take_rung", DECIDED, officer, rung="bulletin", text="予以通报")

    assert accused.case().rung == "bulletin"
    assert [letter.title for letter in accused.letters()] == ["问责立案通知书", "约谈通知", "问责决定书", "通报"]


def test_the_rung_is_proposed_by_the_earlier_cases_of_the_year(accused: Accused) -> None:
    officer = accused.officers["纪检甲"]
    accused.overdue()
    accused.state()
    accused.decide(officer)
    again = Accused(accused.installation, accused.slug)
    again.overdue()

    again.act("take_rung", DECIDED, officer, rung="talk", text="同年第二次，请来面谈")

    assert again.case().rung == "talk"


def test_another_person_decides_on_the_appeal_and_figures_are_set_right(accused: Accused) -> None:
    first, second = accused.officers.values()
    case = accused.overdue()
    accused.state()
    accused.decide(first)
    with pytest.raises(AppealStillOpen):
        accused.act("close_case", APPEALED, first, note="无异议")
    accused.appeal()
    with pytest.raises(SameHands):
        accused.settle(first)
    accused.settle(second)
    accused.act("close_case", "2026-03-27 10:00", first, note="案结")

    [laid] = accused.rows(Adjudication)
    assert (laid.subject_id, laid.effect, laid.decided_by) == (case.clock_id, "exclude", second.name)
    assert (accused.case().state, accused.case().outcome) == ("closed", "not_responsible")
    assert [letter.title for letter in accused.letters()][-1] == "问责申诉决定书"
    assert accused.told("adjudication") == ["依问责〔2026〕1 号的决定，这次超期不计入裁定后的指标"]


def test_a_decision_that_stands_changes_no_figure_and_closes_when_nobody_can_appeal_any_more(accused: Accused) -> None:
    officer = accused.officers["纪检甲"]
    accused.overdue()
    accused.state()
    accused.decide(officer)
    with pytest.raises(AppealNotOpen, match="现已过期"):
        accused.appeal(LATER)
    accused.act("close_case", LATER, officer, note="期满无申诉")

    assert (accused.case().state, accused.rows(Adjudication)) == ("closed", [])
    counted = accused.run(lambda scope: accountable_by_unit(scope, Span(date(2026, 3, 1), date(2026, 3, 31))))
    assert counted == {accused.unit_id("roads"): 1}


def test_a_supervisor_opens_a_case_and_decides_nothing_in_it(accused: Accused) -> None:
    accused.overdue()
    accused.state()
    with pytest.raises(NotPermitted, match="纪检监察"):
        accused.decide(SUPERVISOR)

    assert accused.case().state == "stated"


def test_who_was_told_of_the_case_when_it_came(accused: Accused) -> None:
    accused.overdue()
    accused.state()

    to_commission = [each for each in accused.rows(Message) if each.to_unit_id == accused.unit_id("discipline")]
    assert [each.text for each in to_commission] == ["问责〔2026〕1 号：道路管理处已提交情况说明"]


def test_a_clock_that_dies_half_way_and_two_that_run_at_once_open_one_case(accused: Accused) -> None:
    accused.take_in("2026-03-12 10:00")
    accused.dispatch("2026-03-12 10:10")

    def die(scope: Scope) -> None:
        supervise(scope, now=beijing(OVERDUE))
        raise ConnectionError

    with pytest.raises(ConnectionError):
        accused.run(die)
    assert accused.cases() == []
    with ThreadPoolExecutor(2) as clocks:
        for _ in range(2):
            clocks.submit(accused.supervise, OVERDUE)
    accused.supervise(NEXT_DAY)

    assert [case.label for case in accused.cases()] == ["问责〔2026〕1 号"]
    assert [letter.title for letter in accused.letters()] == ["问责立案通知书"]
    assert [kind for kind, _ in accused.steps()] == ["opened", "noticed"]
    assert len(accused.evidence()) == 1

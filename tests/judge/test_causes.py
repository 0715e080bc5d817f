"""Why a resident was dissatisfied and why a limit was missed: asked once, stated by the unit, found by another hand."""

from typing import Any

import pytest

from core.evaluation.answers import UnknownAnswer
from core.evaluation.models import OverdueCause, RatingCause
from core.evaluation.overruns import CauseFound, NotMissed
from core.evaluation.service import CauseNotAsked
from core.journey import explain
from core.people.roles import SameHands
from core.routing.service import NotYours
from core.statistics.codes import codes_by_unit, counts_by_code
from core.statistics.queries import Cube
from core.statistics.service import refresh_all
from core.tickets.models import Ticket
from core.tickets.records import fingerprint
from core.tickets.service import ReasonMissing
from tests.builders import OPERATOR, SUPERVISOR, make_actor
from tests.judge.case import SPRING, Case

LATE, NEXT = "2026-03-23 10:00", "2026-03-24 10:00"


def by_code(case: Case, kind: str) -> dict[str, int]:
    refresh_all(case.installation, case.slug)
    return case.run(lambda scope: counts_by_code(Cube.of(scope), kind, SPRING))


def ask(case: Case, at: str, cause: str) -> Ticket:
    return case.do(explain.ask_cause, at, actor=OPERATOR, cause=cause)


def missed(case: Case) -> int:
    return next(clock.id for clock in case.clocks() if clock.name == "reply")


def state(case: Case, at: str, cause: str, *, unit: str = "roads", **how: Any) -> Ticket:
    how = {"actor": case.clerk(unit), "clock_id": missed(case), "evidence": "管线图缺失，正在补测", **how}
    return case.do(explain.state_overdue_cause, at, cause=cause, **how)


def find(case: Case, at: str, cause: str, **how: Any) -> Ticket:
    how = {"actor": SUPERVISOR, "clock_id": missed(case), "finding": "", **how}
    return case.do(explain.find_overdue_cause, at, cause=cause, **how)


def test_a_dissatisfied_rating_without_a_cause_counts_as_not_asked_until_somebody_asks(case: Case) -> None:
    case.answered_badly()
    assert by_code(case, "dissatisfied") == {"": 1} == {"": case.numbers("dissatisfied")[0]}

    ask(case, NEXT, "policy")

    (why,) = case.rows(RatingCause, RatingCause.at)
    entry = case.entries()[-1]
    assert by_code(case, "dissatisfied") == {"policy": 1}
    assert entry.summary == "不满意原因：办理结果：诉求与政策规定不符，有争议"
    assert entry.detail == {"rating": why.rating_id, "cause": "policy", "records": [fingerprint(why)]}
    with pytest.raises(CauseNotAsked, match="原因已记下"):
        ask(case, NEXT, "attitude")


def test_the_cause_may_be_said_with_the_rating_by_whom_is_dissatisfied_and_by_nobody_else(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")
    case.sign("2026-03-12 11:00")
    case.reply("2026-03-13 10:00")
    case.pass_reply("2026-03-13 10:00")
    for words, satisfaction, cause in (
        ("只有不满意", "basically", "late"),
        ("没有“weather”这一项。可选：unsolved（", "dissatisfied", "weather"),
    ):
        with pytest.raises((CauseNotAsked, UnknownAnswer), match=words):
            case.rate("2026-03-13 12:00", resolved="no", satisfaction=satisfaction, cause=cause)

    case.rate("2026-03-13 12:00", resolved="no", satisfaction="dissatisfied", cause="late")

    assert case.entries()[-1].summary == "评价：未解决，不满意（沟通过程：办理超期、拖延）"
    assert by_code(case, "dissatisfied") == {"late": 1}


def test_a_missed_limit_is_explained_by_its_unit_and_found_on_by_another_hand_and_stays_missed(case: Case) -> None:
    case.answered_badly(replied=LATE)
    assert by_code(case, "overdue") == {"": 1}

    state(case, LATE, "technical")
    state(case, LATE, "planning", evidence="规划未批")
    assert by_code(case, "overdue") == {"unconfirmed": 1}
    find(case, NEXT, "technical", finding="规划早已批复，缺的是测绘")

    assert by_code(case, "overdue") == {"technical": 1}
    roads = case.unit_id("roads")
    assert case.run(lambda scope: codes_by_unit(Cube.of(scope), "overdue", SPRING)) == {roads: {"technical": 1}}
    assert case.numbers("due", "on_time", "overdue", "overdue_adjudicated") == (1, 0, 1, 1)
    (row,) = case.rows(OverdueCause, OverdueCause.id)
    assert (row.stated, row.evidence, row.found, row.found_by) == ("planning", "规划未批", "technical", SUPERVISOR.name)
    assert [entry.summary for entry in case.entries()[-3:]] == [
        "说明超期原因：技术能力。管线图缺失，正在补测",
        "说明超期原因：制度和规划。规划未批",
        "核定超期原因：技术能力。规划早已批复，缺的是测绘",
    ]
    with pytest.raises(CauseFound, match="核定为“技术能力”，不再更改"):
        state(case, NEXT, "other")
    with pytest.raises(CauseFound, match="核定为“技术能力”，不再更改"):
        find(case, NEXT, "other", finding="再议")


def test_who_may_explain_and_who_may_find(case: Case) -> None:
    case.answered_badly(replied=LATE)
    with pytest.raises(NotYours):
        state(case, LATE, "technical", unit="parks")
    with pytest.raises(ReasonMissing, match="说明超期原因要写明理由"):
        state(case, LATE, "technical", evidence=" ")
    with pytest.raises(ReasonMissing, match="没有按单位所说核定的"):
        find(case, LATE, "technical")
    with pytest.raises(NotMissed, match="没有这个超期的答复时限"):
        state(case, LATE, "technical", clock_id=1)
    state(case, LATE, "technical")

    own = make_actor("督办员辛", "supervisor", id=77, unit_id=case.unit_id("roads"))
    with pytest.raises(SameHands, match="不能核定本单位"):
        find(case, NEXT, "technical", actor=own)
    find(case, NEXT, "technical")

    assert by_code(case, "overdue") == {"technical": 1}

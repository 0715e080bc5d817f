"""Clearance: what an operator writes down may wait for somebody else, who is never the writer; no clock cares."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.intake.clearances.models import Clearance, ClearanceVersion
from core.intake.clearances.service import ClearanceOpen, NoClearance
from core.journey import clear, desk, join
from core.journey.accept import accept
from core.people.roles import SameHands
from core.routing.models import Assignment
from core.statistics.measures import MEASURES
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.tickets.states import State
from tests.builders import OPERATOR, REVIEWER, beijing, make_actor, make_appeal, make_district
from tests.journey.walking import Walk

TRAINEE = make_actor("见习员", "trainee", id=11)
BOTH = make_actor("组长", "operator", "reviewer", id=12)


@pytest.fixture(scope="module")
def district(installation: Installation) -> str:
    return make_district(installation)


@pytest.fixture
def walk(installation: Installation, district: str) -> Walk:
    return Walk(installation, district)


def take_in(walk: Walk, *, actor: Any = OPERATOR, wished: bool = True, **appeal: Any) -> None:
    wanted = make_appeal(**appeal)
    accepted = walk.run(
        lambda scope: accept(scope, wanted, for_clearance=wished, actor=actor, now=beijing("2026-03-12 10:00"))
    )
    walk.serial_no = accepted.serial_no


def clearance(walk: Walk) -> Clearance:
    (found,) = walk.rows(Clearance)
    assert isinstance(found, Clearance)
    return found


def test_a_draft_is_accepted_its_clocks_run_and_nobody_dispatches_it(walk: Walk) -> None:
    take_in(walk)

    assert walk.ticket().state == State.ACCEPTED
    (reply,) = walk.clocks()
    assert (reply.name, reply.started_at) == ("reply", beijing("2026-03-12 10:00"))
    with pytest.raises(ClearanceOpen, match="等待审定"):
        walk.dispatch("2026-03-12 10:10")
    with pytest.raises(ClearanceOpen):
        walk.answer("2026-03-12 10:10")
    with pytest.raises(ClearanceOpen):
        walk.do(join.split, "2026-03-12 10:10", actor=OPERATOR, texts=["路坏了", "灯坏了"])

    walk.do(clear.clear, "2026-03-12 10:20", actor=REVIEWER)
    walk.dispatch("2026-03-12 10:30")

    assert (clearance(walk).state, clearance(walk).decided_by) == ("cleared", "审核员乙")
    took = MEASURES["first_dispatched"].took
    assert took is not None
    first = select(took).where(Assignment.ticket_id == walk.ticket().id, Ticket.id == Assignment.ticket_id)
    assert walk.run(lambda scope: scope.session.scalar(first)) == timedelta(minutes=30), "the waiting is the desk's"


def test_neither_who_wrote_it_nor_who_wrote_it_anew_clears_it(walk: Walk) -> None:
    take_in(walk, actor=BOTH, text="路灯不量")
    with pytest.raises(SameHands):
        walk.do(clear.clear, "2026-03-12 10:05", actor=BOTH)

    walk.do(clear.return_for_rewriting, "2026-03-12 10:10", actor=REVIEWER, remark="错字")
    with pytest.raises(NoClearance):
        walk.do(clear.clear, "2026-03-12 10:11", actor=REVIEWER)
    other = make_actor("组长二", "operator", "reviewer", id=13)
    walk.do(clear.rewrite, "2026-03-12 10:15", actor=other, title="", text="路灯不亮", place="")
    with pytest.raises(SameHands):
        walk.do(clear.clear, "2026-03-12 10:16", actor=other)
    walk.do(clear.clear, "2026-03-12 10:20", actor=REVIEWER, remark="可派")

    assert (walk.ticket().text, walk.ticket().title) == ("路灯不亮", "路灯不亮")
    assert [(each.number, each.text) for each in walk.rows(ClearanceVersion)] == [(1, "路灯不量")]
    assert [entry.summary for entry in walk.entries() if entry.kind == "clearance"] == [
        "交审定：受理席要求审定",
        "审定退回：错字",
        "修改后再交审定",
        "审定通过：可派",
    ]


def test_what_a_trainee_takes_in_always_waits_and_a_correction_keeps_the_words_before(walk: Walk) -> None:
    take_in(walk, actor=TRAINEE, wished=False, text="井盖没了", place="东街")
    assert clearance(walk).because == "trainee"
    with pytest.raises(NoClearance, match="没有改动"):
        walk.do(
            clear.correct_and_clear,
            "2026-03-12 10:04",
            actor=REVIEWER,
            title="井盖没了",
            text="井盖没了",
            place="东街",
            remark="地点",
        )

    walk.do(
        clear.correct_and_clear,
        "2026-03-12 10:05",
        actor=REVIEWER,
        title="井盖缺失",
        text="井盖没了",
        place="西街",
        remark="地点记错",
    )

    assert (walk.ticket().title, walk.ticket().place) == ("井盖缺失", "西街")
    assert [(each.title, each.place) for each in walk.rows(ClearanceVersion)] == [("井盖没了", "东街")]
    assert (clearance(walk).state, clearance(walk).words) == ("cleared", "地点记错")


def test_danger_never_waits(walk: Walk) -> None:
    take_in(walk, urgency="urgent")
    assert walk.rows(Clearance) == []

    take_in(walk)
    walk.do(desk.change_urgency, "2026-03-12 10:05", actor=OPERATOR, urgency="urgent", reason="有人受伤")
    walk.dispatch("2026-03-12 10:06")

    assert (clearance(walk).state, clearance(walk).words) == ("dropped", "紧急工单不等待审定")


def test_a_district_may_have_every_call_cleared_and_nothing_else(installation: Installation) -> None:
    walk = Walk(installation, make_district(installation, features={"core.clearance": {"calls": "always"}}))
    take_in(walk, wished=False, channel="desk")
    assert clearance(walk).because == "district"

    take_in(walk, wished=False, channel="api")
    assert walk.rows(Clearance) == []

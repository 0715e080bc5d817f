"""Handle first, argue later 先办后议: a unit handles the ticket while others argue whose it is."""

import pytest

from core.hooks.values import Budget, TimeLimit
from core.journey import conclude, consult
from core.journey.archive import StillDisputable, archive
from core.routing.consultations import NoConsultation
from core.routing.models import Assignment
from core.routing.returns import NotReturnable
from core.routing.service import ConsultationOpen
from core.tickets.service import MoveNotAllowed
from core.tickets.states import State
from core.tickets.timeline import Order
from tests.builders import OPERATOR, REVIEWER, SUPERVISOR, beijing, make_district, make_feature, make_installation
from tests.journey.consulting import bounced, consultation_of, steps_of
from tests.journey.walking import Walk


@pytest.fixture
def acting(walk: Walk) -> Walk:
    """The park unit handles the ticket since Friday morning, and units still consult."""
    bounced(walk)
    walk.do(consult.act_first, "2026-03-13 09:00", actor=OPERATOR, unit="parks", reason="树倒在路上，先清障")
    return walk


def leads(walk: Walk) -> list[tuple[int, str, bool]]:
    rows: list[Assignment] = walk.assignments()
    return [(row.unit_id, row.state, row.returnable) for row in rows if row.role == "lead"][2:]


def test_the_acting_unit_gets_the_ticket_and_the_consultation_stays_open(acting: Walk) -> None:
    assert (acting.ticket().state, acting.ticket().lead_unit_id) == (State.DISPATCHED, acting.unit_id("parks"))
    assert (consultation_of(acting).state, consultation_of(acting).acting_unit_id) == ("open", acting.unit_id("parks"))
    assert steps_of(acting)[-1] == ("acting", "coordinator", "树倒在路上，先清障")
    assert acting.timeline()[-1].endswith("派给 园林管理处（先办后议：树倒在路上，先清障）")


def test_the_clocks_run_for_the_acting_unit_and_end_when_another_is_designated(database_url: str) -> None:
    installation = make_installation(database_url, features=[LIMITS])
    walk = Walk(installation, make_district(installation, features={"limits": {}}, duties=[{"code": "road"}]))
    bounced(walk)

    walk.do(consult.act_first, "2026-03-13 09:00", actor=OPERATOR, unit="parks", reason="先清障")
    walk.do(consult.decide_consultation, "2026-03-13 09:40", actor=SUPERVISOR, unit="roads", reason="归道路")

    clocks = [(clock.state, clock.started_at, clock.due_at) for clock in walk.clocks("sign")][-2:]
    assert clocks == [
        ("cancelled", beijing("2026-03-13 09:00"), beijing("2026-03-13 10:00")),
        ("running", beijing("2026-03-13 09:40"), beijing("2026-03-13 10:40")),
    ]


def test_the_acting_unit_cannot_give_it_back_and_nobody_else_gets_it(acting: Walk) -> None:
    with pytest.raises(NotReturnable, match="先办后议"):
        acting.ask_back("2026-03-13 10:00")
    with pytest.raises(ConsultationOpen):
        acting.redirect("2026-03-13 10:00", lead="roads")
    with pytest.raises(MoveNotAllowed):
        acting.do(consult.act_first, "2026-03-13 10:00", actor=OPERATOR, unit="roads", reason="换一家")


def test_only_while_units_consult_is_there_an_acting_unit(walk: Walk) -> None:
    walk.take_in(matter="road")

    with pytest.raises(NoConsultation):
        walk.do(consult.act_first, "2026-03-12 11:00", actor=OPERATOR, unit="parks", reason="先办")


def test_a_decision_for_the_acting_unit_moves_nothing(acting: Walk) -> None:
    acting.sign("2026-03-13 09:30")
    clocks = [(clock.id, clock.state) for clock in acting.clocks()]

    acting.do(consult.decide_consultation, "2026-03-13 11:00", actor=SUPERVISOR, unit="parks", reason="树由园林管")

    assert (acting.ticket().state, leads(acting)) == (
        State.IN_PROGRESS,
        [(acting.unit_id("parks"), "signed", False)],
    )
    assert [(clock.id, clock.state) for clock in acting.clocks()] == clocks
    with pytest.raises(NotReturnable, match="会商指定"):
        acting.ask_back("2026-03-13 12:00")


def test_a_decision_for_another_unit_redirects_and_keeps_what_was_done(acting: Walk) -> None:
    acting.sign("2026-03-13 09:30")
    acting.do(consult.give_opinion, "2026-03-13 10:00", actor=acting.clerk("parks"), text="树在红线内")

    acting.do(
        consult.decide_consultation,
        "2026-03-13 11:00",
        actor=SUPERVISOR,
        unit="roads",
        co=["parks"],
        reason="红线内归道路",
    )

    assert (acting.ticket().state, acting.ticket().lead_unit_id) == (State.DISPATCHED, acting.unit_id("roads"))
    assert leads(acting) == [
        (acting.unit_id("parks"), "superseded", False),
        (acting.unit_id("roads"), "pending_sign", False),
    ]
    assert [row.unit_id for row in acting.assignments() if row.role == "co"] == [acting.unit_id("parks")]
    assert acting.timeline()[-1].endswith("改派给 道路管理处，协办 园林管理处（会商指定：红线内归道路）")
    assert any("签收" in entry for entry in acting.timeline())
    assert consultation_of(acting).co_units == ["parks"]


def test_the_residents_clock_and_the_first_answer_stand_whoever_is_designated_later(acting: Walk) -> None:
    acting.sign("2026-03-13 09:30")
    acting.reply("2026-03-13 10:00", text="已清障")

    with pytest.raises(MoveNotAllowed):
        acting.do(consult.decide_consultation, "2026-03-13 10:30", actor=SUPERVISOR, unit="roads", reason="归道路")
    acting.pass_reply("2026-03-13 11:00")
    acting.do(consult.decide_consultation, "2026-03-13 14:00", actor=SUPERVISOR, unit="roads", reason="以后归道路")

    assert (acting.ticket().state, acting.ticket().lead_unit_id) == (State.CONCLUDED, acting.unit_id("parks"))
    assert (consultation_of(acting).state, consultation_of(acting).unit_id) == ("decided", acting.unit_id("roads"))
    assert [(clock.state, clock.stopped_at) for clock in acting.clocks("reply")] == [
        ("met", beijing("2026-03-13 10:00"))
    ]


def test_a_ticket_is_not_put_away_while_units_consult(acting: Walk) -> None:
    acting.sign("2026-03-13 09:30")
    acting.reply("2026-03-13 10:00")
    acting.pass_reply("2026-03-13 11:00")
    acting.do(conclude.follow_up, "2026-03-13 12:00", actor=OPERATOR, outcome="refused")
    serial_no, order = acting.serial_no, Order(REVIEWER, beijing("2026-04-20 10:00"))

    with pytest.raises(StillDisputable, match="2026-03-12 发起的会商未裁决"):
        acting.run(lambda scope: archive(scope, serial_no, order))


def _an_hour() -> list[TimeLimit]:
    return [TimeLimit("sign", Budget("ws", 3600), "limits/sign", "一小时内签收")]


LIMITS = make_feature("limits", time_limits=_an_hour)

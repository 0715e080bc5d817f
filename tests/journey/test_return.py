"""A unit gives a ticket back: it goes to the desk, and the resident's time runs on."""

import pytest

from core.hooks.values import Budget, TimeLimit
from core.routing.models import RouteDecision
from core.routing.service import NotYours
from core.tenancy.scope import Installation
from core.tickets.service import MoveNotAllowed
from core.tickets.states import State
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.journey.walking import Walk


def test_a_returned_ticket_goes_to_the_desk_and_to_no_other_unit(walk: Walk) -> None:
    walk.take_in(matter="road")
    walk.dispatch(lead="roads", co=["parks"])
    walk.sign("2026-03-12 11:00")

    walk.give_back("2026-03-12 15:00")

    ticket = walk.ticket()
    assert (ticket.state, ticket.lead_unit_id, ticket.bounce_count) == (State.TO_DISPATCH, None, 1)
    assert [(row.role, row.state, row.ended_at) for row in walk.assignments()] == [
        ("lead", "returned", beijing("2026-03-12 15:00")),
        ("co", "recalled", beijing("2026-03-12 15:00")),
    ]
    assert walk.timeline()[-2:] == [
        "03-12 15:00 经办人丙 return_request in_progress→in_progress 申请退单（不属本单位职责）：不属本单位职责，建议由园林管理处办理",
        "03-12 15:00 坐席甲 return in_progress→to_dispatch 同意退单：不属本单位职责",
    ]


def test_the_unit_that_returned_a_ticket_is_not_suggested_again(walk: Walk) -> None:
    walk.take_in(matter="road")
    suggested_first = walk.ticket().suggested_unit_id
    walk.dispatch(lead="roads")

    walk.give_back("2026-03-12 15:00")

    decisions = walk.rows(RouteDecision, RouteDecision.id)
    assert suggested_first == walk.unit_id("roads")
    assert walk.ticket().suggested_unit_id is None
    assert [(row.outcome, row.rule_id) for row in decisions] == [
        ("suggested", "core.routing/duty-list"),
        ("dispatched", "person"),
        ("nobody", "core.routing/nobody"),
    ]
    assert [row["why"] for row in decisions[-1].record["passed_over"]] == ["该单位已退回过本工单"]


def test_a_co_unit_of_a_returned_ticket_may_still_be_asked_for_its_own_part(walk: Walk) -> None:
    walk.take_in(matter="park")
    walk.dispatch(lead="roads", co=["parks"])

    walk.give_back("2026-03-12 15:00")

    assert walk.ticket().suggested_unit_id == walk.unit_id("parks")


def test_the_residents_clock_runs_through_returns(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", matter="road")
    walk.dispatch("2026-03-12 10:10", lead="roads")
    walk.give_back("2026-03-16 10:00")
    walk.dispatch("2026-03-16 10:10", lead="parks")
    walk.sign("2026-03-16 11:00")
    walk.reply("2026-03-19 10:00")
    walk.pass_reply("2026-03-19 11:00")

    (clock,) = walk.clocks("reply")
    assert (clock.started_at, clock.due_at) == (beijing("2026-03-12 10:00"), beijing("2026-03-19 18:00"))
    assert (clock.state, clock.stopped_at) == ("met", beijing("2026-03-19 10:00"))


def test_the_units_clocks_end_without_a_verdict_and_start_anew_for_the_next(database_url: str) -> None:
    installation = make_installation(database_url, features=[LIMITS])
    walk = Walk(installation, make_district(installation, features={"limits": {}}))
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10", lead="roads")
    walk.give_back("2026-03-12 11:00")
    walk.dispatch("2026-03-12 14:10", lead="parks")

    assert [
        (clock.name, clock.state, f"{clock.due_at:%d %H:%M}") for clock in walk.clocks("reply", "sign", "handle")
    ] == [
        ("reply", "running", "19 10:00"),
        ("sign", "cancelled", "12 03:10"),
        ("handle", "cancelled", "13 10:00"),
        ("sign", "running", "12 07:10"),
        ("handle", "running", "13 10:00"),
    ]


def test_only_the_unit_that_has_the_ticket_may_give_it_back(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch(lead="roads", co=["parks"])

    with pytest.raises(NotYours):
        walk.ask_back(actor=walk.clerk("parks"))

    assert walk.ticket().state == State.DISPATCHED


def test_nobody_gives_back_what_waits_at_the_desk(walk: Walk) -> None:
    walk.take_in()

    with pytest.raises(MoveNotAllowed):
        walk.ask_back()


def test_a_reply_under_review_is_not_given_back(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()
    walk.sign()
    walk.reply()

    with pytest.raises(MoveNotAllowed):
        walk.give_back("2026-03-13 10:30")


def test_a_partner_that_is_no_longer_there_stops_no_dispatch(installation: Installation, walk: Walk) -> None:
    walk.take_in()

    walk.dispatch(lead="roads", co=["roads", "parks", "parks", "dissolved"])

    assert [(row.role, row.unit_id) for row in walk.assignments()] == [
        ("lead", walk.unit_id("roads")),
        ("co", walk.unit_id("parks")),
    ]


def _limits() -> list[TimeLimit]:
    return [
        TimeLimit("sign", Budget("ws", 3600), "limits/sign", "一小时内签收"),
        TimeLimit("handle", Budget("wd_eod", 1), "limits/handle", "一个工作日"),
    ]


LIMITS = make_feature("limits", time_limits=_limits)

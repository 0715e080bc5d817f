"""An extension 延期: asked before the limit ends, counted from there, granted by somebody else, and not for ever."""

import pytest

from core.hooks.values import HandlingRules
from core.journey import handle, joint
from core.people.roles import SameHands
from core.routing.service import NotYours
from core.sla.requests import LimitOver, NoRequest, NoRoom, RequestPending, TooMuchTime
from core.tickets.service import MoveNotAllowed, NotPermitted, ReasonMissing
from tests.builders import OPERATOR, make_actor
from tests.time.districts import Timed, days, timed_district


@pytest.fixture
def walk(database_url: str) -> Timed:
    """Return a ticket with the roads as lead and the parks as co-unit: reply by 14 October, roads by 10, parks by 9."""
    walk = timed_district(database_url, {"reply": days(5), "handle": days(4)})
    walk.take_in("2025-09-28 10:00")
    walk.dispatch("2025-09-28 10:10", lead="roads", co=["parks"])
    walk.sign("2025-09-28 11:00")
    return walk


def test_the_days_count_from_the_due_time_and_not_from_the_approval(walk: Timed) -> None:
    assert (walk.due("reply"), walk.due("handle", "roads")) == ("2025-10-11 18:00", "2025-10-10 18:00")

    walk.ask_extension("2025-09-29 10:00", days=3)
    walk.decide_extension("2025-10-09 10:00")

    assert walk.due("reply") == "2025-10-15 18:00", "13, 14, 15 October after the make-up Saturday"
    assert walk.due("handle", "roads") == "2025-10-14 18:00", "11, 13, 14 October"
    assert walk.disagreeing() == []


def test_an_extension_of_the_lead_moves_the_residents_clock_of_a_co_unit_only_its_own(walk: Timed) -> None:
    walk.ask_extension("2025-09-29 10:00", days=1, actor=walk.clerk("parks"))
    walk.decide_extension("2025-09-29 11:00")

    assert (walk.due("reply"), walk.due("handle", "roads")) == ("2025-10-11 18:00", "2025-10-10 18:00")
    assert walk.due("handle", "parks") == "2025-10-11 18:00"
    assert walk.disagreeing() == []


def test_a_co_unit_does_not_get_beyond_the_residents_limit_by_itself(walk: Timed) -> None:
    parks = walk.clerk("parks")
    walk.ask_extension("2025-09-29 10:00", days=3, actor=parks)
    walk.decide_extension("2025-09-29 11:00")
    assert walk.due("handle", "parks") == "2025-10-11 18:00", "three days, but not beyond the reply"

    with pytest.raises(NoRoom):
        walk.ask_extension("2025-09-29 12:00", days=1, actor=parks)
    walk.extend("2025-09-29 14:00", days=2)

    assert walk.due("reply") == "2025-10-14 18:00"
    assert walk.due("handle", "parks") == "2025-10-14 18:00", "the cap has gone up, and the days were granted"
    assert walk.disagreeing() == []


def test_warnings_are_given_again_under_the_new_due_time_and_none_twice(walk: Timed) -> None:
    assert walk.timers("reply") == {"yellow": "2025-10-10 16:48", "overdue": "2025-10-11 18:00"}
    walk.supervise("2025-10-10 16:48")
    assert walk.clock("reply").light == "yellow"

    walk.extend("2025-10-10 17:00", days=5)

    assert walk.timers("reply") == {"yellow": "2025-10-15 16:48", "overdue": "2025-10-17 18:00"}
    assert (walk.clock("reply").light, walk.clock("reply").arm) == ("green", 1)
    assert walk.ticket().light == "yellow", "the parks, whose own limit did not move, were warned"
    for at in ("2025-10-15 17:00", "2025-10-17 18:00", "2025-10-18 09:00"):
        walk.supervise(at)
    assert walk.events("reply") == [
        ("yellow", 0, "2025-10-10 16:48"),
        ("yellow", 1, "2025-10-15 16:48"),
        ("overdue", 0, "2025-10-17 18:00"),
    ]


def test_every_move_is_told_once_with_from_and_to(walk: Timed) -> None:
    walk.extend("2025-09-29 10:00", days=3)

    assert walk.summaries("clock_moved") == [
        "答复时限由 2025-10-11 18:00 延至 2025-10-15 18:00（准予延期 3 个工作日）",
        "办理时限由 2025-10-10 18:00 延至 2025-10-14 18:00（准予延期 3 个工作日）",
    ]
    assert walk.summaries("extension") == ["道路管理处申请延期 3 个工作日：须专家鉴定", "准予延期 3 个工作日"]


def test_after_the_limit_nothing_is_asked_and_nothing_granted(walk: Timed) -> None:
    walk.ask_extension("2025-10-10 10:00", days=2)

    with pytest.raises(LimitOver):
        walk.decide_extension("2025-10-10 18:00")

    walk.supervise("2025-10-10 18:00")
    assert walk.clock("handle", "roads").overdue_at is not None, "a pending request stops no breach"
    assert walk.summaries("extension")[-1] == "延期申请失效：时限已到或已停止，没有决定"
    with pytest.raises(NoRequest):
        walk.decide_extension("2025-10-10 18:01")
    with pytest.raises(LimitOver):
        walk.ask_extension("2025-10-10 18:01", days=1)


def test_what_nobody_decided_lapses_when_the_ticket_is_answered(walk: Timed) -> None:
    walk.ask_extension("2025-09-29 10:00", days=2)
    walk.contribute("parks", "2025-09-29 10:30")
    walk.reply("2025-09-29 11:00")
    with pytest.raises(MoveNotAllowed):
        walk.decide_extension("2025-09-29 11:30")

    walk.pass_reply("2025-09-29 12:00")

    assert walk.summaries("extension")[-1] == "延期申请失效：时限已到或已停止，没有决定"


def test_neither_more_often_nor_longer_than_the_district_allows(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)}, rules=HandlingRules(extension_times=2, extension_days=6))
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    with pytest.raises(TooMuchTime, match="还可延 6 个"):
        walk.ask_extension("2025-11-04 10:00", days=7)
    with pytest.raises(TooMuchTime):
        walk.ask_extension("2025-11-04 10:00", days=0)
    walk.extend("2025-11-04 10:00", days=3)
    with pytest.raises(TooMuchTime, match="还可延 3 个"):
        walk.ask_extension("2025-11-04 11:00", days=4)
    walk.extend("2025-11-04 12:00", days=2)

    with pytest.raises(TooMuchTime, match="最多 2 次"):
        walk.ask_extension("2025-11-05 10:00", days=1)
    assert walk.due("reply") == "2025-11-17 18:00"


def test_the_residents_limit_is_not_extended_anew_by_the_next_unit(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)}, rules=HandlingRules(extension_days=4))
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00", lead="roads")
    walk.extend("2025-11-04 10:00", days=3)
    walk.redirect("2025-11-05 10:00", lead="parks")

    with pytest.raises(TooMuchTime, match="还可延 1 个"):
        walk.ask_extension("2025-11-05 11:00", days=2)


def test_fewer_days_may_be_granted_but_not_more(walk: Timed) -> None:
    walk.ask_extension("2025-09-29 10:00", days=3)
    with pytest.raises(TooMuchTime):
        walk.decide_extension("2025-09-29 11:00", days=4)

    walk.decide_extension("2025-09-29 11:00", days=1, note="先延一日")

    assert walk.due("reply") == "2025-10-13 18:00"
    assert walk.summaries("extension")[-1] == "准予延期 1 个工作日：先延一日"


def test_nobody_grants_the_own_request_and_clerks_grant_none(walk: Timed) -> None:
    both = make_actor("身兼两职", "clerk", "reviewer", id=77, unit_id=walk.unit_id("roads"))
    walk.ask_extension("2025-09-29 10:00", days=1, actor=both)

    with pytest.raises(SameHands):
        walk.decide_extension("2025-09-29 10:30", actor=both)
    with pytest.raises(NotPermitted):
        walk.decide_extension("2025-09-29 10:30", actor=OPERATOR)
    with pytest.raises(RequestPending):
        walk.ask_extension("2025-09-29 10:30", days=1)


def test_a_refusal_needs_a_reason_and_moves_nothing(walk: Timed) -> None:
    walk.ask_extension("2025-09-29 10:00", days=3)
    with pytest.raises(ReasonMissing):
        walk.decide_extension("2025-09-29 11:00", approved=False)

    walk.decide_extension("2025-09-29 11:00", approved=False, note="材料齐全，可按期办结")

    assert walk.due("reply") == "2025-10-11 18:00"
    assert walk.summaries("extension")[-1] == "不准延期：材料齐全，可按期办结"


def test_a_stranger_asks_for_nothing(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)}, units=[("water", "水务所", "district_department")])
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")

    with pytest.raises(NotYours):
        walk.ask_extension("2025-11-03 11:00", days=1, actor=walk.clerk("water"))


def test_where_several_units_ask_it_is_said_whose_request_is_decided(walk: Timed) -> None:
    walk.ask_extension("2025-09-29 10:00", days=1)
    walk.ask_extension("2025-09-29 10:00", days=1, actor=walk.clerk("parks"))
    with pytest.raises(NoRequest, match="请指明"):
        walk.decide_extension("2025-09-29 11:00")

    walk.decide_extension("2025-09-29 11:00", unit="parks")

    assert (walk.due("reply"), walk.due("handle", "parks")) == ("2025-10-11 18:00", "2025-10-11 18:00")


def test_a_unit_below_is_held_by_the_unit_above(database_url: str) -> None:
    walk = timed_district(
        database_url,
        {"reply": days(20), "handle": days(5)},
        units=[("crew", "养护一队", "section")],
        parents={"crew": "roads"},
    )
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.do(handle.sign, "2025-11-03 11:00", actor=walk.clerk("roads"))
    walk.do(joint.sub_dispatch, "2025-11-04 10:00", actor=walk.clerk("roads"), unit="crew")
    assert (walk.due("handle", "roads"), walk.due("handle", "crew")) == ("2025-11-10 18:00", "2025-11-10 18:00")
    assert walk.assignment("crew").budget_percent == 82

    walk.extend("2025-11-05 10:00", days=2)

    assert (walk.due("handle", "roads"), walk.due("handle", "crew")) == ("2025-11-12 18:00", "2025-11-11 18:00")
    assert walk.disagreeing() == []


def test_a_unit_below_one_that_is_late_is_held_by_the_residents_limit(database_url: str) -> None:
    walk = timed_district(
        database_url,
        {"reply": days(8), "handle": days(5)},
        units=[("crew", "养护一队", "section")],
        parents={"crew": "roads"},
    )
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.do(handle.sign, "2025-11-03 11:00", actor=walk.clerk("roads"))
    walk.do(joint.sub_dispatch, "2025-11-11 10:00", actor=walk.clerk("roads"), unit="crew")

    assert (walk.due("handle", "roads"), walk.due("reply")) == ("2025-11-10 18:00", "2025-11-13 18:00")
    assert walk.due("handle", "crew") == "2025-11-13 18:00"
    assert walk.clock("handle", "crew").capped_by_id == walk.clock("reply").id
    assert walk.disagreeing() == []

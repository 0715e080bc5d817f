"""A pause 挂起: asked for a reason of the list, granted by somebody else, held to the working hour, ended by itself."""

import pytest

from core.hooks.values import HandlingRules
from core.journey import handle
from core.people.roles import SameHands
from core.sla.requests import (
    LimitOver,
    NoRequest,
    NothingRuns,
    PauseReasonUnknown,
    RequestPending,
    StandsStill,
    TooMuchTime,
)
from core.tickets.service import NotPermitted, ReasonMissing
from tests.builders import OPERATOR, REVIEWER, make_actor
from tests.time.districts import Timed, days, timed_district, wall_hours, working_hours

TWO_DAYS = {"reply": days(20), "handle": working_hours(14), "first_contact": working_hours(7)}


@pytest.fixture
def walk(database_url: str) -> Timed:
    """Return a ticket that its unit has signed on Monday 29 September 2025, with 14 working hours from 9:00."""
    walk = timed_district(database_url, TWO_DAYS)
    walk.take_in("2025-09-29 09:00")
    walk.dispatch("2025-09-29 09:00")
    walk.sign("2025-09-29 09:30")
    return walk


def test_a_paused_clock_has_no_due_time_and_no_marks_but_the_end_of_its_pause(walk: Timed) -> None:
    walk.pause("2025-09-29 11:00", days=5)

    clock = walk.clock("handle")
    assert (clock.state, clock.due_at, clock.light) == ("paused", None, "green")
    assert walk.timers("handle") == {"resume": "2025-10-13 18:00"}
    assert walk.disagreeing() == []


def test_the_due_time_moves_by_the_working_time_that_was_lost(walk: Timed) -> None:
    walk.pause("2025-09-29 11:00", days=5)

    walk.resume("2025-10-09 10:00")

    clock = walk.clock("handle")
    assert (clock.state, clock.rev, clock.arm) == ("running", 1, 1)
    assert walk.due("handle") == "2025-10-10 17:00", "golden case E01"
    assert walk.timers("handle") == {"yellow": "2025-10-10 14:12", "overdue": "2025-10-10 17:00"}
    assert walk.disagreeing() == []


def test_a_pause_outside_hours_has_no_effect_and_arms_nothing_anew(walk: Timed) -> None:
    before = walk.timers("handle")
    walk.pause("2025-09-29 19:00", days=5)

    walk.resume("2025-09-30 08:00")

    clock = walk.clock("handle")
    assert (walk.due("handle"), clock.rev, clock.arm) == ("2025-09-30 18:00", 0, 0), "golden case E02"
    assert walk.timers("handle") == before
    assert walk.summaries("clock_moved") == []


def test_only_the_handling_clock_stands_still(walk: Timed) -> None:
    walk.pause("2025-09-29 11:00")

    assert {clock.name: clock.state for clock in walk.clocks()} == {
        "reply": "running",
        "return_window": "running",
        "first_contact": "running",
        "handle": "paused",
    }


def test_a_pause_never_counts_as_a_response(walk: Timed) -> None:
    walk.pause("2025-09-29 11:00")

    walk.supervise("2025-10-09 09:00")

    assert [event[0] for event in walk.events("first_contact")] == ["yellow", "overdue"]
    assert walk.clock("first_contact").overdue_at is not None


def test_the_residents_clock_stands_still_only_where_the_district_says_so(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5), "handle": days(3)}, rules=HandlingRules(pauses_reply=True))
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.sign("2025-11-03 10:30")
    walk.pause("2025-11-04 09:00")
    assert {clock.name: clock.state for clock in walk.clocks()} == {
        "reply": "paused",
        "return_window": "running",
        "handle": "paused",
    }

    walk.resume("2025-11-06 09:00")

    assert (walk.due("reply"), walk.due("handle")) == ("2025-11-12 18:00", "2025-11-10 18:00")
    assert walk.disagreeing() == []


def test_a_pause_ends_by_itself_at_its_last_close_however_late_the_product_gets_to_it(walk: Timed) -> None:
    walk.pause("2025-09-29 11:00", days=1)

    fired = walk.supervise("2025-10-09 09:30")

    assert ("handle", "resume") in [(mark.clock, mark.mark) for mark in fired]
    assert walk.pauses("handle") == [("request", "2025-09-29 11:00", "2025-09-30 18:00")]
    # 5 hours of Monday and 7 of Tuesday are lost: of the 12, 7 end on 9 October, 5 the day after.
    assert walk.due("handle") == "2025-10-10 16:00"
    assert walk.disagreeing() == []


def test_what_became_due_while_the_product_was_away_is_fired_at_its_true_time(walk: Timed) -> None:
    walk.pause("2025-09-29 11:00", days=1)

    for _ in range(3):
        walk.supervise("2025-10-20 09:00")

    assert walk.events("handle") == [("yellow", 1, "2025-10-10 11:12"), ("overdue", 0, "2025-10-10 16:00")]


def test_handing_in_the_result_ends_the_pause_first(walk: Timed) -> None:
    walk.do(handle.contact, "2025-09-29 10:00", actor=walk.lead_clerk(), reached=True)
    walk.pause("2025-09-29 11:00", days=5)

    walk.reply("2025-10-09 10:00")
    walk.pass_reply("2025-10-09 11:00")

    clock = walk.clock("handle")
    assert (clock.state, clock.elapsed_seconds, clock.paused_seconds) == ("met", 15 * 3600, 13 * 3600)
    assert walk.due("handle") == "2025-10-10 17:00"
    assert walk.disagreeing() == []


def test_what_is_overdue_does_not_stand_still(walk: Timed) -> None:
    walk.ask_pause("2025-09-30 10:00")

    with pytest.raises(LimitOver):
        walk.decide_pause("2025-09-30 18:00")
    walk.supervise("2025-09-30 18:00")
    with pytest.raises(NoRequest):
        walk.decide_pause("2025-10-09 09:00")
    with pytest.raises(LimitOver):
        walk.ask_pause("2025-10-09 09:00")

    assert walk.summaries("pause")[-1] == "挂起申请失效：时限已到或已停止，没有决定"


def test_nobody_grants_the_own_request(walk: Timed) -> None:
    both = make_actor("身兼两职", "clerk", "reviewer", id=77, unit_id=walk.unit_id("roads"))
    walk.ask_pause("2025-09-29 10:00", actor=both)

    with pytest.raises(SameHands):
        walk.decide_pause("2025-09-29 10:30", actor=both)
    with pytest.raises(NotPermitted):
        walk.decide_pause("2025-09-29 10:30", actor=OPERATOR)

    assert walk.clock("handle").state == "running"


def test_a_denied_pause_changes_no_clock(walk: Timed) -> None:
    before = walk.due("handle")
    walk.ask_pause("2025-09-29 10:00")
    with pytest.raises(ReasonMissing):
        walk.decide_pause("2025-09-29 10:30", approved=False)

    walk.decide_pause("2025-09-29 10:30", approved=False, note="材料齐全，无需等待")

    assert (walk.clock("handle").state, walk.due("handle")) == ("running", before)
    assert walk.summaries("pause")[-1] == "不准挂起：材料齐全，无需等待"


def test_reasons_evidence_and_days_are_the_districts(database_url: str) -> None:
    rules = HandlingRules(pause_reasons=("judicial",), pause_days=6)
    walk = timed_district(database_url, {"reply": days(20), "handle": days(15)}, rules=rules)
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")

    with pytest.raises(PauseReasonUnknown):
        walk.ask_pause("2025-11-03 11:00")
    with pytest.raises(ReasonMissing):
        walk.ask_pause("2025-11-03 11:00", reason_code="judicial", evidence=" ")
    with pytest.raises(TooMuchTime):
        walk.ask_pause("2025-11-03 11:00", reason_code="judicial", days=7)
    walk.pause("2025-11-03 11:00", reason_code="judicial", days=4)
    walk.resume("2025-11-05 11:00")
    # Two of the four days were used.
    with pytest.raises(TooMuchTime):
        walk.ask_pause("2025-11-05 12:00", reason_code="judicial", days=5)
    walk.ask_pause("2025-11-05 12:00", reason_code="judicial", days=4)
    with pytest.raises(RequestPending):
        walk.ask_pause("2025-11-05 12:00", reason_code="judicial", days=1)


def test_a_clock_that_stands_still_is_not_paused_again_nor_extended(walk: Timed) -> None:
    walk.pause("2025-09-29 11:00")

    with pytest.raises(StandsStill):
        walk.ask_pause("2025-09-29 12:00")
    with pytest.raises(StandsStill):
        walk.ask_extension("2025-09-29 12:00", days=1)
    walk.resume("2025-09-29 15:00")
    with pytest.raises(NothingRuns):
        walk.resume("2025-09-29 16:00")


def test_where_no_handling_limit_is_set_there_is_nothing_to_pause(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": wall_hours(48)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")

    with pytest.raises(NothingRuns):
        walk.ask_pause("2025-11-03 11:00")


def test_a_units_end_of_work_ends_its_pause_too(walk: Timed) -> None:
    walk.pause("2025-09-29 11:00")

    walk.redirect("2025-09-30 10:00", lead="parks")

    clock = walk.clock("handle", "roads")
    assert (clock.state, walk.pauses("handle", "roads")) == (
        "cancelled",
        [("request", "2025-09-29 11:00", "2025-09-30 10:00")],
    )
    assert walk.clock("handle", "parks").state == "running"
    assert walk.disagreeing() == []


def test_a_pause_is_decided_by_the_one_who_may(walk: Timed) -> None:
    walk.ask_pause("2025-09-29 10:00")

    walk.decide_pause("2025-09-29 10:30", actor=REVIEWER, note="同意")

    assert walk.clock("handle").state == "paused"

"""Clocks of units: each its own, none beyond the resident's, and fair to a unit that gets the ticket late."""

import pytest

from core.hooks.values import TicketView
from core.journey import handle
from core.journey.accept import accept_registered
from core.sla.service import DeadlinePassed, tighten
from core.tenancy.scope import Scope
from core.tickets.service import lock_ticket
from core.tickets.timeline import Order
from tests.builders import OPERATOR, SUPERVISOR, beijing
from tests.time.districts import Limits, Timed, days, local, timed_district, wall_hours, working_hours


def test_a_new_unit_has_days_of_its_own_up_to_the_residents_limit(database_url: str) -> None:
    """P4: transferred on 9 October at 17:00; five days of its own would be the 16th, the resident's limit is the 14th."""
    walk = timed_district(database_url, {"reply": days(6), "handle": days(4)})
    walk.take_in("2025-09-28 10:00")
    walk.dispatch("2025-09-28 10:10", lead="roads")
    assert (walk.due("reply"), walk.due("handle")) == ("2025-10-13 18:00", "2025-10-10 18:00")

    walk.redirect("2025-10-09 17:00", lead="parks")

    assert (walk.due("reply"), walk.due("handle", "parks")) == ("2025-10-13 18:00", "2025-10-13 18:00")
    assert walk.clock("handle", "roads").state == "cancelled"
    # Of the 29 hours from Thursday 17:00 until Tuesday, 22 are left.
    assert walk.assignment("parks").budget_percent == 75
    assert "留给本单位的时间" not in walk.summaries("clock_started")[-1]
    assert walk.disagreeing() == []


def test_a_unit_that_gets_less_than_half_of_its_time_is_told_so(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5), "handle": days(4)})
    walk.take_in("2025-09-28 10:00")
    walk.dispatch("2025-09-28 10:10", lead="roads")

    walk.redirect("2025-10-11 10:00", lead="parks")

    assert walk.due("handle", "parks") == "2025-10-11 18:00"
    assert walk.assignment("parks").budget_percent == 17
    assert walk.summaries("clock_started")[-1].endswith(
        "办理时限至 2025-10-11 18:00（测试时限），留给本单位的时间只有应有的 17%"
    )


def test_a_unit_that_gets_the_ticket_after_the_residents_limit_has_its_own_time(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(1), "handle": days(3)})
    walk.take_in("2025-11-03 10:00")
    walk.supervise("2025-11-04 18:00")

    walk.dispatch("2025-11-05 10:00")

    assert (walk.due("reply"), walk.due("handle")) == ("2025-11-04 18:00", "2025-11-10 18:00")
    assert walk.assignment("roads").budget_percent is None
    assert walk.clock("handle").capped_by_id is None
    assert walk.disagreeing() == []


def test_of_several_units_each_has_clocks_but_only_the_lead_calls_visits_and_returns(database_url: str) -> None:
    limits = {"sign": working_hours(4), "first_contact": days(1), "on_site": wall_hours(1), "handle": days(3)}
    walk = timed_district(database_url, limits)  # type: ignore[arg-type]
    walk.take_in("2025-11-03 10:00")

    walk.dispatch("2025-11-03 10:00", lead="roads", co=["parks"])

    roads, parks = walk.assignment("roads").id, walk.assignment("parks").id
    assert {(clock.name, clock.subject_id) for clock in walk.clocks() if clock.subject == "assignment"} == {
        ("sign", roads),
        ("return_window", roads),
        ("first_contact", roads),
        ("on_site", roads),
        ("handle", roads),
        ("sign", parks),
        ("handle", parks),
    }
    walk.do(handle.sign, "2025-11-03 11:00", actor=walk.clerk("parks"))
    assert (walk.clock("sign", "parks").state, walk.clock("sign", "roads").state) == ("met", "running")


def test_a_short_limit_of_the_resident_holds_every_clock_of_the_unit(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": wall_hours(2), "sign": working_hours(4), "handle": days(5)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:10")

    dues = {clock.name: clock.due_at for clock in walk.clocks()}
    assert set(dues.values()) == {beijing("2025-11-03 12:00")}, dues


def test_an_instruction_tightens_the_residents_clock_and_the_units_and_never_loosens(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5), "handle": days(4)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:10", lead="roads", co=["parks"])

    _tighten(walk, "2025-11-04 10:00", until="2025-11-05 12:00")
    _tighten(walk, "2025-11-04 11:00", until="2025-11-30 12:00", cause="instruction/2")
    _tighten(walk, "2025-11-04 11:00", until="2025-11-04 12:00")  # the same cause again

    assert {clock.due_at for clock in walk.clocks() if clock.name in ("reply", "handle")} == {
        beijing("2025-11-05 12:00")
    }
    assert walk.ticket().next_due_at == beijing("2025-11-05 12:00")
    assert [(clock.rev, clock.arm) for clock in walk.clocks() if clock.name == "reply"] == [(1, 0)]
    assert walk.disagreeing() == []


def test_a_mark_that_a_tightening_puts_into_the_past_is_given_at_once_and_once(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)})
    walk.take_in("2025-11-03 10:00")
    assert walk.timers("reply")["yellow"] == "2025-11-07 16:48"

    _tighten(walk, "2025-11-06 17:00", until="2025-11-06 18:00")

    assert walk.timers("reply") == {"yellow": "2025-11-06 17:00", "overdue": "2025-11-06 18:00"}
    walk.supervise("2025-11-06 17:01")
    _tighten(walk, "2025-11-06 17:30", until="2025-11-06 17:45", cause="instruction/2")
    assert walk.timers("reply") == {"overdue": "2025-11-06 17:45"}, "warned in this arm already"


def test_a_deadline_in_the_past_is_refused(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)})
    walk.take_in("2025-11-03 10:00")

    with pytest.raises(DeadlinePassed):
        _tighten(walk, "2025-11-04 10:00", until="2025-11-04 10:00")


def test_what_is_overdue_stays_so_whatever_a_leader_says(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(1)})
    walk.take_in("2025-11-03 10:00")
    walk.supervise("2025-11-04 18:00")

    _tighten(walk, "2025-11-05 10:00", until="2025-11-06 18:00")

    assert walk.due("reply") == "2025-11-04 18:00"
    assert [mark for mark, _, _ in walk.events("reply")] == ["yellow", "overdue"]


def test_clocks_are_kept_when_they_end_with_what_they_took(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5), "handle": days(5)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.sign("2025-11-03 11:00")
    walk.reply("2025-11-05 10:00")
    walk.pass_reply("2025-11-06 17:00")

    handling = walk.clock("handle")
    assert (handling.state, handling.stopped_at) == ("met", beijing("2025-11-05 10:00"))
    assert (handling.elapsed_seconds, handling.elapsed_wall_seconds, handling.paused_seconds) == (
        14 * 3600,
        48 * 3600,
        0,
    )
    assert {clock.name: clock.state for clock in walk.clocks()} == {
        "reply": "met",
        "return_window": "cancelled",
        "handle": "met",
    }
    assert walk.timers("handle") == walk.timers("reply") == walk.timers("return_window") == {}
    assert walk.disagreeing() == []


def test_a_clock_that_was_capped_stays_explained_after_the_cap_has_moved(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(3), "handle": days(5)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00", lead="roads", co=["parks"])
    walk.sign("2025-11-03 11:00")
    walk.contribute("parks", "2025-11-04 10:00")
    assert walk.due("handle", "parks") == "2025-11-06 18:00"

    walk.extend("2025-11-04 11:00", days=2)

    assert walk.due("handle", "roads") == "2025-11-10 18:00"
    assert walk.due("handle", "parks") == "2025-11-06 18:00", "what ended does not move"
    assert walk.disagreeing() == []


def test_the_clocks_of_the_desk_run_from_acceptance_to_dispatch_and_again_after_a_return(database_url: str) -> None:
    walk = timed_district(database_url, {"accept": wall_hours(1), "dispatch": working_hours(4)})
    walk.register("2025-11-03 10:00")
    walk.do(accept_registered, "2025-11-03 10:20", actor=OPERATOR)
    walk.dispatch("2025-11-03 11:00")
    walk.give_back("2025-11-03 14:00")

    assert [(clock.name, clock.state, local(clock.due_at)) for clock in walk.clocks()] == [
        ("accept", "met", "2025-11-03 11:00"),
        ("dispatch", "met", "2025-11-03 16:20"),
        ("reply", "running", "2025-11-10 18:00"),
        ("return_window", "cancelled", "2025-11-05 18:00"),
        ("dispatch", "running", "2025-11-03 18:00"),
    ]


def test_a_ticket_redone_by_the_same_unit_has_clocks_of_its_new_cycle(database_url: str) -> None:
    """P7: what was met stays met; the new cycle has its own limit, golden case E10."""

    def limits(ticket: TicketView) -> Limits:
        return {"reply": days(3 if ticket.cycle_no > 1 else 5)}

    walk = timed_district(database_url, limits)
    walk.take_in("2025-09-25 15:00")
    walk.dispatch("2025-09-25 15:10")
    walk.sign("2025-09-25 16:00")
    walk.reply("2025-10-09 10:00")
    walk.pass_reply("2025-10-09 11:00")
    met = walk.clock("reply")
    assert (met.state, walk.due("reply")) == ("met", "2025-10-09 18:00")

    walk.redo("2025-10-10 10:00")

    replies = [clock for clock in walk.clocks() if clock.name == "reply"]
    assert [(clock.cycle_no, clock.state, clock.due_at) for clock in replies] == [
        (1, "met", beijing("2025-10-09 18:00")),
        (2, "running", beijing("2025-10-14 18:00")),
    ]
    assert replies[0].elapsed_seconds == met.elapsed_seconds
    assert walk.disagreeing() == []


def _tighten(walk: Timed, at: str, *, until: str, cause: str = "instruction/1") -> None:
    def work(scope: Scope) -> None:
        ticket, order = lock_ticket(scope, walk.serial_no), Order(SUPERVISOR, beijing(at))
        tighten(scope, ticket, beijing(until), order, cause=cause, reason="市领导批示")

    walk.run(work)

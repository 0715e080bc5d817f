"""Urgency or matter changed: the clock gives way to one of the new limit, with its start, pauses and history kept."""

from core.hooks.values import TicketView
from core.journey import desk
from core.tickets.models import Ticket
from tests.builders import OPERATOR, make_actor
from tests.time.districts import Limits, Timed, days, local, timed_district, wall_hours, working_hours

BOTH = make_actor("值班长", "operator", "supervisor", id=8)


def normal_and_urgent(ticket: TicketView) -> Limits:
    if ticket.urgency == "urgent":
        return {"reply": wall_hours(2), "on_site": wall_hours(1)}
    return {"reply": working_hours(35)}


def change(walk: Timed, at: str, urgency: str) -> Ticket:
    return walk.do(desk.change_urgency, at, actor=BOTH, urgency=urgency, reason="有新情况")


def test_a_ticket_that_becomes_urgent_is_due_by_its_new_limit_from_now(database_url: str) -> None:
    """P1: 35 working hours from 25 September 15:00; urgent at 29 September 11:00, within two hours."""
    walk = timed_district(database_url, normal_and_urgent)
    walk.take_in("2025-09-25 15:00")
    assert walk.due("reply") == "2025-10-09 15:00"

    change(walk, "2025-09-29 11:00", "urgent")

    old, new = walk.clocks()
    assert (old.state, old.superseded_by_id, old.stopped_at) == ("superseded", new.id, None)
    assert (new.state, local(new.due_at)) == ("running", "2025-09-29 13:00")
    assert walk.run(lambda scope: walk.ticket().next_due_at) == new.due_at
    assert walk.timers("reply") == {"yellow": "2025-09-29 12:36", "overdue": "2025-09-29 13:00"}
    assert walk.summaries("clock_moved") == [
        "答复时限改按新的规定（测试时限），原至 2025-10-09 15:00，现至 2025-09-29 13:00"
    ]
    assert walk.disagreeing() == []


def test_a_ticket_that_is_urgent_no_more_is_due_as_if_it_never_had_been(database_url: str) -> None:
    """P2: not from now, and not from the moment it became urgent: golden case B11."""
    walk = timed_district(database_url, normal_and_urgent)
    walk.take_in("2025-09-25 15:00")
    change(walk, "2025-09-29 11:00", "urgent")

    change(walk, "2025-09-29 12:00", "normal")

    assert [(clock.state, local(clock.started_at), local(clock.due_at)) for clock in walk.clocks()] == [
        ("superseded", "2025-09-25 15:00", "2025-10-09 15:00"),
        ("superseded", "2025-09-29 11:00", "2025-09-29 13:00"),
        ("running", "2025-09-25 15:00", "2025-10-09 15:00"),
    ]
    assert walk.disagreeing() == []


def test_a_raised_limit_is_never_later_than_the_one_before(database_url: str) -> None:
    def limits(ticket: TicketView) -> Limits:
        return {"reply": days(4 if ticket.nature == "complaint" else 5)}

    walk = timed_district(database_url, limits)
    walk.take_in("2025-11-03 10:00", nature="help")
    assert walk.due("reply") == "2025-11-10 18:00"

    walk.do(desk.correct, "2025-11-06 10:00", actor=OPERATOR, nature="complaint", matter=None, complexity="simple")

    assert walk.due("reply") == "2025-11-10 18:00", "four days from Thursday would be the 12th"
    assert walk.clock("reply").amount == 4
    assert walk.disagreeing() == []


def test_a_change_while_paused_keeps_the_pause(database_url: str) -> None:
    """P3: 14 hours from Monday 9:00, paused at 11:00, classified anew while paused, resumed on 9 October at 10:00: E01."""

    def limits(ticket: TicketView) -> Limits:
        return {"reply": days(20), "handle": working_hours(14 if ticket.urgency == "normal" else 7)}

    walk = timed_district(database_url, limits)
    walk.take_in("2025-09-29 09:00", urgency="urgent")
    walk.dispatch("2025-09-29 09:00")
    walk.sign("2025-09-29 09:30")
    walk.pause("2025-09-29 11:00", days=5)

    change(walk, "2025-09-30 10:00", "normal")
    held = walk.clock("handle")
    assert (held.state, held.due_at, held.amount) == ("paused", None, 14 * 3600)
    assert walk.timers("handle") == {"resume": "2025-10-13 18:00"}
    walk.resume("2025-10-09 10:00")

    assert walk.due("handle") == "2025-10-10 17:00"
    assert walk.pauses("handle") == [("request", "2025-09-29 11:00", "2025-10-09 10:00")]
    assert walk.disagreeing() == []


def test_a_raise_while_paused_goes_on_being_held(database_url: str) -> None:
    def limits(ticket: TicketView) -> Limits:
        return {"reply": days(20), "handle": working_hours(14 if ticket.urgency == "normal" else 7)}

    walk = timed_district(database_url, limits)
    walk.take_in("2025-09-29 09:00")
    walk.dispatch("2025-09-29 09:00")
    walk.pause("2025-09-29 11:00", days=5)

    change(walk, "2025-09-30 10:00", "urgent")
    walk.supervise("2025-10-13 18:00")

    # Seven hours from Tuesday 10:00 without the pause until 13 October 18:00.
    assert walk.due("handle") == "2025-10-14 18:00"
    assert walk.disagreeing() == []


def test_what_was_granted_and_ordered_before_still_holds_after_a_lowered_limit(database_url: str) -> None:
    def limits(ticket: TicketView) -> Limits:
        return {"reply": days(3 if ticket.urgency == "urgent" else 5)}

    walk = timed_district(database_url, limits)
    walk.take_in("2025-11-03 10:00", urgency="urgent")
    walk.dispatch("2025-11-03 10:10")
    walk.extend("2025-11-04 10:00", days=2)
    assert walk.due("reply") == "2025-11-10 18:00"

    change(walk, "2025-11-04 11:00", "normal")

    assert walk.due("reply") == "2025-11-12 18:00"
    assert walk.disagreeing() == []


def test_the_units_clock_follows_the_residents_and_a_visit_becomes_due(database_url: str) -> None:
    def limits(ticket: TicketView) -> Limits:
        if ticket.urgency == "urgent":
            return {"reply": wall_hours(8), "handle": days(3), "on_site": wall_hours(1)}
        return {"reply": days(5), "handle": days(3)}

    walk = timed_district(database_url, limits)
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:10")
    walk.sign("2025-11-03 10:20")

    change(walk, "2025-11-03 11:00", "urgent")

    assert {clock.name: local(clock.due_at) for clock in walk.clocks() if clock.state == "running"} == {
        "reply": "2025-11-03 19:00",
        "return_window": "2025-11-03 19:00",
        "handle": "2025-11-03 19:00",
        "on_site": "2025-11-03 12:00",
    }
    change(walk, "2025-11-03 11:30", "normal")
    assert (walk.due("reply"), walk.due("handle")) == ("2025-11-10 18:00", "2025-11-06 18:00")
    assert walk.clock("on_site").state == "running", "a visit once owed stays owed"
    assert walk.disagreeing() == []


def test_a_breach_is_not_made_good_by_a_lower_urgency(database_url: str) -> None:
    walk = timed_district(database_url, normal_and_urgent)
    walk.take_in("2025-11-03 10:00", urgency="urgent")
    walk.supervise("2025-11-03 12:00")

    change(walk, "2025-11-03 14:00", "normal")

    (clock,) = walk.clocks()
    assert (clock.state, local(clock.due_at), local(clock.overdue_at)) == (
        "running",
        "2025-11-03 12:00",
        "2025-11-03 12:00",
    )


def test_where_the_limit_stays_the_same_the_clock_does_too(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)})
    walk.take_in("2025-11-03 10:00")

    walk.do(desk.correct, "2025-11-04 10:00", actor=OPERATOR, nature="help", matter=None, complexity="complex")

    assert [(clock.state, clock.rev) for clock in walk.clocks()] == [("running", 0)]

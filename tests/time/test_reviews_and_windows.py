"""Reviews that give a reply back, windows that close, and what time does to promises."""

from core.journey import handle
from core.routing.states import AssignmentState
from core.tickets.states import State
from tests.builders import beijing
from tests.time.districts import days, local, timed_district, working_hours


def test_the_time_of_a_review_that_gave_the_reply_back_is_not_the_units(database_url: str) -> None:
    """P5: handed in on 30 September 10:00, given back on 9 October 10:00: seven working hours, one day."""
    walk = timed_district(database_url, {"reply": days(20), "handle": days(5)})
    walk.take_in("2025-09-25 15:00")
    walk.dispatch("2025-09-25 15:00")
    walk.sign("2025-09-25 16:00")
    assert walk.due("handle") == "2025-10-09 18:00"
    walk.reply("2025-09-30 10:00")

    walk.return_reply("2025-10-09 10:00")

    assert (walk.due("handle"), walk.due("reply")) == ("2025-10-10 18:00", "2025-10-29 18:00")
    assert local(walk.ticket().next_due_at) == "2025-10-10 18:00", "in lists too"
    assert walk.pauses("handle") == [("audit", "2025-09-30 10:00", "2025-10-09 10:00")]
    walk.reply("2025-10-10 09:30")
    walk.pass_reply("2025-10-11 10:00")
    clock = walk.clock("handle")
    assert (clock.state, clock.paused_seconds) == ("met", 7 * 3600)
    assert walk.disagreeing() == []


def test_a_mark_reached_before_the_reply_was_handed_in_is_not_lost_by_the_review(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(20), "handle": working_hours(14)})
    walk.take_in("2025-11-03 09:00")
    walk.dispatch("2025-11-03 09:00")
    walk.sign("2025-11-03 09:30")
    assert walk.timers("handle") == {"yellow": "2025-11-04 15:12", "overdue": "2025-11-04 18:00"}
    walk.reply("2025-11-04 16:00")
    walk.supervise("2025-11-04 16:30")
    assert walk.events("handle") == []

    walk.return_reply("2025-11-05 16:00")
    walk.supervise("2025-11-05 16:01")

    # Two hours were left when the reply was handed in, and are left after seven hours of review.
    assert walk.due("handle") == "2025-11-05 18:00"
    assert walk.events("handle") == [("yellow", 0, "2025-11-04 15:12")]
    walk.supervise("2025-11-05 18:00")
    assert walk.events("handle") == [
        ("yellow", 0, "2025-11-04 15:12"),
        ("overdue", 0, "2025-11-05 18:00"),
    ]


def test_a_late_reply_is_not_made_timely_by_its_review(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(20), "handle": days(1)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.sign("2025-11-03 10:30")
    walk.supervise("2025-11-04 18:00")
    walk.reply("2025-11-05 10:00")

    walk.return_reply("2025-11-06 10:00")

    assert (walk.due("handle"), local(walk.clock("handle").overdue_at)) == ("2025-11-04 18:00", "2025-11-04 18:00")
    assert walk.disagreeing() == []


def test_when_the_window_for_returns_has_run_out_the_unit_is_deemed_to_have_signed(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5), "sign": days(3)})
    walk.take_in("2025-09-30 10:00")
    walk.dispatch("2025-09-30 10:00")
    assert (walk.due("return_window"), walk.ticket().state) == ("2025-10-10 18:00", State.DISPATCHED), "golden case E13"

    walk.supervise("2025-10-10 18:00")

    window, signing = walk.clock("return_window"), walk.clock("sign")
    assert (window.state, window.stopped_at, window.overdue_at, window.light) == (
        "met",
        beijing("2025-10-10 18:00"),
        None,
        "green",
    )
    assert (signing.state, walk.ticket().state) == ("met", State.IN_PROGRESS)
    assert walk.assignment("roads").state == AssignmentState.SIGNED
    assert [entry.kind for entry in walk.entries()][-3:] == ["clock_mark", "sign", "clock_stopped"]
    assert [entry.kind for entry in walk.entries() if entry.kind == "escalate"] == [], "nobody is pressed for it"


def test_a_unit_that_has_signed_only_loses_the_window(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.sign("2025-11-03 11:00")

    walk.supervise("2025-11-05 18:00")

    assert (walk.clock("return_window").state, walk.ticket().state) == ("met", State.IN_PROGRESS)
    assert walk.summaries("clock_mark") == ["退单期限已过"]


def test_the_window_shows_no_light_and_is_not_what_a_list_counts_down(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)})
    walk.take_in("2025-11-03 10:00")

    walk.dispatch("2025-11-03 10:00")

    assert walk.ticket().next_due_at == beijing("2025-11-10 18:00")
    assert walk.timers("return_window") == {"overdue": "2025-11-05 18:00"}


def test_a_window_that_closes_late_does_so_at_its_true_time(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")

    fired = walk.supervise("2025-11-20 10:00")

    assert [(mark.clock, mark.mark, mark.light, local(mark.at)) for mark in fired] == [
        ("return_window", "overdue", "green", "2025-11-05 18:00"),
        ("reply", "yellow", "yellow", "2025-11-07 16:48"),
        ("reply", "overdue", "red", "2025-11-10 18:00"),
    ]
    assert walk.clock("return_window").stopped_at == beijing("2025-11-05 18:00")


def test_a_promise_is_asked_after_every_twenty_working_days(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.sign("2025-11-03 11:00")
    walk.reply("2025-11-04 10:00", disposition="planned", text="已列入明年计划")

    walk.pass_reply("2025-11-04 11:00")

    assert (walk.clock("progress").state, walk.due("progress")) == ("running", "2025-12-02 18:00")


def test_what_is_resolved_is_not_asked_after(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5), "progress": days(10)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.do(handle.sign, "2025-11-03 11:00", actor=walk.lead_clerk())
    walk.reply("2025-11-04 10:00")

    walk.pass_reply("2025-11-04 11:00")

    assert [clock.name for clock in walk.clocks()] == ["reply", "return_window"]

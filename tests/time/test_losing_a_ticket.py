"""A unit loses its ticket while its clocks are under way: what was reached stays on record, what was held goes on."""

from core.hooks.values import HandlingRules
from core.sla.models import PauseRequest
from core.tickets.models import Message
from tests.time.districts import days, timed_district


def test_a_breach_just_before_the_unit_lost_the_ticket_is_on_record_and_presses_nobody_else(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(9), "handle": days(1)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:10")
    walk.sign("2025-11-03 11:00")
    walk.redirect("2025-11-04 18:00:05", lead="parks")

    walk.supervise("2025-11-04 18:00:30")

    assert walk.events("handle", "roads")[-1] == ("overdue", 0, "2025-11-04 18:00")
    lost = walk.clock("handle", "roads")
    assert (lost.state, lost.light, lost.overdue_at) == ("cancelled", "red", lost.due_at)
    assert (walk.timers("handle", "roads"), walk.rows(Message)) == ({}, [])


def test_a_limit_that_had_not_run_out_ends_without_a_word(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(9), "handle": days(1)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:10")

    walk.redirect("2025-11-03 11:00", lead="parks")

    assert (walk.events("handle", "roads"), walk.clock("handle", "roads").light) == ([], "green")


def test_the_residents_clock_does_not_stay_held_by_a_unit_that_lost_the_ticket(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(9), "handle": days(5)}, rules=HandlingRules(pauses_reply=True))
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:10")
    walk.sign("2025-11-03 11:00")
    walk.pause("2025-11-04 10:00", days=10)

    walk.redirect("2025-11-05 10:00", lead="parks")

    assert (walk.clock("reply").state, walk.due("reply")) == ("running", "2025-11-17 18:00")
    assert walk.pauses("reply") == [("request", "2025-11-04 10:00", "2025-11-05 10:00")]
    assert [row.state for row in walk.rows(PauseRequest)] == ["ended"]
    assert walk.disagreeing() == []

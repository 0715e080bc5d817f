"""People and time at the same clock in the same moment: one is first, the other sees what became of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from core.journey import time
from core.journey.supervise import supervise
from core.kit.errors import Refused
from core.sla.requests import NoRequest
from core.tickets.timeline import Order
from tests.builders import REVIEWER, beijing, make_actor
from tests.journey.walking import rolled_back
from tests.time.districts import Timed, days, timed_district

OTHER = make_actor("审核员戊", "reviewer", id=22)


@pytest.fixture
def walk(database_url: str) -> Timed:
    walk = timed_district(database_url, {"reply": days(20), "handle": days(5)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.sign("2025-11-03 11:00")
    walk.supervise("2025-11-05 18:00")
    return walk


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Do these things at the same moment, and return how each ended."""
    start = Barrier(len(deeds))

    def ending(deed: Callable[[], object]) -> str:
        start.wait()
        try:
            deed()
        except Refused as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(ending, deeds))


def test_a_mark_is_not_fired_on_a_clock_that_is_just_being_paused(walk: Timed) -> None:
    walk.ask_pause("2025-11-06 10:00")
    order = Order(REVIEWER, beijing("2025-11-06 10:30"))

    with walk.installation.scope(walk.slug) as scope:
        time.decide_pause(scope, walk.serial_no, order, approved=True)
        meanwhile = walk.supervise("2025-11-10 18:00")

    assert meanwhile == []
    assert walk.run(lambda scope: supervise(scope, now=beijing("2025-11-10 18:00"))) == []
    assert walk.events("handle") == []


def test_a_pause_that_was_not_carried_out_stops_no_mark(walk: Timed) -> None:
    walk.ask_pause("2025-11-06 10:00")

    with rolled_back(walk) as scope:
        time.decide_pause(scope, walk.serial_no, Order(REVIEWER, beijing("2025-11-06 10:30")), approved=True)

    fired = [(mark.clock, mark.mark) for mark in walk.supervise("2025-11-10 18:00")]
    assert fired == [("handle", "yellow"), ("handle", "overdue")]


def test_of_two_approvers_at_once_one_is_told_that_it_was_decided(walk: Timed) -> None:
    walk.ask_extension("2025-11-06 10:00", days=1)

    endings = at_once(
        lambda: walk.decide_extension("2025-11-06 11:00", actor=REVIEWER),
        lambda: walk.decide_extension("2025-11-06 11:00", actor=OTHER),
    )

    assert endings == ["done", NoRequest.code]
    assert walk.due("handle") == "2025-11-11 18:00"


def test_of_two_who_resume_at_once_one_does(walk: Timed) -> None:
    walk.pause("2025-11-06 09:00", days=3)

    endings = at_once(*(lambda: walk.resume("2025-11-07 09:00") for _ in range(2)))

    assert endings == ["done", "nothing-runs"]
    assert (walk.due("handle"), walk.clock("handle").rev) == ("2025-11-11 18:00", 1)


def test_resuming_and_the_end_of_the_pause_at_once_end_it_once(walk: Timed) -> None:
    walk.pause("2025-11-06 09:00", days=1)

    at_once(lambda: walk.resume("2025-11-07 18:00"), lambda: walk.supervise("2025-11-07 18:00"))
    walk.supervise("2025-11-07 18:00")

    assert walk.pauses("handle") == [("request", "2025-11-06 09:00", "2025-11-07 18:00")]
    assert len(walk.summaries("resume")) == 1
    assert walk.disagreeing() == []

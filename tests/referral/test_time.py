"""The receiver's clock: its own limits, never later than the sender's due time."""

import pytest

from core.hooks.values import Budget, HandlingRules, TimeLimit
from core.journey import press, time
from tests.builders import BEIJING, LEADER, REVIEWER, beijing, make_feature
from tests.jobs.conftest import OwnDatabase
from tests.referral.making import CITY, EAST, Places, words_of
from tests.referral.test_walk import featured


def short_limit(clock: str, days: int) -> TimeLimit:
    return TimeLimit(clock, Budget("wd_eod", days), f"f/{clock}", f"{days} 个工作日")  # type: ignore[arg-type]


def test_the_receivers_own_limit_runs_from_its_acceptance(database: OwnDatabase) -> None:
    places = featured(database, make_feature("f", time_limits=lambda: [short_limit("reply", 2)]), EAST)

    here, there = places.referred(at="2026-03-13 09:00")

    assert places.due(here) == beijing("2026-03-19 18:00")
    assert places.due(there) == beijing("2026-03-17 18:00")
    assert words_of(there, "clock_moved") == []


def test_the_receivers_clock_ends_no_later_than_the_senders(places: Places) -> None:
    here, there = places.referred(at="2026-03-18 15:00")

    assert places.due(there) == places.due(here) == beijing("2026-03-19 18:00")
    assert words_of(there, "clock_moved") == [
        "答复时限由 2026-03-25 18:00 提前至 2026-03-19 18:00（不晚于中心市的时限）"
    ]


def test_the_limit_of_the_unit_that_stands_for_the_receiver_binds_it_too(database: OwnDatabase) -> None:
    places = featured(database, make_feature("f", time_limits=lambda: [short_limit("handle", 1)]), CITY)

    _, there = places.referred()

    assert places.due(there) == beijing("2026-03-13 18:00")


def test_a_deadline_set_at_the_sender_is_carried_on(places: Places) -> None:
    here, there = places.referred()

    here.do(
        press.instruct,
        "2026-03-12 11:00",
        actor=LEADER,
        leader="王市长",
        level="city",
        text="立即修补",
        deadline=beijing("2026-03-13 12:00"),
    )
    places.carry("2026-03-12 11:01")

    assert places.due(there) == beijing("2026-03-13 12:00")
    assert words_of(here, "referral")[-1] == "东城区：已受理，应于 2026-03-13 12:00 前办结"


def test_a_due_time_that_has_passed_binds_nobody(places: Places) -> None:
    here, there = places.referred(at="2026-03-20 10:00")

    assert places.due(here) == beijing("2026-03-19 18:00")
    assert places.due(there) == beijing("2026-03-27 18:00")


def test_another_cycle_there_is_bound_as_the_first_was(places: Places) -> None:
    here, there = places.referred()
    there.answer("2026-03-18 11:00")
    places.carry("2026-03-18 11:01")

    here.return_reply("2026-03-18 14:00")
    places.carry("2026-03-18 14:01")

    assert places.due(there) == beijing("2026-03-19 18:00")


@pytest.mark.parametrize("mark", ["yellow", "overdue"])
def test_marks_there_are_the_receivers_own(places: Places, mark: str) -> None:
    here, there = places.referred()
    version = here.ticket().version

    there.supervise({"yellow": "2026-03-18 17:00", "overdue": "2026-03-20 09:00"}[mark])
    places.carry("2026-03-20 09:01")

    assert there.ticket().light == {"yellow": "yellow", "overdue": "red"}[mark]
    assert here.ticket().version == version


def test_a_pause_there_shows_here_and_leaves_our_clock_alone(database: OwnDatabase) -> None:
    rules = HandlingRules(pauses_reply=True)
    rule = make_feature("f", handling_rules=lambda: [rules], time_limits=lambda: [short_limit("handle", 3)])
    places = featured(database, rule, EAST)
    here, there = places.referred()
    there.dispatch("2026-03-12 10:20")
    there.sign("2026-03-12 10:30")
    clerk = there.lead_clerk()
    asked = {"reason_code": "awaiting_resident", "evidence": "已请诉求人补充材料", "days": 1}
    there.do(time.request_pause, "2026-03-12 11:00", actor=clerk, **asked)
    there.do(time.decide_pause, "2026-03-12 11:10", actor=REVIEWER, approved=True)
    places.carry("2026-03-12 11:11")

    assert words_of(here, "referral")[-1] == "东城区：办理中"
    assert places.due(here) == beijing("2026-03-19 18:00")

    there.supervise("2026-03-16 09:00")  # the pause has ended by time
    places.carry("2026-03-16 09:01")

    due = places.due(there)
    assert due is not None
    assert words_of(here, "referral")[-1] == f"东城区：办理中，应于 {due.astimezone(BEIJING):%Y-%m-%d %H:%M} 前办结"

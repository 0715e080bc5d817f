"""Follow-up 回访: who may call, when enough was tried, and what ends it."""

import pytest

from core.evaluation.models import FollowUp
from core.evaluation.queries import reached_nobody
from core.evaluation.service import FollowUpOver
from core.journey import conclude
from core.journey.queries.lanes import lane_counts
from core.people.roles import SameHands
from core.tickets.states import State
from tests.builders import make_actor
from tests.judge.case import Case


def answered(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")
    case.sign("2026-03-12 11:00")
    case.reply("2026-03-12 12:00")
    case.pass_reply("2026-03-12 12:10")


def is_unreachable(case: Case) -> bool:
    return case.run(lambda scope: reached_nobody(scope, case.ticket()))


def waiting(case: Case) -> int:
    return case.run(lambda scope: lane_counts(scope, ["follow_up"])["follow_up"])


def test_three_calls_on_one_day_are_not_enough(case: Case) -> None:
    answered(case)

    for hour in (13, 15, 17):
        case.follow_up(f"2026-03-12 {hour}:00", outcome="unreachable")

    assert (is_unreachable(case), waiting(case)) == (False, 1)


def test_three_calls_on_two_days_end_the_follow_up_as_unreachable(case: Case) -> None:
    answered(case)
    case.follow_up("2026-03-12 15:00", outcome="unreachable")
    case.follow_up("2026-03-12 17:00", outcome="unreachable")
    before = is_unreachable(case)

    case.follow_up("2026-03-13 09:00", outcome="unreachable")

    assert (before, is_unreachable(case), waiting(case)) == (False, True, 0)
    last = case.entries()[-1]
    assert (last.kind, last.summary, last.detail["outcome"], last.detail["final"]) == (
        "follow_up_attempt",
        "回访：未接通，多次未接通，回访结束",
        "unreachable",
        "yes",
    )
    assert case.ticket().state == State.CONCLUDED


def test_a_day_is_the_districts_day(case: Case) -> None:
    answered(case)

    for at in ("2026-03-13 06:00", "2026-03-13 07:30", "2026-03-13 09:00"):  # two of them on the 12th in UTC
        case.follow_up(at, outcome="unreachable")

    assert not is_unreachable(case)


def test_after_the_end_nobody_calls_in_vain_again_but_whoever_gets_through_is_kept(case: Case) -> None:
    answered(case)
    for at in ("2026-03-12 15:00", "2026-03-12 17:00", "2026-03-13 09:00"):
        case.follow_up(at, outcome="unreachable")

    with pytest.raises(FollowUpOver):
        case.follow_up("2026-03-13 10:00", outcome="unreachable")
    case.follow_up("2026-03-13 11:00", outcome="reached")

    assert case.ticket().state == State.FOLLOWING_UP
    assert [row.outcome for row in case.rows(FollowUp, FollowUp.at)] == ["unreachable"] * 3 + ["reached"]


def test_a_resident_who_refuses_is_left_alone(case: Case) -> None:
    answered(case)

    case.follow_up("2026-03-12 15:00", outcome="refused")

    with pytest.raises(FollowUpOver):
        case.follow_up("2026-03-13 10:00", outcome="refused")
    assert (is_unreachable(case), waiting(case), case.entries()[-1].detail["final"]) == (False, 0, "yes")


def test_the_calls_of_an_earlier_cycle_do_not_count(case: Case) -> None:
    answered(case)
    for at in ("2026-03-12 15:00", "2026-03-12 17:00", "2026-03-13 09:00"):
        case.follow_up(at, outcome="unreachable")
    case.redo("2026-03-13 10:00")
    case.answer("2026-03-13 11:00")

    case.follow_up("2026-03-13 12:00", outcome="unreachable")

    assert (is_unreachable(case), waiting(case)) == (False, 1)


def test_whoever_handled_it_does_not_ask_whether_it_was_handled_well(case: Case) -> None:
    answered(case)
    of_roads = make_actor("兼任坐席", "operator", id=21, unit_id=case.unit_id("roads"))
    of_parks = make_actor("兼任坐席", "operator", id=22, unit_id=case.unit_id("parks"))

    with pytest.raises(SameHands) as refusal:
        case.do(conclude.follow_up, "2026-03-13 10:00", actor=of_roads, outcome="reached")
    case.do(conclude.follow_up, "2026-03-13 10:00", actor=of_parks, outcome="reached")

    assert refusal.value.is_trespass
    assert [row.by for row in case.rows(FollowUp)] == ["兼任坐席"]


def test_a_co_unit_does_not_ask_either(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10", co=["parks"])
    case.sign("2026-03-12 11:00")
    case.contribute("parks", "2026-03-12 11:10")
    case.reply("2026-03-12 12:00")
    case.pass_reply("2026-03-12 12:10")
    of_parks = make_actor("兼任坐席", "operator", id=22, unit_id=case.unit_id("parks"))

    with pytest.raises(SameHands):
        case.do(conclude.follow_up, "2026-03-13 10:00", actor=of_parks, outcome="reached")

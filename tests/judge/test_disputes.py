"""Disputes 申诉: by the unit concerned, in time, once; decided by neither side."""

from collections.abc import Callable

import pytest

from core.evaluation.disputes import (
    AdjudicationUnusable,
    AlreadyDisputed,
    DisputeTooLate,
    NoSuchDispute,
    NothingToDispute,
    UnknownDispute,
)
from core.people.roles import NotPermitted, SameHands
from core.routing.service import NotYours
from core.tickets.service import MoveNotAllowed, ReasonMissing
from core.units.queries import NoSuchUnit
from tests.builders import CLERK_ID, OPERATOR, SUPERVISOR, make_actor
from tests.judge.case import Case

LATE = "2026-03-23 10:00"
"""A Monday; the reply was due on Thursday the 19th."""


def test_each_kind_is_filed_by_the_unit_that_it_concerns(case: Case) -> None:
    case.answered_badly(replied=LATE)

    case.file("rating", LATE, grounds="已修两次")
    rating = case.dispute()
    case.file("overdue", LATE)
    overdue = case.dispute()

    (clock,) = [clock for clock in case.clocks() if clock.name == "reply"]
    assert (rating.kind, rating.state, rating.unit_id, rating.grounds) == (
        "rating",
        "open",
        case.unit_id("roads"),
        "已修两次",
    )
    assert (overdue.kind, overdue.subject_id) == ("overdue", clock.id)
    assert [entry.summary for entry in case.entries() if entry.kind == "dispute"] == [
        "道路管理处对第 1 轮办理的评价提出评价申诉：已修两次",
        "道路管理处对第 1 轮办理的答复时限提出超期申诉：不服",
    ]


def test_a_responsibility_is_disputed_while_the_work_is_in_hand(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")

    case.file("responsibility", "2026-03-13 10:00", grounds="该路段属园区")

    (assignment,) = case.assignments()
    assert (case.dispute().subject_id, case.dispute().filed_by_id) == (assignment.id, CLERK_ID)


def test_an_overdue_clock_is_disputed_while_it_still_runs(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")
    case.supervise("2026-03-20 09:00")

    case.file("overdue", "2026-03-20 10:00")

    assert case.dispute().state == "open"


@pytest.mark.parametrize(
    ("kind", "last", "too_late"),
    [
        ("rating", "2026-03-26 18:00", "2026-03-26 18:01"),
        ("overdue", "2026-03-24 18:00", "2026-03-24 18:01"),
    ],
)
def test_the_window_is_three_working_days(case: Case, kind: str, last: str, too_late: str) -> None:
    case.answered_badly(replied=LATE)

    with pytest.raises(DisputeTooLate, match=f"申诉期至 {last}"):
        case.file(kind, too_late)
    case.file(kind, last)


def test_the_window_of_a_responsibility_begins_with_the_dispatch(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")

    with pytest.raises(DisputeTooLate):
        case.file("responsibility", "2026-03-17 18:01")
    case.file("responsibility", "2026-03-17 18:00")


@pytest.mark.parametrize("outcome", ["open", "upheld", "dismissed"])
def test_each_thing_is_disputed_once(case: Case, outcome: str) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")
    if outcome != "open":
        case.decide("2026-03-16 11:00", upheld=outcome == "upheld")

    with pytest.raises(AlreadyDisputed):
        case.file("rating", "2026-03-16 12:00")


def test_what_was_withdrawn_may_be_disputed_again(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")
    case.withdraw("2026-03-16 11:00")
    withdrawn = case.dispute()

    case.file("rating", "2026-03-16 12:00")

    assert (withdrawn.state, case.dispute().state) == ("withdrawn", "open")


def test_only_the_unit_that_filed_it_withdraws_it(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")

    with pytest.raises(NotYours):
        case.withdraw("2026-03-16 11:00", unit="parks")

    assert case.dispute().state == "open"


def test_another_unit_does_not_object_for_it(case: Case) -> None:
    case.answered_badly()

    with pytest.raises(NotYours) as refusal:
        case.file("rating", "2026-03-16 10:00", unit="parks")

    assert refusal.value.is_trespass


def test_the_rating_of_an_earlier_cycle_is_the_units_whose_reply_it_was(case: Case) -> None:
    case.answered_badly()
    case.redo("2026-03-13 16:00")
    case.dispatch("2026-03-13 16:10", lead="parks")

    with pytest.raises(NotYours):
        case.file("rating", "2026-03-16 10:00", unit="parks")
    case.file("rating", "2026-03-16 10:00", unit="roads")

    assert case.dispute().unit_id == case.unit_id("roads")


def test_there_must_be_something_to_object_to(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")

    for kind in ("rating", "overdue"):
        with pytest.raises(NothingToDispute):
            case.file(kind, "2026-03-12 11:00")
    with pytest.raises(NothingToDispute):
        case.file("responsibility", "2026-03-12 11:00", subject_id=case.ticket().id)
    with pytest.raises(UnknownDispute, match="rating（评价申诉）"):
        case.file("review", "2026-03-12 11:00")
    with pytest.raises(ReasonMissing):
        case.file("responsibility", "2026-03-12 11:00", grounds="  ")


def test_nobody_objects_to_what_units_have_nothing_to_do_with(case: Case) -> None:
    case.take_in("2026-03-12 10:00")
    case.void("2026-03-12 10:10")

    with pytest.raises(MoveNotAllowed):
        case.file("responsibility", "2026-03-12 11:00")


def of_the_party(case: Case) -> object:
    return make_actor("兼任裁定员", "supervisor", id=31, unit_id=case.unit_id("roads"))


def who_filed_it(case: Case) -> object:
    return make_actor("经办人丙", "supervisor", id=CLERK_ID)


@pytest.mark.parametrize("judge", [of_the_party, who_filed_it])
def test_nobody_judges_their_own_case(case: Case, judge: Callable[[Case], object]) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")

    with pytest.raises(SameHands) as refusal:
        case.decide("2026-03-16 11:00", actor=judge(case))

    assert (refusal.value.is_trespass, case.dispute().state, case.adjudications()) == (True, "open", [])


def test_somebody_of_another_unit_may_judge(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")

    case.decide("2026-03-16 11:00", actor=make_actor("裁定员", "supervisor", id=31, unit_id=case.unit_id("parks")))

    assert (case.dispute().state, case.dispute().decided_by_id) == ("upheld", 31)


@pytest.mark.parametrize("who", [OPERATOR, make_actor("经办人丁", "clerk", id=41)])
def test_only_those_who_adjudicate_decide(case: Case, who: object) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")

    with pytest.raises(NotPermitted):
        case.decide("2026-03-16 11:00", actor=who)


def test_a_dismissed_dispute_leaves_nothing_but_its_record(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")

    case.decide("2026-03-16 11:00", upheld=False, finding="回访属实")

    dispute = case.dispute()
    assert (dispute.state, dispute.finding, dispute.decided_by) == ("dismissed", "回访属实", SUPERVISOR.name)
    assert case.adjudications() == []
    assert case.entries()[-1].summary == "评价申诉未获支持：回访属实"


def test_what_was_decided_is_not_decided_again(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")
    case.decide("2026-03-16 11:00", upheld=False)

    for again in (lambda: case.decide("2026-03-16 12:00"), lambda: case.withdraw("2026-03-16 12:00")):
        with pytest.raises(NoSuchDispute, match="未获支持"):
            again()


def test_a_dispute_belongs_to_its_ticket(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")
    dispute_id = case.dispute().id
    case.take_in("2026-03-16 10:30")

    with pytest.raises(NoSuchDispute):
        case.decide("2026-03-16 11:00", dispute_id=dispute_id)


@pytest.mark.parametrize(
    "how",
    [
        {"reason_code": "mood"},
        {"effect": "erase"},
        {"effect": "shift"},
        {"effect": "exclude", "unit": "parks"},
        {"unit": "roads"},
        {"upheld": False, "unit": "parks"},
    ],
)
def test_a_decision_that_says_nothing_usable_is_refused(case: Case, how: dict[str, object]) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")

    with pytest.raises(AdjudicationUnusable):
        case.decide("2026-03-16 11:00", **{"upheld": True, **how})

    assert (case.dispute().state, case.adjudications()) == ("open", [])


def test_an_unknown_unit_takes_nothing_over(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")

    with pytest.raises(NoSuchUnit):
        case.decide("2026-03-16 11:00", unit="nowhere")

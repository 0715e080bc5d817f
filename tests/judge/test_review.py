"""Citizen review 复核: what a resident who is not content in the end can still ask for."""

import pytest

from core.evaluation.disputes import AlreadyDisputed, NoGrantedReview, NoSuchDispute
from core.journey import judge
from core.journey.accept import reject
from core.journey.conclude import RedoneEnough
from core.people.roles import NotPermitted, SameHands
from core.routing.service import NotYours
from core.tickets.service import MoveNotAllowed
from core.tickets.states import State
from core.tickets.timeline import RESIDENT
from tests.builders import OPERATOR, make_actor
from tests.judge.case import Case

AFTER = "2026-03-19 09:00"
"""The window that began with the rating on Friday the 13th has closed."""


def archived(case: Case) -> None:
    case.answered_badly()
    case.archive(AFTER)


def done_again(case: Case, day: int) -> None:
    case.redo(f"2026-03-{day} 09:00")
    case.answer(f"2026-03-{day} 10:00")


@pytest.mark.parametrize("state", ["concluded", "evaluated", "archived"])
def test_a_review_can_be_asked_for_however_far_the_ticket_is(case: Case, state: str) -> None:
    if state == "concluded":
        case.take_in()
        case.answer()
    elif state == "evaluated":
        case.answered_badly()
    else:
        archived(case)

    case.ask_review("2026-03-20 10:00", grounds="路面又塌了")

    dispute = case.dispute()
    assert (dispute.kind, dispute.unit_id, dispute.subject_id, dispute.filed_by) == ("review", None, None, "诉求人")
    assert case.entries()[-1].summary == "诉求人申请复核：路面又塌了"


def test_there_is_nothing_to_review_before_an_answer(case: Case) -> None:
    case.take_in()

    with pytest.raises(MoveNotAllowed):
        case.ask_review("2026-03-13 10:00")
    with pytest.raises(NotPermitted):
        case.ask_review("2026-03-13 10:00", actor=OPERATOR)


def test_an_archived_ticket_is_reopened_after_an_upheld_review_alone(case: Case) -> None:
    archived(case)

    with pytest.raises(NoGrantedReview):
        case.reopen("2026-03-20 10:00")
    case.ask_review("2026-03-20 10:00")
    with pytest.raises(NoGrantedReview):
        case.reopen("2026-03-20 11:00")
    case.decide("2026-03-20 12:00")
    case.reopen("2026-03-20 13:00", reason="现场复查未修好")

    ticket = case.ticket()
    assert (ticket.state, ticket.cycle_no, ticket.lead_unit_id) == (State.TO_DISPATCH, 2, None)
    assert (ticket.replied_at, ticket.concluded_at, ticket.disposition) == (None, None, None)
    assert [(clock.cycle_no, clock.state) for clock in case.clocks() if clock.name == "reply"] == [
        (1, "met"),
        (2, "running"),
    ]
    assert "03-20 13:00 督办员丁 reopen archived→to_dispatch 复核重启：现场复查未修好" in case.timeline()


def test_it_can_go_straight_back_to_the_unit_that_concluded_it(case: Case) -> None:
    archived(case)
    case.ask_review("2026-03-20 10:00")
    case.decide("2026-03-20 12:00")

    case.reopen("2026-03-20 13:00", same_unit=True)

    assert (case.ticket().state, case.ticket().lead_unit_id) == (State.IN_PROGRESS, case.unit_id("roads"))


def test_one_upheld_review_reopens_once(case: Case) -> None:
    archived(case)
    case.ask_review("2026-03-20 10:00")
    case.decide("2026-03-20 12:00")
    case.reopen("2026-03-20 13:00")
    case.answer("2026-03-20 14:00")
    case.archive("2026-03-27 09:00")

    with pytest.raises(NoGrantedReview):
        case.reopen("2026-03-27 10:00")


def test_a_dismissed_review_reopens_nothing_and_is_not_asked_for_again(case: Case) -> None:
    archived(case)
    case.ask_review("2026-03-20 10:00")
    case.decide("2026-03-20 12:00", upheld=False)

    with pytest.raises(NoGrantedReview):
        case.reopen("2026-03-20 13:00")
    with pytest.raises(AlreadyDisputed, match="未获支持"):
        case.ask_review("2026-03-20 14:00")


def test_another_cycle_may_be_reviewed_again(case: Case) -> None:
    archived(case)
    case.ask_review("2026-03-20 10:00")
    case.decide("2026-03-20 12:00")
    case.reopen("2026-03-20 13:00")
    case.answer("2026-03-20 14:00")

    case.ask_review("2026-03-20 15:00")

    assert case.dispute().state == "open"


def test_a_review_that_waits_from_an_earlier_cycle_is_not_doubled(case: Case) -> None:
    case.answered_badly()
    case.ask_review("2026-03-13 16:00")
    case.redo("2026-03-13 17:00")
    case.answer("2026-03-16 10:00")

    with pytest.raises(AlreadyDisputed):
        case.ask_review("2026-03-16 11:00")


def test_a_withdrawn_review_may_be_asked_for_again(case: Case) -> None:
    archived(case)
    case.ask_review("2026-03-20 10:00")
    dispute_id = case.dispute().id
    with pytest.raises(NotYours):
        case.withdraw("2026-03-20 10:30")
    case.do(judge.withdraw_review, "2026-03-20 11:00", actor=RESIDENT, dispute_id=dispute_id)
    with pytest.raises(NoSuchDispute):
        case.decide("2026-03-20 11:30")

    case.ask_review("2026-03-20 12:00")

    assert case.dispute().state == "open"


def test_an_upheld_review_allows_one_redo_more_than_the_district_does(case: Case) -> None:
    case.take_in()
    case.answer("2026-03-12 10:10")
    done_again(case, 13)
    done_again(case, 16)
    with pytest.raises(RedoneEnough):
        case.redo("2026-03-17 09:00")
    case.ask_review("2026-03-17 10:00")
    case.decide("2026-03-17 11:00")

    done_again(case, 18)

    assert case.ticket().cycle_no == 4
    with pytest.raises(RedoneEnough):
        case.redo("2026-03-19 09:00")


def test_no_unit_that_handled_it_judges_the_residents_demand(case: Case) -> None:
    case.answered_badly()
    case.ask_review("2026-03-16 10:00")

    with pytest.raises(SameHands):
        case.decide(
            "2026-03-16 11:00", actor=make_actor("兼任裁定员", "supervisor", id=31, unit_id=case.unit_id("roads"))
        )


def test_a_ticket_that_was_rejected_wrongly_is_accepted_after_all(case: Case) -> None:
    case.register("2026-03-12 10:00")
    case.do(reject, "2026-03-12 11:00", actor=OPERATOR, reason_code="outside")
    case.archive("2026-03-18 09:00")
    case.ask_review("2026-03-20 10:00")
    case.decide("2026-03-20 12:00")

    case.reopen("2026-03-20 13:00")

    ticket = case.ticket()
    assert ticket.state == State.TO_DISPATCH
    assert ticket.accepted_at is not None
    assert case.numbers("rejected", "accepted", "redone") == (1, 1, 1)

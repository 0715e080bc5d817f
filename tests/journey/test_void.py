"""Voiding: one person before dispatch, two afterwards, always with a reason, and everything it had is ended."""

import pytest

from core.handling.models import Reply
from core.journey import void
from core.journey.void import SecondPersonMissing
from core.tickets.service import ReasonMissing
from core.tickets.states import State
from tests.builders import OPERATOR, make_actor
from tests.journey.walking import Walk

COLLEAGUE = make_actor("坐席戊", "operator", id=11)


def test_before_dispatch_one_person_voids(walk: Walk) -> None:
    walk.take_in()

    walk.void("2026-03-12 10:10")

    assert walk.ticket().state == State.VOIDED
    assert [(clock.name, clock.state) for clock in walk.clocks()] == [("reply", "cancelled")]


def test_after_dispatch_it_takes_two(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()

    with pytest.raises(SecondPersonMissing):
        walk.void("2026-03-12 11:00")
    walk.do(void.propose_void, "2026-03-12 11:10", actor=OPERATOR, reason="重复登记")
    with pytest.raises(SecondPersonMissing):
        walk.void("2026-03-12 11:20")
    walk.void("2026-03-12 11:30", actor=COLLEAGUE, reason="重复登记，同意")

    assert walk.ticket().state == State.VOIDED
    assert [each.state for each in walk.assignments()] == ["recalled"]
    assert {clock.state for clock in walk.clocks()} == {"cancelled"}


def test_a_proposal_holds_only_for_the_state_in_which_it_was_made(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()
    walk.do(void.propose_void, "2026-03-12 11:10", actor=OPERATOR, reason="重复登记")
    walk.sign("2026-03-12 11:20")

    with pytest.raises(SecondPersonMissing):
        walk.void("2026-03-12 11:30", actor=COLLEAGUE)


def test_a_reply_that_waited_for_review_is_set_aside(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()
    walk.sign()
    walk.reply()
    walk.do(void.propose_void, "2026-03-13 11:10", actor=OPERATOR, reason="诉求人撤回")

    walk.void("2026-03-13 11:30", actor=COLLEAGUE)

    assert [(row.state, row.review_note) for row in walk.rows(Reply)] == [("returned", "工单已作废")]


def test_nothing_is_voided_without_a_reason(walk: Walk) -> None:
    walk.take_in()

    with pytest.raises(ReasonMissing):
        walk.void(reason="   ")

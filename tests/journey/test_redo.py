"""A dissatisfied resident has the ticket done again: a new cycle, and the old one stays as it was."""

import pytest

from core.evaluation.answers import UnknownAnswer
from core.evaluation.models import Rating
from core.evaluation.service import AlreadyRated
from core.handling.models import Reply
from core.tickets.states import State
from tests.builders import beijing
from tests.journey.walking import Walk


def dissatisfied(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", matter="road")
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    walk.reply("2026-03-13 10:00")
    walk.pass_reply("2026-03-13 11:00")
    walk.rate("2026-03-13 15:00", resolved="no", satisfaction="dissatisfied", comment="又塌了")


def done_again(walk: Walk) -> None:
    walk.redo("2026-03-13 16:00")
    walk.dispatch("2026-03-13 16:10")
    walk.sign("2026-03-16 09:00")
    walk.reply("2026-03-17 10:00", text="已重新压实")
    walk.pass_reply("2026-03-17 11:00")


def test_a_redone_ticket_is_back_at_the_desk_in_a_new_cycle(walk: Walk) -> None:
    dissatisfied(walk)

    walk.redo("2026-03-13 16:00", reason="路面又塌了")

    ticket = walk.ticket()
    assert (ticket.state, ticket.cycle_no, ticket.lead_unit_id) == (State.TO_DISPATCH, 2, None)
    assert (ticket.disposition, ticket.replied_at, ticket.concluded_at) == (None, None, None)
    assert ticket.suggested_unit_id == walk.unit_id("roads")
    assert [line for line in walk.timeline() if "03-13 16:00" in line] == [
        "03-13 16:00 坐席甲 redo evaluated→to_dispatch 重办：路面又塌了",
        "03-13 16:00 系统 clock_started to_dispatch→to_dispatch 答复时限至 2026-03-20 18:00（未设时限的诉求，5 个工作日内答复）",
    ]


def test_each_cycle_has_a_clock_a_reply_and_a_rating_of_its_own(walk: Walk) -> None:
    dissatisfied(walk)
    done_again(walk)
    walk.rate("2026-03-17 15:00", resolved="yes", satisfaction="satisfied")

    assert [(clock.cycle_no, clock.state, clock.started_at, clock.stopped_at) for clock in walk.clocks("reply")] == [
        (1, "met", beijing("2026-03-12 10:00"), beijing("2026-03-13 10:00")),
        (2, "met", beijing("2026-03-13 16:00"), beijing("2026-03-17 10:00")),
    ]
    assert [(reply.cycle_no, reply.text) for reply in walk.rows(Reply, Reply.id)] == [(1, "已修补"), (2, "已重新压实")]
    assert [(row.cycle_no, row.resolved, row.satisfaction, row.comment) for row in walk.rows(Rating, Rating.id)] == [
        (1, "no", "dissatisfied", "又塌了"),
        (2, "yes", "satisfied", ""),
    ]


def test_a_cycle_is_rated_once(walk: Walk) -> None:
    dissatisfied(walk)

    with pytest.raises(AlreadyRated):
        walk.rate("2026-03-13 15:10", satisfaction="satisfied")

    (rating,) = walk.rows(Rating)
    assert rating.satisfaction == "dissatisfied"


def test_a_redo_without_a_rating_leaves_the_first_cycle_unrated(walk: Walk) -> None:
    walk.take_in()
    walk.answer()
    walk.redo()
    walk.answer("2026-03-16 10:00")

    walk.rate("2026-03-16 11:00")

    assert [row.cycle_no for row in walk.rows(Rating)] == [2]


def test_a_unit_that_gave_the_first_cycle_back_is_not_suggested_in_the_second(walk: Walk) -> None:
    walk.take_in(matter="road")
    walk.dispatch(lead="roads")
    walk.give_back()
    walk.dispatch("2026-03-12 14:00", lead="parks")
    walk.sign("2026-03-12 15:00")
    walk.reply()
    walk.pass_reply()

    walk.redo()

    assert walk.ticket().suggested_unit_id is None


def test_answers_that_nobody_can_give_are_refused(walk: Walk) -> None:
    walk.take_in()
    walk.answer()

    for wrong in ({"satisfaction": "delighted"}, {"resolved": "maybe"}):
        with pytest.raises(UnknownAnswer, match="可选"):
            walk.rate(**wrong)

    assert (walk.ticket().state, walk.rows(Rating)) == (State.CONCLUDED, [])

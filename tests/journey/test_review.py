"""Review: another pair of eyes passes a reply or gives it back; its delay is never the unit's."""

import pytest

from core.handling.models import Reply
from core.people.roles import SameHands
from core.tickets.states import State
from tests.builders import CLERK_ID, beijing, make_actor
from tests.journey.walking import Walk


def in_review(walk: Walk, *, handed_in: str = "2026-03-16 10:00") -> None:
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    walk.reply(handed_in)


def test_a_passed_reply_is_the_residents_answer(walk: Walk) -> None:
    in_review(walk)

    walk.pass_reply("2026-03-16 15:00", remark="清楚")

    (reply,) = walk.rows(Reply)
    assert (reply.state, reply.reviewed_by, reply.reviewed_at, reply.review_note) == (
        "approved",
        "审核员乙",
        beijing("2026-03-16 15:00"),
        "清楚",
    )


def test_a_returned_reply_is_kept_and_the_unit_writes_another(walk: Walk) -> None:
    in_review(walk, handed_in="2026-03-16 10:00")

    walk.return_reply("2026-03-16 15:00", remark="请附照片")
    handed_back = walk.ticket().state
    walk.reply("2026-03-17 10:00", text="已修补，附照片")
    walk.pass_reply("2026-03-17 11:00")

    assert handed_back == State.IN_PROGRESS
    assert [(reply.text, reply.state, reply.review_note) for reply in walk.rows(Reply, Reply.id)] == [
        ("已修补", "returned", "请附照片"),
        ("已修补，附照片", "approved", ""),
    ]


def test_whoever_handed_the_reply_in_does_not_review_it(walk: Walk) -> None:
    in_review(walk)

    for review in (walk.pass_reply, walk.return_reply):
        with pytest.raises(SameHands):
            review("2026-03-16 15:00", actor=make_actor("经办人丙", "reviewer", id=CLERK_ID))

    assert walk.ticket().state == State.SUBMITTED


def test_a_colleague_of_the_same_name_may_review_it(walk: Walk) -> None:
    in_review(walk)

    walk.pass_reply("2026-03-16 15:00", actor=make_actor("经办人丙", "reviewer", id=99))

    assert walk.ticket().state == State.CONCLUDED


def test_the_clock_stops_when_the_reply_was_handed_in_and_not_when_it_was_passed(walk: Walk) -> None:
    in_review(walk, handed_in="2026-03-19 17:59")

    walk.pass_reply("2026-03-25 10:00")

    (clock,) = walk.clocks("reply")
    assert (clock.due_at, clock.stopped_at, clock.state) == (
        beijing("2026-03-19 18:00"),
        beijing("2026-03-19 17:59"),
        "met",
    )
    assert walk.ticket().replied_at == beijing("2026-03-19 17:59")


def test_a_reply_handed_in_after_the_limit_is_late_however_soon_it_is_passed(walk: Walk) -> None:
    in_review(walk, handed_in="2026-03-19 18:01")

    walk.pass_reply("2026-03-19 18:02")

    (clock,) = walk.clocks("reply")
    assert (clock.state, clock.stopped_at) == ("breached", beijing("2026-03-19 18:01"))


def test_a_reply_handed_in_on_the_dot_is_in_time(walk: Walk) -> None:
    in_review(walk, handed_in="2026-03-19 18:00")

    walk.pass_reply("2026-03-20 10:00")

    (clock,) = walk.clocks("reply")
    assert clock.state == "met"


def test_of_several_replies_the_passed_one_stops_the_clock(walk: Walk) -> None:
    in_review(walk, handed_in="2026-03-13 10:00")
    walk.return_reply("2026-03-13 11:00")
    walk.reply("2026-03-20 10:00")

    walk.pass_reply("2026-03-20 11:00")

    (clock,) = walk.clocks("reply")
    assert (clock.state, clock.stopped_at) == ("breached", beijing("2026-03-20 10:00"))


def test_nothing_presses_while_a_reply_is_reviewed(walk: Walk) -> None:
    in_review(walk, handed_in="2026-03-16 10:00")

    walk.supervise("2026-04-01 10:00")
    walk.pass_reply("2026-04-01 11:00")
    walk.supervise("2026-04-01 12:00")

    assert [entry.kind for entry in walk.entries() if entry.kind in ("clock_mark", "escalate")] == []
    assert walk.ticket().light == "green"


def test_when_a_reply_comes_back_too_late_the_marks_it_passed_are_told(walk: Walk) -> None:
    in_review(walk, handed_in="2026-03-16 10:00")
    walk.return_reply("2026-03-20 10:00")

    while walk.supervise("2026-03-20 10:01"):
        pass  # other tests left tickets in this district, more than one batch

    marks = [entry.detail for entry in walk.entries() if entry.kind == "clock_mark"]
    assert [(mark["mark"], mark["light"], mark["at"]) for mark in marks if mark["clock"] == "reply"] == [
        ("yellow", "yellow", "2026-03-18T08:48:00+00:00"),
        ("overdue", "red", "2026-03-19T10:00:00+00:00"),
    ]
    assert walk.ticket().light == "red"

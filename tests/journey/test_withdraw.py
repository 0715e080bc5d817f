"""A resident takes their own appeal back: it ends by their word, and is held against nobody."""

import pytest
from sqlalchemy import select

from core.evaluation.answers import UnknownAnswer
from core.journey.void import CannotVoid
from core.journey.withdraw import withdraw
from core.tickets.models import Message, Ticket
from core.tickets.service import MoveNotAllowed
from core.tickets.states import State
from core.tickets.timeline import RESIDENT
from tests.journey.walking import Walk


def taken_back(walk: Walk, at: str, *, reason_code: str = "solved", words: str = "") -> Ticket:
    return walk.do(withdraw, at, actor=RESIDENT, reason_code=reason_code, words=words)


def test_a_withdrawn_appeal_ends_all_that_was_under_way_and_its_units_are_told(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch(co=["parks"])
    walk.sign()

    taken_back(walk, "2026-03-12 15:00", words="邻居自己修好了")

    ticket = walk.ticket()
    assert (ticket.state, ticket.withdrawn_reason, ticket.concluded_at) == (State.VOIDED, "solved", None)
    assert {clock.state for clock in walk.clocks()} == {"cancelled"}
    assert [each.state for each in walk.assignments()] == ["recalled", "recalled"]
    assert "诉求人 withdraw in_progress→voided 撤回诉求：问题已经解决（邻居自己修好了）" in "\n".join(walk.timeline())
    told = walk.run(
        lambda scope: scope.session.scalars(
            select(Message.to_unit_id).where(
                Message.tenant_id == scope.tenant.id, Message.text.contains(f"撤回了工单 {walk.serial_no}")
            )
        ).all()
    )
    assert set(told) == {walk.unit_id("roads"), walk.unit_id("parks")}


def test_what_was_answered_or_leads_others_is_not_withdrawn(walk: Walk) -> None:
    walk.take_in()
    other = Walk(walk.installation, walk.slug)
    other.take_in("2026-03-12 10:01")
    other.attach(master=walk.serial_no)

    with pytest.raises(UnknownAnswer):
        taken_back(walk, "2026-03-12 11:00", reason_code="bored")
    with pytest.raises(CannotVoid):
        taken_back(walk, "2026-03-12 11:00")
    taken_back(other, "2026-03-12 11:05", reason_code="mistaken")
    walk.answer("2026-03-12 11:10")
    with pytest.raises(MoveNotAllowed):
        taken_back(walk, "2026-03-12 11:20")

    assert (walk.ticket().state, other.ticket().state) == (State.CONCLUDED, State.VOIDED)

"""A resident is asked for what an appeal lacks, finds it where they look after it, and adds it; no clock stops for it."""

import pytest

from core.journey.complete import ask_to_complete
from core.journey.queries.progress import progress_of
from core.journey.supplement import supplement
from core.tickets.contact import Contact
from core.tickets.models import Message
from core.tickets.service import MoveNotAllowed
from core.tickets.timeline import RESIDENT
from tests.builders import OPERATOR, beijing
from tests.journey.walking import Walk


def lacks(walk: Walk) -> str:
    ticket = walk.ticket()
    return walk.run(lambda scope: progress_of(scope, ticket, now=beijing("2026-03-12 12:00")).lacks)


def test_what_is_asked_for_stands_there_until_it_is_added(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", contact=Contact("王芳", "13800001000"))
    before = [(clock.name, clock.due_at, clock.state) for clock in walk.clocks()]

    walk.do(ask_to_complete, "2026-03-12 10:20", actor=OPERATOR, what="具体在哪个路口。")

    assert [row.text for row in walk.rows(Message)] == [
        f"您的诉求 {walk.serial_no} 还缺：具体在哪个路口。请凭流水号和提取码在查询页补充；时限照常计算。"
    ]
    assert lacks(walk) == "具体在哪个路口"
    assert [(clock.name, clock.due_at, clock.state) for clock in walk.clocks()] == before
    walk.do(supplement, "2026-03-12 11:00", actor=RESIDENT, words="幸福路与建设路路口")
    assert lacks(walk) == ""


def test_nobody_is_asked_once_a_unit_has_it_and_who_left_no_phone_is_not_written_to(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", contact=Contact())
    walk.do(ask_to_complete, "2026-03-12 10:20", actor=OPERATOR, what="门牌号")
    assert walk.rows(Message) == []
    assert "没有留联系方式" in walk.entries()[-1].summary

    walk.dispatch("2026-03-12 10:30")
    assert lacks(walk) == ""
    with pytest.raises(MoveNotAllowed):
        walk.do(ask_to_complete, "2026-03-12 10:40", actor=OPERATOR, what="门牌号")

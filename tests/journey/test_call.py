"""An urgent ticket is told to its unit by telephone, and the desk is asked to until somebody answers."""

import pytest

from core.journey.call import NobodyNamed, call_unit
from core.journey.queries.calls import CallDue, call_due
from core.people.roles import NotPermitted
from core.tickets.service import MoveNotAllowed
from tests.builders import OPERATOR, make_actor, make_district, make_installation
from tests.journey.walking import Walk


def due(walk: Walk) -> CallDue | None:
    return walk.run(lambda scope: call_due(scope, walk.ticket().id))


@pytest.fixture
def walk(database_url: str) -> Walk:
    installation = make_installation(database_url)
    return Walk(installation, make_district(installation))


def test_the_desk_is_asked_to_call_until_somebody_answers_and_again_when_the_unit_changes(walk: Walk) -> None:
    walk.take_in(urgency="urgent")
    before = due(walk)
    walk.dispatch()
    asked = due(walk)

    walk.do(call_unit, "2026-03-12 10:11", actor=OPERATOR, reached=False)
    again = due(walk)
    walk.do(call_unit, "2026-03-12 10:14", actor=OPERATOR, reached=True, who="值班员", what="十分钟内到场")
    answered = due(walk)
    walk.redirect("2026-03-12 10:30", lead="parks")

    assert (before, asked, again, answered) == (
        None,
        CallDue("道路管理处", "", 0),
        CallDue("道路管理处", "", 1),
        None,
    )
    assert due(walk) == CallDue("园林管理处", "", 0)
    assert [entry.summary for entry in walk.entries() if entry.kind == "unit_called"] == [
        "电话通知道路管理处，无人接听",
        "电话通知道路管理处，值班员接听：十分钟内到场",
    ]


def test_nobody_is_asked_to_call_about_what_is_not_urgent(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch()

    assert due(walk) is None


def test_a_call_needs_a_unit_a_name_and_somebody_who_dispatches(walk: Walk) -> None:
    walk.take_in(urgency="urgent")
    with pytest.raises(MoveNotAllowed):
        walk.do(call_unit, "2026-03-12 10:05", actor=OPERATOR, reached=False)
    walk.dispatch()
    with pytest.raises(NobodyNamed):
        walk.do(call_unit, "2026-03-12 10:11", actor=OPERATOR, reached=True, who=" ")
    with pytest.raises(NotPermitted):
        walk.do(call_unit, "2026-03-12 10:11", actor=make_actor("承办", "clerk", id=7), reached=False)

    assert due(walk) == CallDue("道路管理处", "", 0)

"""Events are graded by the list 事件等级: what the item makes urgent, who hears of a major one, and whose word is kept."""

from collections.abc import Mapping

import pytest

from core.hooks.roster import Roster
from core.journey import desk
from core.tenancy.scope import Installation
from core.tickets.models import Message
from tests.builders import OPERATOR, beijing, make_actor, make_district, make_installation
from tests.journey.walking import Walk

HEAD = make_actor("值班长", "operator", "supervisor", id=8)
DUTIES = [
    {"code": "hole", "category": "道路交通", "subcategory": "路面坑洼", "lead": "roads", "keywords": ["坑洼"]},
    {
        "code": "cover",
        "category": "市政设施",
        "subcategory": "井盖缺失",
        "lead": "roads",
        "keywords": ["井盖"],
        "grade": "urgent",
    },
    {
        "code": "fire",
        "category": "消防",
        "subcategory": "火灾",
        "lead": "parks",
        "keywords": ["着火"],
        "grade": "major",
    },
]


def walk_in(installation: Installation, **features: Mapping[str, object]) -> Walk:
    """Return a walk in a district with a graded list."""
    return Walk(installation, make_district(installation, duties=DUTIES, features=features))


def test_a_named_item_makes_an_urgent_ticket_and_says_why(installation: Installation) -> None:
    walk = walk_in(installation)
    walk.take_in(text="井盖不见了", matter="cover")
    urgent, entry = walk.ticket().urgency, next(each for each in walk.entries() if each.kind == "classify")
    told = [(row.to_unit_id, row.text) for row in walk.rows(Message)]
    walk.take_in(text="路面坑洼", matter="hole")

    assert urgent == "urgent"
    assert entry.summary.endswith("，紧急（职责清单“市政设施 / 井盖缺失”为紧急事项）")
    assert entry.detail["rules"] == [{"rule_id": "core.classification/grade", "by": "core"}]
    assert len(told) == 1
    assert walk.ticket().urgency == "normal"


def test_a_guessed_item_waits_for_a_person_who_confirms_it(installation: Installation) -> None:
    walk = walk_in(installation)
    walk.take_in("2026-03-12 10:00", text="井盖不见了")
    guessed = walk.ticket()
    before = (guessed.matter, guessed.matter_guessed, guessed.urgency, len(walk.rows(Message)))

    def confirm(at: str, matter: str) -> str:
        return walk.do(desk.correct, at, actor=OPERATOR, nature="help", matter=matter, complexity="simple").urgency

    confirmed = confirm("2026-03-12 10:05", "cover")
    told = [(row.to_unit_id, row.created_at) for row in walk.rows(Message)]
    walk.do(desk.change_urgency, "2026-03-12 10:10", actor=HEAD, urgency="normal", reason="已围蔽")
    again = confirm("2026-03-12 10:15", "cover")
    graver = confirm("2026-03-12 10:20", "fire")

    assert before == ("cover", True, "normal", 0)
    assert (confirmed, again, graver) == ("urgent", "normal", "urgent")
    assert told == [(walk.unit_id("desk"), beijing("2026-03-12 10:05"))]
    assert any("改为紧急（职责清单“消防 / 火灾”为重大事项）" in line for line in walk.timeline())


@pytest.fixture
def pingshan(database_url: str) -> Installation:
    """The installation with the features that ship."""
    return make_installation(database_url, features=tuple(Roster.installed().features.values()))


def test_a_major_event_is_told_at_once_to_whom_the_district_names(pingshan: Installation) -> None:
    walk = walk_in(pingshan, **{"pingshan.catalogue": {"major_units": ["roads"]}})
    walk.take_in("2026-03-12 23:30", text="仓库着火", matter="fire")
    told = {(row.transport, row.to_unit_id, row.created_at) for row in walk.rows(Message) if row.to_unit_id}
    at = beijing("2026-03-12 23:30")

    assert walk.ticket().lead_unit_id == walk.unit_id("parks")
    assert told == {
        (transport, walk.unit_id(unit), at) for unit in ("parks", "desk", "roads") for transport in ("sms", "inbox")
    }

"""A colleague hands a ticket to another one of the same unit; to nobody else, and nobody of another unit does."""

import pytest

from core.journey.persons import AlreadyTheirs, ColleagueAway, NotAColleague, hand_to
from core.kit.errors import Refused
from core.people.roles import NotPermitted
from core.routing.service import NotYours
from core.tickets.models import Ticket
from core.tickets.service import ReasonMissing
from core.tickets.timeline import Actor
from tests.builders import OPERATOR
from tests.journey.walking import Walk
from tests.persons.conftest import Team


def hand(walk: Walk, actor: Actor, person: str, *, reason: str = "熟悉这一片", at: str = "2026-03-12 11:00") -> Ticket:
    return walk.do(hand_to, at, actor=actor, person=person, reason=reason)


def test_any_colleague_hands_the_ticket_to_another_and_the_timeline_says_who_did_and_why(team: Team) -> None:
    team.on_duty("ada")
    walk = team.given()

    hand(walk, team.clerk("bob"), "EVE ")

    assert team.takers(walk) == ["eve"]
    assert team.told(walk)[-1] == "园林管理处由 伊芙 承办：鲍勃转交，熟悉这一片"
    assert walk.entries()[-1].actor_name == "鲍勃"


def test_a_unit_without_roster_hands_tickets_on_too(team: Team) -> None:
    walk = team.given()

    hand(walk, team.clerk("ada"), "bob")

    assert team.takers(walk) == ["bob"]


def test_a_co_unit_hands_on_its_own_share(team: Team) -> None:
    team.on_duty("ada")
    walk = team.given(lead="roads", co=["parks"])

    hand(walk, team.clerk("ada"), "eve")

    assert team.takers(walk) == [None, "eve"]


def test_what_a_page_of_before_asks_for_is_still_done(team: Team) -> None:
    team.on_duty("ada")
    walk = team.given()
    seen = walk.ticket().version
    hand(walk, team.clerk("ada"), "eve")

    walk.sign("2026-03-12 11:30", actor=team.clerk("bob"), seen_version=seen)

    assert walk.ticket().state == "in_progress"


@pytest.mark.parametrize(
    ("person", "reason", "refusal"),
    [
        ("dan", "请协助", NotAColleague),
        ("nobody", "请协助", NotAColleague),
        ("gone", "请协助", NotAColleague),
        ("bob", "请协助", ColleagueAway),
        ("ada", "请协助", AlreadyTheirs),
        ("eve", "  ", ReasonMissing),
    ],
)
def test_a_ticket_is_not_handed_to(team: Team, person: str, reason: str, refusal: type[Refused]) -> None:
    team.hire("dan", "丹", unit="roads")
    team.hire("gone", "走", role="discipline")
    team.on_duty("ada")
    team.away("bob")
    walk = team.given()

    with pytest.raises(refusal):
        hand(walk, team.clerk("ada"), person, reason=reason)

    assert team.takers(walk) == ["ada"]


def test_another_unit_and_the_desk_hand_over_nothing(team: Team) -> None:
    team.hire("dan", "丹", unit="roads")
    team.on_duty("ada")
    walk = team.given()

    with pytest.raises(NotYours) as trespass:
        hand(walk, team.clerk("dan", unit="roads"), "dan")
    with pytest.raises(NotPermitted):
        hand(walk, OPERATOR, "eve")

    assert trespass.value.is_trespass
    assert team.takers(walk) == ["ada"]

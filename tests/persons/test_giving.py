"""A ticket goes to a person in a unit that has a duty roster or a head, and to nobody elsewhere."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from core.hooks.values import RouteProposal, TicketView
from core.journey import desk, joint
from core.journey.accept import accept
from core.journey.rosters import Duty
from core.tenancy.scope import Installation
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing, make_appeal, make_district, make_feature, make_installation
from tests.journey.walking import wait_until_someone_waits
from tests.persons.conftest import Team

FIRST = "园林管理处由 安达 承办：值班人员中在办最少（0 件），同数轮流"


def test_whoever_on_duty_has_the_fewest_gets_the_ticket_and_the_timeline_says_why(team: Team) -> None:
    team.on_duty("ada", "bob")

    walks = [team.given(f"2026-03-12 10:0{minute}") for minute in range(3)]

    assert [team.takers(walk) for walk in walks] == [["ada"], ["bob"], ["ada"]]
    assert team.told(walks[0]) == [FIRST]
    assert walks[0].timeline()[-2] == f"03-12 10:00 系统 given_to_person dispatched→dispatched {FIRST}"
    (assignment,) = walks[0].assignments()
    assert assignment.person_reason == "值班人员中在办最少（0 件），同数轮流"


def test_what_is_concluded_no_longer_counts(team: Team) -> None:
    team.on_duty("ada", "bob")
    first, _ = team.given(), team.given()
    first.sign("2026-03-12 11:00")
    first.reply("2026-03-12 12:00")
    first.pass_reply("2026-03-12 13:00")

    assert team.takers(team.given("2026-03-12 14:00")) == ["ada"]


def test_a_unit_without_roster_and_head_has_the_ticket_as_a_whole(team: Team) -> None:
    walk = team.given()

    assert (team.takers(walk), team.told(walk)) == ([None], [])


def test_the_day_is_the_districts_and_the_head_stands_in_where_nobody_is_on_duty(team: Team) -> None:
    team.set_roster([Duty("ada", date(2026, 3, 13), None)])
    team.head("eve")

    late, early = team.given("2026-03-12 23:50"), team.given("2026-03-13 00:10")

    assert (team.takers(late), team.takers(early)) == (["eve"], ["ada"])
    assert team.told(late) == ["园林管理处由 伊芙 承办：当天没有排班，由单位负责人接单"]


def test_co_units_and_units_below_give_theirs_to_persons_too(team: Team) -> None:
    team.on_duty("ada")
    team.hire("dan", "丹", unit="crew")
    team.on_duty("dan", unit="crew")

    walk = team.given(lead="roads", co=["parks"])
    assert team.takers(walk) == [None, "ada"]

    lead = team.given("2026-03-12 10:05")
    lead.sign("2026-03-12 10:10")
    lead.do(joint.sub_dispatch, "2026-03-12 10:20", actor=lead.clerk("parks"), unit="crew")
    assert team.takers(lead) == ["ada", "dan"]
    assert team.told(lead)[-1] == "绿化班由 丹 承办：值班人员中在办最少（0 件），同数轮流"


def test_a_redirected_ticket_and_a_redone_one_go_to_a_person(team: Team) -> None:
    team.on_duty("ada", "bob")
    walk = team.given(lead="roads")
    walk.redirect("2026-03-12 10:30", lead="parks")
    assert team.takers(walk) == [None, "ada"]

    walk.sign("2026-03-12 11:00")
    walk.reply("2026-03-12 12:00")
    walk.pass_reply("2026-03-12 13:00")
    walk.redo("2026-03-12 14:00", same_unit=True)
    assert team.takers(walk) == [None, "ada", "bob"]


def test_who_does_not_handle_or_works_elsewhere_gets_nothing(team: Team) -> None:
    team.hire("zoe", "佐伊", role="discipline")
    team.head("eve")
    team.away("eve", last=date(2026, 3, 12))
    for login in ("ada", "bob"):
        team.away(login, last=date(2026, 3, 12))

    walk = team.given("2026-03-12 15:00")

    assert team.takers(walk) == [None]
    assert team.told(walk) == ["园林管理处：当天没有排班，单位内没有在岗人员，由单位统一接单"]


def test_of_two_tickets_given_at_the_same_moment_the_second_sees_who_got_the_first(team: Team) -> None:
    team.on_duty("ada", "bob")
    first, second = team.ticket(), team.ticket()
    order = Order(OPERATOR, beijing("2026-03-12 10:10"))

    with ThreadPoolExecutor(1) as pool:
        with team.installation.scope(team.slug) as scope:
            desk.dispatch(scope, first.serial_no, order, lead="parks")
            scope.session.flush()
            other = pool.submit(second.dispatch, lead="parks")
            wait_until_someone_waits(scope)
        other.result(timeout=20)

    assert (team.takers(first), team.takers(second)) == (["ada"], ["bob"])


def test_many_tickets_at_once_are_spread_evenly(team: Team) -> None:
    team.on_duty("ada", "bob", "eve")
    walks = [team.ticket() for _ in range(9)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda walk: walk.dispatch(lead="parks"), walks))

    assert team.loads() == {"ada": 3, "bob": 3, "eve": 3}


@contextmanager
def statements(installation: Installation) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    seen: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(installation.database.engine, "before_cursor_execute", keep)
    yield seen
    event.remove(installation.database.engine, "before_cursor_execute", keep)


def test_a_unit_without_roster_costs_no_statement_more(team: Team) -> None:
    team.given(lead="roads")
    walk = team.ticket()
    with statements(team.installation) as without:
        walk.dispatch(lead="roads")
    assert not [sent for sent in without if "duty_roster" in sent or "staff_absence" in sent or "unit_head" in sent]


@pytest.fixture
def ruled(database_url: str) -> Iterator[Team]:
    """A district whose rule dispatches everything to the park unit at once."""

    def direct(ticket: TicketView) -> list[RouteProposal]:
        return [RouteProposal("parks", "rules/parks", "规则", direct=True)]

    installation = make_installation(database_url, features=[make_feature("rules", propose_routes=direct)])
    yield Team(installation, make_district(installation, features={"rules": {}}))
    installation.database.engine.dispose()


def test_acceptance_that_dispatches_gives_the_ticket_to_a_person_in_its_one_round_trip(ruled: Team) -> None:
    for login in ("ada", "bob"):
        ruled.hire(login, login)
    ruled.on_duty("ada", "bob")

    walks = [ruled.ticket(f"2026-03-12 10:0{minute}") for minute in range(2)]

    assert [ruled.takers(walk) for walk in walks] == [["ada"], ["bob"]]
    assert [entry.kind for entry in walks[0].entries()].count("given_to_person") == 1


def test_tickets_taken_in_by_one_transaction_are_spread_too(ruled: Team) -> None:
    for login in ("ada", "bob"):
        ruled.hire(login, login)
    ruled.on_duty("ada", "bob")

    def both(scope: Any) -> None:
        for text in ("枯树", "断枝"):
            accept(scope, make_appeal(text=text), actor=OPERATOR, now=beijing("2026-03-12 10:00"))

    ruled.installation.run(ruled.slug, both)

    assert ruled.loads() == {"ada": 1, "bob": 1}

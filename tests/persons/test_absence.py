"""Absence never holds a ticket: who is away, or gone, has none; somebody else of the unit gets it at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest

from core.jobs import absences
from core.jobs.absences import Absences
from core.journey.people import remove_account
from core.journey.persons import relieve_ticket
from core.journey.rosters import Duty, NotAway, note_absence, note_return, show_roster
from core.people.roster.service import DaysUnclear
from core.tenancy.scope import Scope
from core.tickets.service import ReasonMissing
from tests.builders import alone, beijing
from tests.persons.conftest import ADMINISTRATOR, THURSDAY, Team

FRIDAY = THURSDAY + timedelta(days=1)


def test_an_absence_that_covers_today_gives_the_tickets_to_others_at_once(team: Team) -> None:
    team.on_duty("ada", "bob", "eve")
    walks = [team.given() for _ in range(4)]
    assert [team.takers(walk) for walk in walks] == [["ada"], ["bob"], ["eve"], ["ada"]]

    assert team.away("ada") == 2

    assert [team.takers(walk) for walk in walks] == [["bob"], ["bob"], ["eve"], ["eve"]]
    assert team.told(walks[0])[-1] == "安达不在岗，园林管理处由 鲍勃 承办：值班人员中在办最少（1 件），同数轮流"
    assert team.takers(team.given("2026-03-12 15:00")) != ["ada"]


def test_an_absence_of_later_days_changes_nothing_today(team: Team) -> None:
    team.on_duty("ada", "bob")
    walk = team.given()

    assert team.away("ada", first=FRIDAY) == 0
    assert team.takers(walk) == ["ada"]


def test_a_co_units_share_moves_and_the_leads_stays(team: Team) -> None:
    team.on_duty("ada", "bob")
    team.hire("dan", "丹", unit="roads")
    team.on_duty("dan", unit="roads")
    walk = team.given(lead="roads", co=["parks"])

    team.away("ada")

    assert team.takers(walk) == ["dan", "bob"]


def test_what_is_answered_or_over_stays_with_who_did_it_and_what_is_in_hand_moves(team: Team) -> None:
    team.on_duty("ada")
    over, in_hand = team.given(), team.given()
    over.sign("2026-03-12 10:10")
    over.reply("2026-03-12 10:20")
    over.pass_reply("2026-03-12 10:30")
    in_hand.sign("2026-03-12 10:10")

    team.away("ada")

    assert (team.takers(over), team.takers(in_hand)) == (["ada"], ["bob"])
    assert (
        team.told(in_hand)[-1] == "安达不在岗，园林管理处由 鲍勃 承办：值班人员都不在岗，由在岗承办人中在办最少的接单"
    )


def test_where_nobody_is_there_the_unit_has_the_ticket_as_a_whole_and_anybody_may_act(team: Team) -> None:
    team.on_duty("ada")
    walk = team.given()
    for login in ("eve", "bob", "ada"):
        team.away(login)

    assert team.takers(walk) == [None]
    assert team.told(walk)[-1] == "安达不在岗，园林管理处：值班人员都不在岗，单位内没有在岗人员，由单位统一接单"
    walk.sign("2026-03-12 13:00", actor=team.clerk("ada"))


def test_a_colleague_acts_on_a_ticket_that_another_has(team: Team) -> None:
    team.on_duty("ada")
    walk = team.given()

    walk.sign("2026-03-12 11:00", actor=team.clerk("eve"))

    assert (team.takers(walk), walk.ticket().state) == (["ada"], "in_progress")


def test_a_closed_account_has_no_tickets_and_gets_none(team: Team) -> None:
    team.on_duty("ada", "bob")
    walk = team.given()

    team.installation.run(team.slug, lambda scope: remove_account(scope, "ada", now=beijing("2026-03-12 12:00")))

    assert team.takers(walk) == ["bob"]
    assert team.told(walk)[-1] == "安达的账号已停用，园林管理处由 鲍勃 承办：值班人员中在办最少（0 件），同数轮流"
    assert team.takers(team.given("2026-03-12 13:00")) == ["bob"]


def sweep(team: Team, at: str) -> None:
    """Do what the clock does at that time, in this district alone."""
    looking = Absences(team.installation, is_ending=lambda: False)
    looking._relieve_of(team.installation.tenant(team.slug), now=lambda: beijing(at))


def test_the_day_on_which_an_absence_begins_moves_the_tickets(team: Team) -> None:
    team.on_duty("ada", "bob")
    walk = team.given()
    team.away("ada", first=FRIDAY)

    sweep(team, "2026-03-12 23:59")
    assert team.takers(walk) == ["ada"]
    sweep(team, "2026-03-13 00:01")
    sweep(team, "2026-03-13 00:02")

    assert team.takers(walk) == ["bob"]
    assert len(team.told(walk)) == 2


def test_a_ticket_that_cannot_be_given_to_others_keeps_no_other_waiting(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.on_duty("ada", "bob")
    first, _, third = (team.given() for _ in range(3))
    assert [team.takers(walk) for walk in (first, third)] == [["ada"], ["ada"]]
    team.away("ada", first=FRIDAY)
    tried: list[int] = []

    def fails_at_first(scope: Scope, ticket_id: int, *, now: datetime) -> None:
        tried.append(ticket_id)
        if len(tried) == 1:
            raise RuntimeError("this one cannot be given to anybody")
        relieve_ticket(scope, ticket_id, now=now)

    monkeypatch.setattr(absences, "relieve_ticket", fails_at_first)
    sweep(team, "2026-03-13 00:01")

    assert sorted(team.takers(walk) for walk in (first, third)) == [["ada"], ["bob"]]


def test_the_clock_looks_at_every_district_once_a_minute(team: Team) -> None:
    team.on_duty("ada", "bob")
    walk = team.given()
    looking = Absences(team.installation, is_ending=lambda: False)
    with alone(team.installation, team.slug):
        looking.relieve(now=lambda: beijing("2026-03-13 00:00"))
    team.away("ada", first=FRIDAY)

    with alone(team.installation, team.slug):
        looking.relieve(now=lambda: beijing("2026-03-13 00:00:59"))
    assert team.takers(walk) == ["ada"]
    with alone(team.installation, team.slug):
        looking.relieve(now=lambda: beijing("2026-03-13 00:01"))
    assert team.takers(walk) == ["bob"]


def test_two_absences_at_the_same_moment_leave_nothing_with_either(team: Team) -> None:
    team.on_duty("ada", "bob", "eve")
    walks = [team.given() for _ in range(6)]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(team.away, ("ada", "bob")))
    sweep(team, "2026-03-12 12:01")

    assert {taker for walk in walks for taker in team.takers(walk)} == {"eve"}


def test_who_is_back_gets_tickets_again_and_those_given_away_stay(team: Team) -> None:
    team.on_duty("ada", "bob")
    walk = team.given()
    team.away("ada", first=date(2026, 3, 10))
    team.away("ada", first=date(2026, 3, 20))

    team.installation.run(
        team.slug, lambda scope: note_return(scope, "ada", actor=ADMINISTRATOR, now=beijing("2026-03-12 13:00"))
    )

    assert team.takers(walk) == ["bob"]
    assert team.takers(team.given("2026-03-12 14:00")) == ["ada"]

    def look(scope: Scope) -> list[tuple[date, date | None]]:
        shown = show_roster(scope, "parks", actor=ADMINISTRATOR, now=beijing("2026-03-12 14:00"))
        return [(each.first, each.last) for each in shown.absences]

    assert team.installation.run(team.slug, look) == [(date(2026, 3, 20), None)]
    with pytest.raises(NotAway):
        team.installation.run(
            team.slug, lambda scope: note_return(scope, "ada", actor=ADMINISTRATOR, now=beijing("2026-03-12 15:00"))
        )


def test_an_absence_needs_a_reason_and_days_that_can_be(team: Team) -> None:
    def note(reason: str, last: date | None) -> None:
        team.installation.run(
            team.slug,
            lambda scope: note_absence(
                scope,
                "ada",
                first=THURSDAY,
                last=last,
                reason=reason,
                actor=ADMINISTRATOR,
                now=beijing("2026-03-12 12:00"),
            ),
        )

    with pytest.raises(ReasonMissing):
        note(" ", None)
    with pytest.raises(DaysUnclear):
        note("年假", date(2026, 3, 1))


def test_a_roster_of_weekdays_holds_on_these_alone(team: Team) -> None:
    team.set_roster([Duty("ada", weekdays=frozenset({4})), Duty("bob", weekdays=frozenset({5}))])

    assert team.takers(team.given("2026-03-12 10:00")) == ["ada"]
    assert team.takers(team.given("2026-03-13 10:00")) == ["bob"]

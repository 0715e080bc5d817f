"""What nobody takes: after so many working hours units consult by themselves, once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

import core.jobs.stalled
from core.hooks.values import HandlingRules
from core.jobs.stalled import Stalled
from core.journey import consult, give_back
from core.journey.stalled import consult_if_stalled, stalled_tickets
from core.routing.models import Consultation, ReturnRequest
from core.tenancy.scope import Installation, Scope
from core.workdays.queries import timetable
from tests.builders import OPERATOR, SUPERVISOR, alone, beijing, make_district, make_feature, make_installation
from tests.journey.consulting import consultation_of
from tests.journey.walking import Walk


@pytest.fixture
def walk(installation: Installation) -> Walk:
    """A ticket in a district of its own."""
    return Walk(installation, make_district(installation, duties=[{"code": "road"}]))


def stalled(walk: Walk, at: str) -> int:
    return len(walk.run(lambda scope: stalled_tickets(scope, now=beijing(at))))


def sweep(walk: Walk, *at: str) -> list[bool]:
    """Look at the ticket at these times; return whether units began to consult."""
    ticket_id = walk.ticket().id
    return [walk.run(partial(consult_if_stalled, ticket_id=ticket_id, now=beijing(each))) for each in at]


def returned_once(walk: Walk) -> None:
    """Accepted on Thursday at 10, when offices work from 9 to 12 and from 14 to 18, and given back at 11:10."""
    walk.take_in("2026-03-12 10:00", matter="road")
    walk.dispatch("2026-03-12 10:10", lead="roads")
    walk.give_back("2026-03-12 11:00")


def test_after_eight_working_hours_units_consult_on_what_was_given_back(walk: Walk) -> None:
    returned_once(walk)
    hours = working_hours_of(walk, "2026-03-12 10:00", 8)

    assert stalled(walk, f"{hours - timedelta(seconds=1):%Y-%m-%d %H:%M:%S}") == 0
    assert sweep(walk, f"{hours:%Y-%m-%d %H:%M:%S}") == [True]

    opened = consultation_of(walk)
    assert (opened.state, opened.opened_because, opened.opened_by) == ("open", "stalled", "系统")
    assert opened.question == "受理后已过 8 个工作小时，退单以后仍没有单位承办，主办单位待明确"


def test_it_opens_once_however_often_it_is_looked_for(walk: Walk) -> None:
    returned_once(walk)

    assert sweep(walk, *(f"2026-03-16 1{hour}:00" for hour in range(9))) == [True, *[False] * 8]
    walk.do(consult.decide_consultation, "2026-03-17 10:00", actor=SUPERVISOR, unit="roads", reason="归道路")

    assert sweep(walk, "2026-03-18 10:00", "2026-04-18 10:00") == [False, False]
    assert len(walk.rows(Consultation)) == 1


def test_a_request_on_which_nobody_decides_counts_as_nobody_taking_it(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", matter="road")
    walk.dispatch("2026-03-12 10:10", lead="roads")
    walk.ask_back("2026-03-12 11:00")

    assert sweep(walk, "2026-03-16 10:00") == [True]
    walk.do(consult.decide_consultation, "2026-03-16 11:00", actor=SUPERVISOR, unit="roads", reason="归道路")

    assert [(row.state, row.decision_note) for row in walk.rows(ReturnRequest)] == [
        ("denied", "会商指定本单位承办：归道路")
    ]
    assert [(row.state, row.returnable) for row in walk.assignments()] == [("pending_sign", False)]
    walk.sign("2026-03-16 11:30")


def test_a_return_granted_while_units_consult_opens_no_second_consultation(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", matter="road")
    walk.dispatch("2026-03-12 10:10", lead="parks")
    walk.give_back("2026-03-12 11:00")
    walk.dispatch("2026-03-12 11:30", lead="roads")
    walk.ask_back("2026-03-12 11:40")
    sweep(walk, "2026-03-16 10:00")

    walk.do(give_back.approve_return, "2026-03-16 11:00", actor=OPERATOR)

    assert (walk.ticket().bounce_count, [row.opened_because for row in walk.rows(Consultation)]) == (2, ["stalled"])


def test_what_waits_at_the_desk_without_a_return_and_what_a_unit_has_are_left_alone(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", matter="road")
    assert stalled(walk, "2026-03-20 10:00") == 0

    walk.dispatch("2026-03-12 10:10", lead="roads")
    walk.give_back("2026-03-12 11:00")
    walk.dispatch("2026-03-12 11:30", lead="parks")
    assert stalled(walk, "2026-03-20 10:00") == 0


def test_a_redone_ticket_begins_anew(walk: Walk) -> None:
    returned_once(walk)
    walk.dispatch("2026-03-12 11:30", lead="parks")
    walk.sign("2026-03-12 14:30")
    walk.reply("2026-03-13 10:00")
    walk.pass_reply("2026-03-13 11:00")
    walk.redo("2026-03-16 10:00")

    assert stalled(walk, "2026-03-25 10:00") == 0


def test_a_district_says_how_long_and_whether_at_all(database_url: str) -> None:
    short, never = (
        make_feature(f"rules.{name}", handling_rules=_rules(after)) for name, after in (("two", 7200), ("no", 0))
    )
    within = make_installation(database_url, features=[short, never])
    quick, patient = (
        Walk(within, make_district(within, features={feature: {}}, duties=[{"code": "road"}]))
        for feature in ("rules.two", "rules.no")
    )
    for walk in (quick, patient):
        returned_once(walk)

    assert (stalled(quick, "2026-03-12 11:59"), stalled(quick, "2026-03-12 12:00")) == (0, 1)
    assert stalled(patient, "2026-05-12 10:00") == 0


def test_the_clock_process_opens_it_ticket_by_ticket(installation: Installation, walk: Walk) -> None:
    returned_once(walk)

    with alone(installation, walk.slug):
        Stalled(installation, is_ending=lambda: False).consult(now=lambda: beijing("2026-03-16 10:00"))

    assert [row.opened_because for row in walk.rows(Consultation)] == ["stalled"]


def test_one_ticket_that_cannot_be_consulted_on_keeps_no_other_from_it(
    installation: Installation, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned_once(walk)
    broken = walk.ticket().id
    other = Walk(installation, walk.slug)
    returned_once(other)

    def consult_but_one(scope: Scope, ticket_id: int, *, now: datetime) -> bool:
        assert ticket_id != broken, "something is wrong with this one"
        return consult_if_stalled(scope, ticket_id, now=now)

    monkeypatch.setattr(core.jobs.stalled, "consult_if_stalled", consult_but_one)
    with alone(installation, walk.slug):
        Stalled(installation, is_ending=lambda: False).consult(now=lambda: beijing("2026-03-16 10:00"))

    assert (walk.rows(Consultation), len(other.rows(Consultation))) == ([], 1)


def working_hours_of(walk: Walk, since: str, hours: int) -> datetime:
    """Return when so many working hours are over by the district's calendar, in its own time."""
    return walk.run(
        lambda scope: timetable(scope).add(beijing(since), timedelta(hours=hours)).astimezone(scope.tenant.zone)
    )


def _rules(after: int) -> Callable[[], list[HandlingRules]]:
    return lambda: [HandlingRules(consult_after=after)]

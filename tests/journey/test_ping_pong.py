"""The ping-pong index 踢皮球指数: returns that did not hold, per hundred tickets that a unit got as lead."""

from datetime import date
from fractions import Fraction

import pytest

from core.journey import consult, give_back
from core.statistics.days import Span
from core.statistics.periods import Month
from core.statistics.queries import Cube, counts
from core.statistics.report import month_report
from core.statistics.returning import returning_units
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from tests.builders import OPERATOR, SUPERVISOR, make_district
from tests.journey.walking import Walk

MARCH = Month(2026, 3)


@pytest.fixture
def walk(installation: Installation) -> Walk:
    """A ticket in a district of its own."""
    return Walk(installation, make_district(installation, duties=[{"code": "road"}]))


def another(walk: Walk) -> Walk:
    """Take in another ticket of the district and dispatch it to the road unit, which asks to give it back."""
    fresh = Walk(walk.installation, walk.slug)
    fresh.take_in("2026-03-12 10:00", matter="road")
    fresh.dispatch("2026-03-12 10:10", lead="roads")
    fresh.ask_back("2026-03-12 11:00")
    return fresh


def in_vain(walk: Walk, day: int) -> int:
    _count(walk)
    span = Span(date(2026, 3, day), date(2026, 3, day))
    return walk.run(lambda scope: counts(Cube.of(scope), span).n("returned_in_vain"))


def index_of(walk: Walk) -> dict[str, tuple[int, int | None, int | None]]:
    """Return of each unit: returns, returns that did not hold, tickets received."""
    _count(walk)
    return walk.run(
        lambda scope: {
            each.unit: (each.returned, each.index.now.numerator, each.index.now.denominator)
            for each in returning_units(scope, MARCH)
        }
    )


def test_a_return_that_held_is_no_ping_pong(walk: Walk) -> None:
    ticket = another(walk)
    ticket.approve_return("2026-03-12 11:10")
    ticket.dispatch("2026-03-12 11:30", lead="parks")

    assert index_of(walk) == {"roads": (1, 0, 1)}


def test_a_request_that_was_denied_counts_on_the_day_of_the_decision(walk: Walk) -> None:
    ticket = another(walk)
    ticket.do(give_back.deny_return, "2026-03-13 09:00", actor=OPERATOR, reason="红线图显示属贵处")

    assert (in_vain(walk, 12), in_vain(walk, 13)) == (0, 1)
    assert index_of(walk) == {"roads": (0, 1, 1)}


def test_a_return_counts_as_soon_as_the_ticket_comes_back(walk: Walk) -> None:
    ticket = another(walk)
    ticket.approve_return("2026-03-12 11:10")
    ticket.dispatch("2026-03-12 14:00", lead="parks")
    assert in_vain(walk, 12) == 0

    ticket.give_back("2026-03-12 15:00")
    ticket.do(consult.decide_consultation, "2026-03-13 10:00", actor=SUPERVISOR, unit="roads", reason="归道路")

    assert (in_vain(walk, 12), in_vain(walk, 13)) == (1, 0)
    assert index_of(walk) == {"roads": (1, 1, 2), "parks": (1, 0, 1)}


def test_what_was_taken_back_and_what_waits_count_for_nothing(walk: Walk) -> None:
    another(walk)
    ticket = another(walk)
    ticket.do(give_back.withdraw_return, "2026-03-12 11:30", actor=ticket.lead_clerk())

    assert index_of(walk) == {}


def test_the_report_shows_both_numbers_and_that_they_are_few(walk: Walk) -> None:
    ticket = another(walk)
    ticket.do(give_back.deny_return, "2026-03-12 12:00", actor=OPERATOR, reason="属贵处")
    _count(walk)

    report = walk.run(lambda scope: month_report(scope, MARCH, today=date(2026, 4, 1)))

    (unit,) = report.returning
    assert (unit.name, unit.index.now.value, unit.index.is_small) == ("道路管理处", Fraction(1), True)
    assert (report.figure("ping_pong").now.numerator, report.figure("ping_pong").now.denominator) == (1, 1)


def _count(walk: Walk) -> None:
    refresh_all(walk.installation, walk.slug)

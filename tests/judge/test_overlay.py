"""Adjudication 裁定 lies over the figures: what happened stays, the raw figures stay, the adjusted ones follow."""

from datetime import date
from typing import Any

import pytest

from core.evaluation.models import Rating
from core.journey.report import report_city, report_month
from core.kit.db import Base
from core.sla.models import Clock, ClockEvent
from core.statistics.models import CubeCell
from core.statistics.plain import plain_city, plain_month
from core.tenancy.scope import Installation
from core.tickets.records import fingerprint
from tests.builders import beijing, make_city
from tests.judge.case import Case

LATE = "2026-03-23 10:00"
VERDICTS = ("due", "on_time", "overdue")
ADJUDICATED = ("due_adjudicated", "on_time_adjudicated", "overdue_adjudicated")
RATINGS = ("rated", "satisfied", "dissatisfied", "answered_resolved", "resolved")


def whole(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def evidence(case: Case) -> list[dict[str, Any]]:
    """Return all that was measured and said: ratings, clocks, and the marks that were reached."""
    rows = [*case.rows(Rating), *case.clocks()]
    rows += case.run(lambda scope: list(scope.session.query(ClockEvent).order_by(ClockEvent.clock_id, ClockEvent.mark)))
    return [whole(row) for row in rows]


def test_a_breach_that_is_annulled_stays_a_breach_and_leaves_the_adjusted_figure(case: Case) -> None:
    """P10 of the engine's cases: the event row stays, the overlay on the figures changes."""
    case.answered_badly(replied=LATE)
    before = evidence(case)
    assert case.numbers(*VERDICTS, *ADJUDICATED) == (1, 0, 1, 1, 0, 1)

    case.file("overdue", LATE)
    case.decide("2026-03-24 10:00", reason_code="force_majeure")

    assert evidence(case) == before
    (clock,) = [clock for clock in case.clocks() if clock.name == "reply"]
    events = case.run(lambda scope: list(scope.session.query(ClockEvent).filter_by(clock_id=clock.id, mark="overdue")))
    assert (clock.state, len(events), clock.overdue_at) == ("breached", 1, clock.due_at)
    assert case.numbers(*VERDICTS, *ADJUDICATED) == (1, 0, 1, 0, 0, 0)
    assert case.numbers(*VERDICTS, *ADJUDICATED, unit="roads") == (1, 0, 1, 0, 0, 0)


def test_the_timeline_tells_of_the_decision_and_holds_together(case: Case) -> None:
    case.answered_badly(replied=LATE)
    case.file("overdue", LATE)
    case.decide("2026-03-24 10:00", finding="暴雨停工", reason_code="force_majeure")

    last = case.entries()[-1]
    (adjudication,) = case.adjudications()
    assert last.summary == "超期申诉获得支持：暴雨停工，不计入裁定后的指标（不可抗力）"
    assert last.detail == {
        "dispute": case.dispute().id,
        "kind": "overdue",
        "subject": adjudication.subject_id,
        "outcome": "upheld",
        "effect": "exclude",
        "unit": None,
        "reason": "force_majeure",
        "records": [fingerprint(adjudication)],
    }


def test_a_rating_that_is_left_out_is_still_what_the_resident_said(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")

    case.decide("2026-03-16 11:00", reason_code="policy")

    assert case.numbers(*RATINGS) == (1, 0, 1, 1, 0)
    assert case.numbers(*(f"{measure}_adjudicated" for measure in RATINGS)) == (0, 0, 0, 0, 0)
    assert [row.satisfaction for row in case.rows(Rating)] == ["dissatisfied"]


def test_a_rating_that_is_shifted_counts_for_the_other_unit_after_adjudication_alone(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")

    case.decide("2026-03-16 11:00", effect="shift", unit="parks", reason_code="overlap")

    rated = ("dissatisfied", "dissatisfied_adjudicated")
    assert case.numbers(*rated) == (1, 1)
    assert (case.numbers(*rated, unit="roads"), case.numbers(*rated, unit="parks")) == ((1, 0), (0, 1))


def test_a_responsibility_that_was_anothers_takes_the_missed_clock_with_it(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")
    case.file("responsibility", "2026-03-16 10:00")
    case.supervise("2026-03-20 09:00")

    case.decide("2026-03-20 10:00", unit="parks", reason_code="overlap")

    (adjudication,) = case.adjudications()
    assert (adjudication.subject, adjudication.effect, adjudication.unit_id) == (
        "clock",
        "shift",
        case.unit_id("parks"),
    )
    overdue = ("overdue", "overdue_adjudicated")
    assert (case.numbers(*overdue, unit="roads"), case.numbers(*overdue, unit="parks")) == ((1, 0), (0, 1))


def test_a_responsibility_without_a_missed_clock_is_recorded_as_upheld_and_shifts_nothing(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")
    case.file("responsibility", "2026-03-16 10:00")

    case.decide("2026-03-16 11:00", unit="parks")

    assert (case.dispute().state, case.adjudications()) == ("upheld", [])
    assert case.entries()[-1].detail["unit"] == "parks"


def test_a_clock_that_was_shifted_is_not_disputed_or_decided_once_more(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")
    case.file("responsibility", "2026-03-16 10:00")
    responsibility = case.dispute().id
    case.supervise("2026-03-20 09:00")
    case.file("overdue", "2026-03-20 09:30")
    overdue = case.dispute().id
    case.decide("2026-03-20 10:00", dispute_id=responsibility, unit="parks")

    with pytest.raises(Exception, match="已有裁定"):
        case.decide("2026-03-20 11:00", dispute_id=overdue)
    case.decide("2026-03-20 11:00", dispute_id=overdue, upheld=False)

    assert [row.effect for row in case.adjudications()] == ["shift"]


def test_the_days_of_what_was_adjudicated_are_counted_anew_at_once(case: Case) -> None:
    case.answered_badly(replied=LATE)
    case.figures()
    case.file("overdue", LATE)
    case.decide("2026-03-25 10:00")
    case.figures()

    day = case.run(lambda scope: scope.session.get(CubeCell, _all_of(scope.tenant.id, date(2026, 3, 19))))
    assert day is not None
    assert (day.overdue, day.overdue_adjudicated) == (1, 0)


def _all_of(tenant_id: int, day: date) -> tuple[object, ...]:
    return (tenant_id, "all", day, "", "", "", "", 0, "")


def test_the_report_shows_both_with_both_numbers_and_so_does_the_citys(installation: Installation, case: Case) -> None:
    case.answered_badly(replied=LATE)
    case.file("overdue", LATE)
    case.decide("2026-03-24 10:00")
    case.file("rating", "2026-03-24 11:00")
    case.decide("2026-03-24 12:00", effect="shift", unit="parks")
    city = make_city(installation, [case.slug])

    now = beijing("2026-04-10 12:00")
    month = plain_month(report_month(installation, case.slug, "2026-03", now=now))["figures"]
    of_city = plain_city(report_city(installation, city, "2026-03", now=now))["figures"]

    for figures in (month, of_city):
        shown = {
            figure_id: (figures[figure_id]["label"], figures[figure_id]["numerator"], figures[figure_id]["denominator"])
            for figure_id in ("overdue", "overdue_adjudicated", "satisfied", "satisfied_adjudicated")
        }
        assert shown == {
            "overdue": ("超期率", 1, 1),
            "overdue_adjudicated": ("超期率（裁定后）", 0, 0),
            "satisfied": ("群众满意率", 0, 1),
            "satisfied_adjudicated": ("群众满意率（裁定后）", 0, 1),
        }
        assert figures["satisfied_adjudicated"]["small"]


def test_the_clock_of_a_cycle_and_not_another_is_relieved(case: Case) -> None:
    case.answered_badly(replied=LATE)
    case.redo("2026-03-23 11:00")
    case.dispatch("2026-03-23 11:10")
    case.supervise("2026-04-02 10:00")

    first = next(clock for clock in case.clocks() if clock.name == "reply" and clock.cycle_no == 1)
    case.file("overdue", "2026-03-24 10:00", subject_id=first.id)
    case.decide("2026-04-03 10:00")

    assert [(row.subject_id, row.effect) for row in case.adjudications()] == [(first.id, "exclude")]
    assert case.numbers("overdue", "overdue_adjudicated") == (2, 1)
    assert [clock.state for clock in case.clocks() if isinstance(clock, Clock) and clock.name == "reply"] == [
        "breached",
        "running",
    ]

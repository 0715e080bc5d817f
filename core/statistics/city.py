"""The city's report: its districts' counts added up, each beside the others, read through the one door."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy.orm import Session

from core.statistics.causes import REPORTED, Causes, Coded, category_label, coded, pooled_causes
from core.statistics.days import Span
from core.statistics.figures import CORE_METRICS, SMALL_SAMPLE, Figure, figure
from core.statistics.grades import floor_of
from core.statistics.periods import Month, last_weeks
from core.statistics.queries import (
    Counts,
    Cube,
    accepted_by_category,
    counted_days,
    counts,
    counts_by_unit,
    counts_by_week,
    unit_names,
)
from core.statistics.report import TOP, UNNAMED, beside_year_before
from core.statistics.service import refresh_all
from core.statistics.shares import Share, shares
from core.tenancy.across import ask_members, members_of
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

FLOOR = Fraction(85, 100)
"""Satisfaction 满意率 below which a unit is named 点名通报, in a city that grades it by no band of its own."""
RATINGS = ("satisfied", "rated", "satisfied_adjudicated", "rated_adjudicated")
WEEKS = 12


@dataclass(frozen=True, slots=True)
class District:
    """One district's figures in the month, beside the month before."""

    slug: str
    name: str
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class BelowFloor:
    """A district, or a unit of one, whose satisfaction lies below the floor; `unit` None is the whole district.

    Named by what residents said; what is left of it after adjudication stands beside.
    """

    district: str
    district_name: str
    unit: str | None
    satisfied: int
    rated: int
    satisfied_adjudicated: int
    rated_adjudicated: int

    @property
    def value(self) -> Fraction:
        return Fraction(self.satisfied, self.rated)

    @property
    def value_adjudicated(self) -> Fraction | None:
        return Fraction(self.satisfied_adjudicated, self.rated_adjudicated) if self.rated_adjudicated else None


@dataclass(frozen=True, slots=True)
class Week:
    """What came in and what was concluded from a Monday to the Sunday after."""

    span: Span
    accepted: int
    concluded: int


@dataclass(frozen=True)
class CityReport:
    """What a city's month looked like. Rates are pooled: all numerators over all denominators, never a mean of rates."""

    city: str
    city_name: str
    month: Month
    is_over: bool
    figures: Sequence[Figure]
    districts: Sequence[District]
    by_matter: Sequence[Share]
    """The ten largest categories of matters by name, then all others, then those of no matter."""
    floor: Fraction
    """Satisfaction below which a district or a unit is told of: the city's own band on it, or `FLOOR`."""
    below_floor: Sequence[BelowFloor]
    """Lowest first; those rated too few times are not judged."""
    weeks: Sequence[Week]
    """The last twelve whole weeks."""
    causes: Sequence[Causes] = ()
    """Why limits were missed and residents dissatisfied, in all, by district and by category of matters."""
    year_before: Sequence[Figure] = ()
    """The figures beside those of the same month a year before; none where nothing was counted then."""


@dataclass(frozen=True)
class _Answer:
    """What one district tells the city."""

    now: Counts
    before: Counts
    categories_now: Mapping[str, int]
    categories_before: Mapping[str, int]
    units: Sequence[tuple[str, Counts]]
    weeks: Mapping[date, Counts]
    year_before: Counts
    causes: Mapping[str, Coded]


def refresh_city(installation: Installation, city: str) -> int:
    """Count the dirty days of a city's districts, each in its own scope, and return how many there were.

    Raises `UnknownTenant` or `NotACity`.
    """
    return sum(refresh_all(installation, district.slug) for district in members_of(installation, city))


def counted_city_days(installation: Installation, city: str) -> Sequence[Span]:
    """Return for each district with appeals the stretch of days that they came in on."""
    answers = ask_members(installation, city, lambda district, session: counted_days(Cube(session, district.id)))
    return [span for _, span in answers if span]


def city_report(installation: Installation, city: str, month: Month, *, today: date) -> CityReport:
    """Read the report of a city's month from its districts' cubes. Raises `UnknownTenant` or `NotACity`.

    Only the core's figures are added up: they are defined alike everywhere.
    """
    span = month.span
    weeks = last_weeks(min(span.last, today), count=WEEKS)

    def question(district: TenantFacts, session: Session) -> _Answer:
        return _ask(Cube(session, district.id), month, Span(weeks[0].first, weeks[-1].last))

    with installation.scope(city) as scope:
        floor = floor_of(scope, "satisfied") or FLOOR
    answers = ask_members(installation, city, question)
    now, before = _pooled(answer.now for _, answer in answers), _pooled(answer.before for _, answer in answers)
    facts = installation.tenant(city)
    return CityReport(
        city=facts.slug,
        city_name=facts.name,
        month=month,
        is_over=span.last < today,
        figures=[figure(metric, now, before) for metric in CORE_METRICS],
        districts=[
            District(
                district.slug,
                district.name,
                [figure(metric, answer.now, answer.before) for metric in CORE_METRICS],
            )
            for district, answer in answers
        ],
        by_matter=shares(
            _added(answer.categories_now for _, answer in answers),
            _added(answer.categories_before for _, answer in answers),
            str,
            top=TOP,
            others="其他类别",
            none=UNNAMED,
        ),
        floor=floor,
        below_floor=sorted(
            (below for district, answer in answers for below in _below_floor(district, answer, floor)),
            key=lambda below: (below.value, below.district, below.unit or ""),
        ),
        weeks=[
            Week(
                week,
                sum(answer.weeks[week.first].n("accepted") for _, answer in answers if week.first in answer.weeks),
                sum(answer.weeks[week.first].n("concluded") for _, answer in answers if week.first in answer.weeks),
            )
            for week in weeks
        ],
        causes=[
            pooled_causes(kind, {district.name: answer.causes[kind] for district, answer in answers})
            for kind in REPORTED
        ],
        year_before=beside_year_before(CORE_METRICS, now, _pooled(answer.year_before for _, answer in answers)),
    )


def _ask(cube: Cube, month: Month, weeks: Span) -> _Answer:
    names = unit_names(cube)
    return _Answer(
        now=counts(cube, month.span),
        before=counts(cube, month.previous.span),
        categories_now=accepted_by_category(cube, month.span),
        categories_before=accepted_by_category(cube, month.previous.span),
        units=[
            (names[unit_id], counted)
            for unit_id, counted in counts_by_unit(cube, month.span, *RATINGS).items()
            if unit_id in names
        ],
        weeks=counts_by_week(cube, weeks, "accepted", "concluded"),
        year_before=counts(cube, month.year_before.span),
        causes={
            kind: coded(cube, kind, month.span, month.previous.span, matter_label=category_label(cube, UNNAMED))
            for kind in REPORTED
        },
    )


def _below_floor(district: TenantFacts, answer: _Answer, floor: Fraction) -> Iterable[BelowFloor]:
    judged: list[tuple[str | None, Counts]] = [(None, answer.now), *answer.units]
    for unit, counted in judged:
        satisfied, rated = counted.n("satisfied"), counted.n("rated")
        if rated >= SMALL_SAMPLE and Fraction(satisfied, rated) < floor:
            yield BelowFloor(
                district.slug,
                district.name,
                unit,
                satisfied,
                rated,
                counted.n("satisfied_adjudicated"),
                counted.n("rated_adjudicated"),
            )


def _pooled(each: Iterable[Counts]) -> Counts:
    return Counts([row for counted in each for row in counted.rows])


def _added(each: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for one in each:
        sums.update(one)
    return sums

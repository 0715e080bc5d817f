"""The city's report: its districts' counts added up, each beside the others, read from what was brought together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from core.statistics.asked import Asked
from core.statistics.causes import REPORTED, Causes, added, causes
from core.statistics.codes import counts_by_code
from core.statistics.days import Span
from core.statistics.figures import CORE_METRICS, SMALL_SAMPLE, Figure, figure
from core.statistics.gathered.cube import (
    CityCube,
    codes_counted,
    counts_by_district,
    counts_by_unit,
    counts_by_week,
    pooled,
    pooled_by_category,
    unit_names,
)
from core.statistics.gathered.gathering import gather
from core.statistics.gathered.members import Member, Membership, membership
from core.statistics.gathered.settings import groups_of
from core.statistics.grades import floor_of
from core.statistics.instructions import GIVEN, LevelCount, by_level
from core.statistics.instructions import REPORTED as REPORTED_ON
from core.statistics.periods import Month, last_weeks
from core.statistics.queries import Counts, Cube
from core.statistics.report import TOP, UNNAMED, beside_year_before
from core.statistics.service import refresh_all
from core.statistics.shares import Share, shares
from core.tenancy.across import members_of
from core.tenancy.scope import Installation, Scope

FLOOR = Fraction(85, 100)
"""Satisfaction 满意率 below which a unit is named 点名通报, in a city that grades it by no band of its own."""
RATINGS = ("satisfied", "rated", "satisfied_adjudicated", "rated_adjudicated")
WEEKS = 12
MEASURED = tuple(
    dict.fromkeys(
        measure for metric in CORE_METRICS for measure in (metric.numerator, metric.denominator) if measure is not None
    )
)
"""The measures that the core's figures are made of; no others are read."""
NONE = Counts([])


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
    """What a city's month, or other days, looked like. Rates are pooled: all numerators over all denominators, never a mean of rates."""

    city: str
    city_name: str
    month: Month
    """The month, or where other days are asked for that in which they end."""
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
    instructions: Sequence[LevelCount] = ()
    """Instructions of leaders by level, the city's own among them."""
    asked: Asked | None = None
    """What was asked for; None = everything of the month."""
    membership: Membership | None = None
    """Who is counted and how far; None = nobody asked."""

    @property
    def question(self) -> Asked:
        return self.asked or Asked.of_month(self.month)


def refresh_city(installation: Installation, city: str) -> int:
    """Count the dirty days of a city's districts, each in its own scope, and return how many there were.

    Raises `UnknownTenant` or `NotACity`.
    """
    return sum(refresh_all(installation, district.slug) for district in members_of(installation, city))


def counted_city_days(installation: Installation, city: str) -> Sequence[Span]:
    """Return for each district with appeals the stretch of days that they came in on."""
    gather(installation, city)
    with installation.scope(city) as scope:
        members = membership_of(scope).members
    return [Span(each.first_day, each.last_day) for each in members if each.first_day and each.last_day]


def city_report(installation: Installation, city: str, month: Month, *, today: date) -> CityReport:
    """Bring the city's counts together and read the report of a month. Raises `UnknownTenant` or `NotACity`.

    Only the core's figures are added up: they are defined alike everywhere.
    """
    gather(installation, city)
    with installation.scope(city) as scope:
        return read_city(scope, Asked.of_month(month), today=today)


def read_city(scope: Scope, asked: Asked, *, today: date) -> CityReport:
    """Read what is asked from the counts that were brought together. Raises `NoSuchDistrict` and `NotNarrowedSo`."""
    asked.only("nature", "channel", "category", "district", "group", of="运行总览")
    membership = membership_of(scope)
    chosen = membership.chosen(asked)
    cube = CityCube(scope.session, scope.tenant.id, [member.id for member in chosen])
    now, before = (counts_by_district(cube, asked, span, *MEASURED) for span in (asked.span, asked.before))
    a_year_before = pooled(counts_by_district(cube, asked, asked.year_before, *MEASURED))
    all_now, all_before = pooled(now), pooled(before)
    weeks = last_weeks(min(asked.span.last, today), count=WEEKS)
    by_week = counts_by_week(cube, asked, Span(weeks[0].first, weeks[-1].last), "accepted", "concluded")
    floor = floor_of(scope, "satisfied") or FLOOR
    return CityReport(
        city=scope.tenant.slug,
        city_name=scope.tenant.name,
        month=asked.month or Month.of(asked.span.last),
        is_over=asked.is_over(today),
        figures=[figure(metric, all_now, all_before) for metric in CORE_METRICS],
        districts=[
            District(
                member.slug,
                member.name,
                [figure(metric, now.get(member.id, NONE), before.get(member.id, NONE)) for metric in CORE_METRICS],
            )
            for member in chosen
        ],
        by_matter=_by_matter(cube, asked),
        floor=floor,
        below_floor=_all_below(cube, asked, chosen, now, floor),
        weeks=[
            Week(
                week,
                by_week.get(week.first, NONE).n("accepted"),
                by_week.get(week.first, NONE).n("concluded"),
            )
            for week in weeks
        ],
        causes=_causes(cube, asked, chosen),
        year_before=beside_year_before(CORE_METRICS, all_now, a_year_before, of=MEASURED),
        instructions=() if asked.narrowed else _instructions(scope, cube, asked.span),
        asked=asked,
        membership=membership,
    )


def membership_of(scope: Scope) -> Membership:
    """Return who is counted in the city, with the groups that it has set."""
    return membership(scope, groups_of(scope))


def _by_matter(cube: CityCube, asked: Asked) -> Sequence[Share]:
    """Return the largest categories; none where the counts are narrowed by what they are not divided by at once."""
    if asked.aspect != "all":
        return ()
    now, before = (pooled_by_category(cube, span, "accepted") for span in (asked.span, asked.before))
    return shares(now, before, str, top=TOP, others="其他类别", none=UNNAMED)


def _causes(cube: CityCube, asked: Asked, chosen: Sequence[Member]) -> Sequence[Causes]:
    """Return the causes of the codes; none where the counts are narrowed by the way in, which codes are not divided by."""
    if asked.aspect == "way":
        return ()
    now, before = (codes_counted(cube, REPORTED, span, category=asked.category) for span in (asked.span, asked.before))
    return [
        causes(
            kind,
            added(now[kind].by_district.values()),
            added(before[kind].by_district.values()),
            parties={member.name: codes for member in chosen if (codes := now[kind].by_district.get(member.id))},
            matters={category or UNNAMED: codes for category, codes in now[kind].by_category.items()},
        )
        for kind in REPORTED
    ]


def _instructions(scope: Scope, cube: CityCube, span: Span) -> Sequence[LevelCount]:
    """Return the instructions in the districts and those that the city itself registered."""
    counted, own = codes_counted(cube, (GIVEN, REPORTED_ON), span), Cube.of(scope)
    given, reported = (
        added([*counted[kind].by_district.values(), counts_by_code(own, kind, span)]) for kind in (GIVEN, REPORTED_ON)
    )
    return by_level(given, reported)


def _all_below(
    cube: CityCube, asked: Asked, chosen: Sequence[Member], now: Mapping[int, Counts], floor: Fraction
) -> Sequence[BelowFloor]:
    below = [
        _below_floor(member, None, counted)
        for member in chosen
        if (counted := now.get(member.id)) and _is_below(counted.n("satisfied"), counted.n("rated"), floor)
    ]
    if asked.aspect == "all":
        by_id = {member.id: member for member in chosen}
        units = counts_by_unit(
            cube, asked.span, *RATINGS, only=lambda sums: _is_below(sums["satisfied"], sums["rated"], floor)
        )
        names = unit_names(cube, {unit for _, unit in units}) if units else {}
        below += [_below_floor(by_id[key[0]], names[key], counted) for key, counted in units.items() if key in names]
    # Floats order quotients of such counts as fractions do, and sorting thousands of these takes long.
    return sorted(below, key=lambda each: (each.satisfied / each.rated, each.district, each.unit or ""))


def _below_floor(member: Member, unit: str | None, counted: Counts) -> BelowFloor:
    return BelowFloor(member.slug, member.name, unit, *(counted.n(measure) for measure in RATINGS))


def _is_below(satisfied: Any, rated: Any, floor: Fraction) -> Any:
    """Tell of two numbers, or say of two sums that the database reads, whether they lie below and are not too few."""
    return (rated >= SMALL_SAMPLE) & (satisfied * floor.denominator < floor.numerator * rated)

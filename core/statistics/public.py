"""Live counters for everybody 实时公开: what came in, is in hand, was done, in time, and how residents rate it.

Counted from the cube of the present month, by level and by unit; of a city for each of its districts. Each figure says what
is divided by what. Where fewer than `SMALL_SAMPLE` stand behind a quotient, it is not shown: the numbers are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.statistics.days import Span
from core.statistics.figures import SMALL_SAMPLE, Figure, figure, metrics_of
from core.statistics.models import DirtyDay
from core.statistics.periods import Month
from core.statistics.queries import Counts, Cube, counts, counts_by_unit, counts_by_way, unit_names
from core.tenancy.across import ask_members
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope
from core.units.levels import LEVEL_NAMES, LEVELS, KnownUnit, level_of
from core.units.queries import directory

MEASURES = ("accepted", "dispatched", "concluded", "on_time", "due", "satisfied", "rated")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a column counts, in words: the numerator, and the denominator where it is a quotient."""

    id: str
    label: str
    numerator: str
    denominator: str = ""


DEFINITIONS: Sequence[Definition] = (
    Definition("accepted", "受理", "本月受理的诉求件数"),
    Definition("dispatched", "承办", "本月派给单位办理的次数，改派另计"),
    Definition("concluded", "已办", "本月办结并答复的件数"),
    Definition("on_time", "按期率", "本月到期的答复时限中按时答复的件数", "本月到期的答复时限件数"),
    Definition("satisfied", "满意率", "本月有效评价中满意和基本满意的件数", "本月有效评价件数"),
)


@dataclass(frozen=True, slots=True)
class Rate:
    """A quotient with both its numbers."""

    numerator: int
    denominator: int

    @property
    def value(self) -> Fraction | None:
        """The quotient, None where too few stand behind it to be shown."""
        return Fraction(self.numerator, self.denominator) if self.denominator >= SMALL_SAMPLE else None


@dataclass(frozen=True, slots=True)
class Counter:
    """One row: of the whole, a level, a unit, or a district."""

    name: str
    accepted: int
    dispatched: int
    concluded: int
    on_time: Rate
    satisfied: Rate


@dataclass(frozen=True, slots=True)
class Counters:
    """The figures of a month for everybody; `groups` are the tables by their captions."""

    month: Month
    whole: Counter
    groups: Mapping[str, Sequence[Counter]]
    own: Sequence[Figure] = ()
    """What the district publishes besides, by its own definitions."""
    own_of_year: Sequence[Figure] = ()
    """The same, of the year so far, in the same order."""
    is_settling: bool = False
    """Something happened that is not counted yet."""


def district_counters(scope: Scope, *, today: date) -> Counters:
    """Return a district's figures of the present month, by level and by unit."""
    month = Month.of(today)
    span = Span(month.span.first, today)
    cube = Cube(scope.session, scope.tenant.id)
    by_unit = counts_by_unit(cube, span, *MEASURES)
    units, names = directory(scope), unit_names(cube)
    known = {
        unit.code: KnownUnit(unit.code, unit.name, unit.kind, parent.code if parent else None)
        for unit in units.units
        for parent in [units.unit_of_id(unit.parent_id) if unit.parent_id else None]
    }
    levels: dict[str, list[Counts]] = defaultdict(list)
    rows: list[Counter] = []
    for unit_id, counted in by_unit.items():
        unit = units.unit_of_id(unit_id) if unit_id else None
        if unit is None:
            continue
        levels[level_of(unit.code, known)].append(counted)
        rows.append(_counter(names.get(unit_id, unit.name), [counted]))
    return Counters(
        month,
        _counter(scope.tenant.name, [counts(cube, span)]),
        {
            "各层级": [_counter(LEVEL_NAMES[level], levels[level]) for level in reversed(LEVELS) if levels[level]],
            "各单位": sorted(rows, key=lambda row: (-row.dispatched, row.name)),
        },
        own=_own_figures(scope, cube, span),
        own_of_year=_own_figures(scope, cube, Span(today.replace(month=1, day=1), today)),
        is_settling=scope.session.scalar(select(exists().where(DirtyDay.tenant_id == scope.tenant.id))) or False,
    )


def _own_figures(scope: Scope, cube: Cube, span: Span) -> Sequence[Figure]:
    metrics = [metric for metric in metrics_of(scope) if metric.public]
    if not metrics:
        return ()
    counted = counts_by_way(cube, span)
    return tuple(figure(metric, counted, counted) for metric in metrics)


def city_counters(installation: Installation, city: str, *, today: date) -> Counters:
    """Return a city's figures of the present month, district by district. Raises `NotACity`."""
    month = Month.of(today)
    span = Span(month.span.first, today)

    def question(district: TenantFacts, session: Session) -> Counts:
        return counts(Cube(session, district.id), span)

    answers = [(district.name, counted) for district, counted in ask_members(installation, city, question)]
    rows = [_counter(name, [counted]) for name, counted in answers]
    return Counters(
        month, _counter(installation.tenant(city).name, [counted for _, counted in answers]), {"各区（市）县": rows}
    )


def _counter(name: str, counted: Iterable[Counts]) -> Counter:
    all_rows = Counts([row for each in counted for row in each.rows])
    return Counter(
        name,
        all_rows.n("accepted"),
        all_rows.n("dispatched"),
        all_rows.n("concluded"),
        Rate(all_rows.n("on_time"), all_rows.n("due")),
        Rate(all_rows.n("satisfied"), all_rows.n("rated")),
    )

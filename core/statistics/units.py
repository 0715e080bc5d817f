"""A district's month for each of its units: the figures that are graded, and the performance score 绩效考核."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.hooks import specs
from core.hooks.values import ScoreLine, UnitFacts
from core.statistics.days import Span
from core.statistics.figures import Figure, figure, metrics_of
from core.statistics.grades import Band, bands_of, grade_of
from core.statistics.measures import MEASURES, OF_FIRSTS
from core.statistics.performance.measures import ACCOUNTABLE, accountable_by_unit
from core.statistics.periods import Month
from core.statistics.queries import Counts, Cube, counts_by_unit
from core.tenancy.scope import Scope
from core.units.queries import DirectoryUnit, directory

NOTHING = Counts([dict.fromkeys((each.column for each in MEASURES.values()), 0)])


@dataclass(frozen=True, slots=True)
class Graded:
    """A figure of a unit, and the band that it falls into."""

    figure: Figure
    grade: Band


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a score, and whose rule it is."""

    line: ScoreLine
    by: str


@dataclass(frozen=True, slots=True)
class Score:
    """A unit's performance score: its lines, and their sum; None where a rule could not be asked."""

    lines: tuple[Line, ...]
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """One unit in a month; `score` None where the district scores nobody."""

    unit: str
    name: str
    graded: tuple[Graded, ...]
    score: Score | None


def units_in(scope: Scope, month: Month) -> Sequence[UnitMonth]:
    """Return the units that had anything to do in the month, in the order of the directory.

    To be asked first is nothing to do yet, and who handled first but has it no more is told elsewhere.
    None, and no count is read, where the district neither grades nor scores.
    """
    bands, is_scored = bands_of(scope), bool(scope.hooks.answerers_of(specs.score_lines))
    if not bands and not is_scored:
        return ()
    cube = Cube.of(scope)
    now = {unit_id: counted for unit_id, counted in counts_by_unit(cube, month.span).items() if _is_busy(counted)}
    before = counts_by_unit(cube, month.previous.span)
    cases = accountable_by_unit(scope, month.span) if is_scored else {}
    return tuple(
        UnitMonth(
            unit.code,
            unit.name,
            graded=_graded(scope, bands, now[unit.id], before.get(unit.id, NOTHING)),
            score=_score(scope, unit, month.span, now[unit.id], cases.get(unit.id, 0)) if is_scored else None,
        )
        for unit in directory(scope).units
        if unit.id in now
    )


def _is_busy(counted: Counts) -> bool:
    return any(counted.n(measure) for measure in MEASURES if measure not in OF_FIRSTS)


def _graded(scope: Scope, bands: Sequence[Band], now: Counts, before: Counts) -> tuple[Graded, ...]:
    """Grade the unit's figures; one that is narrowed to a way of coming in cannot be told for a unit."""
    wanted = {band.band.metric for band in bands}
    figures = [figure(each, now, before) for each in metrics_of(scope) if each.id in wanted and not each.where]
    return tuple(Graded(each, grade) for each in figures if (grade := grade_of(each, bands)))


def _score(scope: Scope, unit: DirectoryUnit, span: Span, counted: Counts, cases: int) -> Score:
    facts: Mapping[str, int] = {**{measure: counted.n(measure) for measure in MEASURES}, ACCOUNTABLE.key: cases}
    asked = UnitFacts(unit.code, span.first, span.last, facts)
    answers = scope.hooks.ask(specs.score_lines, facts=asked)
    lines = tuple(Line(line, scope.hooks.stamp(feature)) for feature, line in answers)
    if answers.failures:
        return Score(lines, None)
    return Score(lines, sum((Decimal(str(each.line.points)) for each in lines), Decimal(0)))

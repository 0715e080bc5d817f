"""A month weighed by rules 考核权重与等次: what each unit's counts are worth, and which figures fall below a line, by one or two tables.

Read from the cube; nothing is written. With the table of a draft beside the one that holds one sees who would move.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.hooks import specs
from core.hooks.table import HookTable
from core.hooks.values import Metric
from core.statistics.bulletins.in_force import PLAIN
from core.statistics.figures import Figure, figure, metrics_of
from core.statistics.grades import Band, grade_of
from core.statistics.measures import MEASURES, OF_FIRSTS
from core.statistics.performance.measures import ACCOUNTABLE, accountable_by_unit
from core.statistics.performance.rules import ranks
from core.statistics.performance.scoring import Scored, score
from core.statistics.periods import Month
from core.statistics.queries import Counts, Cube, counts_by_unit
from core.statistics.units import NOTHING
from core.tenancy.scope import Scope
from core.units.queries import DirectoryUnit, directory


@dataclass(frozen=True)
class UnitCounts:
    """What was counted of a unit in a month, and in how many cases it was found responsible."""

    unit: DirectoryUnit
    counts: Counts
    cases: int

    @property
    def facts(self) -> Mapping[str, int]:
        """What rules are told of it."""
        return {**{measure: self.counts.n(measure) for measure in MEASURES}, ACCOUNTABLE.key: self.cases}


@dataclass(frozen=True, slots=True)
class Sides:
    """A unit's score by the rules that hold and by a draft: sum in hundredths and place; None where a rule failed.

    Without a draft both sides are the same.
    """

    name: str
    before: Scored
    after: Scored
    rank_before: int | None
    rank_after: int | None

    @property
    def moved(self) -> int:
        """By how many places the unit goes up by the draft, negative = down."""
        return (self.rank_before or 0) - (self.rank_after or 0) if self.rank_before and self.rank_after else 0


@dataclass(frozen=True, slots=True)
class Line:
    """A metric with a line to hold: the thresholds by both sides, and every unit that has enough for it."""

    metric: Metric
    before: Sequence[Band]
    after: Sequence[Band]
    units: "Sequence[Against]"
    too_few: int


@dataclass(frozen=True, slots=True)
class Against:
    """A unit's figure against the line: the band that it falls into by each side, None = it holds the line."""

    name: str
    figure: Figure
    before: Band | None
    after: Band | None

    @property
    def crosses(self) -> str:
        """How the draft changes it: `down` = falls below the line now, `up` = holds it now, empty = as before."""
        if (self.before is None) == (self.after is None):
            return ""
        return "down" if self.after else "up"

    @property
    def value(self) -> Fraction:
        assert self.figure.now.value is not None
        return self.figure.now.value


def units_of_month(scope: Scope, month: Month) -> list[UnitCounts]:
    """Return the units that had anything to do in the month, in the order of the directory."""
    counted, cases = counts_by_unit(Cube.of(scope), month.span), accountable_by_unit(scope, month.span)
    return [
        UnitCounts(unit, counted[unit.id], cases.get(unit.id, 0))
        for unit in directory(scope).units
        if unit.id in counted and any(counted[unit.id].n(measure) for measure in MEASURES if measure not in OF_FIRSTS)
    ]


def weighed(units: Sequence[UnitCounts], month: Month, before: HookTable, after: HookTable | None) -> list[Sides]:
    """Return what each unit's month is worth by both tables, the best by the later one first."""
    was = {each.unit.id: score(before, each.unit.code, month.span, each.facts) for each in units}
    now = {each.unit.id: score(after, each.unit.code, month.span, each.facts) for each in units} if after else was
    ranked, ranks_now = (ranks({unit: scored.total for unit, scored in side.items()}) for side in (was, now))
    sides = [
        Sides(each.unit.name, was[each.unit.id], now[each.unit.id], ranked[each.unit.id], ranks_now[each.unit.id])
        for each in units
    ]
    return sorted(sides, key=lambda each: (each.rank_after is None, each.rank_after or 0, each.name))


def lines_to_hold(scope: Scope, units: Sequence[UnitCounts], before: HookTable, after: HookTable | None) -> list[Line]:
    """Return every metric that has a threshold by either table, with the units graded by both.

    A figure over too few is not graded, one that is narrowed to a way of coming in cannot be told for a unit.
    """
    metrics = {metric.id: metric for metric in metrics_of(scope) if metric.better != "neither" and not metric.where}
    was = bands_by(before)
    now = bands_by(after) if after else was
    return [
        _line(metrics[each], units, was.get(each, ()), now.get(each, ()))
        for each in dict.fromkeys([*was, *now])
        if each in metrics
    ]


def bands_by(table: HookTable) -> dict[str, list[Band]]:
    """Return the thresholds that a table gives, by metric."""
    found: dict[str, list[Band]] = {}
    for feature, band in table.ask(specs.grade_bands):
        found.setdefault(band.metric, []).append(Band(band, table.stamp(feature)))
    return found


def sample_of(table: HookTable) -> int:
    """Return over how many ratings at least a bulletin proposes to name somebody."""
    return next((rules.sample for _, rules in table.ask(specs.bulletin_rules)), PLAIN.sample)


def _line(metric: Metric, units: Sequence[UnitCounts], before: Sequence[Band], after: Sequence[Band]) -> Line:
    graded, too_few = [], 0
    for each in units:
        told = figure(metric, each.counts, NOTHING)
        if told.now.value is None:
            continue
        if told.is_small:
            too_few += 1
            continue
        graded.append(Against(each.unit.name, told, grade_of(told, before), grade_of(told, after)))
    is_up = metric.better == "up"
    graded.sort(key=lambda each: each.value if is_up else -each.value)
    return Line(metric, before, after, graded, too_few)

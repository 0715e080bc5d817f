"""Asking the district's rules what a unit's counts of a year are worth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.hooks import specs
from core.hooks.table import HookTable
from core.hooks.values import PerformanceRules, UnitFacts
from core.kit.saying import joined, said, word
from core.statistics.days import Span
from core.statistics.performance.measures import COUNTABLE
from core.statistics.performance.rules import hundredths
from core.tenancy.scope import Scope

PLAIN = PerformanceRules()


@dataclass(frozen=True, slots=True)
class ScoredLine:
    """A line of a score: its points in hundredths, who gave it, and the measures that it counts."""

    label: str
    points: int
    rule_id: str
    by: str
    reason: str
    behind: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """What a unit's counts are worth; `failures` say in words which features could not be asked."""

    lines: tuple[ScoredLine, ...]
    failures: tuple[str, ...]

    @property
    def total(self) -> int | None:
        """The sum in hundredths, none where a rule could not be asked."""
        return None if self.failures else sum(line.points for line in self.lines)


def score(table: HookTable, unit: str, span: Span, counts: Mapping[str, int]) -> Scored:
    """Ask the rules of a table what these counts are worth. A line that counts what there is not fails."""
    answers = table.ask(specs.score_lines, facts=UnitFacts(unit, span.first, span.last, counts))
    failures = [
        said("{label}：{words}", label=_label(table, each.feature), words=word(each.words)) for each in answers.failures
    ]
    lines = []
    for feature, line in answers:
        if unknown := [measure for measure in line.behind if measure not in COUNTABLE]:
            words = said("“{label}”没有计量 {unknown}", label=word(line.label), unknown=joined("、", unknown))
            table.refuse(feature, specs.score_lines, words)
            failures.append(said("{label}：{words}", label=_label(table, feature), words=words))
            continue
        lines.append(
            ScoredLine(
                line.label,
                hundredths(line.points),
                line.rule_id,
                table.stamp(feature),
                line.reason,
                tuple(dict.fromkeys(line.behind)),
            )
        )
    return Scored(tuple(lines), tuple(failures))


def measures_behind(scored: Iterable[Scored]) -> tuple[str, ...]:
    """Return the measures that any of these lines counts, each once."""
    return tuple(dict.fromkeys(measure for each in scored for line in each.lines for measure in line.behind))


def scorers_of(scope: Scope) -> Sequence[str]:
    """Return the features that give lines, in the tenant's order."""
    return scope.hooks.answerers_of(specs.score_lines)


def rules_of(scope: Scope) -> PerformanceRules:
    """Return how a year is settled at this tenant."""
    return scope.remember("performance_rules", lambda: _ask(scope))


def _ask(scope: Scope) -> PerformanceRules:
    return next((rules for _, rules in scope.hooks.ask(specs.performance_rules)), PLAIN)


def _label(table: HookTable, feature: str) -> str:
    return said("功能“{label}”", label=word(table.enabled[feature].feature.label))

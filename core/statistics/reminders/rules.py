"""What calls for a reminder letter, as rules over counts: values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from core.hooks.values import ReminderRules
from core.statistics.places import Place

Reason = Literal["repetition", "limits", "again"]
REASON_LABELS: dict[Reason, str] = {
    "repetition": "同类诉求集中",
    "limits": "时限临近而按时率下降",
    "again": "办结后反复",
}
FEWEST_JUDGED = 10
"""Limits that came due from which a share answered in time is held against the one before."""
MOST_FIGURES = 10
"""Figures in one letter, the gravest first: more than that nobody answers."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a letter as it was when the letter was drafted, beside the same one of as many days before.

    `numerator` and `denominator` are those of a share in percent; a count has no denominator. `due` is how many open
    tickets fell due when the limits were looked at. `matter` and `area` are codes, empty where it is of neither.
    """

    kind: Reason
    matter: str
    area: str
    numerator: int
    denominator: int | None
    numerator_before: int
    denominator_before: int | None
    due: int = 0

    @property
    def value(self) -> Fraction:
        """The figure's value; a share of nothing is nothing."""
        return _value(self.numerator, self.denominator)

    @property
    def before(self) -> Fraction:
        return _value(self.numerator_before, self.denominator_before)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Figure":
        """Read a figure as it is kept."""
        return cls(**kept)


def repetitions(now: Mapping[Place, int], before: Mapping[Place, int], rules: ReminderRules) -> list[Figure]:
    """Return the matters that gather in an area of one unit, most first. What has no matter or no area is left out."""
    found = [
        Figure("repetition", matter, area, n, None, before.get((matter, area), 0), None)
        for (matter, area), n in now.items()
        if matter and area and _gathers(n, before.get((matter, area), 0), rules)
    ]
    return sorted(found, key=lambda each: (-each.numerator, each.matter, each.area))[:MOST_FIGURES]


def limits(due: int, now: tuple[int, int], before: tuple[int, int], rules: ReminderRules) -> list[Figure]:
    """Return the share of limits met where it fell while much falls due; `now` and `before` are met and all limits."""
    if due < rules.due_least or min(now[1], before[1]) < FEWEST_JUDGED:
        return []
    if Fraction(before[0], before[1]) - Fraction(now[0], now[1]) < Fraction(rules.fall_points, 100):
        return []
    return [Figure("limits", "", "", now[0], now[1], before[0], before[1], due)]


def again(now: Mapping[Place, int], before: Mapping[Place, int], rules: ReminderRules) -> list[Figure]:
    """Return what came again after it was concluded, of all matters together, by matter and area, most first."""
    if sum(now.values()) < rules.again_least:
        return []
    found = [
        Figure("again", matter, area, n, None, before.get((matter, area), 0), None) for (matter, area), n in now.items()
    ]
    return sorted(found, key=lambda each: (-each.numerator, each.matter, each.area))[:MOST_FIGURES]


def direction(figures: Sequence[Figure], afterwards: Sequence[Figure]) -> Literal["better", "same", "worse"]:
    """Tell which way the figures of a letter went, as a help to whoever judges its effect: a share is better when higher."""
    change = sum(
        (each.value - was.value) * (1 if each.kind == "limits" else -1)
        for was, each in zip(figures, afterwards, strict=True)
    )
    return "better" if change > 0 else "worse" if change < 0 else "same"


def _gathers(n: int, before: int, rules: ReminderRules) -> bool:
    return n >= rules.repeated_least or (n >= rules.rise_least and n >= rules.rise_factor * max(before, 1))


def _value(numerator: int, denominator: int | None) -> Fraction:
    if denominator is None:
        return Fraction(numerator)
    return Fraction(numerator, denominator) if denominator else Fraction(0)

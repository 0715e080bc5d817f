"""When a rise is unusual: a count held against the counts of the same weekdays before it. Numbers in, a verdict out.

What is expected is the mean of the weeks before, the highest of them taken no higher than the second: one rise in the past
does not hide the next. How far counts stray by chance is the variance of those weeks, at least that of a Poisson count,
widened by what so few weeks leave open. A count of that mean and variance is negative binomial, and its upper tail is how
often chance alone would bring as many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log

FEWEST_WEEKS = 4
"""Weeks of past without which nothing can be said."""
HALF = 0.5
"""Added to what the weeks before brought, so that a matter never heard of is not expected to be impossible (Jeffreys)."""
NEGLIGIBLE = 1e-15
MOST_TERMS = 100_000


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a rise must be to be warned of: so many appeals, so many times what was expected, so unlikely by chance.

    `chance` is how likely one warning or more by chance alone may be in a run over everything that is watched.
    """

    least: int
    factor: float
    chance: float


@dataclass(frozen=True, slots=True)
class Rise:
    """A count beside what was to be expected, and how likely chance alone would bring as many."""

    count: int
    expected: float
    chance: float


def rise_of(count: int, before: Sequence[int]) -> Rise:
    """Hold a count against those of the weeks before it, of which there must be `FEWEST_WEEKS`."""
    assert len(before) >= FEWEST_WEEKS
    expected, variance = baseline(before)
    return Rise(count, expected, chance_of(count, expected, variance))


def baseline(before: Sequence[int]) -> tuple[float, float]:
    """Return what is to be expected after these counts, and the variance of that."""
    second, highest = sorted(before)[-2:]
    tamed = [*sorted(before)[:-1], min(second, highest)]
    weeks = len(tamed)
    mean = (sum(tamed) + HALF) / weeks
    spread = sum((each - mean) ** 2 for each in tamed) / (weeks - 1)
    return mean, max(mean, spread) * (1 + 1 / weeks)


def chance_of(count: int, mean: float, variance: float) -> float:
    """Return how likely `count` or more is where this mean and variance are; the variance is above the mean."""
    if count <= 0:
        return 1.0
    size = mean * mean / (variance - mean)
    stay = size / (size + mean)
    if count <= mean:
        return max(0.0, 1.0 - sum(_mass(each, size, stay) for each in range(count)))
    term = _mass(count, size, stay)
    total, number = 0.0, count
    while term > total * NEGLIGIBLE and number < count + MOST_TERMS:
        total += term
        term *= (number + size) / (number + 1) * (1 - stay)
        number += 1
    return min(1.0, total)


def is_unusual(rise: Rise, thresholds: Thresholds, *, watched: int) -> bool:
    """Tell whether a rise is to be warned of, where so many counts are watched in the same run (Bonferroni)."""
    return (
        rise.count >= thresholds.least
        and rise.count >= thresholds.factor * rise.expected
        and rise.chance * max(watched, 1) <= thresholds.chance
    )


def _mass(number: int, size: float, stay: float) -> float:
    """Return the probability of a negative binomial count."""
    return exp(lgamma(number + size) - lgamma(size) - lgamma(number + 1) + size * log(stay) + number * log(1 - stay))

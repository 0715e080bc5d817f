"""Grades 等次: figures below a district's thresholds, and what follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.hooks import specs
from core.hooks.values import GradeBand
from core.kit.saying import said
from core.statistics.figures import Figure, metrics_of
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Band:
    """A threshold of a district, and whose rule it is."""

    band: GradeBand
    by: str

    @property
    def threshold(self) -> Fraction:
        """The threshold exactly as it is written: 0.85 is 85/100."""
        return Fraction(str(self.band.threshold))


def bands_of(scope: Scope) -> Sequence[Band]:
    """Return the district's thresholds; one on a metric that there is none of, or without a direction, is reported."""
    return scope.remember("grade_bands", lambda: _ask(scope))


def floor_of(scope: Scope, metric: str) -> Fraction | None:
    """Return the threshold of the gravest band on a metric of which more is better, None where there is no band."""
    return min((band.threshold for band in bands_of(scope) if band.band.metric == metric), default=None)


def grade_of(figure: Figure, bands: Sequence[Band]) -> Band | None:
    """Return the gravest band that a figure falls into; one over too few is not graded."""
    value = figure.now.value
    if value is None or figure.is_small or figure.better == "neither":
        return None
    is_up = figure.better == "up"
    fallen = [
        band
        for band in bands
        if band.band.metric == figure.id and (value < band.threshold if is_up else value > band.threshold)
    ]
    return min(fallen, key=lambda band: band.threshold if is_up else -band.threshold, default=None)


def _ask(scope: Scope) -> Sequence[Band]:
    directions = {metric.id: metric.better for metric in metrics_of(scope)}
    bands = []
    for feature, band in scope.hooks.ask(specs.grade_bands):
        if directions.get(band.metric, "neither") == "neither":
            scope.hooks.refuse(feature, specs.grade_bands, said("没有可以评等次的指标 {metric}", metric=band.metric))
        else:
            bands.append(Band(band, scope.hooks.stamp(feature)))
    return tuple(bands)

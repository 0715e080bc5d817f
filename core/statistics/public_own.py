"""What a district publishes besides 本区公布的指标: the metrics that its features declare public, told by the same rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from core.hooks.values import Metric
from core.statistics.days import Span
from core.statistics.figures import SMALL_SAMPLE, metrics_of, read
from core.statistics.periods import Month
from core.statistics.queries import EVERYTHING, Counts, Cube, Where, ways_by_month
from core.statistics.small_counts import FEWEST, NOTHING, STEP, Told, rate_of, told
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class OwnReading:
    """What is told of a metric in a period: how often, and of a quotient the rest and between which values it lies.

    Where a quotient has no `value`, too few stand behind it. The `rest` of a quotient whose numerator is no part of its
    denominator is the denominator itself.
    """

    part: Told
    rest: Told | None
    value: tuple[Fraction, Fraction] | None
    is_part: bool = True


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """A metric of the month before, which is over, of the present one, and of the year so far."""

    metric: Metric
    before: OwnReading
    now: OwnReading
    year: OwnReading


def own_figures(scope: Scope, *, today: date) -> Sequence[OwnFigure]:
    """Return what the district publishes by definitions of its own; nothing is read where there is none."""
    metrics = [metric for metric in metrics_of(scope) if metric.public]
    if not metrics:
        return ()
    month = Month.of(today)
    year = Month(today.year, 1)
    by_month = ways_by_month(Cube.of(scope), Span(min(year, month.previous).first, today))
    so_far = {first: counts for first, counts in by_month.items() if first >= year.first}
    return [
        OwnFigure(
            metric,
            _reading(metric, by_month.get(month.previous.first, _NONE), step=1),
            _reading(metric, by_month.get(month.first, _NONE), step=STEP),
            _of_year(metric, so_far, month),
        )
        for metric in metrics
    ]


_NONE = Counts([])


def _of_year(metric: Metric, months: Mapping[date, Counts], present: Month) -> OwnReading:
    """Read the year as the sum of what its months tell, so that it tells no more of any of them."""
    read_months = [
        _reading(metric, counts, step=STEP if first == present.first else 1) for first, counts in months.items()
    ]
    whole = _reading(metric, Counts([row for counts in months.values() for row in counts.rows]), step=STEP)
    part = _sum(each.part for each in read_months)
    if whole.rest is None:
        return replace(whole, part=part)
    rest = _sum(each.rest for each in read_months if each.rest)
    is_part = all(each.is_part for each in read_months)
    value = rate_of(part, rest, sample=SMALL_SAMPLE) if is_part else None
    return OwnReading(part, rest, value, is_part=is_part)


def _sum(each: Iterable[Told]) -> Told:
    low = high = 0
    for count in each:
        low, high = low + count.low, high + (count.high or 0)
    return Told(low, high)


def _reading(metric: Metric, counts: Counts, *, step: int) -> OwnReading:
    if metric.unit == "count" or metric.denominator is None:
        return OwnReading(_told(metric.numerator, metric.where, counts, step=step, zero=True), None, None)
    if metric.unit != "percent":
        count = _told(metric.denominator, metric.where, counts, step=step, zero=True)
        mean = read(metric, counts).value
        return OwnReading(count, None, None if mean is None or count.low < SMALL_SAMPLE else (mean, mean))
    if not counts.n(metric.denominator, metric.where) and not counts.n(metric.numerator, metric.where):
        return OwnReading(NOTHING, NOTHING, None)
    part = _told(metric.numerator, metric.where, counts, step=step, zero=False)
    left = counts.n(metric.denominator, metric.where) - counts.n(metric.numerator, metric.where)
    if left < 0:
        whole = _told(metric.denominator, metric.where, counts, step=step, zero=False)
        return OwnReading(part, whole, _over(part, whole), is_part=False)
    rest = told(left, step=step, zero=False)
    return OwnReading(part, rest, rate_of(part, rest, sample=SMALL_SAMPLE))


def _told(measure: str, where: Where, counts: Counts, *, step: int, zero: bool) -> Told:
    """Tell a count; in steps also where so few are left of the whole measure that these could be picked out."""
    n = counts.n(measure, where)
    left = counts.n(measure, EVERYTHING) - n
    return told(n, step=STEP if 0 < left < FEWEST else step, zero=zero)


def _over(part: Told, whole: Told) -> tuple[Fraction, Fraction] | None:
    if whole.low < SMALL_SAMPLE or whole.high is None or part.high is None:
        return None
    return Fraction(part.low, whole.high), Fraction(part.high, whole.low)

"""Trying warnings on the past: which there would have been, day by day, had these rules held. Nothing is written."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.hooks.values import WarningRules
from core.statistics.days import ONE_DAY, Span
from core.statistics.queries import Cube, counted_days
from core.statistics.warnings.rules import FEWEST_WEEKS, Thresholds
from core.statistics.warnings.watching import Found, Key, daily_counts, unusual
from core.tenancy.scope import Scope

LOOKED_AHEAD = 28
"""Days after a warning in which its peak is looked for, and its fading."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A warning that there would have been: the last day looked at, and what came of it afterwards."""

    day: date
    found: Found
    peak: int
    days_to_peak: int
    after: int
    """The count of as many days directly after; a rise that was chance is gone by then."""


def replay(scope: Scope, rules: WarningRules, span: Span) -> Iterator[Replayed]:
    """Yield the warnings of a stretch of days in their order, each key at most once within a window of days."""
    there = counted_days(Cube.of(scope))
    if there is None:
        return
    days, step = rules.window_days, -(-rules.window_days // 7)
    reach = timedelta(days=days + 7 * step * rules.baseline_weeks)
    by_day: dict[date, list[tuple[Key, int]]] = {}
    for key, day, n in daily_counts(scope, Span(span.first - reach, span.last + LOOKED_AHEAD * ONE_DAY)):
        by_day.setdefault(day, []).append((key, n))

    def counted(last: date) -> Counter[Key]:
        counts: Counter[Key] = Counter()
        for back in range(days):
            for key, n in by_day.get(last - back * ONE_DAY, ()):
                counts[key] += n
        return counts

    windows: dict[date, Counter[Key]] = {}

    def window(last: date) -> Counter[Key]:
        if last not in windows:
            windows[last] = counted(last)
        return windows[last]

    thresholds = Thresholds(rules.least, rules.factor, rules.chance_percent / 100)
    told: dict[Key, date] = {}
    day = span.first
    while day <= span.last:
        weeks = min(rules.baseline_weeks, (day - timedelta(days=days - 1) - there.first).days // 7 // step)
        if weeks >= FEWEST_WEEKS:
            for found in unusual([window(day - back * step * 7 * ONE_DAY) for back in range(weeks + 1)], thresholds):
                if found.key in told and day - told[found.key] < timedelta(days=days):
                    continue
                told[found.key] = day
                yield _followed(found, day, days, there.last, window)
        windows.pop(day - reach, None)
        day += ONE_DAY


def _followed(found: Found, day: date, days: int, last: date, window: Callable[[date], Counter[Key]]) -> Replayed:
    ahead = [day + each * ONE_DAY for each in range(LOOKED_AHEAD + 1) if day + each * ONE_DAY <= last]
    counts = [window(each)[found.key] for each in ahead] or [found.rise.count]
    peak = max(counts)
    after = window(day + days * ONE_DAY)[found.key]
    return Replayed(day, found, peak, counts.index(peak), after)

"""The brief of a month 简报 for leaders: the core's figures, what came in most, and which units lie below the floor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from core.statistics.city import FLOOR, RATINGS
from core.statistics.figures import CORE_METRICS, SMALL_SAMPLE, Figure, figure
from core.statistics.grades import floor_of
from core.statistics.periods import Month
from core.statistics.queries import Cube, counts, counts_by_matter, counts_by_unit, matter_names, unit_names
from core.statistics.report import TOP, UNNAMED, matter_label
from core.statistics.shares import Share, shares
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class UnitBelow:
    """A unit whose satisfaction lies below the floor, and the ratings that it was counted from."""

    name: str
    satisfied: int
    rated: int

    @property
    def value(self) -> Fraction:
        return Fraction(self.satisfied, self.rated)


@dataclass(frozen=True, slots=True)
class MonthBrief:
    """What a leader is told of a month of their tenant, beside the month before. `is_over` is False while it runs."""

    month: Month
    is_over: bool
    figures: Sequence[Figure]
    by_matter: Sequence[Share]
    """The ten largest matters by name, then all others, then those of no matter."""
    floor: Fraction
    below: Sequence[UnitBelow]
    """Lowest first; a unit that was rated too few times is not judged."""


def month_brief(scope: Scope, month: Month, *, today: date) -> MonthBrief:
    """Read the brief of a month from the cube; days marked dirty are not counted first."""
    cube, span, earlier = Cube.of(scope), month.span, month.previous.span
    now, before = counts(cube, span), counts(cube, earlier)
    came_in, came_before = (
        {matter: counted.n("accepted") for matter, counted in counts_by_matter(cube, each, "accepted").items()}
        for each in (span, earlier)
    )
    matters, units = matter_names(cube), unit_names(cube)
    floor = floor_of(scope, "satisfied") or FLOOR
    rated = [
        UnitBelow(units[unit_id], counted.n("satisfied"), counted.n("rated"))
        for unit_id, counted in counts_by_unit(cube, span, *RATINGS).items()
        if unit_id in units
    ]
    below = [each for each in rated if each.rated >= SMALL_SAMPLE and each.value < floor]
    return MonthBrief(
        month=month,
        is_over=span.last < today,
        figures=[figure(metric, now, before) for metric in CORE_METRICS],
        by_matter=shares(
            came_in,
            came_before,
            lambda matter: matter_label(matters, matter),
            top=TOP,
            others="其他事项",
            none=UNNAMED,
        ),
        floor=floor,
        below=sorted(below, key=lambda each: (each.value, each.name)),
    )

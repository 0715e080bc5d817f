"""What a city sees of one district: read from the same counts, in the district's own transaction, for the district itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.statistics.figures import CORE_METRICS, SMALL_SAMPLE, Figure, figure
from core.statistics.periods import Month
from core.statistics.queries import Cube, accepted_by_category, counts, counts_by_unit, unit_names
from core.tenancy.scope import Scope

SHOWN_OF_UNITS = ("accepted", "due", "on_time", "overdue", "rated", "satisfied")


@dataclass(frozen=True, slots=True)
class UnitSeen:
    """One unit as the city counts it."""

    name: str
    accepted: int
    on_time: tuple[int, int]
    overdue: int
    satisfied: tuple[int, int]
    is_small: bool

    @property
    def on_time_share(self) -> Fraction | None:
        return Fraction(*self.on_time) if self.on_time[1] else None

    @property
    def satisfied_share(self) -> Fraction | None:
        return Fraction(*self.satisfied) if self.satisfied[1] else None


@dataclass(frozen=True, slots=True)
class Seen:
    """A month of a district as its city's pages count it."""

    month: Month
    figures: Sequence[Figure]
    units: Sequence[UnitSeen]
    categories: Sequence[tuple[str, int]]
    """Names of categories of matters with what was accepted, the most first; "" is not classified."""


def seen_by_city(scope: Scope, month: Month) -> Seen:
    """Read what the city sees of a month; days marked dirty are not counted first, as the city does not either."""
    cube, span = Cube.of(scope), month.span
    now, before = counts(cube, span), counts(cube, month.previous.span)
    names = unit_names(cube)
    units = [
        UnitSeen(
            names[unit_id],
            counted.n("accepted"),
            (counted.n("on_time"), counted.n("due")),
            counted.n("overdue"),
            (counted.n("satisfied"), counted.n("rated")),
            counted.n("rated") < SMALL_SAMPLE,
        )
        for unit_id, counted in counts_by_unit(cube, span, *SHOWN_OF_UNITS).items()
        if unit_id in names and any(counted.n(measure) for measure in SHOWN_OF_UNITS)
    ]
    categories = accepted_by_category(cube, span)
    return Seen(
        month,
        [figure(metric, now, before) for metric in CORE_METRICS],
        sorted(units, key=lambda unit: (-unit.accepted, unit.name)),
        sorted(((name, n) for name, n in categories.items() if n), key=lambda each: (-each[1], each[0])),
    )

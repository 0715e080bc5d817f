"""The ping-pong index of each unit 踢皮球指数: returns that did not hold, per hundred tickets that it got as lead."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.statistics.figures import CORE_METRICS, Figure, figure
from core.statistics.measures import MEASURES
from core.statistics.periods import Month
from core.statistics.queries import Counts, Cube, counts_by_unit
from core.tenancy.scope import Scope
from core.units.queries import directory

PING_PONG = next(metric for metric in CORE_METRICS if metric.id == "ping_pong")
COUNTED = ("dispatched", "returned", "returned_in_vain")
NOTHING = Counts([dict.fromkeys((MEASURES[measure].column for measure in COUNTED), 0)])


@dataclass(frozen=True, slots=True)
class UnitReturns:
    """How often a unit gave tickets back in a month, and its index with numerator and denominator."""

    unit: str
    name: str
    returned: int
    index: Figure


def returning_units(scope: Scope, month: Month) -> Sequence[UnitReturns]:
    """Return the units that gave, or wanted to give, tickets back in the month, in the order of the directory.

    In that order and not by the index: over fewer than thirty tickets it says little of a unit.
    """
    cube = Cube.of(scope)
    now, before = (counts_by_unit(cube, each.span, *COUNTED) for each in (month, month.previous))
    return tuple(
        UnitReturns(
            unit.code,
            unit.name,
            counted.n("returned"),
            figure(PING_PONG, counted, before.get(unit.id, NOTHING)),
        )
        for unit in directory(scope).units
        if (counted := now.get(unit.id)) and (counted.n("returned") or counted.n("returned_in_vain"))
    )

"""Who was asked first, who handled first, and who passed on 首问首办: each unit's numbers in a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.statistics.behind import LISTED, consulted_by_unit
from core.statistics.days import Span
from core.statistics.queries import Cube, counts_by_unit
from core.tenancy.scope import Scope
from core.units.queries import directory

COUNTED = (
    "asked_first",
    "asked_passed_on",
    "first_handled",
    "first_passed_on",
    "return_requested",
    "return_refused",
    "returned",
)
SHOWN = (*COUNTED, "consulted")
"""The numbers of a unit, in the order in which they are shown."""
LABELS: Mapping[str, str] = {key: LISTED[key].label for key in SHOWN}


@dataclass(frozen=True, slots=True)
class UnitOwning:
    """A unit's numbers by the key of what they count."""

    unit: str
    name: str
    counts: Mapping[str, int]

    @property
    def attempts(self) -> int:
        """How often it tried to give a ticket back, also in vain."""
        return self.counts["return_requested"] + self.counts["return_refused"]


def owning_units(scope: Scope, span: Span) -> Sequence[UnitOwning]:
    """Return the units that were asked, handled or gave back anything in these days, in the order of the directory."""
    now, consulted = counts_by_unit(Cube.of(scope), span, *COUNTED), consulted_by_unit(scope, span)
    found = (
        UnitOwning(
            unit.code,
            unit.name,
            {key: now[unit.id].n(key) if unit.id in now else 0 for key in COUNTED}
            | {"consulted": consulted.get(unit.id, 0)},
        )
        for unit in directory(scope).units
    )
    return tuple(each for each in found if any(each.counts.values()))

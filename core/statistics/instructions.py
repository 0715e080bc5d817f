"""Instructions 批示 of a period by the level of the leader: how many were given, and on how many the unit has reported."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.escalation.labels import LEVEL_LABELS
from core.statistics.codes import city_counts_by_code, counts_by_code
from core.statistics.days import Span
from core.statistics.queries import Cube
from core.tenancy.scope import Installation

GIVEN, REPORTED = "instructed", "instructed_reported"


@dataclass(frozen=True, slots=True)
class LevelCount:
    """Instructions of leaders of one level; `reported` of the `given` have been reported on."""

    level: str
    label: str
    given: int
    reported: int

    @property
    def waiting(self) -> int:
        return self.given - self.reported


def instructions_by_level(cube: Cube, span: Span) -> Sequence[LevelCount]:
    """Count a tenant's instructions by level, from the highest on, also levels of which there was none."""
    return by_level(counts_by_code(cube, GIVEN, span), counts_by_code(cube, REPORTED, span))


def city_instructions_by_level(installation: Installation, city: str, span: Span) -> Sequence[LevelCount]:
    """Count the instructions in all districts of a city, and in the city itself. Raises `UnknownTenant`, `NotACity`."""
    given, reported = (_of_city(installation, city, kind, span) for kind in (GIVEN, REPORTED))
    return by_level(given, reported)


def _of_city(installation: Installation, city: str, kind: str, span: Span) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for _, counted in city_counts_by_code(installation, city, kind, span):
        sums.update(counted)
    with installation.scope(city) as scope:
        sums.update(counts_by_code(Cube.of(scope), kind, span))
    return sums


def by_level(given: Mapping[str, int], reported: Mapping[str, int]) -> Sequence[LevelCount]:
    """Put counts by level side by side, from the highest level on, also levels of which there was none."""
    return [
        LevelCount(level, label, given.get(level, 0), reported.get(level, 0)) for level, label in LEVEL_LABELS.items()
    ]

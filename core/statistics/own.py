"""A unit's own results 本单位成绩: a month and twelve months of the city's own figures, beside the median of its peers.

No person stands in them, and no other unit by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from sqlalchemy import func

from core.hooks.values import Metric
from core.statistics.behind import LISTED, counted_rows
from core.statistics.days import Span
from core.statistics.figures import Figure, Reading, figure, metrics_of, read
from core.statistics.measures import MEASURES
from core.statistics.periods import Month
from core.statistics.queries import Counts, Cube, counts_by_unit, counts_by_unit_and_month, matter_names
from core.statistics.report import UNNAMED, matter_label
from core.statistics.units import NOTHING, UnitMonth, units_in
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import DirectoryUnit, directory

SHOWN = ("on_time", "on_time_adjudicated", "satisfied", "satisfied_adjudicated", "resolved", "returned", "redone")
"""The figures that a unit is told of itself."""
BY_MONTH = ("on_time", "satisfied", "returned")
MONTHS = 12
FEWEST_PEERS = 3
"""A median of fewer would tell what one unit has."""
TOP = 10


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A figure in the month beside the month before, and in twelve months; each with the median of the peers.

    `behind` names the lists behind the numerator and the denominator, empty where there is none.
    """

    figure: Figure
    peers: Fraction | None
    year: Reading
    peers_in_year: Fraction | None
    behind: tuple[str, str]


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """The figures of `BY_MONTH` in one month."""

    month: Month
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class OwnMatter:
    """How often a matter was dispatched to the unit in the month and in twelve months."""

    label: str
    in_month: int
    in_year: int


@dataclass(frozen=True, slots=True)
class OwnResults:
    """All that a unit is told; `scored` is its graded figures and its score, None where the district gives none."""

    unit: str
    month: Month
    lines: tuple[OwnLine, ...]
    months: tuple[OwnMonth, ...]
    matters: tuple[OwnMatter, ...]
    peers: int
    scored: UnitMonth | None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was counted for the unit in twelve months."""
        return not self.matters and not any(line.year.denominator for line in self.lines)

    @property
    def labels(self) -> tuple[str, ...]:
        """What the figures of `months` are called."""
        by_id = {line.figure.id: line.figure.label for line in self.lines}
        return tuple(by_id[each] for each in BY_MONTH)


def year_to(month: Month) -> Span:
    """Return the days of the twelve months that end with this one."""
    return Span(_months_to(month)[0].first, month.span.last)


def own_results(scope: Scope, unit: DirectoryUnit, month: Month) -> OwnResults:
    """Read a unit's results from the cube; days marked dirty are not counted first."""
    cube, metrics = Cube.of(scope), _metrics(scope)
    wanted = {measure for each in metrics for measure in (each.numerator, each.denominator) if measure}
    now = counts_by_unit(cube, month.span, *wanted)
    before = counts_by_unit(cube, month.previous.span, *wanted)
    monthly = counts_by_unit_and_month(cube, year_to(month), *wanted)
    year = {
        unit_id: Counts([row for each in by_month.values() for row in each.rows])
        for unit_id, by_month in monthly.items()
    }
    peers = {each.id for each in directory(scope).units if each.kind == unit.kind and each.id != unit.id}
    mine = monthly.get(unit.id, {})
    shown = [each for each in metrics if each.id in BY_MONTH]
    return OwnResults(
        unit=unit.name,
        month=month,
        lines=tuple(
            OwnLine(
                figure(each, now.get(unit.id, NOTHING), before.get(unit.id, NOTHING)),
                _median(each, now, peers),
                read(each, year.get(unit.id, NOTHING)),
                _median(each, year, peers),
                (_listed(each.numerator), _listed(each.denominator or "")),
            )
            for each in metrics
        ),
        months=tuple(
            OwnMonth(each, tuple(read(metric, mine.get(each.first, NOTHING)) for metric in shown))
            for each in reversed(_months_to(month))
        ),
        matters=_matters(scope, cube, unit, month),
        peers=len(peers & year.keys()),
        scored=next((each for each in units_in(scope, month) if each.unit == unit.code), None),
    )


def _metrics(scope: Scope) -> list[Metric]:
    by_id = {each.id: each for each in metrics_of(scope)}
    return [by_id[each] for each in SHOWN]


def _months_to(month: Month) -> list[Month]:
    months = [month]
    for _ in range(MONTHS - 1):
        months.insert(0, months[0].previous)
    return months


def _median(metric: Metric, counts: Mapping[int, Counts], peers: set[int]) -> Fraction | None:
    """Return the middle value of those of the peers that have one, None where they are too few."""
    values = [value for unit_id in peers & counts.keys() if (value := read(metric, counts[unit_id]).value) is not None]
    return median(values) if len(values) >= FEWEST_PEERS else None


def _listed(measure: str) -> str:
    return measure if measure in LISTED else ""


def _matters(scope: Scope, cube: Cube, unit: DirectoryUnit, month: Month) -> tuple[OwnMatter, ...]:
    """Return the matters dispatched to the unit most in twelve months, counted from the rows that the cube counts."""
    in_year, in_month = (_dispatched(scope, unit.id, span) for span in (year_to(month), month.span))
    names = matter_names(cube)
    most = sorted(in_year, key=lambda matter: (-in_month.get(matter, 0), -in_year[matter], matter))[:TOP]
    return tuple(
        OwnMatter(matter_label(names, matter) if matter else UNNAMED, in_month.get(matter, 0), in_year[matter])
        for matter in most
    )


def _dispatched(scope: Scope, unit_id: int, span: Span) -> dict[str, int]:
    matter = func.coalesce(Ticket.matter, "")
    asked = counted_rows(scope, MEASURES["dispatched"], span, unit_id, matter, func.count()).group_by(matter)
    return dict(scope.session.execute(asked).all())

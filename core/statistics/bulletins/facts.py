"""What a bulletin is made from: counts of its month, of the month before and of the same month a year before.

Of a district from its own cube, of a city from those of its districts, through the one door and added up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from core.disclosure.exposures import published_between
from core.disclosure.models import BEHAVIOUR_LABELS
from core.hooks.values import BulletinEdition, Metric
from core.statistics.codes import counts_by_code
from core.statistics.figures import CORE_METRICS, metrics_of
from core.statistics.grades import floor_of
from core.statistics.kinds import KINDS
from core.statistics.periods import Month
from core.statistics.queries import (
    Counts,
    Cube,
    counts_by_matter_and_appellant,
    counts_by_unit_and_appellant,
    counts_by_way,
    matter_names,
    unit_names,
)
from core.statistics.report import matter_label
from core.statistics.warnings.topics import FollowedTopic, followed_topics
from core.tenancy.across import ask_members
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope
from core.units.levels import LEVEL_NAMES, LEVELS, KnownUnit, level_of
from core.units.queries import directory

NOBODY = 0
OF_UNITS = (
    *("accepted", "dispatched", "returned", "returned_in_vain", "replied", "due", "on_time", "overdue"),
    *("answered_resolved", "resolved", "rated", "satisfied", "satisfied_adjudicated", "rated_adjudicated"),
    *("concluded", "dissatisfied"),
)
OF_MATTERS = ("accepted", "rated", "dissatisfied")
UNDISPATCHED, FORMER = "尚未派单", "已撤销的单位"

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Months(Generic[T]):
    """The same of a month, of the month before, and of the same month a year before."""

    now: T
    before: T
    year_before: T

    @classmethod
    def of(cls, month: Month, read: Callable[[Month], T]) -> "Months[T]":
        return cls(read(month), read(month.previous), read(month.year_before))

    def map(self, change: Callable[[T], U]) -> "Months[U]":
        return Months(change(self.now), change(self.before), change(self.year_before))


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """What is counted of one unit; `unit_id` None = a unit of one of the city's districts, `place` that district's name.

    With `is_unit` False it is what no unit has.
    """

    unit_id: int | None
    is_unit: bool
    place: str
    name: str
    counts: Counts


@dataclass(frozen=True)
class Facts:
    """All counts that a bulletin is made from, of one edition."""

    month: Month
    edition: BulletinEdition
    is_city: bool
    metrics: Sequence[Metric]
    ways: Months[Counts]
    levels: Sequence[tuple[str, Counts]]
    """The levels of a district's units, or the districts of a city: together they are the whole."""
    units: Sequence[UnitCounts]
    matters: Months[Mapping[str, Counts]]
    """By what matters are called; "" is not classified."""
    codes: Mapping[str, Months[Mapping[str, int]]]
    floor: Fraction | None
    """Whoever satisfies less is proposed to be named; None = nobody is."""
    topics: Sequence[FollowedTopic] = ()
    """Those that people of a district follow; a city follows none."""
    exposed: Sequence[tuple[str, str, str, str]] = ()
    """Who was exposed in the month and still stands: the unit, the behaviour, the facts, and what was said in public."""


@dataclass(frozen=True)
class _Told:
    """What one tenant tells of itself."""

    ways: Months[Counts]
    units: Sequence[tuple[int, str, Counts]]
    matters: Months[Mapping[str, Counts]]
    codes: Mapping[str, Months[Mapping[str, int]]]


def gather(installation: Installation, scope: Scope, month: Month, edition: BulletinEdition) -> Facts:
    """Read what a bulletin of a district, or of a city with its districts, is made from; nothing is counted first."""
    floor = floor_of(scope, "satisfied")
    if scope.tenant.kind != "city":
        told = _ask(Cube.of(scope), month, edition)
        units = [UnitCounts(unit_id, unit_id != NOBODY, "", name, counts) for unit_id, name, counts in told.units]
        facts = _facts(
            month, edition, [told], _by_level(scope, told), units, metrics=metrics_of(scope), floor=floor, is_city=False
        )
        return replace(facts, topics=followed_topics(scope, month), exposed=_exposed(scope, month))

    def question(district: TenantFacts, session: Session) -> _Told:
        return _ask(Cube(session, district.id), month, edition)

    answers = ask_members(installation, scope.tenant.slug, question)
    levels = [(district.name, told.ways.now) for district, told in answers]
    of_all = [
        UnitCounts(None, unit_id != NOBODY, place.name, name, counts)
        for place, told in answers
        for unit_id, name, counts in told.units
    ]
    everybody = [told for _, told in answers]
    # Only the core's figures are added up: they are defined alike everywhere.
    return _facts(month, edition, everybody, levels, of_all, metrics=CORE_METRICS, floor=floor, is_city=True)


def _ask(cube: Cube, month: Month, edition: BulletinEdition) -> _Told:
    names, matters = unit_names(cube), matter_names(cube)

    def of_matters(month: Month) -> Mapping[str, Counts]:
        found: dict[str, list[Counts]] = {}
        for matter, counts in counts_by_matter_and_appellant(cube, month.span, *OF_MATTERS).items():
            label = matter_label(matters, matter) if matter else ""
            found.setdefault(label, []).append(_narrowed(counts, edition))
        return {label: pooled(each) for label, each in found.items()}

    by_unit = counts_by_unit_and_appellant(cube, month.span, *OF_UNITS)
    return _Told(
        ways=Months.of(month, lambda each: _narrowed(counts_by_way(cube, each.span), edition)),
        units=[
            (unit_id, names.get(unit_id, UNDISPATCHED), _narrowed(counts, edition))
            for unit_id, counts in sorted(by_unit.items())
        ],
        matters=Months.of(month, of_matters),
        codes={
            kind: Months.of(month, lambda each, kind=kind: counts_by_code(cube, kind, each.span))  # type: ignore[misc]
            for kind in KINDS
        },
    )


def _facts(
    month: Month,
    edition: BulletinEdition,
    told: Sequence[_Told],
    levels: Sequence[tuple[str, Counts]],
    units: Sequence[UnitCounts],
    *,
    metrics: Sequence[Metric],
    floor: Fraction | None,
    is_city: bool,
) -> Facts:
    return Facts(
        month=month,
        edition=edition,
        is_city=is_city,
        metrics=metrics,
        ways=_together([each.ways for each in told], pooled),
        levels=levels,
        units=[each for each in units if any(each.counts.n(measure) for measure in OF_UNITS)],
        matters=_together([each.matters for each in told], _pooled_by_name),
        codes={kind: _together([each.codes[kind] for each in told], _added) for kind in KINDS},
        floor=floor,
    )


def _exposed(scope: Scope, month: Month) -> Sequence[tuple[str, str, str, str]]:
    first, after = month.span.first, month.span.last + timedelta(days=1)
    since, until = (datetime.combine(day, time(), scope.tenant.zone) for day in (first, after))
    name_of = directory(scope).name_of
    return [
        (name_of(each.unit_id), BEHAVIOUR_LABELS[each.behaviour], each.facts, each.text)
        for each in published_between(scope, since, until)
    ]


def _by_level(scope: Scope, told: _Told) -> Sequence[tuple[str, Counts]]:
    """Divide a district's counts by the level of its units, the highest first; what nobody has comes last."""
    units = directory(scope)
    codes = {unit.id: unit.code for unit in units.units}
    known = {
        unit.code: KnownUnit(unit.code, unit.name, unit.kind, codes.get(unit.parent_id) if unit.parent_id else None)
        for unit in units.units
    }

    def level(unit_id: int) -> str:
        if unit_id == NOBODY:
            return UNDISPATCHED
        return LEVEL_NAMES[level_of(codes[unit_id], known)] if unit_id in codes else FORMER

    found: dict[str, list[Counts]] = {}
    for unit_id, _, counts in told.units:
        found.setdefault(level(unit_id), []).append(counts)
    order = [*(LEVEL_NAMES[each] for each in reversed(LEVELS)), FORMER, UNDISPATCHED]
    return [(label, pooled(found[label])) for label in order if label in found]


def _narrowed(counts: Counts, edition: BulletinEdition) -> Counts:
    if edition == "general":
        return counts
    return Counts([row for row in counts.rows if row["appellant"] == "enterprise"])


def pooled(each: Iterable[Counts]) -> Counts:
    """Return the counts of all together."""
    return Counts([row for counts in each for row in counts.rows])


def _pooled_by_name(each: Sequence[Mapping[str, Counts]]) -> Mapping[str, Counts]:
    names = dict.fromkeys(name for counts in each for name in counts)
    return {name: pooled(counts[name] for counts in each if name in counts) for name in names}


def _added(each: Sequence[Mapping[str, int]]) -> Mapping[str, int]:
    names = dict.fromkeys(name for counts in each for name in counts)
    return {name: sum(counts.get(name, 0) for counts in each) for name in names}


def _together(each: Sequence[Months[T]], add: Callable[[Sequence[T]], T]) -> Months[T]:
    return Months(
        add([months.now for months in each]),
        add([months.before for months in each]),
        add([months.year_before for months in each]),
    )

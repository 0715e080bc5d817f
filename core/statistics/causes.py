"""Causes in a report: of dissatisfaction and of missed limits, in all, at whom they occurred most, and with which matters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from core.evaluation.causes import DISSATISFACTION_GROUPS, GROUP_OF
from core.statistics.codes import code_shares, codes_by_matter, codes_by_unit
from core.statistics.days import Span
from core.statistics.kinds import KINDS
from core.statistics.queries import Cube, matter_names, unit_names
from core.statistics.shares import Share, shares

REPORTED = ("overdue", "dissatisfied")
"""Kinds of codes that are causes."""
TOP = 10
Codes = Mapping[str, int]
NOTHING: Codes = {}
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class CausesOf:
    """How often a unit, a district or a matter was affected, and the causes as parts of that."""

    label: str
    n: int
    parts: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Causes:
    """Everything about the causes of a kind in a month, beside the month before.

    `groups` are what they are about at first, where the kind has such; `parties` and `matters` the most affected ones.
    """

    kind: str
    label: str
    groups: Sequence[Share]
    codes: Sequence[Share]
    parties: Sequence[CausesOf]
    matters: Sequence[CausesOf]

    @property
    def is_empty(self) -> bool:
        return not self.codes


@dataclass(frozen=True, slots=True)
class Coded:
    """What one tenant counted of a kind, in the month and the one before, and in the month by unit and by category."""

    now: Codes
    before: Codes
    units: Mapping[str, Codes]
    matters: Mapping[str, Codes]


def coded(cube: Cube, kind: str, span: Span, earlier: Span, *, matter_label: Callable[[str], str]) -> Coded:
    """Read what a tenant counted of a kind, units and matters by what they are called."""
    units, by_unit = unit_names(cube), codes_by_unit(cube, kind, span)
    return Coded(
        now=added(by_unit.values()),
        before=added(codes_by_unit(cube, kind, earlier).values()),
        units=_named(by_unit.items(), lambda unit_id: units.get(unit_id, "受理席（没有承办单位）")),
        matters=_named(codes_by_matter(cube, kind, span).items(), matter_label),
    )


def causes(
    kind: str, now: Codes, before: Codes, *, parties: Mapping[str, Codes], matters: Mapping[str, Codes]
) -> Causes:
    """Put the causes of a kind in their order: the most frequent first, and so the units and the matters."""
    return Causes(
        kind=kind,
        label=KINDS[kind].label,
        groups=_groups(now, before) if kind == "dissatisfied" and (now or before) else (),
        codes=code_shares(kind, now, before),
        parties=_most_affected(kind, parties),
        matters=_most_affected(kind, matters),
    )


def causes_in(cube: Cube, span: Span, earlier: Span, *, matter_label: Callable[[str], str]) -> Sequence[Causes]:
    """Return the causes of every kind in one tenant's month."""
    read = {kind: coded(cube, kind, span, earlier, matter_label=matter_label) for kind in REPORTED}
    return [
        causes(kind, each.now, each.before, parties=each.units, matters=each.matters) for kind, each in read.items()
    ]


def category_label(cube: Cube, unnamed: str) -> Callable[[str], str]:
    """Return what calls a matter by its category, in which districts can be added up."""
    names = matter_names(cube)
    return lambda matter: names[matter].category if matter in names else unnamed


def added(each: Iterable[Codes]) -> dict[str, int]:
    """Add counts by code up."""
    sums: dict[str, int] = {}
    for codes in each:
        for code, n in codes.items():
            sums[code] = sums.get(code, 0) + n
    return sums


def _groups(now: Codes, before: Codes) -> Sequence[Share]:
    def grouped(codes: Codes) -> Codes:
        return added({GROUP_OF.get(code, ""): n} for code, n in codes.items())

    return shares(
        grouped(now),
        grouped(before),
        lambda group: DISSATISFACTION_GROUPS[group].label,
        none=KINDS["dissatisfied"].none,
    )


def _most_affected(kind: str, parties: Mapping[str, Codes]) -> Sequence[CausesOf]:
    of = (CausesOf(label, sum(codes.values()), code_shares(kind, codes, NOTHING)) for label, codes in parties.items())
    return tuple(islice(sorted(of, key=lambda each: (-each.n, each.label)), TOP))


def _named(each: Iterable[tuple[K, Codes]], label: Callable[[K], str]) -> dict[str, Codes]:
    named: dict[str, list[Codes]] = {}
    for key, codes in each:
        named.setdefault(label(key), []).append(codes)
    return {name: added(codes) for name, codes in named.items()}

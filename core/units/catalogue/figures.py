"""A duty list in figures: how many items, how fast, how many of them on site, whose they are, and how far it reaches."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.hooks.values import Budget, EventGrade
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.coverage import Coverage, coverage_of
from core.units.catalogue.limits import HOUR
from core.units.catalogue.rows import GRADE_NAMES, UNGRADED, Origin

UNITS_OF_TIME = ("分钟", "小时", "工作小时", "工作日", "天")
"""In what a limit is counted, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class BranchFigures:
    """What lies under a matter at the top: its items, those with a limit for being on site, those only proposed,
    and those of each grade.
    """

    code: str
    items: int
    on_site: int
    proposed: int
    by_grade: Mapping[EventGrade, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """A version of the list counted. An item is a lowest matter, with what holds for it in the whole district.

    `by_origin` knows None for items that do not say whether they are published. `limits` counts by unit of time and
    length, the shortest first. `by_grade` counts items that say nothing as general ones. `by_lead` counts by lead unit as it is written, whoever is at home there included.
    """

    categories: int
    items: int
    by_origin: Mapping[Origin | None, int]
    by_grade: Mapping[EventGrade, int]
    limits: Mapping[str, Mapping[Budget, int]]
    without_limit: int
    on_site: int
    by_lead: Mapping[str | None, int]
    branches: tuple[BranchFigures, ...]
    coverage: Coverage


def figures_of(catalogue: Catalogue) -> Figures:
    """Count a list."""
    items = {item.code: catalogue.written(item.code) for item in catalogue.matters.leaves}
    tops = [catalogue.matters.line(code)[-1] for code in items]
    limits = Counter(values.limit for values in items.values() if values.limit)
    on_site = [values.on_site is not None for values in items.values()]
    proposed = [values.origin == "proposed" for values in items.values()]
    grades = [values.grade or UNGRADED for values in items.values()]
    return Figures(
        categories=len(set(tops)),
        items=len(items),
        by_origin=Counter(values.origin for values in items.values()),
        by_grade=_by_grade(grades),
        limits={
            unit: {
                each: limits[each] for each in sorted(limits, key=lambda limit: limit.amount) if unit_of(each) == unit
            }
            for unit in UNITS_OF_TIME
            if any(unit_of(each) == unit for each in limits)
        },
        without_limit=len(items) - limits.total(),
        on_site=sum(on_site),
        by_lead=dict(Counter(values.lead for values in items.values()).most_common()),
        branches=tuple(
            BranchFigures(
                top,
                tops.count(top),
                sum(there for each, there in zip(tops, on_site, strict=True) if each == top),
                sum(there for each, there in zip(tops, proposed, strict=True) if each == top),
                _by_grade(grade for each, grade in zip(tops, grades, strict=True) if each == top),
            )
            for top in dict.fromkeys(tops)
        ),
        coverage=coverage_of(catalogue),
    )


def _by_grade(grades: Iterable[EventGrade]) -> Mapping[EventGrade, int]:
    counted = Counter(grades)
    return {grade: counted[grade] for grade in GRADE_NAMES}


def unit_of(limit: Budget) -> str:
    """Return in what unit of time people say a limit: minutes where it is no whole number of hours."""
    match limit.mode:
        case "wall":
            return "小时" if limit.amount % HOUR == 0 else "分钟"
        case "ws":
            return "工作小时"
        case "natural":
            return "天"
    return "工作日"

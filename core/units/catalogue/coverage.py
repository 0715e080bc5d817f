"""How far the duty list reaches: every matter in every area is somebody's, or is named."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.kit.saying import said
from core.units.catalogue.catalogue import Catalogue, Resolved
from core.units.catalogue.checking import places

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Gap:
    """A matter that is nobody's in an area, and why."""

    matter: str
    area: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The lowest matters × the lowest areas, counted: those with a lead unit, and those without, which are named.

    `by_lead` counts the cells of each unit, `by_branch` how many cells each matter at the top has, and how many of them
    are somebody's. `explicit` is the number of rows that name a unit.
    """

    matters: int
    areas: int
    resolved: int
    explicit: int
    gaps: tuple[Gap, ...]
    by_lead: Mapping[str, int]
    by_branch: Mapping[str, tuple[int, int]]

    @property
    def cells(self) -> int:
        return self.matters * self.areas

    @property
    def is_whole(self) -> bool:
        return not self.gaps


def coverage_of(catalogue: Catalogue) -> Coverage:
    """Resolve every matter in every area and count."""
    where = places(catalogue)
    leads: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    led: Counter[str] = Counter()
    gaps = []
    for matter in catalogue.matters.leaves:
        branch = catalogue.matters.line(matter.code)[-1]
        cells[branch] += len(where)
        for area in where:
            resolved = catalogue.resolve(matter.code, area)
            if resolved.lead is None:
                gaps.append(Gap(matter.code, area, _why(resolved)))
            else:
                leads[resolved.lead] += 1
                led[branch] += 1
    return Coverage(
        matters=len(catalogue.matters.leaves),
        areas=len(where),
        resolved=led.total(),
        explicit=sum(row.lead is not None for row in catalogue.rows),
        gaps=tuple(gaps),
        by_lead=dict(leads),
        by_branch={branch: (count, led[branch]) for branch, count in cells.items()},
    )


def coverage_words(catalogue: Catalogue, coverage: Coverage) -> Iterator[str]:
    """Say how far the list reaches, and name the first gaps, those of one matter together."""
    yield (
        said(
            "{matters:,} 个事项 × {areas:,} 个区域，共 {cells:,} 种情形，{resolved:,} 种有主办单位，"
            "{number:,} 种没有；写明主办单位的有 {explicit:,} 行。",
            matters=coverage.matters,
            areas=coverage.areas,
            cells=coverage.cells,
            resolved=coverage.resolved,
            number=len(coverage.gaps),
            explicit=coverage.explicit,
        )
    )
    by_matter: dict[tuple[str, str], list[str | None]] = {}
    for gap in coverage.gaps:
        by_matter.setdefault((gap.matter, gap.why), []).append(gap.area)
    for (matter, why), areas in list(by_matter.items())[:SHOWN]:
        where = catalogue.area_words(areas[0]) if len(areas) == 1 else said("{number} 个区域", number=len(areas))
        yield said(
            "事项 {matter} 在{where}没有主办单位：{why}。", matter=catalogue.matter_words(matter), where=where, why=why
        )
    if len(by_matter) > SHOWN:
        yield said("另有 {number:,} 个事项没有列出。", number=len(by_matter) - SHOWN)


def _why(resolved: Resolved) -> str:
    if "lead" in resolved.sources:
        return "写的是属地单位，而这个区域没有指定单位"
    return "没有一行写明" if resolved.rows else "清单里没有适用的行"

"""Whose is it, by the duty list: looking it up against scanning all rows: `python -m benchmarks.catalogue [rounds]`.

A made-up list of the size that a district has published: 1,285 items in 19 categories, 24 communities in 6 streets, some
5,800 rows. The scan is the definition of what holds: of all rows above the matter and around the area, the most specific
first, each value once. Both are asked the same in one run, taking turns, and must answer the same.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from core.areas.tree import Area
from core.hooks.values import Budget
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import check
from core.units.catalogue.columns import recognise
from core.units.catalogue.coverage import coverage_of
from core.units.catalogue.differences import effect_of
from core.units.catalogue.reading import read_table
from core.units.catalogue.rows import VALUES, Row
from core.units.catalogue.writing import write_table
from core.units.levels import KnownUnit

CATEGORIES, ITEMS = 19, 1285
STREETS, COMMUNITIES = 6, 24
EXCEPTIONS = 4523
"""Rows for an item in one community, beside those of items and categories for the whole district."""
ASKED = 300
ROUNDS = 7
LEAST = 50.0
TURNS = 20
"""How often all is asked in one look: an answer takes less than a clock shows."""
LIMITS = (Budget("wd_eod", 5), Budget("wd_eod", 3), Budget("wall", 86_400), Budget("wall", 7200))


class Line:
    """A line of a table, as a file would give it."""

    fault = ""

    def __init__(self, number: int, cells: tuple[str, ...]) -> None:
        self.number = number
        self.cells = cells


def main(rounds: int = ROUNDS) -> int:
    """Print the time of an answer both ways and of the work on a whole list; return 1 when the look-up is too slow."""
    chance = random.Random(5)
    units, areas = made_up_units(), made_up_areas()
    begun = time.perf_counter()
    catalogue = made_up(chance, areas)
    catalogue.resolve("01.01")
    print(
        f"{len(catalogue.matters.leaves):,} items × {COMMUNITIES} communities, {len(catalogue.rows):,} rows, ready",
        end=" ",
    )
    print(f"after {_since(begun):.0f} ms")
    communities = [area.code for area in areas if area.kind == "community"]
    asked = [(chance.choice(catalogue.matters.leaves).code, chance.choice([*communities, None])) for _ in range(ASKED)]
    parents = {node.code: node.parent for node in (*catalogue.matters.nodes, *catalogue.areas.nodes)}
    for matter, area in asked:
        found = catalogue.resolve(matter, area).values
        assert {name: getattr(found, name) for name in VALUES} == scan(catalogue.rows, parents, matter, area)
    fresh = Catalogue(catalogue.matters, catalogue.areas, catalogue.rows)
    fresh.resolve("01.01", "c0")
    first = _microseconds(lambda: [fresh.resolve(*each) for each in asked], 1)
    looked_up, scanned = [], []
    for _ in range(rounds):
        looked_up.append(_microseconds(lambda: [catalogue.resolve(*each) for each in asked], TURNS))
        scanned.append(_microseconds(lambda: [scan(catalogue.rows, parents, *each) for each in asked], 1))
    quick, slow = statistics.median(looked_up), statistics.median(scanned)
    print(f"look-up {quick:.1f} us ({first:.1f} us the first time), scan of all rows {slow:.0f} us: ", end="")
    print(f"{slow / quick:.0f} times (at least {LEAST:.0f}), {slow / first:.0f} times the first time")
    for what, work in _whole(catalogue, units, areas, chance):
        begun = time.perf_counter()
        told = work()
        print(f"{what:>28}: {_since(begun):7.0f} ms  {told}")
    return 0 if slow / quick >= LEAST else 1


def made_up(chance: random.Random, areas: list[Area]) -> Catalogue:
    """Return a list in which streets and communities have rows of their own for some of the items."""
    matters = [Node(f"{number:02d}", f"类别{number}") for number in range(1, CATEGORIES + 1)]
    matters += [
        Node(
            f"{place % CATEGORIES + 1:02d}.{place // CATEGORIES + 1:02d}",
            f"事项{place}",
            f"{place % CATEGORIES + 1:02d}",
        )
        for place in range(ITEMS)
    ]
    rows: dict[tuple[str, str | None], Row] = {
        (node.code, None): Row(matter=node.code, lead=f"d{place % 30}", limit=LIMITS[0], standard="修复并答复")
        for place, node in enumerate(matters[:CATEGORIES])
    }
    for node in matters[CATEGORIES:]:
        rows[node.code, None] = Row(
            matter=node.code, keywords=(node.name,), limit=chance.choice(LIMITS), legal_basis="示例条例"
        )
    communities = [area for area in areas if area.kind == "community"]
    while len(rows) < CATEGORIES + ITEMS + EXCEPTIONS:
        node, area = chance.choice(matters[CATEGORIES:]), chance.choice(communities)
        rows[node.code, area.code] = Row(
            matter=node.code, area=area.code, lead=f"s{chance.randrange(STREETS)}", co=(f"d{chance.randrange(30)}",)
        )
    return Catalogue.of(matters, areas, rows.values())


def made_up_areas() -> list[Area]:
    streets = [Area(f"s{number}", f"街道{number}", "d", "street", f"s{number}") for number in range(STREETS)]
    communities = [
        Area(f"c{number}", f"社区{number}", f"s{number % STREETS}", "community") for number in range(COMMUNITIES)
    ]
    return [Area("d", "示例区", None, "district"), *streets, *communities]


def made_up_units() -> dict[str, KnownUnit]:
    units = [KnownUnit(f"d{number}", f"第{number}局", "district_department") for number in range(30)]
    units += [KnownUnit(f"s{number}", f"街道{number}办事处", "street") for number in range(STREETS)]
    return {unit.code: unit for unit in units}


def scan(rows: tuple[Row, ...], parents: dict[str, str | None], matter: str, area: str | None) -> dict[str, Any]:
    """Return what holds, by going through all rows."""
    matters, areas = _upwards(parents, matter), [*_upwards(parents, area), None]
    applying = [row for row in rows if row.matter in matters and row.area in areas]
    applying.sort(key=lambda row: (matters.index(row.matter), areas.index(row.area)))
    return {
        name: next((value for row in applying if (value := getattr(row, name)) is not None), None) for name in VALUES
    }


def _whole(
    catalogue: Catalogue, units: dict[str, KnownUnit], areas: list[Area], chance: random.Random
) -> list[tuple[str, Callable[[], str]]]:
    table = write_table(catalogue, units)
    lines = [Line(number, cells) for number, cells in enumerate(table.rows, start=2)]
    other = made_up(random.Random(6), areas)

    def read() -> str:
        reading = read_table(lines, recognise(table.columns), units=units, areas=areas)
        return f"{reading.accepted:,} rows, the same list: {reading.catalogue == catalogue}"

    def covered() -> str:
        coverage = coverage_of(catalogue)
        return f"{coverage.resolved:,} of {coverage.cells:,} cells are somebody's"

    return [
        ("check", lambda: f"{len(check(catalogue, units))} faults"),
        ("coverage", covered),
        ("digest", lambda: Catalogue(catalogue.matters, catalogue.areas, catalogue.rows).digest[:12]),
        ("write", lambda: f"{len(write_table(catalogue, units).rows):,} rows"),
        ("read", read),
        ("effect of another version", lambda: f"{effect_of(catalogue, other).cells:,} cells"),
    ]


def _upwards(parents: dict[str, str | None], code: str | None) -> list[str]:
    line: list[str] = []
    while code is not None:
        line.append(code)
        code = parents[code]
    return line


def _microseconds(work: Callable[[], object], turns: int) -> float:
    """Return the time of one answer, in processor time: other processes must not count."""
    begun = time.thread_time()
    for _ in range(turns):
        work()
    return (time.thread_time() - begun) / ASKED / turns * 1e6


def _since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

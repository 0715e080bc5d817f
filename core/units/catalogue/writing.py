"""A duty list as a table, with the same columns as it is read from: what is read again is the same list."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.cells import NOTHING, written
from core.units.catalogue.columns import LEVEL_WORDS
from core.units.catalogue.limits import limit_words
from core.units.catalogue.lookup import AreaLookup, UnitLookup
from core.units.catalogue.rows import FIELD_WORDS, GRADE_NAMES, ORIGIN_NAMES, VALUES, Row
from core.units.levels import LEVEL_NAMES, KnownUnits

CODE, AREA = "编码", "区域"


@dataclass(frozen=True, slots=True)
class DutyTable:
    """Headings and rows, every cell as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write_table(catalogue: Catalogue, units: KnownUnits) -> DutyTable:
    """Return the list as a table: a line for each row, and one with only the names for a matter without any."""
    depth = max((len(catalogue.matters.line(node.code)) for node in catalogue.matters.nodes), default=2)
    columns = (CODE, *LEVEL_WORDS[: max(depth, 2)], AREA, *(FIELD_WORDS[name] for name in VALUES))
    return DutyTable(columns, tuple(_lines(catalogue, UnitLookup(units), AreaLookup(catalogue.areas), max(depth, 2))))


def _lines(catalogue: Catalogue, units: UnitLookup, areas: AreaLookup, depth: int) -> Iterator[tuple[str, ...]]:
    rows: dict[str, list[Row]] = {}
    for row in catalogue.rows:
        rows.setdefault(row.matter, []).append(row)
    for node in catalogue.matters.nodes:
        names = catalogue.matters.names(node.code)
        levels = (*names, *[""] * (depth - len(names)))
        for row in rows.get(node.code, [Row(matter=node.code)]):
            yield (node.code, *levels, areas.word_of(row.area), *cells_of(row, units))


def cells_of(row: Row, units: UnitLookup) -> Iterator[str]:
    """Yield what a row says, each value as its cell; empty = it leaves it open."""
    return (_cell(row, name, units) for name in VALUES)


def _cell(row: Row, name: str, units: UnitLookup) -> str:
    value = getattr(row, name)
    if value is None:
        return ""
    match name:
        case "lead":
            return units.word_of(value)
        case "co":
            return written(tuple(map(units.word_of, value)))
        case "keywords":
            return written(value)
        case "limit" | "on_site" | "after_arrival":
            return limit_words(value)
        case "min_level":
            return LEVEL_NAMES[value]
        case "department_function":
            return "是" if value else "否"
        case "origin":
            return ORIGIN_NAMES[value]
        case "grade":
            return GRADE_NAMES[value]
    return value or NOTHING

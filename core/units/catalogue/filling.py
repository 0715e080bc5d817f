"""Cells that stand for several rows: merged ones, and names of matters written once for all rows below them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from core.kit.saying import joined, said
from core.units.catalogue.cells import BLANKS
from core.units.catalogue.columns import DutyColumns

ROWS_NAMED = 5


class TableRow(Protocol):
    """A row of a table, as `core.intake.tabular` reads it."""

    @property
    def number(self) -> int: ...
    @property
    def cells(self) -> tuple[str, ...]: ...
    @property
    def fault(self) -> str: ...


class MergedCells(Protocol):
    """Cells merged into one; rows by number, columns by place."""

    @property
    def first_row(self) -> int: ...
    @property
    def last_row(self) -> int: ...
    @property
    def first_column(self) -> int: ...
    @property
    def last_column(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Filled:
    """A row whose fields are whole: their texts by field, and what is wrong with it, in words."""

    row: TableRow
    fields: Mapping[str, str]
    faults: tuple[str, ...] = ()


@dataclass
class Filler:
    """Fills down within recognised columns, and keeps account of it.

    Cells that the file itself calls merged are filled in any column. Beyond these, only names of upper levels are, as
    lists write them once: a lower name must stand in the row, and nothing else may have changed above it.
    """

    columns: DutyColumns
    merged: Sequence[MergedCells] = ()
    filled: dict[str, list[int]] = field(default_factory=dict)
    _above: dict[str, str] = field(default_factory=dict)
    _anchors: dict[MergedCells, str] = field(default_factory=dict)
    _coming: list[MergedCells] = field(init=False)
    _open: list[MergedCells] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._coming = sorted(self.merged, key=lambda area: area.first_row, reverse=True)

    def fill(self, rows: Iterable[TableRow]) -> Iterator[Filled]:
        """Yield the rows with their fields, in order."""
        for row in rows:
            if row.fault:
                yield Filled(row, {}, (row.fault,))
                continue
            filled = self._from_merged(row)
            yield self._from_above(filled)

    def remarks(self) -> tuple[str, ...]:
        """Say what was filled, column by column."""
        return tuple(
            said(
                "“{name}”列有 {number:,} 处空格按合并单元格或上面的行补全（第 {named} 行）",
                name=self.columns.name(name),
                number=len(numbers),
                named=_named(numbers),
            )
            for name, numbers in sorted(self.filled.items(), key=lambda each: self.columns.places[each[0]])
        )

    def _from_merged(self, row: TableRow) -> Filled:
        fields = {name: _cell(row, place) for name, place in self.columns.places.items()}
        faults = [
            said(
                "这一行有 {number} 格，表头只有 {number_of_names} 列，内容可能错位",
                number=len(row.cells),
                number_of_names=len(self.columns.names),
            )
        ] * self._is_too_long(row)
        by_place = {place: name for name, place in self.columns.places.items()}
        for area in self._merged_at(row.number):
            names = [by_place[place] for place in range(area.first_column, area.last_column + 1) if place in by_place]
            if len(names) > 1:
                several = joined("、", (self.columns.name(name) for name in names))
                faults.append(
                    said("单元格跨列合并（{several}），不知道各列该填什么；请取消合并后逐格填写", several=several)
                )
            elif names and area.first_row == row.number:
                self._anchors[area] = fields[names[0]]
            elif names and not fields[names[0]] and self._anchors.get(area):
                fields[names[0]] = self._anchors[area]
                self._note(names[0], row.number)
        return Filled(row, fields, tuple(faults))

    def _from_above(self, filled: Filled) -> Filled:
        fields = dict(filled.fields)
        levels = self.columns.levels
        written = [level for level in levels if fields[level]]
        if not written:
            sentence = "没有写明事项；如果是合并单元格，请取消合并并在每一行填写，再导入"
            return replace(filled, faults=(*filled.faults, sentence))
        missing = [level for level in levels[: levels.index(written[-1])] if not fields[level]]
        changed = False
        for level in levels[: levels.index(written[-1]) + 1]:
            if level in missing and (changed or not self._above.get(level)):
                sentence = said(
                    "缺少“{name}”，不知道“{fields}”属于哪里；请填写",
                    name=self.columns.name(level),
                    fields=fields[written[-1]],
                )
                return replace(filled, faults=(*filled.faults, sentence))
            if level in missing:
                fields[level] = self._above[level]
                self._note(level, filled.row.number)
            changed = changed or fields[level] != self._above.get(level)
        self._above = {level: fields[level] for level in levels}
        return replace(filled, fields=fields)

    def _is_too_long(self, row: TableRow) -> bool:
        return any(row.cells[len(self.columns.names) :])

    def _merged_at(self, number: int) -> Sequence[MergedCells]:
        """Return the merged cells that reach into a row; rows are asked for in their order."""
        while self._coming and self._coming[-1].first_row <= number:
            self._open.append(self._coming.pop())
        self._open = [area for area in self._open if area.last_row >= number]
        return self._open

    def _note(self, name: str, number: int) -> None:
        self.filled.setdefault(name, []).append(number)


def _cell(row: TableRow, place: int) -> str:
    cell = row.cells[place].strip() if place < len(row.cells) else ""
    return "" if cell in BLANKS else cell


def _named(numbers: Sequence[int]) -> str:
    shown = joined("、", map(str, numbers[:ROWS_NAMED]))
    return said("{shown} 等", shown=shown) if len(numbers) > ROWS_NAMED else shown

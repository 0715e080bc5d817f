"""Gazetteers from and into files: read with the rejected rows beside the file, written so that they read the same."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.areas.boundaries import Boundaries, read_features
from core.areas.gazetteer import Gazetteer
from core.areas.headings import AreaColumns, is_header, recognise
from core.areas.names import normalised
from core.areas.reading import AREA_WORDS, BLANKS, Line, read_lines
from core.areas.tree import KIND_NAMES, UNIT_KINDS, AreaKind
from core.areas.writing import COLUMNS, rows_of
from core.intake.tabular.opening import Table, open_table
from core.intake.tabular.rejects import Rejects, as_it_was, harmless
from core.intake.tabular.rows import Merged, Row, TableUnusable
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.units.catalogue.lookup import NotFound, UnitLookup
from core.units.levels import KnownUnits

MOST_ROWS = 20_000
LARGEST_BOUNDARIES = 64 * 1024 * 1024
AT_HOME: dict[AreaKind, str] = {
    "district": "区没有属地单位，请留空",
    "street": "请写街道办事处",
    "community": "请写社区党群服务中心",
}
FILLED = ("kind", "parent", "unit", "area")
"""Columns whose merged cells are filled down: what they say holds of each row that they stand beside."""


class TooManyPlaces(Refused):
    """The table has more rows than any gazetteer."""

    code = "too-many-places"


@dataclass(frozen=True, slots=True)
class AreaFile:
    """What a file came to: the gazetteer, the rows read and taken, where the rejected ones are, and remarks in words."""

    gazetteer: Gazetteer
    read: int
    accepted: int
    rejects: Path | None
    reasons: tuple[str, ...]
    """Why rows were rejected, `第 n 行：…` each."""
    remarks: tuple[str, ...]


def read_area_file(path: Path, *, units: KnownUnits | None = None, rejects: Path | None = None) -> AreaFile:
    """Read a gazetteer from CSV or a workbook; nothing is kept.

    With `units` the units at home may be written by name, and must be there and of the right kind; without, their
    codes are taken as they stand. Rows that cannot be taken are written beside the file with the reason, to be mended
    and read again. Raises `TableUnusable`, `NotAGazetteer`, `TooManyPlaces`.
    """
    table = open_table(path, is_header=is_header)
    columns = recognise(table.columns)
    back = Rejects(rejects or path.with_name(f"{path.name}.rejects.csv"), table.columns)
    back.refuse_unwritable(path)
    rows = {row.number: row for row in _rows(table)}
    filling = _Filling(columns, table.sheet.merged())
    lines = filling.lines(rows.values())
    reading = read_lines(lines if units is None else _with_units(lines, units))
    for number, reason in reading.faults.items():
        back.add(rows[number], reason)
    back.close()
    unread = [said("没有读取的列：{unread}", unread=joined("、", columns.unread))] if columns.unread else []
    filled = [said("有 {filled:,} 处空格按合并单元格补全", filled=filling.filled)] if filling.filled else []
    return AreaFile(
        gazetteer=reading.gazetteer,
        read=len(rows),
        accepted=reading.accepted,
        rejects=back.path if back.count else None,
        reasons=tuple(
            said("第 {number} 行：{reason}", number=number, reason=reason) for number, reason in reading.faults.items()
        ),
        remarks=(*filled, *unread),
    )


def read_boundary_file(path: Path) -> Boundaries:
    """Read the boundaries of areas from a GeoJSON file. Raises `TableUnusable`, `BoundaryUnclear`."""
    try:
        if path.stat().st_size > LARGEST_BOUNDARIES:
            raise TableUnusable(
                said(
                    "边界文件 {name} 超过 {largest_boundaries} MB。请先简化再导出。",
                    name=path.name,
                    largest_boundaries=LARGEST_BOUNDARIES // 1024 // 1024,
                )
            )
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TableUnusable(
            said("打不开边界文件 {path}（{strerror}）。请检查文件名和权限。", path=path, strerror=error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        raise TableUnusable(
            said("边界文件 {name} 不是 UTF-8 文本。请存为 UTF-8 编码的 GeoJSON。", name=path.name)
        ) from error
    return read_features(text)


def with_boundaries(gazetteer: Gazetteer, boundaries: Boundaries) -> tuple[Gazetteer, tuple[str, ...]]:
    """Return the gazetteer with these boundaries in place of its own, and in words which are of no area."""
    areas = [replace(area, shape=boundaries.shapes.get(area.code, area.shape)) for area in gazetteer.areas.nodes]
    strangers = tuple(
        said("边界的区域 {code} 不在地名库里，没有采用；请核对编码", code=code)
        for code in boundaries.shapes
        if code not in gazetteer.areas
    )
    return Gazetteer.of(areas, gazetteer.names), strangers


def write_area_file(path: Path, gazetteer: Gazetteer) -> int:
    """Write a gazetteer as CSV that Excel opens as it is; return the number of rows."""
    rows = list(rows_of(gazetteer))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([harmless(cell) for cell in row] for row in rows)
    return len(rows)


def _rows(table: Table) -> Iterator[Row]:
    for count, row in enumerate(table.rows(), start=1):
        if count > MOST_ROWS:
            raise TooManyPlaces(
                said("表中超过 {most_rows:,} 行，不像一个区的地名库。请检查文件，或分成几份。", most_rows=MOST_ROWS)
            )
        yield replace(row, cells=tuple(map(as_it_was, row.cells)))


@dataclass
class _Filling:
    """Reads the cells of rows by field; cells that the file itself calls merged are filled down where that is meant."""

    columns: AreaColumns
    merged: Sequence[Merged]
    filled: int = 0

    def lines(self, rows: Iterable[Row]) -> Iterator[Line]:
        field_at = {place: field for field, place in self.columns.places.items()}
        anchors: dict[Merged, str] = {}
        for row in rows:
            fields = {field: self._cell(row, place) for field, place in self.columns.places.items()}
            faults = [row.fault] if row.fault else []
            if any(row.cells[len(self.columns.names) :]):
                faults.append(
                    said(
                        "这一行有 {number} 格，表头只有 {number_of_names} 列，内容可能错位",
                        number=len(row.cells),
                        number_of_names=len(self.columns.names),
                    )
                )
            for block in (each for each in self.merged if each.first_row <= row.number <= each.last_row):
                names = [name for place, name in field_at.items() if block.first_column <= place <= block.last_column]
                if len(names) > 1 or (names and names[0] not in FILLED and block.last_row > block.first_row):
                    cells = joined("、", (self.columns.names[self.columns.places[name]] for name in names))
                    faults.append(
                        said("单元格合并（{cells}），不知道每一行、每一列该填什么；请取消合并后逐格填写", cells=cells)
                    )
                elif names and block.first_row == row.number:
                    anchors[block] = fields[names[0]]
                elif names and not fields[names[0]] and anchors.get(block):
                    fields[names[0]] = anchors[block]
                    self.filled += 1
            yield Line(row.number, fields, joined("；", faults))

    @staticmethod
    def _cell(row: Row, place: int) -> str:
        return row.cells[place].strip() if place < len(row.cells) else ""


def _with_units(lines: Iterable[Line], units: KnownUnits) -> Iterator[Line]:
    """Yield the rows with the codes of the units at home, which must be there and of the right kind."""
    lookup = UnitLookup(units)
    for line in lines:
        cell, kind = line.fields.get("unit", ""), AREA_WORDS.get(normalised(line.fields.get("kind", "")))
        if line.fault or not cell or cell in BLANKS or kind is None:
            yield line
            continue
        try:
            code = lookup.code_of(cell)
        except NotFound as refusal:
            yield replace(line, fault=said("属地{message}", message=refusal.message))
            continue
        if kind not in UNIT_KINDS or code not in units or units[code].kind != UNIT_KINDS[kind]:
            yield replace(
                line,
                fault=said(
                    "属地单位“{cell}”与{kind}不相配；{at_home}",
                    cell=cell,
                    kind=word(KIND_NAMES[kind]),
                    at_home=word(AT_HOME[kind]),
                ),
            )
        else:
            yield replace(line, fields={**line.fields, "unit": code})

"""Duty lists from and into files: read with the rejected rows beside the file, written so that they read the same."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

from core.areas.tree import Area
from core.hooks.values import Budget
from core.intake.tabular.opening import open_table
from core.intake.tabular.rejects import Rejects, as_it_was, harmless
from core.intake.tabular.rows import Row, TableUnusable
from core.kit.errors import Refused
from core.kit.saying import said
from core.kit.trees import Node, Tree
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.columns import is_header, recognise
from core.units.catalogue.limits import ONE_HOUR
from core.units.catalogue.reading import Reading, read_table
from core.units.catalogue.writing import AREA, CODE, DutyTable, write_table
from core.units.levels import KnownUnits

WIDTHS = {
    CODE: 14,
    AREA: 18,
    "主办单位": 22,
    "协办单位": 28,
    "关键词": 24,
    "法律依据": 40,
    "处置标准": 40,
    "受理指引": 32,
}
USUAL_WIDTH = 16
"""Widths of columns in a workbook, in characters."""
LARGEST_UNPACKED = 100 * 1024 * 1024
"""Bytes of a workbook once it is unpacked; the largest list that is taken has half of it."""
NOTES = (
    ("怎样填写", ""),
    ("一行", "说的是一个事项在一个区域；区域留空就是全区"),
    ("空格", "沿用：先看同一事项在上一级区域的写法，再看上一级事项"),
    ("无", "写“无”表示没有，不再沿用"),
    ("编码", "请不要改动；新增的事项留空，导入时自动编"),
    ("主办单位", "单位的名称或代码；“属地街道”“属地社区”指诉求所在地的街道或社区"),
    ("协办单位、关键词", "几个之间用“、”隔开"),
    ("时限", "5个工作日、24小时、8个工作小时、3天、30分钟、即时"),
    ("事件等级", "一般、紧急、重大；紧急和重大的，事项确认后工单即为紧急"),
)
"""The second sheet of a workbook: how it is filled in."""


class NoSuchFormat(Refused):
    """The file's name does not say in which form it is wanted."""

    code = "no-such-format"


class FileUnwritable(Refused):
    """The file cannot be written where it is wanted."""

    code = "file-unwritable"


@dataclass(frozen=True, slots=True)
class DutyFile:
    """What a file came to, and where its rejected rows are; None when there are none."""

    reading: Reading
    rejects: Path | None


def read_duty_file(
    path: Path,
    *,
    units: KnownUnits,
    areas: Iterable[Area] = (),
    known: Catalogue | None = None,
    before: Iterable[Tree[Node]] = (),
    rejects: Path | None = None,
    at_once: Budget = ONE_HOUR,
) -> DutyFile:
    """Read a duty list from CSV or a workbook; nothing is kept.

    Rows that cannot be taken are written beside the file with the reason, to be mended and read again.
    Raises `TableUnusable`, `NotADutyList`, `TooManyRows`.
    """
    _refuse_bomb(path)
    table = open_table(path, is_header=is_header)
    columns = recognise(table.columns)
    back = Rejects(rejects or path.with_name(f"{path.name}.rejects.csv"), table.columns)
    back.refuse_unwritable(path)
    rows = (replace(row, cells=tuple(map(as_it_was, row.cells))) for row in table.rows())
    reading = read_table(
        rows,
        columns,
        units=units,
        areas=areas,
        merged=table.sheet.merged(),
        known=known,
        before=before,
        at_once=at_once,
    )
    for rejected in reading.rejected:
        back.add(Row(rejected.row.number, rejected.row.cells), rejected.reason)
    back.close()
    return DutyFile(reading, back.path if back.count else None)


def write_duty_file(path: Path, catalogue: Catalogue, *, units: KnownUnits) -> int:
    """Write a duty list, by the name's ending as a workbook (.xlsx) or as CSV (.csv); return the number of rows.

    Raises `NoSuchFormat`, `FileUnwritable`.
    """
    writers = {".xlsx": _write_workbook, ".csv": _write_text}
    if (write := writers.get(path.suffix.lower())) is None:
        raise NoSuchFormat(said("不能写成 {name}。文件名请以 .xlsx 或 .csv 结尾。", name=path.name))
    table = write_table(catalogue, units)
    write(path, table)
    return len(table.rows)


def write_text(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table as CSV that Excel opens as it is, and in which it computes nothing. Raises `FileUnwritable`."""
    with _writable(path), path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([harmless(cell) for cell in row] for row in rows)


def _refuse_bomb(path: Path) -> None:
    """Raise `TableUnusable` for a small workbook that says it unpacks into more than any list."""
    with suppress(OSError, BadZipFile), ZipFile(path) as parts:
        size = sum(part.file_size for part in parts.infolist())
        if size > LARGEST_UNPACKED:
            raise TableUnusable(
                said(
                    "{name} 解开后有 {size:,} MB，不像职责清单，没有读取。请检查文件，或另存为 CSV 再试。",
                    name=path.name,
                    size=size // 1024**2,
                )
            )


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, FileCreateError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise FileUnwritable(said("没有写成 {path}（{why}）。请换一个可以写入的位置。", path=path, why=why)) from error


def _write_text(path: Path, table: DutyTable) -> None:
    write_text(path, table.columns, table.rows)


def _write_workbook(path: Path, table: DutyTable) -> None:
    """Write the list on one sheet under a header that stays in view, and how it is filled in on a second one."""
    # Texts stay texts, whatever they begin with.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with _writable(path), xlsxwriter.Workbook(str(path), plain) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        sheet = book.add_worksheet("职责清单")
        sheet.freeze_panes(1, table.columns.index(AREA))
        for place, name in enumerate(table.columns):
            sheet.set_column(place, place, WIDTHS.get(name, USUAL_WIDTH), wrapped)
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(table.rows, start=1):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell, wrapped) if cell else None
        sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, USUAL_WIDTH + 4, wrapped)
        notes.set_column(1, 1, 70, wrapped)
        for number, (what, words) in enumerate(NOTES):
            notes.write_string(number, 0, what, bold if number == 0 else wrapped)
            notes.write_string(number, 1, words, wrapped)

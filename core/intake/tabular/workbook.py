"""Workbooks (xlsx, xls, ods): their visible sheets, with every cell as the text a person would have typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from core.intake.tabular.rows import Merged, Row, TableUnusable, cleaned
from core.kit.saying import said


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """One sheet of a workbook."""

    sheet: CalamineSheet

    def rows(self) -> Iterator[Row]:
        """Read all rows; row 1 is the sheet's first, even when it is empty."""
        for number, cells in enumerate(self.sheet.iter_rows(), start=1):
            yield Row(number, tuple(map(_text_of, cells)))

    def merged(self) -> tuple[Merged, ...]:
        """Return the merged cells, as far as the kind of file tells them (xlsx and xls)."""
        left = (self.sheet.start or (0, 0))[
            1
        ]  # rows are counted from the sheet's edge, cells from the first column used
        return tuple(
            Merged(first_row + 1, last_row + 1, first_column - left, last_column - left)
            for (first_row, first_column), (last_row, last_column) in self.sheet.merged_cell_ranges or ()
        )


def read_workbook(path: Path) -> list[WorkbookSheet]:
    """Return the visible sheets. Raises `TableUnusable` and OSError."""
    try:
        with path.open("rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
            return [
                WorkbookSheet(workbook.get_sheet_by_name(sheet.name))
                for sheet in workbook.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
            ]
    except PasswordError as error:
        raise TableUnusable(
            said("{name} 有密码保护，无法读取。请在 Excel 中去掉密码后另存一份再导入。", name=path.name)
        ) from error
    except CalamineError as error:
        raise TableUnusable(
            said(
                "{name} 不是能读的工作簿（可能已损坏，或是别的压缩包）。请用 Excel 或 WPS 打开它，"
                "另存为 xlsx 或 CSV 后再导入。",
                name=path.name,
            )
        ) from error


def _text_of(cell: object) -> str:
    if isinstance(cell, str):
        return cleaned(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)

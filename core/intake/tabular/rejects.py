"""The rows that were not taken in 退回的行, written beside their file so that people can mend and import them."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from core.intake.tabular.rows import Row, TableUnusable
from core.kit.saying import said

NUMBER = "行号"
REASON = "原因"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


def is_of_rejects(columns: Sequence[str]) -> bool:
    """Tell whether a table is a file of rejects that somebody mended."""
    return tuple(columns[-2:]) == (NUMBER, REASON)


def harmless(cell: str) -> str:
    """Return the cell so that a spreadsheet shows it as text instead of computing it."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def as_it_was(cell: str) -> str:
    """Undo `harmless`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


class Rejects:
    """A CSV file of rejected rows, made when the first one comes: all their columns, their number and the reason.

    UTF-8 with its mark, so that Excel opens it as it is. A file of the same name from an earlier run is replaced.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.count = 0
        self._columns = columns[:-2] if is_of_rejects(columns) else columns
        self._file: TextIO | None = None

    def refuse_unwritable(self, source: Path) -> None:
        """Raise `TableUnusable` when the rows could not be written, or would be written over their source."""
        folder = self.path.parent
        writable = os.access(self.path, os.W_OK) if self.path.exists() else os.access(folder, os.W_OK)
        if self.path.is_dir() or not writable:
            raise TableUnusable(
                said("退回的行无法写到 {path}。请用 --rejects 指定一个可以写入的文件。", path=self.path)
            )
        if self.path.exists() and self.path.samefile(source):
            raise TableUnusable("退回的行不能写到来源文件本身，那会覆盖它。请用 --rejects 指定另一个文件。")

    def add(self, row: Row, reason: str) -> None:
        """Write one row."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
            self._write((*self._columns, NUMBER, REASON))
        width = len(self._columns)
        cells = (*row.cells[:width], *("" for _ in range(width - len(row.cells))))
        self._write((*cells, str(row.number), reason))
        self.count += 1

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _write(self, cells: Sequence[str]) -> None:
        assert self._file is not None
        csv.writer(self._file).writerow([harmless(cell) for cell in cells])

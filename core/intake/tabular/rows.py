"""What a table is made of, whatever kind of file it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from core.kit.errors import Refused


class TableUnusable(Refused):
    """The file cannot be read as a table."""

    code = "table-unusable"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` is the one a spreadsheet shows at its edge; the first row of a file has number 1.

    `fault` tells in words why the cells cannot be trusted; it is empty for nearly all rows.
    """

    number: int
    cells: tuple[str, ...]
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.fault and not any(self.cells)


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells merged into one, of which only the first holds the text. Rows by number, columns by place from 0."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


class Sheet(Protocol):
    """A source of rows that can be read more than once."""

    def rows(self) -> Iterator[Row]:
        """Read all rows from the top, blank ones included."""
        ...

    def merged(self) -> tuple[Merged, ...]:
        """Return what is known of merged cells; a text file knows nothing of them."""
        ...


def cleaned(cell: str) -> str:
    """Return a cell without blanks around it and with one kind of line end."""
    if "\r" in cell:
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    return cell.strip()

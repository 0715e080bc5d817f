"""What a document is made of: sections of words, tables and charts, and numbers that stay numbers in a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from core.documents.charts import FIRST_WIDE, Mark, Series

NARROWEST, WIDEST = 8, 44
"""Bounds of a column, in cells."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written, and as it is: `95.76%` is 0.9576 behind its words.

    `pattern` is how a spreadsheet writes the value; it gives what `words` say.
    """

    words: str
    value: int | Fraction
    pattern: str = "#,##0"


Cell = str | Number
"""What stands in a table. All is text but numbers; a text is never a formula and never markup."""


def words_of(cell: Cell) -> str:
    """Return what a cell says."""
    return cell if isinstance(cell, str) else cell.words


def cells_of(words: str) -> int:
    """Return how many cells the longest line takes, a Chinese character taking two."""
    return max((sum(1 + (ord(character) >= FIRST_WIDE) for character in line) for line in words.split("\n")), default=0)


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; each row has a cell for each column. `empty` is said where there is no row."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str = "无"

    @property
    def numeric(self) -> frozenset[int]:
        """The columns that hold numbers and stand to the right."""
        return frozenset(
            place for place in range(len(self.head)) if any(isinstance(row[place], Number) for row in self.rows)
        )

    def width(self, place: int) -> int:
        """Return how wide a column wants to be, in cells of which a Chinese character takes two, within bounds."""
        said = [self.head[place], *(words_of(row[place]) for row in self.rows)]
        return max(NARROWEST, min(WIDEST, max(cells_of(words) for words in said) + 2))


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars from zero."""

    title: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Dots:
    """One dot for each mark, in percent, against the line to hold; the axis begins at `low`."""

    title: str
    marks: Sequence[Mark]
    hold: float
    low: float


@dataclass(frozen=True, slots=True)
class Lines:
    """Up to two lines over the same steps of time: of counts over zero, or of rates over so many percent."""

    title: str
    series: Sequence[Series]
    labels: Sequence[str]
    percent_from: float | None = None


@dataclass(frozen=True, slots=True)
class Heat:
    """How much there is of each row in each column, the darker the more.

    A cell leads to `lead` with `asks` as names of arguments, the row's key and the column's as their values: said once, since
    there may be a thousand cells. On a page and in a file a table says the same; it is drawn where one can zoom into it.
    """

    title: str
    rows: Sequence[tuple[str, str]]
    """Key and name of each."""
    columns: Sequence[tuple[str, str]]
    values: Sequence[Sequence[int]]
    lead: str
    asks: tuple[str, str]

    @property
    def most(self) -> int:
        return max((value for row in self.values for value in row), default=0)


Chart = Bars | Dots | Lines
Block = Words | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A part with a heading of its own; the first may have none."""

    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    `made_at` (aware) is the time that the file itself carries, and all of the time there is in it. `footer` stands at the
    end of every page: who may have it, or who took it out 水印.
    """

    title: str
    lead: Sequence[str]
    sections: Sequence[Section]
    maker: str
    made_at: datetime
    footer: str = ""

"""A document's table as a page shows it: what each cell says, where it leads, and how it stands in its row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from core.documents.model import Cell, Table, words_of
from core.statistics.central.pages import Led, Shown
from core.web.language.speaking import language, shown

LONG = 24
"""Words longer than this stand smaller, as those of the last column do: they explain."""
LINK, INTO, LINK_END = Markup('<a href="'), Markup('">'), Markup("</a>")
PARTS, PARTS_END = Markup("<small>"), Markup("</small>")
Saying = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class ShownCell:
    """What stands in a cell, whether it heads its row, and its class."""

    inside: Markup
    is_head: bool
    css: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row; `anchor` names it for links, empty = it has no name."""

    cells: Sequence[ShownCell]
    is_under: bool
    anchor: str


def rows_shown(table: Table, anchors: Mapping[str, str] | None = None) -> Iterator[ShownRow]:
    """Return a table's rows; `anchors` are the names that rows bear by the words of one of their first two cells.

    Made here and not by the template: a city's month has some thousand cells.
    """
    numeric, last, say = table.numeric, len(table.head) - 1, _saying()
    for row in table.rows:
        yield ShownRow(
            [_cell(each, place, last, say, is_number=place in numeric) for place, each in enumerate(row)],
            any(isinstance(each, Shown) and each.is_under for each in row),
            next((anchors[words] for each in row[1::-1] if (words := words_of(each)) in anchors), "")
            if anchors
            else "",
        )


def cell_shown(cell: Cell) -> Markup:
    """Return what stands in a cell: its words, leading somewhere if they do, and the numbers behind it."""
    return _inside(cell, _saying())


def _cell(cell: Cell, place: int, last: int, say: Saying, *, is_number: bool) -> ShownCell:
    words = words_of(cell)
    is_head = place == 0 and not is_number and len(words) > 1 and not words.isdigit()
    css = "num" if is_number else "hint-cell" if place == last or len(words) > LONG else ""
    return ShownCell(_inside(cell, say), is_head, css)


def _inside(cell: Cell, say: Saying) -> Markup:
    words, href, parts = words_of(cell), "", ""
    if isinstance(cell, Shown):
        words, href, parts = cell.plain or words, cell.href, cell.parts
    elif isinstance(cell, Led):
        href = cell.href
    inside = escape(say(words))
    if href:
        inside = LINK + href + INTO + inside + LINK_END
    return inside + PARTS + say(parts) + PARTS_END if parts else inside


def _saying() -> Saying:
    """Return what says words in the language of the page at hand."""
    return shown if language() == "en" else str

"""A document's table as a page shows it: what each cell says, where it leads, and how it stands in its row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from core.documents.model import Cell, Table, words_of
from core.statistics.central.pages import Led, Shown
from core.web.language.speaking import language, shown

LONG = 24
"""Words longer than this stand smaller, as those of the last column do: they explain."""
Saying = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its cells; `anchor` names it for links, empty = it has no name."""

    cells: Markup
    is_under: bool
    anchor: str


def rows_shown(table: Table, anchors: Mapping[str, str] | None = None) -> Iterator[ShownRow]:
    """Return a table's rows; `anchors` are the names that rows bear by the words of one of their first two cells.

    Made here and not by the template: a city's month has some thousand cells.
    """
    numeric, last, say = table.numeric, len(table.head) - 1, _saying()
    for row in table.rows:
        cells = "".join(_cell(each, place, last, say, is_number=place in numeric) for place, each in enumerate(row))
        yield ShownRow(
            Markup(cells),  # noqa: S704 -- `_inside` escapes  # nosec B704
            any(isinstance(each, Shown) and each.is_under for each in row),
            next((anchors[words] for each in row[1::-1] if (words := words_of(each)) in anchors), "")
            if anchors
            else "",
        )


def cell_shown(cell: Cell) -> Markup:
    """Return what stands in a cell: its words, leading somewhere if they do, and the numbers behind it."""
    return Markup(_inside(cell, _saying()))  # noqa: S704 -- `_inside` escapes  # nosec B704


def _cell(cell: Cell, place: int, last: int, say: Saying, *, is_number: bool) -> str:
    words, inside = words_of(cell), _inside(cell, say)
    if place == 0 and not is_number and len(words) > 1 and not words.isdigit():
        return f'<th scope="row">{inside}</th>'
    if is_number:
        return f'<td class="num">{inside}</td>'
    return f'<td class="hint-cell">{inside}</td>' if place == last or len(words) > LONG else f"<td>{inside}</td>"


def _inside(cell: Cell, say: Saying) -> str:
    """Return what stands in a cell as markup, everything in it escaped."""
    words, href, parts = words_of(cell), "", ""
    if isinstance(cell, Shown):
        words, href, parts = cell.plain or words, cell.href, cell.parts
    elif isinstance(cell, Led):
        href = cell.href
    inside: str = escape(say(words))
    if href:
        inside = f'<a href="{escape(href)}">{inside}</a>'
    return f"{inside}<small>{escape(say(parts))}</small>" if parts else inside


def _saying() -> Saying:
    """Return what says words in the language of the page at hand."""
    return shown if language() == "en" else str

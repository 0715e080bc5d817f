"""A document as an Excel workbook: one sheet a section, numbers as numbers, charts that follow their cells."""

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from core.documents.model import (
    NARROWEST,
    WIDEST,
    Bars,
    Chart,
    Document,
    Dots,
    Number,
    Section,
    Table,
    Words,
    cells_of,
)

PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Texts stay texts, whatever they begin with."""
COVER = "说明"
LONGEST_NAME = 31
CHART_COLUMNS, CHART_ROWS = 8, 20
"""How many cells a chart covers, so that what follows stands clear of it."""
WORDS_COLUMNS, WORDS_CELLS, LINE_HEIGHT = 8, 70, 15
"""A long paragraph covers so many columns, which hold at least so many cells in a line; height of a line in points."""
MOST_ROWS = 1_048_576
"""Rows of a sheet, as Excel reads them."""
LONGEST_CELL = 32_767
"""Characters of a cell, as Excel reads them."""
MOMENT = "yyyy-mm-dd hh:mm"
ONE, TWO, BAD = "#0b57a8", "#0b6e43", "#d3322b"


def to_excel(document: Document) -> bytes:
    """Return the document as .xlsx. The same document gives the same bytes."""
    kept = BytesIO()
    with xlsxwriter.Workbook(kept, PLAIN) as book:
        book.set_properties(
            {
                "title": document.title,
                "author": document.maker,
                "comments": document.footer,
                "created": document.made_at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        sheets = _Sheets(book, document.footer)
        sheets.cover(document)
        for section in document.sections:
            sheets.section(section)
    return kept.getvalue()


Value = str | int | float | datetime | None
"""What stands in a cell of a long list: a number and a moment are written as what they are, None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a long list: what stands above each, and how wide it is in characters."""

    head: Sequence[str]
    widths: Sequence[int]


def rows_to_excel(
    name: str,
    columns: Columns,
    rows: Iterable[Sequence[Value]],
    *,
    lead: Sequence[str] = (),
    mark: str = "",
    made_at: datetime,
) -> bytes:
    """Return a list as .xlsx, its head frozen, written row by row, so that its length costs no memory.

    `lead` is told on a sheet of its own, `mark` stands across every printed page. A moment is written in the zone it is in.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        with xlsxwriter.Workbook(str(path), {**PLAIN, "in_memory": False, "constant_memory": True}) as book:
            book.set_properties({"title": name, "created": made_at.astimezone(UTC).replace(tzinfo=None)})
            _list_sheet(book, name, columns, rows, mark)
            if lead or mark:
                cover = book.add_worksheet(COVER)
                for row, line in enumerate((*lead, mark)):
                    cover.write_string(row, 0, line)
        return path.read_bytes()


def _list_sheet(book: Any, name: str, columns: Columns, rows: Iterable[Sequence[Value]], mark: str) -> None:
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    moment, number = book.add_format({"num_format": MOMENT}), book.add_format({"num_format": "#,##0"})
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:LONGEST_NAME] or COVER)
    sheet.freeze_panes(1, 0)
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    escaped = mark.replace("&", "&&")
    if mark:
        sheet.set_header(f"&C{escaped}")
    sheet.set_footer(f"&L{escaped}&R&P / &N")
    for place, width in enumerate(columns.widths):
        sheet.set_column(place, place, width)
    for place, words in enumerate(columns.head):
        sheet.write_string(0, place, words, head)
    last = 0
    for last, row in enumerate(rows, start=1):
        if last >= MOST_ROWS:
            break
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(last, place, value[:LONGEST_CELL])
            elif isinstance(value, datetime):
                sheet.write_datetime(last, place, value.replace(tzinfo=None), moment)
            elif value is not None:
                sheet.write_number(last, place, value, number)
    if last:
        sheet.autofilter(0, 0, last, len(columns.head) - 1)


class _Sheets:
    """The sheets of one workbook, each filled from the top."""

    def __init__(self, book: Any, footer: str) -> None:
        self._book, self._footer = book, footer
        self._names: set[str] = set()
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._head = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
        self._text = book.add_format({"valign": "top", "text_wrap": True})
        self._head_right = book.add_format(
            {"bold": True, "bottom": 1, "valign": "top", "text_wrap": True, "align": "right"}
        )
        self._right = book.add_format({"valign": "top", "align": "right"})
        self._line = book.add_format({"valign": "top"})
        self._numbers: dict[str, Any] = {}

    def cover(self, document: Document) -> None:
        """Say what the workbook is."""
        sheet = self._add(COVER)
        sheet.write_string(0, 0, document.title, self._title)
        for row, line in enumerate((*document.lead, document.maker), start=1):
            sheet.write_string(row, 0, line, self._line)

    def section(self, section: Section) -> None:
        """Write a section's blocks below each other."""
        sheet = self._add(section.heading or COVER)
        widths: dict[int, int] = {}
        row = 0
        for block in section.blocks:
            if isinstance(block, Words):
                self._words(sheet, block.text, row)
                row += 2
            elif isinstance(block, Table):
                row = self._table(sheet, block, row, widths)
            else:
                row = self._chart(sheet, block, row, widths)
        for place, width in widths.items():
            sheet.set_column(place, place, width)

    def _add(self, name: str) -> Any:
        whole = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:LONGEST_NAME] or COVER
        free, number = whole, 2
        while free.lower() in self._names:
            free = f"{whole[: LONGEST_NAME - 4]} ({number})"
            number += 1
        self._names.add(free.lower())
        sheet = self._book.add_worksheet(free)
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self._footer.replace('&', '&&')}&R&P / &N")
        return sheet

    def _words(self, sheet: Any, text: str, row: int) -> None:
        """Write a paragraph: a long one over several columns and lines, so that the page stays as wide as its tables."""
        lines = -(-cells_of(text) // WORDS_CELLS)
        if lines < 2:
            sheet.write_string(row, 0, text, self._line)
            return
        sheet.merge_range(row, 0, row, WORDS_COLUMNS - 1, "", self._text)
        sheet.write_string(row, 0, text, self._text)
        sheet.set_row(row, LINE_HEIGHT * lines)

    def _table(self, sheet: Any, block: Table, row: int, widths: dict[int, int]) -> int:
        numeric = block.numeric
        for place, words in enumerate(block.head):
            sheet.write_string(row, place, words, self._head_right if place in numeric else self._head)
            widths[place] = max(widths.get(place, 0), block.width(place))
        if not block.rows:
            sheet.write_string(row + 1, 0, block.empty, self._line)
            return row + 3
        for line, cells in enumerate(block.rows, start=row + 1):
            for place, cell in enumerate(cells):
                if isinstance(cell, Number):
                    sheet.write_number(line, place, float(cell.value), self._number(cell.pattern))
                else:
                    sheet.write_string(line, place, cell, self._right if place in numeric else self._text)
        return row + len(block.rows) + 2

    def _number(self, pattern: str) -> Any:
        if pattern not in self._numbers:
            self._numbers[pattern] = self._book.add_format({"num_format": pattern, "valign": "top"})
        return self._numbers[pattern]

    def _chart(self, sheet: Any, chart: Chart, row: int, widths: dict[int, int]) -> int:
        """Write the chart's numbers, and the chart beside them."""
        columns: Sequence[tuple[str, Sequence[float]]]
        if isinstance(chart, Bars | Dots):
            labels = [mark.label for mark in chart.marks]
            columns = [(chart.title, [mark.value for mark in chart.marks])]
            if isinstance(chart, Dots):
                columns = [*columns, ("底线", [chart.hold] * len(labels))]
        else:
            labels = list(chart.labels)
            columns = [(series.label, series.values) for series in chart.series]
        for place, words in enumerate((labels, *([name] for name, _ in columns))):
            wanted = max((cells_of(each) for each in words), default=0) + 2
            widths[place] = max(widths.get(place, NARROWEST), min(wanted, WIDEST))
        number = self._number("0.00" if isinstance(chart, Dots) else "General")
        sheet.write_string(row, 0, "", self._head)
        for place, (name, values) in enumerate(columns, start=1):
            sheet.write_string(row, place, name, self._head_right)
            for line, value in enumerate(values, start=row + 1):
                sheet.write_number(line, place, value, number)
        for line, label in enumerate(labels, start=row + 1):
            sheet.write_string(line, 0, label, self._text)
        if labels:
            sheet.insert_chart(row, len(columns) + 2, self._drawn(chart, sheet.name, row, len(labels), len(columns)))
        return row + max(len(labels) + 2, CHART_ROWS)

    def _drawn(self, chart: Chart, sheet: str, row: int, count: int, columns: int) -> Any:
        kind = {"type": "bar" if isinstance(chart, Bars) else "line"}
        drawn = self._book.add_chart(kind)
        for place in range(1, columns + 1):
            colour = ONE if place == 1 else BAD if isinstance(chart, Dots) else TWO
            series: dict[str, Any] = {
                "name": [sheet, row, place],
                "categories": [sheet, row + 1, 0, row + count, 0],
                "values": [sheet, row + 1, place, row + count, place],
            }
            if isinstance(chart, Bars):
                series["fill"] = {"color": colour}
            elif (
                isinstance(chart, Dots) and place == 1
            ):  # dots, not a line: what stands side by side has no order in time
                series |= {"line": {"none": True}, "marker": {"type": "circle", "size": 7, "fill": {"color": colour}}}
            else:
                series["line"] = {"color": colour, "dash_type": "solid" if place == 1 else "dash"}
            drawn.add_series(series)
        drawn.set_title({"name": chart.title, "name_font": {"size": 11}})
        if isinstance(chart, Bars):
            drawn.set_y_axis({"reverse": True})
            drawn.set_legend({"none": True})
        elif isinstance(chart, Dots):
            drawn.set_y_axis({"min": chart.low, "max": 100})
            drawn.set_legend({"position": "bottom"})
        else:
            drawn.set_y_axis({"min": 0})
            drawn.set_legend({"position": "bottom"})
        return drawn

"""A document as data: its tables as CSV for spreadsheets, and as JSON for programs, with every number exact and as it was said."""

import csv
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from io import StringIO
from typing import Any

from core.documents.forms import FORMS, Form
from core.documents.model import Cell, Document, Number, Table, Words, words_of

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet compute a cell that should be read."""
DIGITS = 12


def to_csv(document: Document) -> bytes:
    """Return title, lead and all tables one below the other, in UTF-8 with the mark that spreadsheets look for.

    A column of numbers holds their values; where the words say more than the value, they stand in a column of their own.
    """
    written = StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([_harmless(document.title)])
    lines.writerows([_harmless(line)] for line in (*document.lead, document.footer) if line)
    for section in document.sections:
        tables = [block for block in section.blocks if isinstance(block, Table)]
        words = [block.text for block in section.blocks if isinstance(block, Words)]
        lines.writerow([])
        lines.writerows([_harmless(line)] for line in (section.heading, *words) if line)
        for table in tables:
            said = _said_besides(table)
            lines.writerow(_widened(table.head, [f"{head}（写法）" for head in table.head], said))
            if not table.rows:
                lines.writerow([table.empty])
            for row in table.rows:
                cells = [_value(cell) for cell in row]
                lines.writerow(_widened(cells, [_harmless(words_of(cell)) for cell in row], said))
    return ("\ufeff" + written.getvalue()).encode()


def to_json(document: Document) -> bytes:
    """Return the document without its charts, of which the tables hold the numbers: each with value, exact fraction and words."""
    told = {
        "title": document.title,
        "lead": [str(line) for line in document.lead],
        "maker": str(document.maker),
        "made_at": document.made_at.isoformat(),
        "sections": [
            {
                "heading": section.heading,
                "words": [block.text for block in section.blocks if isinstance(block, Words)],
                "tables": [_table(block) for block in section.blocks if isinstance(block, Table)],
            }
            for section in document.sections
        ],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


ALL_FORMS: Mapping[str, Form] = {
    **FORMS,
    "csv": Form("CSV", "text/csv; charset=utf-8", to_csv),
    "json": Form("JSON", "application/json", to_json),
}
"""The forms for people and those for other programs."""


def _table(table: Table) -> dict[str, Any]:
    return {"head": [str(head) for head in table.head], "rows": [[_plain(cell) for cell in row] for row in table.rows]}


def _plain(cell: Cell) -> str | dict[str, Any]:
    if isinstance(cell, str):
        return str(cell)
    value = Fraction(cell.value)
    return {"value": _decimal(value), "exact": str(value), "words": str(cell.words)}


def _decimal(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else round(float(value), DIGITS)


def _value(cell: Cell) -> str | int | float:
    return _harmless(cell) if isinstance(cell, str) else _decimal(Fraction(cell.value))


def _said_besides(table: Table) -> frozenset[int]:
    """Return the columns of numbers whose words say more than the value does."""
    return frozenset(
        place
        for place in table.numeric
        if any(
            isinstance(row[place], Number) and words_of(row[place]).replace(",", "") != str(_value(row[place]))
            for row in table.rows
        )
    )


def _widened(cells: Sequence[Any], words: Sequence[str], said: frozenset[int]) -> list[Any]:
    return [part for place, cell in enumerate(cells) for part in ((cell, words[place]) if place in said else (cell,))]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else str(cell)

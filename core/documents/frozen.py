"""A document as text that is kept: the same document gives the same text, and the text gives the document back."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from typing import Any

from core.documents.charts import Mark, Series
from core.documents.model import Bars, Block, Cell, Document, Dots, Lines, Number, Section, Table, Words


def to_text(document: Document) -> str:
    """Return the document as JSON, with names in order. Marks lead nowhere in it: places of a page are none of it."""
    told = {
        "title": document.title,
        "lead": list(document.lead),
        "sections": [
            {"heading": section.heading, "blocks": [_plain_block(block) for block in section.blocks]}
            for section in document.sections
        ],
        "maker": document.maker,
        "made_at": document.made_at.isoformat(),
        "footer": document.footer,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_text(text: str) -> Document:
    """Return the document that `to_text` wrote."""
    told = json.loads(text)
    sections = [
        Section(section["heading"], [_block(block) for block in section["blocks"]]) for section in told["sections"]
    ]
    made_at = datetime.fromisoformat(told["made_at"])
    return Document(told["title"], tuple(told["lead"]), sections, told["maker"], made_at, told["footer"])


def digest_of(text: str) -> str:
    """Return the SHA-256 of a kept document, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _plain_block(block: Block) -> dict[str, Any]:
    match block:
        case Words():
            return {"kind": "words", "text": block.text}
        case Table():
            rows = [[_plain_cell(cell) for cell in row] for row in block.rows]
            return {"kind": "table", "head": list(block.head), "rows": rows, "empty": block.empty}
        case Bars():
            return {"kind": "bars", "title": block.title, "marks": _plain_marks(block.marks)}
        case Dots():
            marks = _plain_marks(block.marks)
            return {"kind": "dots", "title": block.title, "marks": marks, "hold": block.hold, "low": block.low}
        case Lines():
            series = [{"label": each.label, "values": list(each.values)} for each in block.series]
            lines: dict[str, Any] = {
                "kind": "lines",
                "title": block.title,
                "series": series,
                "labels": list(block.labels),
            }
            return lines if block.percent_from is None else {**lines, "percent_from": block.percent_from}


def _block(told: Mapping[str, Any]) -> Block:
    match told["kind"]:
        case "words":
            return Words(told["text"])
        case "table":
            return Table(tuple(told["head"]), [[_cell(cell) for cell in row] for row in told["rows"]], told["empty"])
        case "bars":
            return Bars(told["title"], _marks(told["marks"]))
        case "dots":
            return Dots(told["title"], _marks(told["marks"]), told["hold"], told["low"])
        case _:
            series = [Series(each["label"], tuple(each["values"])) for each in told["series"]]
            return Lines(told["title"], series, tuple(told["labels"]), told.get("percent_from"))


def _plain_cell(cell: Cell) -> str | list[str]:
    return cell if isinstance(cell, str) else [cell.words, str(Fraction(cell.value)), cell.pattern]


def _cell(told: str | list[str]) -> Cell:
    if isinstance(told, str):
        return told
    words, value, pattern = told
    return Number(words, Fraction(value), pattern)


def _plain_marks(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    return [{name: value for name, value in asdict(mark).items() if name != "href"} for mark in marks]


def _marks(told: Sequence[Mapping[str, Any]]) -> list[Mark]:
    return [Mark(each["label"], each["value"], each["words"]) for each in told]

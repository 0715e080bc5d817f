"""Typesetting by Typst: a document as PDF, a drawing as picture.

What is said goes in as data, beside a fixed template, so no text can be taken for markup.
"""

import json
from importlib.resources import files
from typing import Any

import typst

from core.documents.drawing import svg_of
from core.documents.fonts import FAMILY, fonts
from core.documents.model import Block, Chart, Document, Table, Words, words_of

DOTS_PER_INCH = 220.0
PICTURE_WIDTH = "16cm"
PICTURE = (
    f"#set page(width: {PICTURE_WIDTH}, height: auto, margin: 0pt)\n"
    '#image(bytes(sys.inputs.svg), format: "svg", width: 100%, alt: sys.inputs.title)\n'
)


def to_pdf(document: Document) -> bytes:
    """Return the document as PDF on A4, tagged for readers that speak. The same document gives the same bytes."""
    return typst.compile(
        _template(),
        format="pdf",
        font_paths=fonts(),
        ignore_system_fonts=True,
        timestamp=int(document.made_at.timestamp()),
        sys_inputs={"document": json.dumps(_as_data(document), ensure_ascii=False), "family": FAMILY},
    )


def picture_of(chart: Chart) -> bytes:
    """Return a chart as PNG, sharp enough for print."""
    return typst.compile(
        PICTURE.encode(),
        format="png",
        ppi=DOTS_PER_INCH,
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={"svg": svg_of(chart), "title": chart.title},
    )


def _template() -> bytes:
    return files("core.documents").joinpath("document.typ").read_bytes()


def _as_data(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "lead": list(document.lead),
        "maker": document.maker,
        "footer": document.footer,
        "date": [document.made_at.year, document.made_at.month, document.made_at.day],
        "sections": [
            {"heading": section.heading, "blocks": [_block_as_data(block) for block in section.blocks]}
            for section in document.sections
        ],
    }


def _block_as_data(block: Block) -> dict[str, Any]:
    match block:
        case Words():
            return {"kind": "words", "text": block.text}
        case Table():
            return {
                "kind": "table",
                "head": list(block.head),
                "rows": [[words_of(cell) for cell in row] for row in block.rows],
                "numeric": sorted(block.numeric),
                "widths": [block.width(place) for place in range(len(block.head))],
                "empty": block.empty,
            }
        case _:
            return {"kind": "chart", "title": block.title, "svg": svg_of(block)}

"""The work order 工单 on one A4 page: what is asked, where, until when, by whom, with boxes to write and sign in."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files

import segno
import typst

from core.documents.fonts import FAMILY, fonts
from core.documents.model import cells_of

LINE = 96
"""Cells of a line of the page, a Chinese character taking two."""
LINES = {"text": 15, "instructions": 3, "desk": 2, "handling": 6}
"""Lines that the boxes hold, beside where somebody signs."""
FACT = 38
"""Cells of a fact."""
MORE, MORE_CELLS = "……", 4


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """What a work order says. `facts` are pairs of a label and what it is, an even number of them.

    `made_at` (aware) is the time that the file carries; `watermark`, empty = none, lies behind all of it.
    """

    title: str
    serial: str
    state: str
    heading: str
    text: str
    facts: Sequence[tuple[str, str]]
    instructions: str
    desk: str
    handling: str
    maker: str
    footer: str
    made_at: datetime
    watermark: str = ""


def work_order_pdf(order: WorkOrder, *, shortened: str, whole: bool = False) -> bytes:
    """Return the work order as PDF of one page; with `whole` the appeal's full text stands on the pages behind it.

    What does not fit is cut, and `shortened` then says so below the text.
    """
    text = fitting(order.text, LINES["text"])
    is_cut = text != order.text.strip()
    told = {
        **asdict(order),
        "text": text,
        "shortened": shortened if is_cut else "",
        "whole": order.text.strip() if whole and is_cut else "",
        "heading": fitting(order.heading, 1, cells=72),
        "facts": [[label, fitting(words, 1, cells=FACT)] for label, words in order.facts],
        **{name: fitting(getattr(order, name), LINES[name]) for name in ("instructions", "desk", "handling")},
        "qr": segno.make(order.serial, error="m").svg_inline(scale=4, border=1, dark="#000", light="#fff"),
        "date": [order.made_at.year, order.made_at.month, order.made_at.day],
    }
    del told["made_at"]
    return typst.compile(
        files("core.documents").joinpath("work_order.typ").read_bytes(),
        format="pdf",
        font_paths=fonts(),
        ignore_system_fonts=True,
        timestamp=int(order.made_at.timestamp()),
        sys_inputs={"order": json.dumps(told, ensure_ascii=False), "family": FAMILY},
    )


def fitting(words: str, lines: int, *, cells: int = LINE) -> str:
    """Return as much of the words as fits into so many lines of so many cells; what is cut ends in `……`."""
    text, left = words.strip(), lines
    kept: list[str] = []
    for paragraph in text.split("\n"):
        if left <= 0:
            break
        needed = -(-cells_of(paragraph) // cells) or 1
        if needed > left:
            kept.append(_cut(paragraph, left * cells - MORE_CELLS))
            left = -1
            break
        kept.append(paragraph)
        left -= needed
    shown = "\n".join(kept)
    if shown == text:
        return shown
    return shown.rstrip() + MORE


def _cut(text: str, cells: int) -> str:
    taken = 0
    for place, character in enumerate(text):
        taken += cells_of(character)
        if taken > cells:
            return text[:place]
    return text

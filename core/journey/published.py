"""Reading figures that were published somewhere from a file, to have them checked."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from core.intake.tabular.opening import open_table
from core.kit.headings import places_of, plain, shown
from core.kit.saying import said, word
from core.statistics.checks import FiguresUnusable, Finding, Published, check

COLUMNS = {
    "label": ("项目", "名称", "类别", "label"),
    "count": ("件数", "数量", "count"),
    "whole": ("总数", "总量", "合计", "whole"),
    "share": ("占比", "比例", "占比（%）", "share"),
    "parts": ("构成", "由哪些项目构成", "parts"),
}
MOST_LINES = 1_000
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})*|\d{1,12}")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%?")
_BETWEEN = re.compile(r"[、;；|]")


@dataclass(frozen=True, slots=True)
class Checked:
    """How many lines were read, and what in them does not follow."""

    lines: int
    findings: Sequence[Finding]


def check_file(path: Path) -> Checked:
    """Check the figures of a table: 项目, 件数, 总数, 占比, and 构成, which names the lines that a sum is made of.

    Raises `TableUnusable` and `FiguresUnusable`.
    """
    known = {plain(name) for names in COLUMNS.values() for name in names}
    table = open_table(path, is_header=lambda cells: sum(plain(cell) in known for cell in cells) > 1)
    places = places_of(table.columns, COLUMNS)
    if "label" not in places or not places.keys() & {"count", "share"}:
        raise FiguresUnusable(
            said(
                "{name} 里没有认出要核对的列：须有“项目”，以及“件数”或“占比”。表中的列：{columns}。",
                name=path.name,
                columns=shown(table.columns),
            )
        )
    lines: list[Published] = []
    for row in table.rows():
        if len(lines) == MOST_LINES:
            raise FiguresUnusable(
                said("{name} 超过 {most_lines:,} 行。请只留要核对的汇总数。", name=path.name, most_lines=MOST_LINES)
            )
        cells = {field: row.cells[place].strip() if place < len(row.cells) else "" for field, place in places.items()}
        if cells["label"]:
            lines.append(_read(row.number, cells))
    return Checked(len(lines), check(lines))


def _read(row: int, cells: dict[str, str]) -> Published:
    return Published(
        row,
        cells["label"],
        count=_number(row, "件数", cells.get("count", "")),
        whole=_number(row, "总数", cells.get("whole", "")),
        share=_share(row, cells.get("share", "")),
        parts=tuple(part.strip() for part in _BETWEEN.split(cells.get("parts", "")) if part.strip()),
    )


def _number(row: int, what: str, cell: str) -> int | None:
    if not cell:
        return None
    if (found := _NUMBER.fullmatch(unicodedata.normalize("NFKC", cell).removesuffix("件").strip())) is None:
        raise FiguresUnusable(
            said(
                "第 {row} 行的{what}“{cell}”不是整数。请改成如 6796 或 6,796。",
                row=row,
                what=word(what),
                cell=cell[:20],
            )
        )
    return int(found[0].replace(",", ""))


def _share(row: int, cell: str) -> Decimal | None:
    if not cell:
        return None
    if (found := _SHARE.fullmatch(unicodedata.normalize("NFKC", cell))) is None:
        raise FiguresUnusable(
            said("第 {row} 行的占比“{cell}”看不懂。请写成如 13.54%，小数位与公布的一样。", row=row, cell=cell[:20])
        )
    return Decimal(found[1])

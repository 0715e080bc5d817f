"""A file of questions looked at before it is imported 预览: its columns, which of them says what, and the first rows.

Where the headings are not known somebody says which column is which; the file is then read as if it had been headed so.
"""

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.intake.columns import MissingColumn
from core.intake.interviews.reading import FIELDS, open_questions
from core.intake.tabular.opening import open_table, refuse_huge
from core.intake.tabular.rows import Row, TableUnusable
from core.journey.interview_files import MOST_BYTES, MOST_LINES, Imported, preview_file
from core.kit import saying
from core.kit.headings import places_of
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

SHOWN = 20
"""Rows of a file that are shown before it is imported."""
NOT_READ = "不导入的"
"""What is put before the heading of a column that is not to be read."""
LABELS = {name: names[0] for name, names in FIELDS.items()}
"""What the house calls that which a column may say."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A file before it is imported: its columns, what each is taken for (empty = nothing), rows, and what would come of it.

    `problem` says why it cannot be imported as it stands; then there is no `outcome`.
    """

    columns: tuple[str, ...]
    taken_for: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    count: int
    outcome: Imported | None
    problem: str = ""


def look_at(
    scope: Scope, slug: str, name: str, content: bytes, *, said: Mapping[int, str] | None, actor: Actor
) -> Preview:
    """Return what is in a file and what importing it would come to; nothing is kept.

    `said` is which column says what, by its place, None = as the headings are known. Raises `NotPermitted`,
    `NoSuchInterview`, `TableUnusable`.
    """
    columns, _, rows = _opened(name, content)
    shown = tuple((row.number, (*row.cells, *[""] * len(columns))[: len(columns)]) for row in rows[:SHOWN])
    known = {place: field for field, place in places_of(columns, FIELDS).items()}
    taken = known if said is None else said
    taken_for = tuple(taken.get(place, "") for place in range(len(columns)))
    try:
        outcome = preview_file(scope, slug, *headed_by(name, content, said), actor=actor)
    except (MissingColumn, TableUnusable) as refusal:
        return Preview(columns, taken_for, shown, len(rows), None, refusal.message)
    return Preview(columns, taken_for, shown, len(rows), outcome)


def headed_by(name: str, content: bytes, said: Mapping[int, str] | None) -> tuple[str, bytes]:
    """Return the file under headings that are known, by what its columns were said to be; as it is where nobody said.

    Rows keep their numbers. Raises `MissingColumn` where no column was said to be the question, or two the same.
    """
    if said is None:
        return name, content
    fields = list(said.values())
    if "text" not in fields:
        raise MissingColumn("没有指定哪一列是提问内容。请在各列的列名下面选择后再预览。")
    if twice := next((field for field in fields if fields.count(field) > 1), None):
        raise MissingColumn(
            saying.said("有两列都选了“{labels}”，不知道以哪一列为准。请只选一列。", labels=saying.word(LABELS[twice]))
        )
    columns, header_number, rows = _opened(name, content)
    written, line = io.StringIO(newline=""), 1
    out = csv.writer(written)
    for number, cells in ((header_number, _headings(columns, said)), *((row.number, row.cells) for row in rows)):
        for _ in range(line, number):
            out.writerow(("",))
        out.writerow(cells)
        line = number + 1
    return f"{Path(name).stem}.csv", written.getvalue().encode("utf-8-sig")


def _headings(columns: Sequence[str], said: Mapping[int, str]) -> tuple[str, ...]:
    """Return the headings as they were said; a column that nobody chose is not read by its own heading either."""
    known = set(places_of(columns, FIELDS).values())
    others = [f"{NOT_READ}{column}" if place in known else column for place, column in enumerate(columns)]
    return tuple(LABELS[said[place]] if place in said else column for place, column in enumerate(others))


def _opened(name: str, content: bytes) -> tuple[tuple[str, ...], int, list[Row]]:
    """Return the columns of a file, the number of the row that they stand in, and the rows below."""
    refuse_huge(name, content, most_bytes=MOST_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"questions{Path(name).suffix[:8]}"
        path.write_bytes(content)
        try:
            table = open_questions(path).table
        except MissingColumn:
            table = open_table(path, is_header=lambda _cells: False)
        return table.columns, table.header_number, list(islice(table.rows(), MOST_LINES + 1))

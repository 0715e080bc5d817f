"""The minutes of a meeting as a table 会议记录: each row a line, rows that cannot be read returned with the reason."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from core.intake.columns import Columns, is_header, recognise
from core.intake.outreach.kinds import get_kind
from core.intake.outreach.models import Outreach
from core.intake.outreach.rules import Said, usable_line
from core.intake.outreach.service import (
    OutreachSettled,
    drop_line,
    keep_returned,
    lines_of,
    refuse_state,
    row_in,
)
from core.intake.reading import Incoming, read_incoming
from core.intake.tabular.opening import Table, open_table, refuse_huge
from core.intake.tabular.rejects import Rejects, is_of_rejects
from core.intake.tabular.rows import Row, TableUnusable
from core.journey.import_words import vocabulary_of
from core.journey.outreach import MOST_LINES, add_lines, outreach_for, outreach_seen_by
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

TEMPLATE = ("诉求内容", "姓名", "电话", "地点", "类型", "事项", "答复")
"""The columns that minutes are written in. A line with an answer was answered there and then; of the nature 表扬 it is thanks."""
EXAMPLE = ("小区北门路灯不亮", "", "", "金牛西路北门", "求助", "", "")
NEEDED = ("text",)
FROM_A_FILE = Actor("system", "批量导入", permissions=frozenset({Permission.ACCEPT, Permission.DISPATCH}))
"""Who enters what somebody at the machine imports."""
MOST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a file: lines that are new, that were there before, and rows that were returned."""

    created: int
    existing: int
    returned: tuple[tuple[Row, str], ...]
    """Each row that was returned, and why."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """A file of minutes that was opened as a table."""

    table: Table
    columns: Columns

    @property
    def kept_columns(self) -> tuple[str, ...]:
        """The columns as a returned file has them: without those that an earlier one added."""
        return self.table.columns[:-2] if is_of_rejects(self.table.columns) else self.table.columns


def open_minutes(path: Path) -> Minutes:
    """Open an Excel or CSV file of minutes. Raises `TableUnusable`, `MissingColumn`."""
    table = open_table(path, is_header=lambda cells: is_header(cells, {}))
    return Minutes(table, recognise(table.columns, {}, needed=NEEDED))


def read_minutes(
    scope: Scope, outreach_id: int, minutes: Minutes, rows: Sequence[Row], *, begins: bool, actor: Actor, now: datetime
) -> Read:
    """Keep the rows of a file as drafts; what cannot be read is kept as it came, with the reason, and the rest goes on.

    A row that came before is no second line, so that the mended file adds only what was mended. `begins`: these are the
    first rows of a file: what an earlier one had returned is settled by it. Raises `NoSuchOutreach`, `OutreachSettled`.
    """
    outreach = outreach_for(scope, outreach_id, actor)
    refuse_state(outreach, "entry", "submitted", deed="导入")
    if begins:
        for line in lines_of(scope, outreach, "returned"):
            drop_line(line)
    good, bad = [], []
    for row in rows:
        try:
            good.append(_read(scope, outreach, minutes, row))
        except Refused as refusal:
            bad.append((row, refusal.message))
    new = add_lines(scope, outreach, good, actor=actor, now=now)
    for row, why in bad:
        _return(scope, outreach, minutes, row, why, actor=actor, now=now)
    scope.session.flush()
    return Read(len(new), len(good) - len(new), tuple(bad))


def read_file(scope: Scope, outreach_id: int, name: str, content: bytes, *, actor: Actor, now: datetime) -> Read:
    """Read a whole file of minutes that was handed in. Raises as `open_minutes` and `read_minutes`."""
    refuse_huge(name, content, most_bytes=MOST_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"minutes{Path(name).suffix[:8]}"
        path.write_bytes(content)
        minutes = open_minutes(path)
        rows = list(islice(minutes.table.rows(), MOST_LINES + 1))
    if len(rows) > MOST_LINES:
        raise TableUnusable(
            said(
                "文件超过 {most_lines:,} 行，没有导入。一次会议最多 {most_lines:,} 条，请分成几次。",
                most_lines=MOST_LINES,
            )
        )
    return read_minutes(scope, outreach_id, minutes, rows, begins=True, actor=actor, now=now)


def returned_file(scope: Scope, outreach_id: int, *, actor: Actor) -> bytes:
    """Return the rows that were returned as a table, with number and reason in its last columns, to be mended and read again.

    Raises `NoSuchOutreach`, and `OutreachSettled` where there are none.
    """
    outreach = outreach_seen_by(scope, outreach_id, actor)
    with tempfile.TemporaryDirectory() as folder:
        rejects: Rejects | None = None
        path = Path(folder) / "returned.csv"
        for row, why, columns in _returned(scope, outreach):
            rejects = rejects or Rejects(path, columns)
            rejects.add(row, why)
        if rejects is None:
            raise OutreachSettled(said("这次{label}没有退回的行，没有文件可以下载。", label=word(outreach.label)))
        rejects.close()
        return path.read_bytes()


def template_file() -> bytes:
    """Return an empty table of minutes with one line as an example."""
    return f"{','.join(TEMPLATE)}\n{','.join(EXAMPLE)}\n".encode("utf-8-sig")


def _returned(scope: Scope, outreach: Outreach) -> Iterator[tuple[Row, str, tuple[str, ...]]]:
    for line in lines_of(scope, outreach, "returned"):
        cells = row_in(scope, line)
        width = int(cells[0])
        yield Row(line.number, cells[1 + width :]), line.failure, cells[1 : 1 + width]


def _return(
    scope: Scope, outreach: Outreach, minutes: Minutes, row: Row, why: str, *, actor: Actor, now: datetime
) -> None:
    columns = minutes.kept_columns
    kept = (str(len(columns)), *columns, *row.cells[: len(columns)])
    keep_returned(
        scope, outreach, kept, number=row.number, key=f"returned/{scope.new_id()}", why=why, actor=actor, now=now
    )


def _read(scope: Scope, outreach: Outreach, minutes: Minutes, row: Row) -> tuple[str, Said]:
    """Read a row as a line and its key. Raises `RowUnusable`, `LineUnusable`, `AppealUnusable`."""
    incoming = read_incoming(row, minutes.columns, vocabulary_of(scope), channel=outreach.kind, zone=scope.tenant.zone)
    said = _said(incoming)
    usable_line(said, get_kind(scope, outreach.kind))
    return f"file/{incoming.appeal.external_id}", said


def _said(incoming: Incoming) -> Said:
    appeal = incoming.appeal
    kind = "answered" if incoming.reply else "thanks" if appeal.nature == "praise" else "handle"
    return Said(
        text=appeal.text,
        kind=kind,
        name=appeal.contact.name,
        phone=appeal.contact.phone,
        place=appeal.place,
        answer=incoming.reply,
        address=appeal.contact.address,
        title=appeal.title,
        nature=appeal.nature,
        matter=appeal.matter or "",
        urgency=appeal.urgency,
        affected_count=appeal.affected_count,
    )

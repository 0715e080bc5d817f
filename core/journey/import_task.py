"""Importing appeals on a page 批量导入: handed in, looked at, confirmed, taken in as a task, and undone as a whole.

The file is kept encrypted with the task until it is read; a row that was not taken comes back with the reason, and
whoever mends the returned table hands that in.
"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select, update

from core.documents.excel import Columns as Sheet
from core.documents.excel import rows_to_excel
from core.intake.channels import FILE, open_channels_of
from core.intake.columns import FIELDS, Columns, MissingColumn, is_header
from core.intake.queries import came_in_before
from core.intake.reading import Incoming
from core.intake.tabular.opening import Table, open_table, refuse_huge
from core.intake.tabular.rejects import NUMBER, REASON, is_of_rejects
from core.intake.tabular.rows import Row, TableUnusable
from core.journey.import_appeals import Import, read_row, refuse_receiver, take_in_rows
from core.journey.tasks import XLSX, TaskKind, is_of
from core.journey.void import BY_ONE, void
from core.kit.errors import Refused
from core.kit.headings import places_of
from core.kit.outbox import enqueue_once
from core.kit.saying import said, word
from core.people.roles import Permission
from core.tasks.models import TASK, Task, TaskLine
from core.tasks.queries import find_file, get_task, next_lines
from core.tasks.service import (
    Asked,
    add_lines,
    ask_for,
    cells_of,
    content_of,
    end,
    given_of,
    keep_file,
    lock_task,
    unknown,
)
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import refuse_actor
from core.tickets.timeline import Actor, Order

MOST_BYTES = 20_000_000
MOST_LINES = 20_000
"""Rows of one file that is handed in on a page; by the command line there may be more."""
SHOWN = 20
"""Rows of a file that are shown before it is imported."""
READ = 2_000
"""Rows that are read from the file in one transaction."""
BATCH = 100
"""Rows that are taken in in one transaction."""
UNCONFIRMED = timedelta(days=1)
"""So long a file that was handed in waits to be confirmed."""
WORD = "行"
LABELS = {name: names[0] for name, names in FIELDS.items()}
"""What the house calls that which a column may say."""
NOT_NOW = frozenset({"reply", "replied_at", "disposition", "resolved", "satisfaction", "cause", "rated_at"})
"""What is of the past, and is read by the command line with `--history` alone."""
OFFERED = tuple((name, label) for name, label in LABELS.items() if name not in NOT_NOW)
TEMPLATE = Sheet(
    ("诉求内容", "标题", "提交时间", "地点", "姓名", "电话", "性质", "渠道", "事项", "编号"),
    widths=(60, 30, 18, 30, 12, 16, 10, 14, 24, 18),
)
EXAMPLE = (
    "村口路灯不亮一周了，晚上走路不安全",
    "村口路灯不亮",
    "2026-03-12 10:24",
    "村口公交站旁",
    "",
    "",
    "求助",
    "",
    "",
    "",
)
SettledReading = tuple[int, tuple[str, ...], str]
"""A row as the preview shows it: its number, its cells, and what is wrong with it."""


class NothingToUndo(Refused):
    """No ticket came of the import, or it was undone before."""

    code = "nothing-to-undo"


class AlreadyDispatched(Refused):
    """Some of the tickets are with units, so that the batch is no longer undone as a whole."""

    code = "already-dispatched"


@dataclass(frozen=True, slots=True)
class Preview:
    """A file before it is imported: columns, what each is taken for, the first rows, and what all rows would come to."""

    columns: tuple[str, ...]
    taken_for: tuple[str, ...]
    rows: tuple[SettledReading, ...]
    count: int
    good: int = 0
    existing: int = 0
    faults: tuple[tuple[str, int], ...] = ()
    merged: int = 0
    channel: str = FILE.id
    problem: str = ""

    @property
    def bad(self) -> int:
        """How many rows would come back."""
        return sum(number for _, number in self.faults)


def hand_in(scope: Scope, name: str, content: bytes, *, actor: Actor, request: str, now: datetime) -> Task:
    """Keep a file that is to be imported, until it is confirmed; one that was not confirmed before gives way to it.

    Raises `NotPermitted`, `TableUnusable`, `TakesNoAppeals`, `FilesAway`.
    """
    refuse_actor(actor, Permission.ACCEPT, "批量导入")
    refuse_receiver(scope, FILE.id)
    with _opened(name, content) as table:
        _refuse_long(table)
        said_before = _remembered(scope, table.columns)
    for earlier in _unconfirmed(scope, actor):
        end(earlier, "cancelled", str(said("换了文件，没有导入。")), now=now)
        earlier.seen_at = now
    asked = Asked(IMPORT.name, said("导入诉求"), WORD, {"name": Path(name).suffix[:8]}, starts_at=now + UNCONFIRMED)
    task, is_new = ask_for(scope, asked, by=actor, request=request, now=now)
    if is_new:
        task.href = f"/desk/import/{task.id}"
        task.place = {"columns": _fingerprint(table.columns), "said": said_before, "channel": FILE.id}
        keep_file(
            scope,
            task,
            "given",
            name=f"import{Path(name).suffix[:8]}",
            media_type="application/octet-stream",
            content=content,
            personal=True,
            now=now,
        )
    return task


def look_at_import(scope: Scope, task_id: int, *, actor: Actor) -> tuple[Task, Preview | None]:
    """Return an import of one's own, and what is in its file while it waits to be confirmed. Raises `NoSuchTask`."""
    task = _own(scope, task_id, actor)
    if task.has_ended or task.place.get("confirmed"):
        return task, None
    return task, _preview(scope, task)


def say_columns(scope: Scope, task_id: int, columns: Mapping[int, str], *, channel: str, actor: Actor) -> None:
    """Say which column of a file says what, by its place, and by which channel rows came that name none.

    Raises `NoSuchTask`, `UnknownChannel`.
    """
    task = lock_task(scope, _own(scope, task_id, actor).id)
    refuse_receiver(scope, channel)
    known = {str(place): field for place, field in columns.items() if field in LABELS and field not in NOT_NOW}
    task.place = {**task.place, "said": known, "channel": channel}
    scope.session.flush()


def confirm_import(scope: Scope, task_id: int, *, actor: Actor, now: datetime) -> Task:
    """Have a file imported as it was looked at; a second time changes nothing.

    Raises `NoSuchTask`, `NotPermitted`, `MissingColumn`, `TableUnusable`.
    """
    refuse_actor(actor, Permission.ACCEPT, "批量导入")
    task = lock_task(scope, _own(scope, task_id, actor).id)
    if task.place.get("confirmed") or task.has_ended:
        return task
    with _file_of(scope, task) as table:
        _columns(table.columns, task)
        task.total = table.count()
    task.what = str(said("导入诉求：{count:,} 行", count=task.total))
    task.place = {**task.place, "confirmed": True}
    task.starts_at = now
    enqueue_once(scope.session, TASK, dedup_key=f"{TASK}/{task.id}/confirmed", payload={"task": task.id}, now=now)
    scope.session.flush()
    return task


def undo_import(scope: Scope, task_id: int, *, actor: Actor, request: str, now: datetime) -> Task:
    """Void all tickets of an import of one's own, as a task, as long as none of them was dispatched.

    Raises `NoSuchTask`, `NotPermitted`, `NothingToUndo`, `AlreadyDispatched`.
    """
    refuse_actor(actor, Permission.DISPATCH, "撤销导入")
    imported = lock_task(scope, _own(scope, task_id, actor).id)
    lines = [
        {"number": line.number, "ticket_id": line.ticket_id, "serial_no": line.serial_no}
        for line in _all_lines(scope, imported, "done")
        if line.ticket_id is not None
    ]
    if not lines or not imported.has_ended:
        raise NothingToUndo(said("这次导入没有可以撤销的工单，或者还没有结束。"))
    gone = count_dispatched(scope, imported)
    if gone:
        raise AlreadyDispatched(said("其中 {count:,} 件已派单或办结，不能整批撤销。请在工单上逐件处理。", count=gone))
    asked = Asked(
        UNDO.name,
        said("撤销导入：{count:,} 件", count=len(lines)),
        "件",
        {"import": imported.id},
        len(lines),
        imported.href,
    )
    task, is_new = ask_for(scope, asked, by=actor, request=request, now=now)
    if is_new:
        add_lines(scope, task, lines)
    return task


def count_dispatched(scope: Scope, task: Task) -> int:
    """Count the tickets of an import that are no longer where one person may void them."""
    return (
        scope.session.scalar(
            select(func.count())
            .select_from(TaskLine)
            .join(Ticket, (Ticket.tenant_id == TaskLine.tenant_id) & (Ticket.id == TaskLine.ticket_id))
            .where(
                TaskLine.tenant_id == scope.tenant.id,
                TaskLine.task_id == task.id,
                TaskLine.state == "done",
                Ticket.state.not_in(BY_ONE),
            )
        )
        or 0
    )


def template_file(*, now: datetime) -> bytes:
    """Return an empty table of appeals with one row as an example."""
    lead = (
        "第一行是列名，请勿改动；第二行是例子，请删去。",
        "提交时间不填的，按导入的时间算。编号不填的，内容相同的行只收一次。",
    )
    return rows_to_excel("诉求", TEMPLATE, [EXAMPLE], lead=lead, made_at=now)


def channels_for(scope: Scope) -> Sequence[tuple[str, str]]:
    """Return the channels that rows may have come by."""
    return [(channel.id, channel.label) for channel in open_channels_of(scope).values()]


def _preview(scope: Scope, task: Task) -> Preview:
    with _file_of(scope, task) as table:
        rows = list(islice(table.rows(), MOST_LINES))
        merged = sum(1 for each in table.sheet.merged() if each.last_row > table.header_number)
        columns, told = table.columns, {int(place): field for place, field in task.place["said"].items()}
        taken_for = tuple(told.get(place, "") for place in range(len(columns)))
        channel = task.place["channel"]
        try:
            wanted = Import(_columns(columns, task), channel, history=False)
        except MissingColumn as refusal:
            shown = tuple(_shown(row, columns, "") for row in rows[:SHOWN])
            return Preview(
                columns, taken_for, shown, len(rows), merged=merged, channel=channel, problem=refusal.message
            )
    read = [(row, read_row(scope, row, wanted)) for row in rows]
    keys = [item.key for _, item in read if isinstance(item, Incoming)]
    known: set[tuple[str, str]] = set()
    for begin in range(0, len(keys), READ):
        known |= came_in_before(scope, keys[begin : begin + READ])
    new = {key for key in keys if key not in known}
    faults = Counter(item.message for _, item in read if isinstance(item, Refused))
    shown = tuple(_shown(row, columns, item.message if isinstance(item, Refused) else "") for row, item in read[:SHOWN])
    return Preview(
        columns,
        taken_for,
        shown,
        len(rows),
        len(new),
        len(keys) - len(new),
        tuple(faults.most_common()),
        merged,
        channel,
    )


def _shown(row: Row, columns: Sequence[str], fault: str) -> SettledReading:
    return row.number, (*row.cells, *[""] * len(columns))[: len(columns)], fault


def _do_part(scope: Scope, task: Task, _actor: Actor, _now: datetime) -> bool:
    """Read the next rows of the file into lines; tell whether more are left."""
    if not task.place.get("confirmed"):
        raise TableUnusable("交来的文件一天没有确认，没有导入。请重新选择文件。")
    begin = int(task.place.get("read", 0))
    with _file_of(scope, task) as table:
        rows = list(islice(table.rows(), begin, begin + READ))
        add_lines(scope, task, [{"number": row.number, "cells": [row.fault, *row.cells]} for row in rows])
    task.place = {**task.place, "read": begin + len(rows), "names": list(table.columns)}
    return len(rows) == READ


def _do_lines(scope: Scope, task: Task, lines: Sequence[TaskLine], _actor: Actor, now: datetime) -> None:
    """Take in rows, each once; one that cannot be taken leaves its neighbours alone."""
    wanted = Import(_columns(task.place["names"], task), task.place["channel"], history=False)
    by_number = {line.number: line for line in lines}
    outcome = take_in_rows(scope, rows=[_row(scope, line) for line in lines], wanted=wanted, now=now)
    for each in outcome.rejected:
        line = by_number[each.row.number]
        line.state, line.code, line.words = "failed", "row-rejected", str(each.reason)
    for taken in outcome.taken:
        line = by_number[taken.row]
        line.ticket_id, line.serial_no = taken.ticket_id, taken.serial_no
    for line in lines:
        if line.state != "failed":
            line.sealed = None
            line.code = "" if line.ticket_id else "came-before"


def _finish(scope: Scope, task: Task, now: datetime) -> str:
    """Give back what failed as a table, let go of the file, and say what came of it."""
    if task.failed:
        _keep_returned(scope, task, now=now)
    if (file := find_file(scope, task.id, "given")) is not None:
        file.key = file.sealed = None
    counted = dict(
        scope.session.execute(
            select(TaskLine.code, func.count())
            .where(TaskLine.tenant_id == scope.tenant.id, TaskLine.task_id == task.id, TaskLine.state == "done")
            .group_by(TaskLine.code)
        ).all()
    )
    told = said(
        "新收 {created:,} 件，先前已有 {existing:,} 件，退回 {failed:,} 行",
        created=counted.get("", 0),
        existing=counted.get("came-before", 0),
        failed=task.failed,
    )
    left = said("，没有办到 {left:,} 行", left=task.left) if task.left else ""
    return f"{told}{left}"


def _keep_returned(scope: Scope, task: Task, *, now: datetime) -> None:
    names = task.place["names"]
    names = names[:-2] if is_of_rejects(names) else names
    head = Sheet((*names, NUMBER, REASON), widths=(*(20 for _ in names), 8, 60))

    def rows() -> Iterator[Sequence[str | int]]:
        for line in _all_lines(scope, task, "failed"):
            cells = cells_of(scope, line)[1:]
            yield (*cells[: len(names)], *("" for _ in range(len(names) - len(cells))), line.number, line.words)

    lead = (said("改好后可以直接导入这个文件，最后两列会被略过。"),)
    content = rows_to_excel("退回的行", head, rows(), lead=lead, made_at=now)
    keep_file(
        scope,
        task,
        "errors",
        name=said("退回的行-{id}.xlsx", id=task.id),
        media_type=XLSX,
        content=content,
        personal=True,
        now=now,
    )


def _undo_line(scope: Scope, task: Task, lines: Sequence[TaskLine], actor: Actor, now: datetime) -> None:
    [line] = lines
    order = Order(actor, now, command_id=f"task/{task.id}/{line.number}")
    void(scope, line.serial_no, order, reason="撤销批量导入")
    scope.session.execute(
        update(TaskLine)
        .where(
            TaskLine.tenant_id == scope.tenant.id,
            TaskLine.task_id == given_of(scope, task)["import"],
            TaskLine.number == line.number,
        )
        .values(state="undone"),
        execution_options={"synchronize_session": False},
    )


IMPORT = TaskKind(
    name="import",
    label="批量导入",
    do_part=_do_part,
    do_lines=_do_lines,
    most=BATCH,
    finish=_finish,
    lists_failures=True,
)
UNDO = TaskKind(name="import-undo", label="撤销导入", do_lines=_undo_line)


def _row(scope: Scope, line: TaskLine) -> Row:
    fault, *cells = cells_of(scope, line)
    return Row(line.number, tuple(cells), fault)


def _all_lines(scope: Scope, task: Task, state: str) -> Iterator[TaskLine]:
    after = 0
    while lines := next_lines(scope, task.id, state, after=after, most=1_000):
        yield from lines
        after = lines[-1].number


def _columns(names: Sequence[str], task: Task) -> Columns:
    """Return which column says what, as it was said. Raises `MissingColumn` where none or two are said to be one thing."""
    told = {int(place): field for place, field in task.place["said"].items()}
    fields = list(told.values())
    if "text" not in fields:
        raise MissingColumn("没有指定哪一列是诉求内容。请在各列的列名下面选择后再核对。")
    if twice := next((field for field in fields if fields.count(field) > 1), None):
        raise MissingColumn(said("有两列都选了“{label}”，不知道以哪一列为准。请只选一列。", label=word(LABELS[twice])))
    return Columns(tuple(names), {field: place for place, field in told.items()})


def _remembered(scope: Scope, columns: Sequence[str]) -> dict[str, str]:
    """Return which column says what: as the tenant last said it of a table with these columns, else as their names do."""
    last = scope.session.scalar(
        select(Task.place)
        .where(
            Task.tenant_id == scope.tenant.id,
            Task.kind == IMPORT.name,
            Task.place["columns"].astext == _fingerprint(columns),
            Task.place["confirmed"].astext == "true",
        )
        .order_by(Task.id.desc())
        .limit(1)
    )
    if last is not None:
        return dict(last["said"])
    known = places_of(columns, FIELDS)
    return {str(place): field for field, place in known.items() if field not in NOT_NOW}


def _fingerprint(columns: Sequence[str]) -> str:
    names = columns[:-2] if is_of_rejects(columns) else columns
    return hashlib.sha256("\x1f".join(names).encode(errors="backslashreplace")).hexdigest()[:16]


def _unconfirmed(scope: Scope, actor: Actor) -> Sequence[Task]:
    waiting = scope.session.scalars(
        select(Task)
        .where(
            Task.tenant_id == scope.tenant.id,
            Task.kind == IMPORT.name,
            Task.asked_by_id == actor.id,
            Task.state == "waiting",
        )
        .with_for_update(key_share=True)
    ).all()
    return [task for task in waiting if not task.place.get("confirmed")]


def _own(scope: Scope, task_id: int, actor: Actor) -> Task:
    refuse_actor(actor, Permission.ACCEPT, "批量导入")
    task = get_task(scope, task_id)
    if not is_of(task, actor) or task.kind != IMPORT.name:
        raise unknown(task_id)
    return task


@contextmanager
def _file_of(scope: Scope, task: Task) -> Iterator[Table]:
    file = find_file(scope, task.id, "given")
    if file is None:
        raise unknown(task.id)
    with _opened(file.name, content_of(scope, file)) as table:
        yield table


@contextmanager
def _opened(name: str, content: bytes) -> Iterator[Table]:
    refuse_huge(name, content, most_bytes=MOST_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"import{Path(name).suffix[:8]}"
        path.write_bytes(content)
        try:
            yield open_table(path, is_header=lambda cells: is_header(cells, {}))
        except TableUnusable as refusal:
            raise TableUnusable(refusal.message.replace(path.name, Path(name).name)) from refusal


def _refuse_long(table: Table) -> None:
    if sum(1 for _ in islice(table.rows(), MOST_LINES + 1)) > MOST_LINES:
        raise TableUnusable(said("文件超过 {most:,} 行，没有导入。请分成几个文件。", most=MOST_LINES))

"""Writing tasks: asked for once, begun, moved on, cancelled, ended, and what belongs to them taken away in time."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, select, update

from core.kit.db import insert_rows
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import said
from core.tasks.models import FILE, GIVEN, ROW, TASK, Task, TaskFile, TaskLine
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

KEPT = timedelta(days=7)
"""How long after its end files, lines and what was asked for are kept."""
MOST_OPEN = 5
"""Tasks of one person that wait or run at once."""
KEY_BITS = 256
NONCE_BYTES = 12


class NoSuchTask(Refused):
    """There is no task of this number, or not of this person."""

    code = "no-such-task"


class TooManyTasks(Refused):
    """The person has as many tasks waiting or running as one may."""

    code = "too-many-tasks"


class TaskEnded(Refused):
    """The task has ended, so that nothing is left to be cancelled."""

    code = "task-ended"


class TaskExpired(Refused):
    """What is asked for was taken away when its time was over."""

    code = "task-expired"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a kind of task, in words what for, in what it is counted, and its particulars as JSON."""

    kind: str
    what: str
    unit_word: str
    given: Mapping[str, Any]
    total: int = 0
    href: str = ""
    starts_at: datetime | None = None


def ask_for(scope: Scope, asked: Asked, *, by: Actor, request: str, now: datetime) -> tuple[Task, bool]:
    """Ask for a task and return it, and whether it is new: what one person asks for twice under one `request` is one task.

    A job does it. Raises `TooManyTasks`.
    """
    assert by.id is not None, "a task is asked for by an account, whose permissions it has"
    whole = f"{by.id}/{request}"
    scope.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"task/{by.id}", scope.tenant.id))))
    there = scope.session.scalar(select(Task).where(Task.tenant_id == scope.tenant.id, Task.request == whole))
    if there is not None:
        return there, False
    _refuse_more(scope, by.id)
    row_id, starts_at = scope.new_id(), asked.starts_at or now
    task = Task(
        tenant_id=scope.tenant.id,
        id=row_id,
        kind=asked.kind,
        what=asked.what,
        asked_by=by.name,
        asked_by_id=by.id,
        asked_at=now,
        starts_at=starts_at,
        request=whole,
        sealed=_sealed(scope, asked.given, field=GIVEN, row_id=row_id),
        unit_word=asked.unit_word,
        total=asked.total,
        href=asked.href,
    )
    scope.session.add(task)
    enqueue(
        scope.session,
        TASK,
        dedup_key=f"{TASK}/{task.id}",
        payload={"task": task.id},
        now=now,
        run_after=starts_at,
    )
    scope.session.flush()
    return task, True


def given_of(scope: Scope, task: Task) -> dict[str, Any]:
    """Return the particulars that were asked for. Raises `TaskExpired`."""
    if task.sealed is None:
        raise TaskExpired(said("任务“{what}”的内容已过保存期，不能再取用。请重新办理。", what=task.what))
    given: dict[str, Any] = _opened(scope, task.sealed, field=GIVEN, row_id=task.id)
    return given


def lock_task(scope: Scope, task_id: int) -> Task:
    """Return a task, locked until the transaction ends. Raises `NoSuchTask`."""
    task = scope.session.scalar(
        select(Task)
        .where(Task.tenant_id == scope.tenant.id, Task.id == task_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if task is None:
        raise unknown(task_id)
    return task


def begin(task: Task, *, now: datetime) -> None:
    """Note that a task that waited is being done."""
    if task.state == "waiting":
        task.state, task.begun_at, task.progress_at = "running", now, now


def move_on(task: Task, *, done: int = 0, failed: int = 0, now: datetime) -> None:
    """Count what a part has done, and what it could not do."""
    task.done += done
    task.failed += failed
    task.total = max(task.total, task.done + task.failed)
    task.progress_at = now


def cancel(task: Task, *, by: str, now: datetime) -> None:
    """Have a locked task stop after what is being done just now; one that was not begun ends at once. Raises `TaskEnded`."""
    if task.has_ended:
        raise TaskEnded(said("任务“{what}”已经结束，没有可以取消的。", what=task.what))
    task.cancelled_by = task.cancelled_by or by
    if task.state == "waiting":
        end(task, "cancelled", said("还没有开始，什么也没有改动。"), now=now)
    else:
        task.state = "cancelling"


def end(task: Task, state: str, outcome: str, *, now: datetime) -> None:
    """Let a task end as `done`, `cancelled` or `failed`, with what came of it."""
    task.state, task.outcome = state, outcome
    task.finished_at = task.progress_at = now
    task.expires_at = now + KEPT


def add_lines(scope: Scope, task: Task, lines: Sequence[Mapping[str, Any]]) -> None:
    """Add what a task is about, line by line: `number` and, where it has them, `ticket_id`, `serial_no`, `version`, `cells`."""
    if not lines:
        return
    rows = []
    for each in lines:
        line_id = scope.new_id()
        cells = each.get("cells")
        rows.append(
            TaskLine(
                tenant_id=scope.tenant.id,
                id=line_id,
                task_id=task.id,
                number=each["number"],
                ticket_id=each.get("ticket_id"),
                serial_no=each.get("serial_no", ""),
                version=each.get("version"),
                sealed=_sealed(scope, cells, field=ROW, row_id=line_id) if cells is not None else None,
                state=each.get("state", "waiting"),
                code=each.get("code", ""),
                words=each.get("words", ""),
            )
        )
    insert_rows(scope.session, rows)


def cells_of(scope: Scope, line: TaskLine) -> list[str]:
    """Return the cells of a line's row. Raises `TaskExpired` when they were taken away."""
    if line.sealed is None:
        raise TaskExpired(said("第 {number} 行的内容已过保存期，不能再取用。", number=line.number))
    cells: list[str] = _opened(scope, line.sealed, field=ROW, row_id=line.id)
    return cells


def settle(line: TaskLine, refusal: Refused | None) -> None:
    """Note that a line is done, or why it could not be."""
    line.state = "done" if refusal is None else "failed"
    if refusal is not None:
        line.code, line.words = refusal.code, refusal.message


def keep_file(
    scope: Scope, task: Task, role: str, *, name: str, media_type: str, content: bytes, personal: bool, now: datetime
) -> TaskFile:
    """Keep a file with a task, encrypted. Raises `FilesAway`."""
    key, nonce, row_id = AESGCM.generate_key(KEY_BITS), os.urandom(NONCE_BYTES), scope.new_id()
    hidden = nonce + AESGCM(key).encrypt(nonce, content, b"%d" % row_id)
    file = TaskFile(
        tenant_id=scope.tenant.id,
        id=row_id,
        task_id=task.id,
        role=role,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        key=scope.files.put(hidden),
        sealed=scope.keys.encrypt_bytes(key, tenant_id=scope.tenant.id, field=FILE, row_id=row_id),
        made_at=now,
        personal=personal,
    )
    scope.session.add(file)
    scope.session.flush()
    return file


def content_of(scope: Scope, file: TaskFile) -> bytes:
    """Return the bytes of a file. Raises `TaskExpired`, `FileGone`, `FilesAway`."""
    if file.key is None or file.sealed is None:
        raise TaskExpired(said("文件已过保存期（任务结束后保存 {days} 天）。请重新办理。", days=KEPT.days))
    key = scope.keys.decrypt_bytes(file.sealed, tenant_id=scope.tenant.id, field=FILE, row_id=file.id)
    hidden = scope.files.get(file.key)
    return AESGCM(key).decrypt(hidden[:NONCE_BYTES], hidden[NONCE_BYTES:], b"%d" % file.id)


def take_away_expired(scope: Scope, *, now: datetime) -> int:
    """Take away what belongs to tasks whose time is over; return of how many. The files go from the store within a day."""
    over = list(
        scope.session.scalars(
            select(Task.id)
            .where(Task.tenant_id == scope.tenant.id, Task.expires_at <= now, Task.sealed.is_not(None))
            .order_by(Task.id)
            .limit(100)
        )
    )
    take_away(scope, over)
    return len(over)


def take_away_files(scope: Scope) -> None:
    """Take away the files of all tasks that have ended, and the rows they were given: somebody they may name is erased."""
    ended = select(Task.id).where(Task.tenant_id == scope.tenant.id, Task.finished_at.is_not(None))
    for table in (TaskLine, TaskFile):
        values: dict[str, None] = {"sealed": None} if table is TaskLine else {"sealed": None, "key": None}
        scope.session.execute(
            update(table)
            .where(table.tenant_id == scope.tenant.id, table.task_id.in_(ended), table.sealed.is_not(None))
            .values(**values),
            execution_options={"synchronize_session": False},
        )


def take_away(scope: Scope, task_ids: Sequence[int]) -> None:
    """Take away lines, files and particulars of tasks; that there were such tasks stays on record."""
    if not task_ids:
        return
    tenant = scope.tenant.id
    plainly = {"synchronize_session": False}
    scope.session.execute(
        delete(TaskLine).where(TaskLine.tenant_id == tenant, TaskLine.task_id.in_(task_ids)), execution_options=plainly
    )
    scope.session.execute(
        update(TaskFile)
        .where(TaskFile.tenant_id == tenant, TaskFile.task_id.in_(task_ids))
        .values(key=None, sealed=None),
        execution_options=plainly,
    )
    scope.session.execute(
        update(Task).where(Task.tenant_id == tenant, Task.id.in_(task_ids)).values(sealed=None),
        execution_options=plainly,
    )


def unknown(task_id: int) -> NoSuchTask:
    """Return the refusal of a task that is not there, or not for this person."""
    return NoSuchTask(said("没有编号为 {number} 的任务。请从任务中心的列表中选择。", number=task_id))


def _refuse_more(scope: Scope, account_id: int) -> None:
    waiting = scope.session.scalar(
        select(func.count())
        .select_from(Task)
        .where(Task.tenant_id == scope.tenant.id, Task.asked_by_id == account_id, Task.finished_at.is_(None))
    )
    if (waiting or 0) >= MOST_OPEN:
        raise TooManyTasks(
            said(
                "您已有 {open} 个任务在排队或进行，每人同时最多 {most} 个，没有新建。请等其中一个结束，或在任务中心取消。",
                open=waiting,
                most=MOST_OPEN,
            )
        )


def _sealed(scope: Scope, value: object, *, field: str, row_id: int) -> bytes:
    plain = json.dumps(value, separators=(",", ":"))  # escaped: a broken file may hold what is no character
    return scope.keys.encrypt(plain, tenant_id=scope.tenant.id, field=field, row_id=row_id)


def _opened(scope: Scope, sealed: bytes, *, field: str, row_id: int) -> Any:
    return json.loads(scope.keys.decrypt(sealed, tenant_id=scope.tenant.id, field=field, row_id=row_id))

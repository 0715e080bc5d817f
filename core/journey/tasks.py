"""Long work 任务: asked for by somebody, done part by part in transactions of their own, whoever dies in between.

Each part writes what it did together with how far the task has come, so that nothing is done twice, and a worker that
comes after one that was killed goes on from the last part that was written.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from core.documents.excel import Columns, rows_to_excel
from core.journey.acting import actor_of
from core.journey.queries.timeline import refusal_in_words
from core.kit.errors import Collision, Refused
from core.kit.file_store import FilesAway
from core.kit.saying import joined, said
from core.kit.trouble import where
from core.people.queries import find_staff_of
from core.people.roles import NotPermitted, Permission
from core.tasks.models import Task, TaskFile, TaskLine
from core.tasks.queries import (
    Reason,
    files_of,
    find_file,
    get_task,
    next_lines,
    reasons_of,
    tasks_of,
    untold,
)
from core.tasks.service import (
    NoSuchTask,
    TaskExpired,
    begin,
    cancel,
    content_of,
    end,
    keep_file,
    lock_task,
    move_on,
    settle,
    take_away_expired,
    unknown,
)
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By, note_done
from core.tickets.timeline import Actor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BROKEN = "处理这一件时系统出错，没有改动。请单独办理这一件；仍然不行，请告知系统维护人员。"
REFUSED_DATA = "数据库不接受这一项，没有改动。请单独办理；仍然不行，请告知系统维护人员。"
ERRORS_SHEET = Columns(("序号", "编号", "没有办成的原因"), widths=(8, 18, 80))
log = logging.getLogger(__name__)
Part = Callable[[Scope, Task, Actor, datetime], bool]
Lines = Callable[[Scope, Task, Sequence[TaskLine], Actor, datetime], None]
Finish = Callable[[Scope, Task, datetime], str]


def count_words(_scope: Scope, task: Task, _now: datetime) -> str:
    """Say what a task came to, by its counts."""
    told = [said("办成 {done:,} {unit}", done=task.done, unit=task.unit_word)]
    if task.failed:
        told.append(said("没有办成 {failed:,} {unit}", failed=task.failed, unit=task.unit_word))
    if task.left:
        told.append(said("没有办到 {left:,} {unit}，未作改动", left=task.left, unit=task.unit_word))
    return joined("，", told)


@dataclass(frozen=True, eq=False, kw_only=True)
class TaskKind:
    """A kind of long work. First its parts are done, as long as `do_part` says that more is left; then its lines.

    `most` lines are done in one transaction. A refusal that `do_lines` raises is that of its only line; it settles
    lines itself where there are several. `finish` says what came of it, and makes its files; the list of what failed is
    made for it unless it `lists_failures` itself.
    """

    name: str
    label: str
    do_part: Part | None = None
    do_lines: Lines | None = None
    most: int = 1
    finish: Finish = count_words
    lists_failures: bool = False


Kinds = dict[str, TaskKind]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task has come, and its state."""

    done: int
    failed: int
    total: int
    state: str
    starts_at: datetime

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in ("cancelled", "done", "failed")


@dataclass(frozen=True, slots=True)
class TaskSight:
    """A task as a page shows it: with why parts of it failed, and the files that it made, for whoever asked for it."""

    task: Task
    reasons: Sequence[Reason]
    failures: Sequence[TaskLine]
    files: Sequence[TaskFile]
    is_own: bool


def go_on(installation: Installation, slug: str, kinds: Kinds, task_id: int, *, now: datetime) -> Progress:
    """Do the next part of a task, in a transaction of its own; nothing happens where it has ended.

    What cannot be done of it is noted with the reason, and the rest goes on. It fails as a whole, in words, when whoever
    asked for it may no longer work, or its kind refuses. Raises `NoSuchTask`, `FilesAway`, `UnknownTenant`.
    """
    tried: list[int] = []
    step = partial(_step, kinds=kinds, task_id=task_id, tried=tried, now=now)
    try:
        return installation.run(slug, step)
    except (FilesAway, NoSuchTask):
        raise
    except Refused as refusal:
        if len(tried) != 1:
            return installation.run(slug, partial(fail, task_id=task_id, words=refusal.message, now=now))
        failed, words, code = tried, refusal_in_words(refusal), refusal.code
    except (DataError, IntegrityError, Collision) as error:
        log.warning("租户 %s 的任务 %s 有 %d 项没有写成：%s", slug, task_id, len(tried), where(error))
        if len(tried) > 1:
            return _one_by_one(installation, slug, kinds, task_id, tried, now=now)
        failed, words, code = tried, REFUSED_DATA, "not-stored"
    except DBAPIError:
        raise
    except Exception as error:  # what one ticket brings to light must not keep the others waiting
        if len(tried) != 1:
            raise
        log.error("租户 %s 的任务 %s 有一项出错：%s", slug, task_id, where(error))
        failed, words, code = tried, BROKEN, "broken"
    if not failed:
        return installation.run(slug, partial(fail, task_id=task_id, words=words, now=now))
    return installation.run(
        slug, partial(_note_failed, task_id=task_id, line_id=failed[0], words=words, code=code, now=now)
    )


def fail(scope: Scope, *, task_id: int, words: str, now: datetime) -> Progress:
    """Let a task that has not ended fail as a whole, with the reason and how far it came."""
    task = lock_task(scope, task_id)
    if not task.has_ended:
        so_far = count_words(scope, task, now)
        end(
            task,
            "failed",
            said("{words}（{so_far}）", words=words, so_far=so_far) if task.done or task.failed else str(words),
            now=now,
        )
        scope.session.flush()
    return _progress(task)


def cancel_task(scope: Scope, task_id: int, *, actor: Actor, now: datetime) -> Task:
    """Have a task stop after what is being done just now: one's own, or for administrators any of the tenant.

    Raises `NoSuchTask`, `TaskEnded`.
    """
    task = _seen(lock_task(scope, task_id), actor)
    cancel(task, by=actor.name, now=now)
    scope.session.flush()
    return task


def look_at(scope: Scope, task_id: int, *, actor: Actor, now: datetime) -> TaskSight:
    """Show a task: one's own with its contents, and for administrators any of the tenant without. Raises `NoSuchTask`."""
    task = _seen(get_task(scope, task_id), actor)
    is_own = is_of(task, actor)
    if is_own and task.has_ended and task.seen_at is None:
        task.seen_at = now
        scope.session.flush()
    if not is_own:
        return TaskSight(task, (), (), (), is_own)
    failures = next_lines(scope, task_id, "failed", most=LINES_SHOWN)
    return TaskSight(task, reasons_of(scope, task_id), failures, files_of(scope, task_id), is_own)


LINES_SHOWN = 200
"""Failed lines that a page shows; the file of them has all."""


def list_tasks(scope: Scope, *, actor: Actor, now: datetime) -> tuple[Sequence[Task], Sequence[Task]]:
    """Return one's own tasks, and for administrators those of others in the tenant, the newest first; one is told of them."""
    own = tasks_of(scope, actor.id) if actor.kind == "staff" and actor.id is not None else []
    for task in own:
        if task.has_ended and task.seen_at is None:
            task.seen_at = now
    scope.session.flush()
    if Permission.ADMINISTER not in actor.permissions:
        return own, ()
    return own, [task for task in tasks_of(scope, None) if not is_of(task, actor)]


def untold_tasks(scope: Scope, account_id: int) -> Sequence[Task]:
    """Return somebody's tasks that wait or run, and those that have ended without their being told."""
    return untold(scope, account_id)


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it is given out."""

    name: str
    media_type: str
    content: bytes


def give_file(scope: Scope, task_id: int, role: str, *, actor: Actor, address: str, now: datetime) -> Given:
    """Give out a file that one's own task made, and put on record who took it.

    Raises `NoSuchTask`, `TaskExpired`, `FilesAway`, `FileGone`.
    """
    task = get_task(scope, task_id)
    if not is_of(task, actor):
        raise unknown(task_id)
    file = find_file(scope, task_id, role) if role != "given" else None
    if file is None:
        raise TaskExpired(said("任务“{what}”没有这个文件。请在任务的页面上选择。", what=task.what))
    content = content_of(scope, file)
    note_done(
        scope,
        "exported",
        By(actor.name, actor.id, address),
        subject=task.what,
        detail={"file": file.role, "sha256": file.sha256, "bytes": file.size, "contacts": file.personal},
        now=now,
    )
    return Given(file.name, file.media_type, content)


def remove_expired(scope: Scope, *, now: datetime) -> int:
    """Take away what belongs to tasks whose time is over; return of how many."""
    return take_away_expired(scope, now=now)


def _step(scope: Scope, *, kinds: Kinds, task_id: int, tried: list[int], now: datetime) -> Progress:
    tried.clear()
    task = lock_task(scope, task_id)
    if task.has_ended or now < task.starts_at:
        return _progress(task)
    kind = kinds.get(task.kind)
    if kind is None:  # written by a newer version that is being rolled out
        return _progress(task)
    if task.state == "cancelling":
        _end(scope, kind, task, "cancelled", now=now)
        return _progress(task)
    begin(task, now=now)
    actor = _actor(scope, task, now=now)
    if kind.do_part and not task.place.get("parts_done"):
        if not kind.do_part(scope, task, actor, now):
            task.place = {**task.place, "parts_done": True}
    else:
        lines = next_lines(scope, task.id, "waiting", most=kind.most) if kind.do_lines else ()
        tried.extend(line.id for line in lines)
        if lines:
            _do_lines(scope, kind, task, lines, actor, now=now)
        else:
            _end(scope, kind, task, "done", now=now)
    scope.session.flush()
    return _progress(task)


def _do_lines(
    scope: Scope, kind: TaskKind, task: Task, lines: Sequence[TaskLine], actor: Actor, *, now: datetime
) -> None:
    assert kind.do_lines is not None
    kind.do_lines(scope, task, lines, actor, now)
    for line in lines:
        if line.state == "waiting":
            settle(line, None)
    failed = sum(line.state == "failed" for line in lines)
    move_on(task, done=len(lines) - failed, failed=failed, now=now)


def _one_by_one(
    installation: Installation, slug: str, kinds: Kinds, task_id: int, line_ids: Sequence[int], *, now: datetime
) -> Progress:
    """Do lines alone that could not be done together: which of them the database does not accept shows then."""
    for line_id in line_ids:
        try:
            progress = installation.run(slug, partial(_alone, kinds=kinds, task_id=task_id, line_id=line_id, now=now))
        except (DataError, IntegrityError, Collision):
            progress = installation.run(
                slug,
                partial(_note_failed, task_id=task_id, line_id=line_id, words=REFUSED_DATA, code="not-stored", now=now),
            )
    return progress


def _alone(scope: Scope, *, kinds: Kinds, task_id: int, line_id: int, now: datetime) -> Progress:
    task = lock_task(scope, task_id)
    line = scope.session.get_one(TaskLine, (scope.tenant.id, line_id))
    if line.state == "waiting" and not task.has_ended:
        _do_lines(scope, kinds[task.kind], task, [line], _actor(scope, task, now=now), now=now)
        scope.session.flush()
    return _progress(task)


def _note_failed(scope: Scope, *, task_id: int, line_id: int, words: str, code: str, now: datetime) -> Progress:
    task = lock_task(scope, task_id)
    line = scope.session.scalar(
        select(TaskLine).where(TaskLine.tenant_id == scope.tenant.id, TaskLine.id == line_id).with_for_update()
    )
    if line is not None and line.state == "waiting" and not task.has_ended:
        line.state, line.code, line.words = "failed", code, str(words)
        begin(task, now=now)
        move_on(task, failed=1, now=now)
        scope.session.flush()
    return _progress(task)


def _end(scope: Scope, kind: TaskKind, task: Task, state: str, *, now: datetime) -> None:
    outcome = kind.finish(scope, task, now)
    if task.failed and not kind.lists_failures:
        keep_failures(scope, task, now=now)
    end(task, state, str(outcome), now=now)
    scope.session.flush()


def keep_failures(scope: Scope, task: Task, *, now: datetime) -> None:
    """Keep what failed, and why, as a table."""

    def rows() -> list[tuple[str | int, ...]]:
        found: list[tuple[str | int, ...]] = []
        after = 0
        while lines := next_lines(scope, task.id, "failed", after=after, most=1000):
            found += [(line.number, line.serial_no, line.words) for line in lines]
            after = lines[-1].number
        return found

    content = rows_to_excel("没有办成的", ERRORS_SHEET, rows(), lead=(task.what,), made_at=now)
    keep_file(
        scope,
        task,
        "errors",
        name=said("没有办成的-{id}.xlsx", id=task.id),
        media_type=XLSX,
        content=content,
        personal=False,
        now=now,
    )


def _actor(scope: Scope, task: Task, *, now: datetime) -> Actor:
    """Return whoever asked for a task, with what they may do now. Raises `NotPermitted` when they no longer work here."""
    staff = find_staff_of(scope, task.asked_by_id, now=now)
    if staff is None:
        raise NotPermitted(said("{name}的账号已停用或到期，任务停在这里。请由在岗的人重新办理。", name=task.asked_by))
    return actor_of(scope, staff)


def is_of(task: Task, actor: Actor) -> bool:
    """Tell whether somebody asked for the task themselves; the number of a system's token is no account's."""
    return actor.kind == "staff" and task.asked_by_id == actor.id


def _seen(task: Task, actor: Actor) -> Task:
    if not is_of(task, actor) and Permission.ADMINISTER not in actor.permissions:
        raise unknown(task.id)
    return task


def _progress(task: Task) -> Progress:
    return Progress(task.done, task.failed, task.total, task.state, task.starts_at)

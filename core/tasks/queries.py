"""Reading tasks: those of a person, those of the tenant, their lines and files."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from core.tasks.models import Task, TaskFile, TaskLine
from core.tasks.service import unknown
from core.tenancy.scope import Scope

SHOWN = 100
"""Tasks on the page, the newest first."""
MOST_TOLD = 20
"""Tasks of which a page tells besides what it is about."""
LINES = 200
"""Lines that a page shows of those that failed; the error file has all."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for which lines failed, and how many."""

    words: str
    count: int


def tasks_of(scope: Scope, account_id: int | None, *, most: int = SHOWN) -> Sequence[Task]:
    """Return the newest tasks that a person asked for, None = anybody of the tenant."""
    query = select(Task).where(Task.tenant_id == scope.tenant.id).order_by(Task.id.desc()).limit(most)
    if account_id is not None:
        query = query.where(Task.asked_by_id == account_id)
    return scope.session.scalars(query).all()


def get_task(scope: Scope, task_id: int) -> Task:
    """Return a task. Raises `NoSuchTask`."""
    task = scope.session.get(Task, (scope.tenant.id, task_id))
    if task is None:
        raise unknown(task_id)
    return task


def untold(scope: Scope, account_id: int) -> Sequence[Task]:
    """Return the tasks of a person that wait or run, and those that ended and of which they were not told."""
    return scope.session.scalars(
        select(Task)
        .where(Task.tenant_id == scope.tenant.id, Task.asked_by_id == account_id, Task.seen_at.is_(None))
        .order_by(Task.id)
        .limit(MOST_TOLD)
    ).all()


def next_line(scope: Scope, task_id: int) -> TaskLine | None:
    """Return the first line that waits, None when there is none."""
    return scope.session.scalar(_lines(scope, task_id, "waiting").limit(1))


def next_lines(scope: Scope, task_id: int, state: str, *, after: int = 0, most: int) -> Sequence[TaskLine]:
    """Return the next lines in a state, in their order, behind a number."""
    return scope.session.scalars(_lines(scope, task_id, state).where(TaskLine.number > after).limit(most)).all()


def count_lines(scope: Scope, task_id: int, state: str) -> int:
    """Count the lines in a state."""
    return (
        scope.session.scalar(
            select(func.count())
            .select_from(TaskLine)
            .where(TaskLine.tenant_id == scope.tenant.id, TaskLine.task_id == task_id, TaskLine.state == state)
        )
        or 0
    )


def reasons_of(scope: Scope, task_id: int) -> list[Reason]:
    """Return why lines failed, the most frequent reason first; the words of the first stand for all of a code."""
    rows = scope.session.execute(
        select(func.min(TaskLine.words).label("words"), func.count().label("count"))
        .where(TaskLine.tenant_id == scope.tenant.id, TaskLine.task_id == task_id, TaskLine.state == "failed")
        .group_by(TaskLine.code)
        .order_by(func.count().desc())
    )
    return [Reason(words, count) for words, count in rows]


def files_of(scope: Scope, task_id: int) -> Sequence[TaskFile]:
    """Return the files that a task made, the result first; what was handed in is not given out again."""
    return scope.session.scalars(
        select(TaskFile)
        .where(TaskFile.tenant_id == scope.tenant.id, TaskFile.task_id == task_id, TaskFile.role != "given")
        .order_by(TaskFile.role.desc())
    ).all()


def find_file(scope: Scope, task_id: int, role: str) -> TaskFile | None:
    """Return a file of a task by its role."""
    return scope.session.scalar(
        select(TaskFile).where(
            TaskFile.tenant_id == scope.tenant.id, TaskFile.task_id == task_id, TaskFile.role == role
        )
    )


def kept_keys(scope: Scope, keys: Sequence[str]) -> frozenset[str]:
    """Return those of the keys in the store under which a file of a task is kept."""
    query = select(TaskFile.key).where(TaskFile.tenant_id == scope.tenant.id, TaskFile.key.in_(keys))
    return frozenset(key for key in scope.session.scalars(query) if key)


def _lines(scope: Scope, task_id: int, state: str) -> Select[TaskLine]:
    return (
        select(TaskLine)
        .where(TaskLine.tenant_id == scope.tenant.id, TaskLine.task_id == task_id, TaskLine.state == state)
        .order_by(TaskLine.number)
    )

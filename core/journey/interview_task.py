"""A long file of questions 导入提问 as a task: read part by part, each in a transaction of its own, nothing twice."""

from datetime import datetime
from pathlib import Path

from core.journey.interview_files import handed_in, import_rows, read_rows
from core.journey.interviews import HOLDS
from core.journey.tasks import TaskKind
from core.kit.saying import said
from core.tasks.models import Task
from core.tasks.queries import find_file
from core.tasks.service import Asked, ask_for, content_of, given_of, keep_file, move_on, unknown
from core.tenancy.scope import Scope
from core.tickets.service import refuse_actor
from core.tickets.timeline import Actor

AT_ONCE = 1_000
"""Rows that a page waits for; more is a task."""
PART = 500
"""Rows of one transaction."""
WORD = "行"


def count_questions(name: str, content: bytes) -> int:
    """Count the rows of a file. Raises `TableUnusable`, `MissingColumn`."""
    with handed_in(name, content) as (_, rows):
        return len(rows)


def ask_to_import(
    scope: Scope, slug: str, name: str, content: bytes, *, actor: Actor, request: str, now: datetime
) -> Task:
    """Have a file of questions imported as a task. Raises `NotPermitted`, `TableUnusable`, `TooManyTasks`, `FilesAway`."""
    refuse_actor(actor, HOLDS, "导入提问")
    count = count_questions(name, content)
    asked = Asked(
        INTERVIEW_IMPORT.name,
        said("导入微访谈的提问：{count:,} 行", count=count),
        WORD,
        {"slug": slug},
        count,
        f"/interviews/{slug}",
    )
    task, is_new = ask_for(scope, asked, by=actor, request=request, now=now)
    if is_new:
        suffix = Path(name).suffix[:8]
        kind = "application/octet-stream"
        keep_file(
            scope, task, "given", name=f"questions{suffix}", media_type=kind, content=content, personal=True, now=now
        )
    return task


def _do_part(scope: Scope, task: Task, actor: Actor, now: datetime) -> bool:
    """Take in the next rows; tell whether more are left."""
    file = find_file(scope, task.id, "given")
    if file is None:
        raise unknown(task.id)
    slug, begin = str(given_of(scope, task)["slug"]), int(task.place.get("read", 0))
    with handed_in(file.name, content_of(scope, file)) as (questions, rows):
        # Rows before are read again: a row is told from one like it by how many came before.
        read = read_rows(questions, rows[: begin + PART], zone=scope.tenant.zone)[begin:]
        taken = import_rows(scope, slug, questions, read, begins=begin == 0, actor=actor, now=now)
        is_more = begin + PART < len(rows)
    counts = {"created": taken.created, "existing": taken.existing, "doubled": taken.doubled}
    task.place = {
        "read": begin + len(read),
        **{name: int(task.place.get(name, 0)) + number for name, number in counts.items()},
    }
    move_on(task, done=len(read) - len(taken.returned), failed=len(taken.returned), now=now)
    return is_more


def _finish(scope: Scope, task: Task, _now: datetime) -> str:
    """Let go of the file, and say what came of it; rows that were returned are with the session."""
    if (file := find_file(scope, task.id, "given")) is not None:
        file.key = file.sealed = None
    told = said(
        "新增 {created:,} 条（其中同一人重复提问 {doubled:,} 条），先前已有 {existing:,} 条，退回 {returned:,} 行",
        created=int(task.place.get("created", 0)),
        doubled=int(task.place.get("doubled", 0)),
        existing=int(task.place.get("existing", 0)),
        returned=task.failed,
    )
    left = said("，没有办到 {left:,} 行", left=task.left) if task.left else ""
    return f"{told}{left}"


INTERVIEW_IMPORT = TaskKind(
    name="interview-import", label="导入提问", do_part=_do_part, finish=_finish, lists_failures=True
)

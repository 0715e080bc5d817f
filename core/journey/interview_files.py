"""Questions of a live interview from a file 导入提问: each row a question, rows that cannot be read returned with the reason."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from core.intake.interviews.models import Interview
from core.intake.interviews.reading import QuestionFile, open_questions
from core.intake.interviews.rules import Question
from core.intake.interviews.service import (
    InterviewSettled,
    cells_of,
    get_interview,
    keep_returned,
    known_keys,
    lock_interview,
    refuse_interview_state,
    returned_rows,
    words_hash,
)
from core.intake.tabular.opening import refuse_huge
from core.intake.tabular.rejects import Rejects
from core.intake.tabular.rows import Row, TableUnusable
from core.journey.interview_questions import add_questions
from core.journey.interviews import HOLDS
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.service import refuse_actor
from core.tickets.timeline import Actor

TEMPLATE = ("提问内容", "昵称", "姓名", "电话", "提问对象", "地点", "提问时间", "来源", "编号", "当场答复", "答复人")
"""The columns of a file of questions. A row with an answer was answered live."""
EXAMPLE = ("村口路灯什么时候能修好？", "千灯湖边", "", "", "桂城街道办事处", "", "2013-10-16 12:45", "微博", "", "", "")
IMPORTER = Actor("system", "批量导入", permissions=frozenset({Permission.ACCEPT, Permission.DISPATCH}))
"""Who enters what somebody at the machine imports."""
MOST_LINES = 20_000
"""Rows of one file that is handed in on a page; by the command line there may be more."""
MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row of a file and what was read of it: a question, or why it is none."""

    row: Row
    read: Question | Refused


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of rows: questions that are new (those doubled and answered among them), that were there, and rows returned."""

    created: int
    doubled: int
    answered: int
    existing: int
    returned: tuple[tuple[Row, str], ...]


def read_rows(file: QuestionFile, rows: Iterable[Row], *, zone: ZoneInfo) -> list[ReadRow]:
    """Read the next rows of a file, each once and in their order."""
    return [ReadRow(row, file.read(row, zone=zone)) for row in rows]


def import_rows(
    scope: Scope,
    slug: str,
    file: QuestionFile,
    rows: Sequence[ReadRow],
    *,
    begins: bool,
    actor: Actor,
    now: datetime,
) -> Imported:
    """Keep rows of a file as questions; what cannot be read is kept as it came, with the reason, and the rest goes on.

    A row that came before is no second question, so that the same file adds none, and the mended file only what was
    mended; one that is numbered like another and says something else is returned. `begins`: these are the first rows of a
    file: what an earlier one had returned is settled by it. Raises `NotPermitted`, `NoSuchInterview`.
    """
    refuse_actor(actor, HOLDS, "导入提问")
    interview = lock_interview(scope, slug)
    refuse_interview_state(interview, "open", "closed", "handed_over", deed="导入提问")
    if begins:
        for row in returned_rows(scope, interview):
            row.sealed = None
    good, bad = _sorted(scope, interview, rows)
    taken = add_questions(scope, interview, good, actor=actor, now=now)
    columns = file.kept_columns
    for returned, why in bad:
        kept = (str(len(columns)), *columns, *returned.cells[: len(columns)])
        keep_returned(scope, interview, kept, number=returned.number, why=why, now=now)
    scope.session.flush()
    answered = sum(1 for each in taken.new if each.state == "answered")
    return Imported(len(taken.new), taken.doubled, answered, taken.existing, tuple(bad))


def import_file(scope: Scope, slug: str, name: str, content: bytes, *, actor: Actor, now: datetime) -> Imported:
    """Import a whole file that was handed in. Raises as `open_questions` and `import_rows`."""
    with handed_in(name, content) as (file, rows):
        read = read_rows(file, rows, zone=scope.tenant.zone)
        return import_rows(scope, slug, file, read, begins=True, actor=actor, now=now)


def preview_file(scope: Scope, slug: str, name: str, content: bytes, *, actor: Actor) -> Imported:
    """Return what importing a file would come to; nothing is kept. Doubles are found when it is imported.

    Raises as `import_file`.
    """
    refuse_actor(actor, HOLDS, "导入提问")
    interview = get_interview(scope, slug)
    with handed_in(name, content) as (file, rows):
        good, bad = _sorted(scope, interview, read_rows(file, rows, zone=scope.tenant.zone))
    known = known_keys(scope, interview, [each.key for each in good])
    new = [each for each in good if each.key not in known]
    return Imported(len(new), 0, sum(1 for each in new if each.answer), len(good) - len(new), tuple(bad))


def returned_file(scope: Scope, slug: str, *, actor: Actor) -> bytes:
    """Return the rows that were returned as a table, with number and reason in its last columns, to be mended and imported.

    Raises `NotPermitted`, `NoSuchInterview`, and `InterviewSettled` where there are none.
    """
    refuse_actor(actor, HOLDS, "下载退回的行")
    interview = get_interview(scope, slug)
    with tempfile.TemporaryDirectory() as folder:
        rejects: Rejects | None = None
        path = Path(folder) / "returned.csv"
        for each in returned_rows(scope, interview):
            cells = cells_of(scope, each)
            width = int(cells[0])
            rejects = rejects or Rejects(path, cells[1 : 1 + width])
            rejects.add(Row(each.number, cells[1 + width :]), each.why)
        if rejects is None:
            raise InterviewSettled(said("访谈“{topic}”没有退回的行，没有文件可以下载。", topic=interview.topic))
        rejects.close()
        return path.read_bytes()


def template_file() -> bytes:
    """Return an empty table of questions with one row as an example."""
    return f"{','.join(TEMPLATE)}\n{','.join(EXAMPLE)}\n".encode("utf-8-sig")


@contextmanager
def handed_in(name: str, content: bytes) -> Iterator[tuple[QuestionFile, list[Row]]]:
    """Open a file that was handed in, with all its rows. Raises `TableUnusable`, `MissingColumn`."""
    refuse_huge(name, content, most_bytes=MOST_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"questions{Path(name).suffix[:8]}"
        path.write_bytes(content)
        file = open_questions(path)
        rows = list(islice(file.table.rows(), MOST_LINES + 1))
        if len(rows) > MOST_LINES:
            raise TableUnusable(said("文件超过 {most_lines:,} 行，没有导入。请分成几个文件。", most_lines=MOST_LINES))
        yield file, rows


def _sorted(
    scope: Scope, interview: Interview, rows: Sequence[ReadRow]
) -> tuple[list[Question], list[tuple[Row, str]]]:
    """Tell questions that can be kept from rows that are returned: unreadable, or numbered like another question."""
    good, bad = list[Question](), list[tuple[Row, str]]()
    read = [each.read.key for each in rows if isinstance(each.read, Question)]
    known = {key: question.words_hash for key, question in known_keys(scope, interview, read).items()}
    for each in rows:
        if isinstance(each.read, Refused):
            bad.append((each.row, each.read.message))
            continue
        words = words_hash(scope, each.read)
        if known.setdefault(each.read.key, words) != words:
            number = each.read.key.partition("/")[2]
            bad.append(
                (each.row, said("编号 {number} 已有另一条不同的提问；如是新的提问，请换一个编号", number=number))
            )
        else:
            good.append(each.read)
    return good, bad

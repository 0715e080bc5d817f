"""Questions of a live interview in a file 提问文件: a table with a question in each row, or a text with one in each line."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.intake.columns import Columns, MissingColumn
from core.intake.interviews.labels import PLACES
from core.intake.interviews.rules import Asker, Question, usable_question
from core.intake.reading import RowUnusable
from core.intake.tabular.delimited import DelimitedText, read_delimited
from core.intake.tabular.opening import Table, open_table
from core.intake.tabular.rejects import NUMBER, REASON, is_of_rejects
from core.intake.tabular.rows import Merged, Row, cleaned
from core.intake.times import NoSuchTime, parse_time
from core.kit import saying
from core.kit.errors import Refused
from core.kit.headings import places_of, plain, shown

FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("提问内容", "提问", "问题内容", "问题", "网友提问", "留言内容", "诉求内容", "内容", "正文"),
        *("question", "text", "content"),
    ),
    "source_id": ("编号", "提问编号", "微博编号", "留言编号", "id"),
    "handle": ("昵称", "网名", "网友", "微博昵称", "微信昵称", "用户名", "账号", "handle"),
    "name": ("姓名", "提问人", "联系人", "name"),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "phone", "mobile"),
    "unit": ("提问对象", "所问单位", "被问单位", "镇街", "单位", "对象", "unit"),
    "location": ("地点", "事发地点", "地址", "place", "location"),
    "asked_at": ("提问时间", "发布时间", "留言时间", "时间", "日期", "asked_at", "time", "date"),
    "place": ("来源", "渠道", "平台", "source", "channel"),
    "answer": ("当场答复", "现场答复", "答复内容", "答复", "回复", "answer"),
    "host": ("答复人", "答复领导", "主政官", "host"),
}
"""What of a question a file may say, and the names under which columns of it are known, the surest first."""
ALONE = "提问内容"
"""What the one column of a text without a header is called."""
_PLACES = {**{label: place for place, label in PLACES.items()}, **{place: place for place in PLACES}}


@dataclass(frozen=True, slots=True)
class Lines:
    """A text with a question in each line: rows of one cell, whatever marks stand in it."""

    text: DelimitedText

    def rows(self) -> Iterator[Row]:
        with self.text.path.open(encoding=self.text.encoding, errors="surrogateescape") as file:
            for number, line in enumerate(file, start=1):
                yield Row(number, (cleaned(line),))

    def merged(self) -> tuple[Merged, ...]:
        return ()


@dataclass(slots=True)
class QuestionFile:
    """A file of questions that is read row by row, once. Rows that are wholly alike are told apart by how many came before."""

    table: Table
    columns: Columns
    _came: Counter[str] = field(default_factory=Counter)

    @property
    def kept_columns(self) -> tuple[str, ...]:
        """The columns as a returned file has them: without those that an earlier one added."""
        return self.table.columns[:-2] if is_of_rejects(self.table.columns) else self.table.columns

    def read(self, row: Row, *, zone: ZoneInfo) -> Question | Refused:
        """Return the question of the next row, or why it is none; `zone` is that of times without an offset."""
        key = self._key(row)
        try:
            return self._read(row, key, zone)
        except Refused as refusal:
            return refusal

    def _read(self, row: Row, key: str, zone: ZoneInfo) -> Question:
        if row.fault:
            raise RowUnusable(row.fault)
        if any(row.cells[len(self.columns.names) :]):
            raise RowUnusable(
                saying.said(
                    "这一行有 {number} 格，表头只有 {number_of_names} 列，内容可能错位；含分隔符的内容请用双引号括起来",
                    number=len(row.cells),
                    number_of_names=len(self.columns.names),
                )
            )
        said = {name: self.columns.cell(row.cells, name) for name in FIELDS}
        return usable_question(
            Question(
                text=said["text"],
                key=key,
                place=_PLACES.get(said["place"], "file"),
                asker=Asker(name=said["name"], phone=said["phone"], handle=said["handle"]),
                asked_at=self._time(said["asked_at"], zone),
                unit=said["unit"],
                location=said["location"],
                answer=said["answer"],
                host=said["host"],
            )
        )

    def _time(self, cell: str, zone: ZoneInfo) -> datetime | None:
        if not cell:
            return None
        try:
            return parse_time(cell, zone)
        except NoSuchTime as refusal:
            raise RowUnusable(
                saying.said("“{name}”一格有误：{message}", name=self.columns.name("asked_at"), message=refusal.message)
            ) from refusal

    def _key(self, row: Row) -> str:
        """Return the row's own number, else what it says as a whole and how many such rows came before it."""
        if given := self.columns.cell(row.cells, "source_id"):
            return f"file/{given}"
        named = zip(self.columns.names, row.cells, strict=False)
        said = sorted((name, cell) for name, cell in named if cell and name not in (NUMBER, REASON))
        content = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(content.encode(errors="backslashreplace")).hexdigest()
        self._came[digest] += 1
        again = self._came[digest]
        return f"file/row-{digest}{f'/{again}' if again > 1 else ''}"


def open_questions(path: Path) -> QuestionFile:
    """Open an Excel, CSV or text file of questions. Raises `TableUnusable`, `MissingColumn`."""
    table = open_table(path, is_header=_is_header)
    if path.suffix.lower() == ".txt" and not _is_header(table.columns):
        table = Table((ALONE,), 0, Lines(read_delimited(path, _is_header)))
    places = places_of(table.columns, FIELDS)
    if "text" not in places:
        raise MissingColumn(
            saying.said(
                "没有认出哪一列是提问内容。表中的列：{columns}。请把那一列的列名改为“{alone}”。",
                columns=shown(table.columns),
                alone=saying.word(ALONE),
            )
        )
    return QuestionFile(table, Columns(table.columns, places))


def _is_header(cells: Sequence[str]) -> bool:
    wanted = set(map(plain, FIELDS["text"]))
    return any(plain(cell) in wanted for cell in cells)

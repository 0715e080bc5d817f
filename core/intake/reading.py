"""Reading one row of a table as an appeal, with the answer it had; whatever is wrong with it is said in words."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

from core.hooks.values import Appellant, Nature, Urgency
from core.hooks.values.ticket import Relation
from core.hooks.values.words import APPELLANT_LABELS, RELATION_LABELS
from core.intake.columns import Columns
from core.intake.points import read_point
from core.intake.rules import Appeal, usable_text
from core.intake.tabular.rejects import NUMBER, REASON
from core.intake.tabular.rows import Row
from core.intake.times import NoSuchTime, parse_time
from core.kit import saying
from core.kit.errors import Refused
from core.tickets.contact import Contact

SOURCE_ID_MAX = 200
AFFECTED_MAX = 1_000_000
URGENCIES: Mapping[str, Urgency] = {"普通": "normal", "一般": "normal", "紧急": "urgent", "特急": "urgent"}
APPELLANTS: Mapping[str, Appellant] = {
    **{APPELLANT_LABELS[code]: code for code in get_args(Appellant)},
    **{code: code for code in get_args(Appellant)},
    "居民": "person",
    "市民": "person",
    "群众": "person",
    "公司": "enterprise",
    "企业机构": "enterprise",
    "单位": "organisation",
    "社会组织": "organisation",
}
RELATIONS: Mapping[str, Relation] = {
    **{RELATION_LABELS[code]: code for code in get_args(Relation)},
    **{code: code for code in get_args(Relation)},
    "居民": "resident",
    "市民": "resident",
    "游客": "visitor",
}
_COUNT = re.compile(r"(\d{1,7})\s*(?:人|户|家|名|件)?")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
T = TypeVar("T", bound=str)


class RowUnusable(Refused):
    """The row is no appeal that could be taken in."""

    code = "row-unusable"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a tenant's words in a table stand for: codes by word, each code being a word for itself."""

    channels: Mapping[str, str]
    natures: Mapping[str, Nature]
    matters: Mapping[str, str]
    dispositions: Mapping[str, str]
    resolved: Mapping[str, str] = field(default_factory=dict)
    satisfaction: Mapping[str, str] = field(default_factory=dict)
    causes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the resident said of the answer; `cause` is why they are dissatisfied, empty = not asked.

    `at` None = when they said it is not known.
    """

    resolved: str
    satisfaction: str
    cause: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """An appeal from a table, and the answer that it had, if any, with what the resident said of it.

    `left_out` says what of the row was of no use.
    """

    appeal: Appeal
    reply: str
    replied_at: datetime | None
    disposition: str | None
    left_out: str = ""
    opinion: Opinion | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it come in once only: its channel and its id there."""
        assert self.appeal.external_id is not None
        return self.appeal.channel, self.appeal.external_id


def read_incoming(row: Row, columns: Columns, vocabulary: Vocabulary, *, channel: str, zone: ZoneInfo) -> Incoming:
    """Read a row. `channel` is the one of rows that name none, `zone` that of times without an offset.

    A row without an id of its own gets one made from its content. Raises `RowUnusable` and `AppealUnusable`.
    """
    if row.fault:
        raise RowUnusable(row.fault)
    if any(row.cells[len(columns.names) :]):
        raise RowUnusable(
            saying.said(
                "这一行有 {number} 格，表头只有 {number_of_names} 列，内容可能错位；含分隔符的内容请用双引号括起来",
                number=len(row.cells),
                number_of_names=len(columns.names),
            )
        )
    text = usable_text(columns.cell(row.cells, "text"))
    for place in columns.places.values():
        if place < len(row.cells) and _UNSTORABLE.search(row.cells[place]):
            raise RowUnusable(
                saying.said(
                    "“{names}”一格含有无法保存的字符（空字符或乱码）；请检查来源文件的编码", names=columns.names[place]
                )
            )
    submitted_at = _time(row, columns, "submitted_at", zone)
    replied_at = _time(row, columns, "replied_at", zone)
    if submitted_at and replied_at and replied_at < submitted_at:
        raise RowUnusable(
            saying.said(
                "答复时间（{replied_at:%Y-%m-%d %H:%M}）早于提交时间（{submitted_at:%Y-%m-%d %H:%M}）",
                replied_at=replied_at,
                submitted_at=submitted_at,
            )
        )
    located = read_point(columns.cell(row.cells, "longitude"), columns.cell(row.cells, "latitude"))
    appeal = Appeal(
        channel=_meant(row, columns, "channel", vocabulary.channels) or channel,
        text=text,
        title=columns.cell(row.cells, "title"),
        place=columns.cell(row.cells, "place"),
        mailbox=columns.cell(row.cells, "mailbox"),
        contact=Contact(
            name=columns.cell(row.cells, "name"),
            phone=columns.cell(row.cells, "phone"),
            address=columns.cell(row.cells, "address"),
        ),
        external_id=_source_id(row, columns),
        submitted_at=submitted_at,
        nature=_meant(row, columns, "nature", vocabulary.natures),
        matter=_meant(row, columns, "matter", vocabulary.matters),
        urgency=_meant(row, columns, "urgency", URGENCIES),
        affected_count=_affected(row, columns),
        appellant=_meant(row, columns, "appellant", APPELLANTS),
        source=columns.cell(row.cells, "source"),
        relation=_meant(row, columns, "relation", RELATIONS),
        point=located.point,
    )
    return Incoming(
        appeal,
        reply=columns.cell(row.cells, "reply"),
        replied_at=replied_at,
        disposition=_meant(row, columns, "disposition", vocabulary.dispositions),
        left_out=located.flaw,
        opinion=_opinion(row, columns, vocabulary, zone=zone, replied_at=replied_at),
    )


def refuse_gaps(incoming: Incoming) -> None:
    """Refuse an appeal of the past that does not say when it was, or only half of its answer. Raises `RowUnusable`."""
    if incoming.appeal.submitted_at is None:
        raise RowUnusable("没有提交时间；历史工单按当时的时间计时，请补上")
    if incoming.reply and incoming.replied_at is None:
        raise RowUnusable("有答复却没有答复时间，无法判断是否按时；请补上")
    if incoming.replied_at and not incoming.reply:
        raise RowUnusable("有答复时间却没有答复；请补上答复，或删去时间")
    if incoming.opinion and not incoming.reply:
        raise RowUnusable("有评价却没有答复，不知道评价的是什么；请补上答复，或删去评价")


def _opinion(
    row: Row, columns: Columns, vocabulary: Vocabulary, *, zone: ZoneInfo, replied_at: datetime | None
) -> Opinion | None:
    """Read what the resident said. Raises `RowUnusable` when only half of it is there, or it was before the answer."""
    resolved = _meant(row, columns, "resolved", vocabulary.resolved)
    satisfaction = _meant(row, columns, "satisfaction", vocabulary.satisfaction)
    cause, at = _meant(row, columns, "cause", vocabulary.causes), _time(row, columns, "rated_at", zone)
    if resolved is None and satisfaction is None and cause is None:
        return None
    if resolved is None or satisfaction is None:
        raise RowUnusable("评价只填了一半；是否解决、满意度要一起填，或都不填")
    if at and replied_at and at < replied_at:
        raise RowUnusable(
            saying.said(
                "评价时间（{at:%Y-%m-%d %H:%M}）早于答复时间（{replied_at:%Y-%m-%d %H:%M}）",
                at=at,
                replied_at=replied_at,
            )
        )
    return Opinion(resolved, satisfaction, cause or "", at)


def _time(row: Row, columns: Columns, field: str, zone: ZoneInfo) -> datetime | None:
    cell = columns.cell(row.cells, field)
    if not cell:
        return None
    try:
        return parse_time(cell, zone)
    except NoSuchTime as refusal:
        raise RowUnusable(
            saying.said("“{name}”一格有误：{message}", name=columns.name(field), message=refusal.message)
        ) from refusal


def _meant(row: Row, columns: Columns, field: str, words: Mapping[str, T]) -> T | None:
    """Return the code that a cell's word stands for, None for an empty cell."""
    cell = columns.cell(row.cells, field)
    if not cell:
        return None
    if (code := words.get(cell) or words.get(cell.casefold().removesuffix("类"))) is None:
        known = saying.joined("、", list(words)[:12])
        raise RowUnusable(
            saying.said(
                "“{name}”一格的“{cell}”不在本区的范围内（有：{known}）；不按此列导入请加 --map {field}=",
                name=columns.name(field),
                cell=cell[:40],
                known=known,
                field=field,
            )
        )
    return code


def _affected(row: Row, columns: Columns) -> int:
    cell = columns.cell(row.cells, "affected_count")
    if not cell:
        return 1
    match = _COUNT.fullmatch(cell)
    if match is None or not 1 <= int(match[1]) <= AFFECTED_MAX:
        raise RowUnusable(
            saying.said(
                "“{name}”一格的“{cell}”不是 1 至 {affected_max:,} 的人数",
                name=columns.name("affected_count"),
                cell=cell[:40],
                affected_max=AFFECTED_MAX,
            )
        )
    return int(match[1])


def _source_id(row: Row, columns: Columns) -> str:
    """Return the row's own id, or one made from all that it says, in whatever order its columns stand."""
    given = columns.cell(row.cells, "source_id")
    if len(given) > SOURCE_ID_MAX:
        raise RowUnusable(
            saying.said(
                "“{name}”一格有 {number} 个字，超过编号的 {source_id_max} 个字",
                name=columns.name("source_id"),
                number=len(given),
                source_id_max=SOURCE_ID_MAX,
            )
        )
    if given:
        return given
    named = zip(columns.names, row.cells, strict=False)
    said = sorted((name, cell) for name, cell in named if cell and name not in (NUMBER, REASON))
    content = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return f"row-{hashlib.sha256(content.encode(errors='backslashreplace')).hexdigest()}"

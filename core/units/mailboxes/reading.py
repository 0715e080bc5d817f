"""Mailboxes from the rows of a table: every fault is told with its row, and who or what stands there twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.kit import saying
from core.kit.cells import flaw_of_cell, list_of, read_yes_no
from core.units.catalogue.lookup import NotFound, UnitLookup
from core.units.levels import KnownUnits
from core.units.mailboxes.levels import MAILBOX_LEVELS, level_named

Line: TypeAlias = tuple[int, Mapping[str, str]]
"""The number of a row, and its cells by field."""
COLUMNS: Mapping[str, Sequence[str]] = {
    "name": ("信箱名称", "信箱", "名称", "mailbox"),
    "level": ("层级", "级别", "level"),
    "leader": ("领导职务", "职务", "领导", "leader"),
    "owner": ("所属单位", "归属单位", "owner"),
    "handler": ("承办单位", "办理单位", "handler"),
    "channel": ("渠道", "channel"),
    "matters": ("诉求类型", "事项类型", "类型", "matters"),
    "areas": ("受理区域", "区域", "辖区", "areas"),
    "is_public": ("是否公开", "公开", "public"),
}
NEEDED = ("name", "level", "leader", "owner")
LONGEST = {"name": 100, "leader": 50}
MOST_WORDS = 50
"""Types or areas of one mailbox."""


@dataclass(frozen=True, slots=True)
class WrittenMailbox:
    """A mailbox as a table has it, with the units as codes; `handler` empty = whoever the rules find."""

    name: str
    level: str
    leader: str
    owner: str
    handler: str
    channel: str
    matters: tuple[str, ...]
    areas: tuple[str, ...]
    is_public: bool


def read_mailboxes(
    lines: Iterable[Line], *, units: KnownUnits, channels: Mapping[str, str]
) -> tuple[list[WrittenMailbox], dict[int, str]]:
    """Return the mailboxes, and what is wrong by the number of its row. `channels` are ids by what tables call them."""
    lookup, found, faults = UnitLookup(units), list[WrittenMailbox](), dict[int, str]()
    names: dict[str, int] = {}
    leaders: dict[tuple[str, str], int] = {}
    for number, cells in lines:
        written, wrong = _read(cells, lookup, channels)
        if written.name and (first := names.setdefault(written.name, number)) != number:
            wrong.append(saying.said("信箱“{name}”与第 {first} 行重复", name=written.name, first=first))
        whose = (written.owner, written.leader)
        if all(whose) and (first := leaders.setdefault(whose, number)) != number:
            wrong.append(
                saying.said(
                    "{owner}的“{leader}”与第 {first} 行重复，一位领导只有一个信箱",
                    owner=cells["owner"],
                    leader=written.leader,
                    first=first,
                )
            )
        if wrong:
            faults[number] = saying.joined("；", wrong)
        else:
            found.append(written)
    return found, faults


def _read(
    cells: Mapping[str, str], lookup: UnitLookup, channels: Mapping[str, str]
) -> tuple[WrittenMailbox, list[str]]:
    wrong = [
        f"{COLUMNS[field][0]}{flaw}"
        for field in LONGEST
        if (flaw := flaw_of_cell(cells[field], longest=LONGEST[field]))
    ]
    level = level_named(cells["level"])
    if not level:
        wrong.append(
            saying.said(
                "层级“{level}”不认得，可写：{values}",
                level=cells["level"],
                values=saying.joined("、", map(saying.word, MAILBOX_LEVELS.values())),
            )
        )
    codes = {"owner": "", "handler": ""}
    for field in codes:
        if not cells.get(field):
            if field in NEEDED:
                wrong.append(saying.said("{columns}没有填写", columns=COLUMNS[field][0]))
            continue
        try:
            codes[field] = lookup.code_of(cells[field])
        except NotFound as refusal:
            wrong.append(saying.said("{columns}：{message}", columns=COLUMNS[field][0], message=refusal.message))
            continue
        if ":" in codes[field]:
            wrong.append(
                saying.said("{columns}要写一个单位，不能写“{cells}”", columns=COLUMNS[field][0], cells=cells[field])
            )
    channel = cells.get("channel", "")
    if channel and channel not in channels:
        wrong.append(saying.said("本区没有渠道“{channel}”", channel=channel))
    words = {field: list_of(cells.get(field, "")) for field in ("matters", "areas")}
    for field, listed in words.items():
        if len(listed) > MOST_WORDS or any(flaw_of_cell(word, longest=LONGEST["leader"]) for word in listed):
            wrong.append(
                saying.said(
                    "{columns}最多 {most} 项，每项最多 {leader} 个字",
                    columns=COLUMNS[field][0],
                    most=MOST_WORDS,
                    leader=LONGEST["leader"],
                )
            )
    public = read_yes_no(cells.get("is_public", ""), otherwise=True)
    if public is None:
        wrong.append(saying.said("是否公开要写“是”或“否”，不能写“{is_public}”", is_public=cells["is_public"]))
    written = WrittenMailbox(
        name=cells["name"],
        level=level,
        leader=cells["leader"],
        owner=codes["owner"],
        handler=codes["handler"],
        channel=channels.get(channel, ""),
        matters=words["matters"],
        areas=words["areas"],
        is_public=bool(public),
    )
    return written, wrong

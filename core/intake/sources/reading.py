"""Sources from the rows of a table: every fault is told with its row, and which name stands there twice."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.intake.sources.queries import fold
from core.intake.sources.words import MERGED, SILENT_DAYS, SOURCE_KINDS, SOURCE_STATES
from core.kit.cells import flaw_of_cell, list_of
from core.kit.saying import joined, said, word
from core.units.catalogue.lookup import NotFound, UnitLookup

COLUMNS: Mapping[str, Sequence[str]] = {
    "code": ("代码", "编号", "来源代码", "原号码", "号码", "code"),
    "name": ("来源名称", "名称", "热线名称", "name"),
    "aliases": ("别名", "其他系统写作", "aliases"),
    "kind": ("类别", "来源类别", "kind"),
    "owner": ("主管单位", "原主管单位", "所属单位", "owner"),
    "channel": ("渠道", "登记渠道", "channel"),
    "state": ("状态", "state"),
    "since": ("起始日期", "并入日期", "日期", "since"),
    "silent_days": ("静默天数", "几天没有来件算静默", "silent_days"),
    "note": ("说明", "备注", "note"),
}
NEEDED = ("code", "name")
LONGEST = {"name": 100, "owner": 100, "note": 200}
LONGEST_ALIAS = 100
"""As long as a ticket's source may be."""
MOST_ALIASES = 20
MOST_SILENT_DAYS = 400
_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,39})")
_NUMBER = re.compile(r"[0-9]{3,12}(?:-[0-9]{1,8}){0,2}")


@dataclass(frozen=True, slots=True)
class WrittenSource:
    """A source as a table has it: `unit` the code of the unit that runs it, or `owner` who else does, in words."""

    code: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    owner: str
    unit: str
    channel: str
    state: str
    since: date | None
    silent_days: int
    note: str


def read_sources(
    lines: Iterable[tuple[int, Mapping[str, str]]], *, units: UnitLookup, channels: Mapping[str, str]
) -> tuple[list[WrittenSource], dict[int, str]]:
    """Return the sources, and what is wrong by the number of its row. `channels` are ids by what tables call them.

    No two sources may be written alike: a code, name or alias belongs to one of them.
    """
    found, faults, taken = list[WrittenSource](), dict[int, str](), dict[str, int]()
    for row, cells in lines:
        written, wrong = _read(cells, units, channels)
        for writing in dict.fromkeys(fold(each) for each in (written.code, written.name, *written.aliases) if each):
            if (first := taken.setdefault(writing, row)) != row:
                wrong.append(
                    said("“{writing}”与第 {first} 行重复，一个写法只能指一个来源", writing=writing, first=first)
                )
        if wrong:
            faults[row] = joined("；", wrong)
        else:
            found.append(written)
    return found, faults


def _read(cells: Mapping[str, str], units: UnitLookup, channels: Mapping[str, str]) -> tuple[WrittenSource, list[str]]:
    code, wrong = cells["code"], list[str]()
    if not _CODE.fullmatch(code):
        wrong.append(
            said(
                "代码“{code}”不能用，请写字母、数字、点和短横线，最多 40 个；热线写原号码，区号和分机用 - 隔开",
                code=code[:30],
            )
        )
    wrong += [
        f"{COLUMNS[field][0]}{flaw}"
        for field, longest in LONGEST.items()
        if (field in NEEDED or cells.get(field)) and (flaw := flaw_of_cell(cells.get(field, ""), longest=longest))
    ]
    aliases = list_of(cells.get("aliases", ""))
    if len(aliases) > MOST_ALIASES or any(flaw_of_cell(alias, longest=LONGEST_ALIAS) for alias in aliases):
        wrong.append(
            said(
                "别名最多 {most_aliases} 个，每个最多 {longest_alias} 个字",
                most_aliases=MOST_ALIASES,
                longest_alias=LONGEST_ALIAS,
            )
        )
    kind = _one_of("类别", cells.get("kind", ""), SOURCE_KINDS, wrong) or (
        "hotline" if _NUMBER.fullmatch(code) else "other"
    )
    state = _one_of("状态", cells.get("state", ""), SOURCE_STATES, wrong) or MERGED
    channel = cells.get("channel", "")
    if channel and channel not in channels:
        wrong.append(said("本区没有渠道“{channel}”", channel=channel[:30]))
    owner, unit = _owner(cells.get("owner", ""), units)
    written = WrittenSource(
        code=code,
        name=cells["name"],
        aliases=aliases,
        kind=kind,
        owner=owner,
        unit=unit,
        channel=channels.get(channel, ""),
        state=state,
        since=_day(cells.get("since", ""), wrong),
        silent_days=_days(cells.get("silent_days", ""), wrong),
        note=cells.get("note", ""),
    )
    return written, wrong


def _one_of(what: str, cell: str, labels: Mapping[str, str], wrong: list[str]) -> str:
    """Return the code of what a cell says, "" for an empty cell."""
    codes = {label: code for code, label in labels.items()} | {code: code for code in labels}
    if cell and cell not in codes:
        wrong.append(
            said(
                "{what}“{cell}”不认得，可写：{values}",
                what=word(what),
                cell=cell[:30],
                values=joined("、", labels.values()),
            )
        )
    return codes.get(cell, "")


def _owner(cell: str, units: UnitLookup) -> tuple[str, str]:
    """Return who runs a source: in words, or as the code of a unit of the tenant."""
    if not cell:
        return "", ""
    try:
        code = units.code_of(cell)
    except NotFound:
        return cell, ""
    return (cell, "") if ":" in code else ("", code)


def _day(cell: str, wrong: list[str]) -> date | None:
    try:
        return date.fromisoformat(cell.split(" ")[0].replace("/", "-")) if cell else None
    except ValueError:
        wrong.append(
            said("{since}“{cell}”不是日期，请写成 2017-03-12 的样子", since=COLUMNS["since"][0], cell=cell[:30])
        )
        return None


def _days(cell: str, wrong: list[str]) -> int:
    if not cell:
        return SILENT_DAYS
    if cell.isascii() and cell.isdecimal() and len(cell) <= 4 and 1 <= int(cell) <= MOST_SILENT_DAYS:
        return int(cell)
    wrong.append(
        said(
            "{silent_days}“{cell}”要写 1 到 {most_silent_days} 的整数",
            silent_days=COLUMNS["silent_days"][0],
            cell=cell[:30],
            most_silent_days=MOST_SILENT_DAYS,
        )
    )
    return SILENT_DAYS

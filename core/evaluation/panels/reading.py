"""The pool of panel members as a file 评议员名册: a row for each member, every fault told by row."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.evaluation.panels.words import GROUP_LABELS, RECRUITED_LABELS
from core.kit.errors import Refused
from core.kit.headings import places_of, shown
from core.kit.saying import joined, said, word

COLUMNS = {
    "number": ("编号", "评议员编号", "number"),
    "name": ("姓名", "name"),
    "group": ("组别", "类别", "group"),
    "recruited": ("产生方式", "来源", "recruited"),
    "organisation": ("单位", "工作单位", "organisation"),
    "ties": ("回避单位", "利害关系单位", "ties"),
    "login": ("登录名", "login"),
    "phone": ("手机", "电话", "phone"),
    "until": ("聘期至", "至", "until"),
}
NEEDED = ("number", "name", "group", "recruited")
LONGEST = 60
FAULTS_TOLD = 20
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}\Z")
_SEPARATORS = re.compile(r"[,，、;；\s]+")


class PoolUnreadable(Refused):
    """A file of members cannot be taken over; every fault is told, row by row."""

    code = "pool-unreadable"


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A member as the file has them; `login` and `phone` empty = none given."""

    number: str
    name: str
    group: str
    recruited: str
    organisation: str
    ties: tuple[str, ...]
    login: str
    phone: str
    until: date | None


def is_heading(cells: Sequence[str]) -> bool:
    """Tell whether this is the heading of a file of members."""
    return all(field in places_of(cells, COLUMNS) for field in NEEDED)


def read_rows(
    headings: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    *,
    units: Collection[str],
    logins: Collection[str],
) -> list[PoolRow]:
    """Return the members of a file. `units` and `logins` are those that there are.

    Raises `PoolUnreadable` with every fault: what is missing or unknown, and members that stand there twice.
    """
    places = places_of(headings, COLUMNS)
    if missing := [COLUMNS[field][0] for field in NEEDED if field not in places]:
        raise PoolUnreadable(
            said(
                "评议员名册缺少{missing}这几列，现有的列是{headings}。请补上后再导入。",
                missing=joined("、", missing),
                headings=shown(headings),
            )
        )
    members: list[tuple[int, PoolRow]] = []
    faults: list[str] = []
    for number, cells in rows:
        row = {field: cells[place].strip() if place < len(cells) else "" for field, place in places.items()}
        found = list(_faults(row, units=units, logins=logins))
        if found:
            faults.append(said("第 {number} 行：{found}。", number=number, found=joined("；", found)))
        else:
            members.append((number, _member(row)))
    faults += _doubled(members)
    if faults:
        more = said("另有 {number} 行有误。", number=len(faults) - FAULTS_TOLD) if len(faults) > FAULTS_TOLD else ""
        raise PoolUnreadable(
            said(
                "{faults}{more}没有导入任何一行，请改正后重新导入。", faults=joined("", faults[:FAULTS_TOLD]), more=more
            )
        )
    if not members:
        raise PoolUnreadable("评议员名册里一个人也没有，没有改动。请填写后再导入。")
    return [member for _, member in members]


def _faults(row: Mapping[str, str], *, units: Collection[str], logins: Collection[str]) -> Iterator[str]:
    if not NUMBER.match(row["number"]):
        yield "编号须为 1 到 20 位字母、数字或 -"
    if not row["name"] or len(row["name"]) > LONGEST:
        yield said("姓名须填写，最多 {longest} 个字", longest=LONGEST)
    if _coded(row["group"], GROUP_LABELS) is None:
        yield said(
            "没有“{group}”这个组别，可选{values}",
            group=row["group"],
            values=joined("、", map(word, GROUP_LABELS.values())),
        )
    if _coded(row["recruited"], RECRUITED_LABELS) is None:
        yield said(
            "没有“{recruited}”这种产生方式，可选{values}",
            recruited=row["recruited"],
            values=joined("、", map(word, RECRUITED_LABELS.values())),
        )
    if len(row.get("organisation", "")) > LONGEST:
        yield said("单位最多 {longest} 个字", longest=LONGEST)
    if strange := [code for code in _listed(row.get("ties", "")) if code not in units]:
        yield said("没有代码为 {strange} 的承办单位", strange=joined("、", strange))
    login = row.get("login", "").lower()
    if login and login not in logins:
        yield said("没有登录名为 {login} 的评议员账号，请先开设账号并授予评议员角色", login=login)
    if row.get("until") and _day(row["until"]) is None:
        yield "聘期请写成 2026-12-31 这样"


def _member(row: Mapping[str, str]) -> PoolRow:
    return PoolRow(
        number=row["number"],
        name=row["name"],
        group=_coded(row["group"], GROUP_LABELS) or "",
        recruited=_coded(row["recruited"], RECRUITED_LABELS) or "",
        organisation=row.get("organisation", ""),
        ties=_listed(row.get("ties", "")),
        login=row.get("login", "").lower(),
        phone=row.get("phone", ""),
        until=_day(row["until"]) if row.get("until") else None,
    )


def _doubled(members: Sequence[tuple[int, PoolRow]]) -> Iterator[str]:
    """Say of each member after the first of the same number, login, or name and organisation that they stand there twice."""
    kinds: tuple[tuple[str, Callable[[PoolRow], object]], ...] = (
        ("编号", lambda member: member.number),
        ("登录名", lambda member: member.login or None),
        ("姓名和单位", lambda member: (member.name, member.organisation)),
    )
    for what, key in kinds:
        first: dict[object, int] = {}
        for number, member in members:
            value = key(member)
            if value is not None and first.setdefault(value, number) != number:
                yield said("第 {number} 行：{what}与第 {first} 行重复。", number=number, what=what, first=first[value])


def _coded(written: str, labels: Mapping[str, str]) -> str | None:
    """Return the code for what is written, the code itself or its label; None when it is neither."""
    return next((code for code, label in labels.items() if written in (code, label)), None)


def _listed(written: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in _SEPARATORS.split(written) if code))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None

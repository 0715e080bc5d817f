"""units.csv: the units 承办单位 of a district, a tree and the bodies outside it."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from core.units.models import UNIT_KINDS
from tenants.faults import Faults
from tenants.source import Row, file_name, read_rows

COLUMNS = ("code", "name", "kind", "parent")
OPTIONAL = ("phone", "mail", "tenant", "member")
YES = "yes"
"""What stands under `member` of a unit that is one; all others leave it empty."""
CODE = re.compile(r"[a-z][a-z0-9-]{1,39}\Z")
_PHONE = re.compile(r"(?=.*\d)[\d +-]+\Z", re.ASCII)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A unit as a district declares it; `parent` is the code of the unit above, None at the top and outside the tree.

    `phone` and `mail` are where the unit is reached officially; empty = messages to it cannot go out that way.
    `tenant` is the short name of the tenant that the unit stands for: what is dispatched to it is referred there.
    `member`: it is one of the units that the hotline's platform is made of 成员单位.
    """

    code: str
    name: str
    kind: str
    parent: str | None
    phone: str = ""
    mail: str = ""
    tenant: str = ""
    member: bool = False


def read_units(path: Path, faults: Faults) -> tuple[UnitFact, ...]:
    """Return the units, noting bad codes, repeated ones, unknown parents, circles and a missing dispatch desk."""
    file = file_name(path)
    rows = read_rows(path, COLUMNS, OPTIONAL, faults)
    lines: dict[str, int] = {}
    units = []
    for row in rows:
        unit = _unit(row)
        _check_row(unit, row.line, lines, file, faults)
        _check_member(unit, row, file, faults)
        lines.setdefault(unit.code, row.line)
        units.append(unit)
    _check_tree(units, lines, file, faults)
    _check_tenants(units, lines, file, faults)
    desks = sum(unit.kind == "dispatch_desk" for unit in units)
    if rows and desks != 1:
        sentence = f"有 {desks} 个 dispatch_desk；没有规则可依的工单要有唯一的派单台接收，请恰好写一个"
        faults.add(file, None, sentence)
    return tuple(units)


def _unit(row: Row) -> UnitFact:
    cells = row.cells
    return UnitFact(
        code=cells["code"],
        name=cells["name"],
        kind=cells["kind"],
        parent=cells["parent"] or None,
        phone=cells["phone"],
        mail=cells["mail"],
        tenant=cells["tenant"],
        member=cells["member"] == YES,
    )


def _check_row(unit: UnitFact, line: int, lines: dict[str, int], file: str, faults: Faults) -> None:
    if not CODE.match(unit.code):
        sentence = f"单位代码“{unit.code}”不能用作代码；请用小写字母开头，只含小写字母、数字和连字符，2 到 40 个字符"
        faults.add(file, line, sentence)
    if unit.code in lines:
        sentence = f"单位代码“{unit.code}”在第 {lines[unit.code]} 行已经用过，一个代码只能指一个单位；请换一个代码"
        faults.add(file, line, sentence)
    if not unit.name:
        faults.add(file, line, f"单位“{unit.code}”没有名称，派单时认不出它；请填写 name")
    if unit.kind not in UNIT_KINDS:
        faults.add(file, line, f"单位类别“{unit.kind}”不存在；请从 {'、'.join(UNIT_KINDS)} 中选一个")
    if unit.phone and not _PHONE.match(unit.phone):
        sentence = f"单位“{unit.code}”的电话“{unit.phone}”拨不通；请只用数字、空格、+ 和 -，没有就留空"
        faults.add(file, line, sentence)
    if unit.mail and not _MAIL.match(unit.mail):
        sentence = f"单位“{unit.code}”的邮箱“{unit.mail}”寄不到；请写成 名称@域名，恰好一个 @，没有就留空"
        faults.add(file, line, sentence)


def _check_member(unit: UnitFact, row: Row, file: str, faults: Faults) -> None:
    """Note what is neither a member nor none, and a dispatch desk, which dispatches to the members and is none of them."""
    if row.cells["member"] not in ("", YES):
        sentence = f"单位“{unit.code}”的 member 写的是“{row.cells['member']}”；成员单位写 {YES}，不是的留空"
        faults.add(file, row.line, sentence)
    if unit.member and unit.kind == "dispatch_desk":
        faults.add(file, row.line, f"派单台“{unit.code}”向成员单位派单，自己不是成员单位；请把 member 留空")


def _check_tenants(units: list[UnitFact], lines: dict[str, int], file: str, faults: Faults) -> None:
    """Note units that stand for another tenant and have a place in this one's tree, or its dispatch desk's work."""
    elsewhere = {unit.code for unit in units if unit.tenant}
    for unit in units:
        if unit.tenant and unit.kind == "dispatch_desk":
            sentence = f"派单台“{unit.code}”写了 tenant，没有规则可依的工单会被移交出去；请把 tenant 留空"
            faults.add(file, lines[unit.code], sentence)
        if unit.parent in elsewhere or (unit.tenant and unit.parent):
            sentence = f"单位“{unit.code}”把代表其他租户的单位放进了隶属关系，移交的工单不能转派下级；请把 parent 留空"
            faults.add(file, lines[unit.code], sentence)


def _check_tree(units: list[UnitFact], lines: dict[str, int], file: str, faults: Faults) -> None:
    parents = {unit.code: unit.parent for unit in units}
    for unit in units:
        if unit.parent is not None and unit.parent not in parents:
            sentence = f"单位“{unit.code}”的上级“{unit.parent}”不在表中；请先写上级单位，或把 parent 留空"
            faults.add(file, lines[unit.code], sentence)
    told: set[str] = set()
    for unit in units:
        circle = _circle_from(unit.code, parents)
        if circle and not told & set(circle):
            told |= set(circle)
            path = " → ".join((*circle, circle[0]))
            sentence = f"上级关系绕成了圈（{path}），分不出谁上谁下；请改正其中一个单位的 parent"
            faults.add(file, lines[circle[0]], sentence)
    for (parent, name), count in Counter((unit.parent, unit.name) for unit in units).items():
        if count > 1 and name:
            line = next(lines[unit.code] for unit in reversed(units) if (unit.parent, unit.name) == (parent, name))
            faults.add(file, line, f"同一上级下有 {count} 个“{name}”，派单时无法分辨；请改名或合并")


def _circle_from(code: str, parents: dict[str, str | None]) -> list[str]:
    """Return the circle that the unit itself is part of, or nothing."""
    walked: list[str] = []
    here: str | None = code
    while here is not None and here not in walked:
        walked.append(here)
        here = parents.get(here)
    return walked if here == code else []

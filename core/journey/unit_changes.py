"""Units in an administrator's hands: added, renamed, moved, closed, reopened, joined; each with a reason on record."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from core.journey.settings.administering import administering, reason_for
from core.journey.unit_uses import uses_of
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, SecurityKind, note_done, security_events
from core.tickets.timeline import Actor
from core.units.editing import KIND_LABELS, UnitEntry, UnitsUnusable, below, refuse_flaws
from core.units.entries import entries_of, unit_rows
from core.units.models import Unit
from core.units.queries import NoUnitThere
from core.units.service import let_others_read_anew, write_units

DEED = "修改单位"
FIELD_LABELS = {
    "name": "名称",
    "kind": "类别",
    "parent": "上级",
    "phone": "电话",
    "mail": "邮箱",
    "tenant": "移交对象",
    "member": "成员单位",
    "active": "状态",
}


class UnitChanged(Refused):
    """The unit, or one of several, is no longer as it was when the form was shown."""

    code = "unit-changed"


class UnitInUse(Refused):
    """The unit cannot be closed yet."""

    code = "unit-in-use"


@dataclass(frozen=True, slots=True)
class Doing:
    """Who changes units, why, from where, and when."""

    actor: Actor
    reason: str
    address: str
    now: datetime


def get_unit_row(scope: Scope, code: str) -> Unit:
    """Return a unit, closed ones too. Raises `NoUnitThere`."""
    row = unit_rows(scope).get(code)
    if row is None:
        raise NoUnitThere(said("没有代码为 {code} 的单位。请从单位列表中选择。", code=code[:60]))
    return row


def add_unit(scope: Scope, code: str, entry: UnitEntry, doing: Doing) -> None:
    """Add a unit. Raises `NotPermitted`, `ReasonMissing`, `ReasonUnusable`, `UnitsUnusable`."""
    by = _by(doing)
    rows = unit_rows(scope, lock=True)
    if code in rows:
        raise UnitsUnusable(
            said("代码“{code}”已是{name}的，一个代码只能指一个单位；请换一个", code=code, name=rows[code].name)
        )
    if entry.kind == "dispatch_desk":
        raise UnitsUnusable("派单台只能有一个，不能再加；要换派单台，请改 units.csv 后应用")
    refuse_flaws({**entries_of(rows), code: entry}, {code: entry})
    write_units(scope, rows, {code: entry})
    _note(scope, "unit_added", by, code, {"name": entry.name, "kind": entry.kind}, doing)


def change_unit(scope: Scope, code: str, entry: UnitEntry, doing: Doing, *, seen: str) -> list[str]:
    """Change a unit that is as it was `seen`; return what changed, in words.

    Raises `NotPermitted`, `ReasonMissing`, `NoUnitThere`, `UnitChanged`, `UnitsUnusable`.
    """
    by = _by(doing)
    rows = unit_rows(scope, lock=True)
    before = _unchanged(scope, rows, code, seen)
    entry = replace(entry, tenant=before.tenant, active=before.active)
    if (entry.kind == "dispatch_desk") != (before.kind == "dispatch_desk"):
        raise UnitsUnusable("派单台只能有一个，类别不能在这里改成或改掉派单台；请改 units.csv 后应用")
    told = differences(before, entry, entries_of(rows))
    if not told:
        raise UnitsUnusable(said("{name}没有任何改动；请改了再保存", name=before.name))
    refuse_flaws({**entries_of(rows), code: entry}, {code: entry})
    write_units(scope, rows, {code: entry})
    _note(scope, "unit_changed", by, code, {"changes": told}, doing)
    return told


def close_unit(scope: Scope, code: str, doing: Doing, *, seen: str, anyway: bool = False) -> None:
    """Close a unit: nothing is given to it any more. What names it still has to be mended, which `anyway` says is known.

    Raises `NotPermitted`, `ReasonMissing`, `NoUnitThere`, `UnitChanged`, `UnitInUse`.
    """
    by = _by(doing)
    rows = unit_rows(scope, lock=True)
    before = _unchanged(scope, rows, code, seen)
    if not before.active:
        raise UnitInUse(said("{name}已经停用，没有改动。", name=before.name))
    _refuse_needed(scope, rows, code, before)
    uses = uses_of(scope, rows[code])
    if uses.is_named and not anyway:
        raise UnitInUse(
            said(
                "{name}还写在职责清单、规则、区域或设置里（见“在哪里用到”），停用后那里派不出去，没有停用。请先改好；"
                "确实要先停用的，请勾选“知道那些地方要另行改好”。",
                name=before.name,
            )
        )
    write_units(scope, rows, {code: replace(before, active=False)})
    _note(scope, "unit_closed", by, code, {"name": before.name, "people": uses.people}, doing)


def reopen_unit(scope: Scope, code: str, doing: Doing, *, seen: str) -> None:
    """Open a closed unit again. Raises `NotPermitted`, `ReasonMissing`, `NoUnitThere`, `UnitChanged`, `UnitsUnusable`."""
    by = _by(doing)
    rows = unit_rows(scope, lock=True)
    before = _unchanged(scope, rows, code, seen)
    if before.active:
        raise UnitInUse(said("{name}没有停用，没有改动。", name=before.name))
    entry = replace(before, active=True)
    refuse_flaws({**entries_of(rows), code: entry}, {code: entry})
    write_units(scope, rows, {code: entry})
    _note(scope, "unit_reopened", by, code, {"name": before.name}, doing)


def join_unit(scope: Scope, code: str, into: str, doing: Doing, *, seen: str, anyway: bool = False) -> None:
    """Close a unit that goes over into another 并入, whose the units below it become.

    Raises as `close_unit`, and `UnitsUnusable` where the other one cannot take them.
    """
    by = _by(doing)
    rows = unit_rows(scope, lock=True)
    before = _unchanged(scope, rows, code, seen)
    other = entries_of(rows).get(into)
    if other is None or not other.active or into == code or other.tenant:
        raise UnitsUnusable("请选择一个在用的、本区自己的单位，把这个单位并进去")
    units = entries_of(rows)
    moved = {each: replace(units[each], parent=into) for each in below(units, code)}
    closed = {code: replace(before, active=False)}
    refuse_flaws({**units, **moved, **closed})
    write_units(scope, rows, moved)
    if moved:
        for each in moved:
            _note(
                scope,
                "unit_changed",
                by,
                each,
                {"changes": [said("上级：{a} → {b}", a=before.name, b=other.name)]},
                doing,
            )
    close_unit(scope, code, doing, seen=_mark(units[code]), anyway=anyway)
    _note(scope, "unit_changed", by, into, {"changes": [said("{name}并入", name=before.name)]}, doing)


def mark_of(scope: Scope, code: str) -> str:
    """Return the fingerprint of a unit as it stands, for the form that changes it. Raises `NoUnitThere`."""
    rows = unit_rows(scope)
    if code not in rows:
        raise NoUnitThere(said("没有代码为 {code} 的单位。请从单位列表中选择。", code=code[:60]))
    return _mark(entries_of(rows)[code])


def differences(before: UnitEntry, after: UnitEntry, units: Mapping[str, UnitEntry]) -> list[str]:
    """Return in words what differs between a unit as it was and as it will be."""
    return [
        str(
            said(
                "{label}：{before} → {after}",
                label=FIELD_LABELS[each.name],
                before=_words(each.name, getattr(before, each.name), units),
                after=_words(each.name, getattr(after, each.name), units),
            )
        )
        for each in fields(UnitEntry)
        if getattr(before, each.name) != getattr(after, each.name)
    ]


def _refuse_needed(scope: Scope, rows: Mapping[str, Unit], code: str, before: UnitEntry) -> None:
    if before.kind == "dispatch_desk":
        raise UnitInUse("派单台不能停用：没有规则可依的工单都由它接收。要换派单台，请改 units.csv 后应用。")
    units = entries_of(rows)
    if lower := [units[each].name for each in below(units, code) if units[each].active]:
        raise UnitInUse(
            said(
                "{name}下面还有 {count} 个在用的单位（{first}等），没有停用。请先改它们的上级，或用“并入”一起转过去。",
                name=before.name,
                count=len(lower),
                first=lower[0],
            )
        )
    if count := uses_of(scope, rows[code]).in_hand:
        raise UnitInUse(
            said(
                "{name}手上还有 {count} 件承办任务，没有停用。请先办结或改派给别的单位，再停用。",
                name=before.name,
                count=count,
            )
        )


def _by(doing: Doing) -> By:
    author = administering(doing.actor, DEED)
    return By(author.name, author.account_id, doing.address, reason_for(doing.reason, DEED))


def _unchanged(scope: Scope, rows: Mapping[str, Unit], code: str, seen: str) -> UnitEntry:
    if code not in rows:
        raise NoUnitThere(said("没有代码为 {code} 的单位。请从单位列表中选择。", code=code[:60]))
    entry = entries_of(rows)[code]
    if _mark(entry) != seen:
        last = max(security_events(scope, subject=code), key=lambda each: (each.at, each.id), default=None)
        raise UnitChanged(
            said(
                "您打开这一页之后，{who}改过{name}，没有照您填的保存。请对照现在的内容再改一次。",
                who=last.actor if last else "区配置文件",
                name=entry.name,
            )
        )
    return entry


def _note(scope: Scope, kind: SecurityKind, by: By, code: str, detail: Mapping[str, object], doing: Doing) -> None:
    note_done(scope, kind, by, subject=code, detail=detail, now=doing.now)
    let_others_read_anew(scope)


def _mark(entry: UnitEntry) -> str:
    return hashlib.sha256(json.dumps(asdict(entry), sort_keys=True).encode()).hexdigest()[:32]


def _words(name: str, value: object, units: Mapping[str, UnitEntry]) -> str:
    if name == "kind":
        return KIND_LABELS.get(str(value), str(value))
    if name == "parent":
        return units[str(value)].name if value in units else "无"
    if name == "active":
        return "在用" if value else "停用"
    if name == "member":
        return "是" if value else "否"
    return str(value) or "无"

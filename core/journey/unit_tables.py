"""Units from and into tables: what a file would change is looked at first, and only that is then carried out."""

import csv
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from io import StringIO
from pathlib import Path

from core.intake.tabular.opening import open_table, refuse_huge
from core.intake.tabular.rejects import harmless
from core.intake.tabular.rows import TableUnusable
from core.journey.settings.administering import administering, reason_for
from core.journey.unit_changes import DEED, Doing, UnitChanged, differences
from core.kit.headings import places_of
from core.kit.saying import joined, said
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done
from core.units.editing import KIND_LABELS, Entries, UnitEntry, UnitsUnusable, flaws_of_entry, flaws_of_units
from core.units.entries import entries_of, unit_rows
from core.units.service import let_others_read_anew, write_units

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("代码", "单位代码", "编码", "code"),
    "name": ("名称", "单位名称", "单位", "name"),
    "kind": ("类别", "单位类别", "类型", "kind"),
    "parent": ("上级", "上级单位", "上级代码", "parent"),
    "phone": ("电话", "公务电话", "联系电话", "phone"),
    "mail": ("邮箱", "电子邮箱", "mail", "email"),
    "member": ("成员单位", "是否成员单位", "member"),
}
COLUMNS = (*(names[0] for names in HEADINGS.values()), "状态")
MOST_ROWS = 3_000
LARGEST = 400_000
"""Bytes of a file, so that it can be sent back once it was looked at."""
YES = frozenset({"是", "yes", "y", "1", "√", "true"})
NO = frozenset({"", "否", "no", "n", "0", "false", "-"})


@dataclass(frozen=True, slots=True)
class Preview:
    """What a table would change: per unit its code, whether it is new, and what differs; or what is wrong with it.

    `mark` is the fingerprint of all of that and of the units as they are, `text` the table as it is sent back.
    """

    text: str
    added: tuple[tuple[str, UnitEntry], ...]
    changed: tuple[tuple[str, str, tuple[str, ...]], ...]
    unchanged: int
    faults: tuple[str, ...]
    mark: str


def export_units(scope: Scope) -> str:
    """Return all units as CSV that Excel opens as it is, closed ones too."""
    units = entries_of(unit_rows(scope))
    kept = StringIO()
    writer = csv.writer(kept, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for code, unit in units.items():
        cells = (
            code,
            unit.name,
            KIND_LABELS.get(unit.kind, unit.kind),
            unit.parent or "",
            unit.phone,
            unit.mail,
            "是" if unit.member else "",
            "在用" if unit.active else "停用",
        )
        writer.writerow([harmless(cell) for cell in cells])
    return f"\ufeff{kept.getvalue()}"


def table_text(name: str, content: bytes) -> str:
    """Return the rows of a CSV or workbook as CSV. Raises `TableUnusable`."""
    refuse_huge(name, content, most_bytes=LARGEST)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"units{Path(name).suffix[:8]}"
        path.write_bytes(content)
        table = open_table(path, is_header=lambda cells: {"code", "name"} <= places_of(cells, HEADINGS).keys())
        rows = [table.columns, *(row.cells for row in table.rows())]
    if len(rows) > MOST_ROWS + 1:
        raise TableUnusable(said("表格超过 {most:,} 行，不像单位名录。请核对文件。", most=MOST_ROWS))
    kept = StringIO()
    csv.writer(kept, lineterminator="\n").writerows([cell.strip() for cell in row] for row in rows)
    return kept.getvalue().strip()


def preview_units(scope: Scope, text: str) -> Preview:
    """Return what a table would change; units that it does not name stay as they are. Raises `TableUnusable`."""
    return _preview(entries_of(unit_rows(scope)), text)


def import_units(scope: Scope, text: str, doing: Doing, *, mark: str) -> Preview:
    """Carry out what was looked at. Raises `NotPermitted`, `ReasonMissing`, `TableUnusable`, `UnitsUnusable`, `UnitChanged`."""
    author = administering(doing.actor, DEED)
    by = By(author.name, author.account_id, doing.address, reason_for(doing.reason, DEED))
    rows = unit_rows(scope, lock=True)
    preview = _preview(entries_of(rows), text)
    if preview.faults:
        raise UnitsUnusable(*preview.faults)
    if preview.mark != mark:
        raise UnitChanged("您核对之后，名录或文件有了变化，没有导入。请重新核对现在的改动。")
    units = entries_of(rows)
    wanted = _wanted(units, text)[0]
    write_units(scope, rows, {code: entry for code, entry in wanted.items() if units.get(code) != entry})
    for code, entry in preview.added:
        note_done(scope, "unit_added", by, subject=code, detail={"name": entry.name, "kind": entry.kind}, now=doing.now)
    for code, _, told in preview.changed:
        note_done(scope, "unit_changed", by, subject=code, detail={"changes": list(told)}, now=doing.now)
    let_others_read_anew(scope)
    return preview


def _preview(units: Entries, text: str) -> Preview:
    wanted, faults = _wanted(units, text)
    together = {**units, **wanted}
    if not faults:
        before = flaws_of_units(units)
        faults += [flaw for flaw in flaws_of_units(together) if flaw not in before]
    added = tuple((code, entry) for code, entry in wanted.items() if code not in units)
    changed = tuple(
        (code, entry.name, tuple(differences(units[code], entry, together)))
        for code, entry in wanted.items()
        if code in units and units[code] != entry
    )
    said_all = json.dumps(
        [text, {code: asdict(unit) for code, unit in units.items()}], sort_keys=True, ensure_ascii=False
    )
    mark = hashlib.sha256(said_all.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Preview(text, added, changed, len(wanted) - len(added) - len(changed), tuple(faults), mark)


def _wanted(units: Entries, text: str) -> tuple[dict[str, UnitEntry], list[str]]:
    rows = list(csv.reader(StringIO(text)))
    places = places_of(rows[0], HEADINGS) if rows else {}
    if missing := [HEADINGS[name][0] for name in ("code", "name") if name not in places]:
        raise TableUnusable(
            said(
                "没有认出哪一列是{missing}。第一行请写 {columns}。",
                missing=joined("、", missing),
                columns=joined("、", COLUMNS),
            )
        )
    cells = [
        (number, {name: row[place].strip() if place < len(row) else "" for name, place in places.items()})
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    names = _codes_by_name(units, cells)
    wanted: dict[str, UnitEntry] = {}
    faults: list[str] = []
    for number, row in cells:
        code = row["code"]
        told: list[str] = [said("代码“{code}”在表里写了不止一次", code=code)] if code in wanted else []
        entry, wrong = _entry(units.get(code), row, places, names)
        told = [*told, *wrong, *flaws_of_entry(code, entry)]
        faults += [said("第 {number} 行：{fault}", number=number, fault=fault) for fault in told]
        wanted[code] = entry
    return wanted, faults


def _entry(
    before: UnitEntry | None, row: Mapping[str, str], places: Mapping[str, int], names: Mapping[str, Sequence[str]]
) -> tuple[UnitEntry, list[str]]:
    """Return a unit as a row says it; columns that the table lacks leave what is there."""
    faults: list[str] = []
    kind = {label: code for code, label in KIND_LABELS.items()}.get(row.get("kind", ""), row.get("kind", ""))
    entry = before or UnitEntry("", kind)
    if before and kind and (kind == "dispatch_desk") != (before.kind == "dispatch_desk"):
        faults.append(said("派单台不能在这里改成或改掉"))
    if before is None and kind == "dispatch_desk":
        faults.append(said("派单台只能有一个，不能再加"))
    changes: dict[str, object] = {"name": row["name"]}
    if kind:
        changes["kind"] = kind
    for name in ("phone", "mail"):
        if name in places:
            changes[name] = row[name]
    if "member" in places:
        if row["member"].lower() not in YES | NO:
            faults.append(said("成员单位写的是“{words}”；是的写“是”，不是的留空", words=row["member"][:20]))
        changes["member"] = row["member"].lower() in YES
    if "parent" in places:
        above = names.get(row["parent"], ())
        if row["parent"] and len(above) != 1:
            faults.append(said("上级“{words}”没有，或不止一个；请写上级单位的代码", words=row["parent"][:60]))
        changes["parent"] = above[0] if len(above) == 1 else None
    return replace(entry, **changes), faults  # type: ignore[arg-type]  # each value is of its field's type


def _codes_by_name(units: Entries, cells: Sequence[tuple[int, Mapping[str, str]]]) -> dict[str, list[str]]:
    known = {code: unit.name for code, unit in units.items()} | {row["code"]: row["name"] for _, row in cells}
    found: dict[str, list[str]] = {}
    for code, name in known.items():
        if name not in known:
            found.setdefault(name, []).append(code)
    return {**found, **{code: [code] for code in known}}

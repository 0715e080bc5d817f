"""Units for administrators: the tree, one unit with where it is spoken of and what was done to it, tables in and out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, g, render_template, request

from core.journey.unit_changes import (
    FIELD_LABELS,
    Doing,
    add_unit,
    change_unit,
    close_unit,
    get_unit_row,
    join_unit,
    mark_of,
    reopen_unit,
)
from core.journey.unit_tables import Preview, export_units, import_units, preview_units, table_text
from core.journey.unit_uses import in_hand, uses_of
from core.kit.saying import joined, said
from core.people.roles import Permission
from core.tenancy.security_log import KIND_LABELS as EVENT_LABELS
from core.tenancy.security_log import note_done, security_events
from core.units.editing import KIND_LABELS, Entries, UnitEntry
from core.units.entries import entries_of, unit_rows
from core.web.downloads import offer_as
from core.web.input import InputUnusable, required, text
from core.web.refusals import status_of, words_of
from core.web.stewards.accounts import by
from core.web.uploads import uploads
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("admin_units", __name__)
AT = "/admin/units"
LONGEST_TABLE = 450_000
OFFERED_KINDS = {code: label for code, label in KIND_LABELS.items() if code != "dispatch_desk"}


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in the tree: how deep it stands, and what it has in hand."""

    code: str
    entry: UnitEntry
    depth: int
    in_hand: int


@pages.get(AT)
@allows(Permission.ADMINISTER)
def show_units(visit: Visit) -> Answer:
    """Show the tree of units, or those that are found; after a refusal with what was typed."""
    return _list(visit)


@pages.post(AT)
@allows(Permission.ADMINISTER, again=show_units)
def add(visit: Visit) -> Answer:
    """Add a unit."""
    code = required("code", ask="请填写代码：小写字母开头，以后不能改。", longest=60)
    entry = _typed()
    add_unit(visit.scope, code, entry, _doing(visit))
    return Done(said("已新增单位 {name}", name=entry.name), f"{AT}/{code}")


@pages.post(f"{AT}/import")
@allows(Permission.ADMINISTER, again=show_units)
def take_table(visit: Visit) -> Answer:
    """Show what a table would change; with `act` "take" carry out what was looked at."""
    if text("act", longest=10) != "take":
        given = uploads()
        if len(given) != 1:
            raise InputUnusable("请选一个 Excel 或 CSV 文件。")
        return _preview_page(preview_units(visit.scope, table_text(given[0].name, given[0].content)))
    table = text("table", longest=LONGEST_TABLE)
    done = import_units(visit.scope, table, _doing(visit), mark=text("mark", longest=64))
    words = said("已导入：新增 {added} 个，改动 {changed} 个", added=len(done.added), changed=len(done.changed))
    return Done(words, AT)


@pages.post(f"{AT}/export")
@allows(Permission.ADMINISTER)
def download_table(visit: Visit) -> Answer:
    """Answer with all units as CSV; who took it out is put on record."""
    note_done(visit.scope, "exported", by(visit), subject="单位名录", detail={"contacts": False}, now=visit.now)
    response = Response(export_units(visit.scope), mimetype="text/csv")
    offer_as(response, "units.csv")
    return response


@pages.get(f"{AT}/<code>")
@allows(Permission.ADMINISTER)
def show_unit(visit: Visit, code: str) -> Answer:
    """Show one unit: what it is, where it is spoken of, and what was done to it; after a refusal with what was typed."""
    row = get_unit_row(visit.scope, code)
    units = entries_of(unit_rows(visit.scope))
    refusal = g.get("refusal")
    entry = units[code]
    page = render_template(
        "admin/unit.html",
        code=code,
        entry=entry,
        typed=_typed_again(entry),
        units={each: unit for each, unit in units.items() if unit.active and each != code and not unit.tenant},
        names={each: unit.name for each, unit in units.items()},
        below=[(each, unit) for each, unit in units.items() if unit.parent == code],
        kinds=KIND_LABELS if entry.kind == "dispatch_desk" else OFFERED_KINDS,
        uses=uses_of(visit.scope, row),
        mark=mark_of(visit.scope, code),
        is_declared=row.declared is not None,
        events=sorted(security_events(visit.scope, subject=code), key=lambda each: each.at, reverse=True),
        labels=EVENT_LABELS,
        form=request.path.rpartition("/")[2] if request.method == "POST" else "",
        sent=request.form,
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{AT}/<code>/change")
@allows(Permission.ADMINISTER, again=show_unit)
def change(visit: Visit, code: str) -> Answer:
    """Rename or move a unit, or change how it is reached."""
    told = change_unit(visit.scope, code, _typed(), _doing(visit), seen=text("seen", longest=64))
    return Done(said("已保存：{told}", told=joined("；", told)), f"{AT}/{code}")


@pages.post(f"{AT}/<code>/close")
@allows(Permission.ADMINISTER, again=show_unit)
def close(visit: Visit, code: str) -> Answer:
    """Close a unit."""
    close_unit(visit.scope, code, _doing(visit), seen=text("seen", longest=64), anyway=bool(text("anyway", longest=5)))
    return Done("已停用，不再派单给它；过去的工单照旧写着它", f"{AT}/{code}")


@pages.post(f"{AT}/<code>/join")
@allows(Permission.ADMINISTER, again=show_unit)
def join(visit: Visit, code: str) -> Answer:
    """Close a unit that goes over into another."""
    into = required("into", ask="请选择并入哪个单位。", longest=60)
    join_unit(
        visit.scope, code, into, _doing(visit), seen=text("seen", longest=64), anyway=bool(text("anyway", longest=5))
    )
    return Done("已并入，下级单位一起转了过去", f"{AT}/{into}")


@pages.post(f"{AT}/<code>/reopen")
@allows(Permission.ADMINISTER, again=show_unit)
def reopen(visit: Visit, code: str) -> Answer:
    """Open a closed unit again."""
    reopen_unit(visit.scope, code, _doing(visit), seen=text("seen", longest=64))
    return Done("已恢复，可以派单给它", f"{AT}/{code}")


def tree_of(units: Entries, counts: Mapping[str, int], *, wanted: str = "", closed: bool = False) -> list[UnitLine]:
    """Return the units from the top down, each below its own; of those that are found also what stands above them."""
    shown = {code for code, unit in units.items() if (closed or unit.active) and _is_found(code, unit, wanted)}
    if wanted:
        for code in tuple(shown):
            here = units[code].parent
            while here is not None and here in units and here not in shown:
                shown.add(here)
                here = units[here].parent
    below: dict[str | None, list[str]] = {}
    for code in sorted(shown, key=lambda each: (_ORDER.get(units[each].kind, 99), units[each].name)):
        parent = units[code].parent
        below.setdefault(parent if parent in shown else None, []).append(code)
    return list(_walk(units, counts, below, None, 0))


_ORDER = {
    kind: place
    for place, kind in enumerate(
        dict.fromkeys(("dispatch_desk", "government", "establishment", "discipline", *KIND_LABELS))
    )
}
"""Kinds of units in the order in which they stand beside one another."""


def _walk(
    units: Entries, counts: Mapping[str, int], below: Mapping[str | None, list[str]], above: str | None, depth: int
) -> Iterator[UnitLine]:
    for code in below.get(above, ()):
        yield UnitLine(code, units[code], depth, counts.get(code, 0))
        yield from _walk(units, counts, below, code, depth + 1)


def _is_found(code: str, unit: UnitEntry, wanted: str) -> bool:
    return not wanted or wanted in code or wanted in unit.name.lower() or wanted in unit.phone


def _list(visit: Visit) -> Answer:
    rows = unit_rows(visit.scope)
    units = entries_of(rows)
    counts = in_hand(visit.scope)
    wanted = " ".join(request.args.get("q", "").replace("\x00", "")[:60].split()).lower()
    closed = request.args.get("closed") == "1"
    refusal = g.get("refusal")
    page = render_template(
        "admin/units.html",
        lines=tree_of(units, {code: counts.get(row.id, 0) for code, row in rows.items()}, wanted=wanted, closed=closed),
        wanted=wanted,
        closed=closed,
        active=sum(unit.active for unit in units.values()),
        shut=sum(not unit.active for unit in units.values()),
        members=sum(unit.active and unit.member for unit in units.values()),
        units={code: unit for code, unit in units.items() if unit.active and not unit.tenant},
        kinds=KIND_LABELS,
        offered=OFFERED_KINDS,
        typed=request.form,
        form=("import" if request.path.endswith("/import") else "add") if request.method == "POST" else "",
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


def _preview_page(preview: Preview) -> Answer:
    return render_template("admin/units_import.html", preview=preview, kinds=KIND_LABELS)


def _typed() -> UnitEntry:
    return UnitEntry(
        name=" ".join(required("name", ask="请填写单位名称。", longest=200).split()),
        kind=text("kind", longest=40),
        parent=text("parent", longest=60) or None,
        phone=text("phone", longest=60),
        mail=text("mail", longest=330),
        member=bool(text("member", longest=5)),
    )


def _typed_again(entry: UnitEntry) -> Mapping[str, str]:
    if request.method == "POST" and request.path.endswith("/change"):
        return {name: request.form.get(name, "") for name in FIELD_LABELS}
    return {
        "name": entry.name,
        "kind": entry.kind,
        "parent": entry.parent or "",
        "phone": entry.phone,
        "mail": entry.mail,
        "member": "1" if entry.member else "",
    }


def _doing(visit: Visit) -> Doing:
    return Doing(visit.actor, text("reason", longest=600), request.remote_addr or "", visit.now)

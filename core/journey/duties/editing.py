"""One item of the duty list edited by itself: its rows in the words of the workbook, and back into a new version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from core.journey.duties.drafting import DEED, DraftedVersion, draft_version, unit_names
from core.journey.duties.mending import Wanted
from core.journey.duties.versions import Version, numbered
from core.journey.settings.administering import administering
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.routing.policy_in_force import policy_of
from core.routing.ruleset.conditions import leaves_of
from core.routing.ruleset.fields import is_under
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from core.units.catalogue import cells
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.explaining import value_words
from core.units.catalogue.limits import ONE_HOUR, LimitUnclear, read_limit
from core.units.catalogue.lookup import NotFound, UnitLookup
from core.units.catalogue.queries import known_units
from core.units.catalogue.rows import FIELD_WORDS, VALUES, Row
from core.units.catalogue.writing import cells_of

LONGEST_TEXT = 2_000
LONGEST_NAME = 60
DAYS = 90


class NoSuchRow(Refused):
    """The version has no matter of this code."""

    code = "no-such-duty-row"


class ItemUnusable(Refused):
    """Something that was entered about an item cannot be used; `faults` say what, by the area ('' = whole) and the field."""

    code = "duty-item-unusable"

    def __init__(self, faults: Mapping[tuple[str, str], str]) -> None:
        super().__init__(
            said("有 {number} 处要改：{faults}。没有保存。", number=len(faults), faults=joined("；", faults.values()))
        )
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class RowCells:
    """What a row says, each value as a cell of the workbook; and what is inherited where the cell is empty."""

    area: str
    area_name: str
    cells: Mapping[str, str]
    inherited: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Used:
    """Where an item is used: tickets about it in the last days and of these open ones, and rules that name it."""

    days: int
    tickets: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """An item of a version as it is edited; `areas` are those that may have a row of their own, by code."""

    version: int
    code: str
    category: str
    name: str
    is_category: bool
    rows: tuple[RowCells, ...]
    areas: Mapping[str, str]
    used: Used


def open_item(scope: Scope, number: int, code: str, *, actor: Actor, now: datetime) -> OpenedItem:
    """Return an item of a version with what its rows say. Raises `NotPermitted`, `NoSuchDutyList`, `NoSuchRow`."""
    administering(actor, DEED)
    version = numbered(scope, number)
    catalogue = version.catalogue
    _refuse_unknown(version, code)
    *upper, name = catalogue.matters.names(code)
    keys = [None, *(row.area for row in catalogue.rows if row.matter == code and row.area is not None)]
    lookup, names = UnitLookup(known_units(scope)), unit_names(scope)
    return OpenedItem(
        version=number,
        code=code,
        category=" / ".join(upper),
        name=name,
        is_category=code not in {item.code for item in catalogue.matters.leaves},
        rows=tuple(_cells(catalogue, code, area, lookup, names) for area in keys),
        areas={area.code: catalogue.area_words(area.code) for area in catalogue.areas.nodes},
        used=_used(scope, catalogue, code, now),
    )


def edit_item(
    scope: Scope, code: str, written: Mapping[str, Mapping[str, str]], wanted: Wanted, *, name: str = ""
) -> DraftedVersion:
    """Draft the version in which an item says what is written, by area ('' = the whole district) and field.

    A cell is read as one of the workbook: empty = as the wider rows say, 无 = there is none; an area that is not written
    has no row any more. Raises `ItemUnusable`, and what `draft_version` does.
    """
    administering(wanted.actor, DEED)
    assert wanted.version is not None
    version = numbered(scope, wanted.version)
    catalogue = version.catalogue
    _refuse_unknown(version, code)
    faults: dict[tuple[str, str], str] = {}
    rows = [_row(catalogue, code, area, said_there, scope, faults) for area, said_there in written.items()]
    title = name.strip() or catalogue.matters.names(code)[-1]
    if len(title) > LONGEST_NAME or not title.isprintable():
        faults["", "name"] = said("名称最多 {most} 个字，不能有看不见的字符", most=LONGEST_NAME)
    if faults:
        raise ItemUnusable(faults)
    nodes = [replace(node, name=title) if node.code == code else node for node in catalogue.matters.nodes]
    kept = [row for row in catalogue.rows if row.matter != code]
    edited = Catalogue.of(nodes, catalogue.areas.nodes, [*kept, *rows])
    return draft_version(
        scope,
        edited,
        gazetteer=version.gazetteer,
        base=version,
        reason=wanted.reason,
        actor=wanted.actor,
        now=wanted.now,
        loosened=wanted.loosened,
    )


def _refuse_unknown(version: Version, code: str) -> None:
    if code not in version.catalogue.matters:
        raise NoSuchRow(
            said("职责清单第 {number} 版没有事项 {code}。请从清单中查找。", number=version.number, code=code[:40])
        )


def _cells(catalogue: Catalogue, code: str, area: str | None, lookup: UnitLookup, names: Mapping[str, str]) -> RowCells:
    row = catalogue.row((code, area)) or Row(matter=code, area=area)
    without = Catalogue(catalogue.matters, catalogue.areas, tuple(each for each in _near(catalogue, code, row)))
    above = without.written(code, area)
    inherited = {
        field: value_words(field, value, names)
        for field in VALUES
        if (value := getattr(above, field)) is not None and value not in ((), "")
    }
    words = catalogue.area_words(area)
    return RowCells(area or "", words, dict(zip(VALUES, cells_of(row, lookup), strict=True)), inherited)


def _near(catalogue: Catalogue, code: str, row: Row) -> Sequence[Row]:
    """Return the rows of a matter and of those above it, but for one."""
    line = set(catalogue.matters.line(code))
    return [each for each in catalogue.rows if each.matter in line and each.key != row.key]


def _row(
    catalogue: Catalogue,
    code: str,
    area: str,
    written: Mapping[str, str],
    scope: Scope,
    faults: dict[tuple[str, str], str],
) -> Row:
    if area and area not in catalogue.areas:
        faults[area, "area"] = said("没有区域 {area}", area=area[:40])
        return Row(matter=code)
    lookup = UnitLookup(known_units(scope))
    values: dict[str, Any] = {}
    for field in VALUES:
        cell = written.get(field, "").strip()
        if not cell or cell in cells.BLANKS:
            continue
        if len(cell) > LONGEST_TEXT or "\x00" in cell:
            faults[area, field] = said("“{what}”太长，或有无法保存的字符", what=word(FIELD_WORDS[field]))
            continue
        try:
            values[field] = _read(field, cell, lookup)
        except (LimitUnclear, cells.CellUnclear, NotFound) as refusal:
            faults[area, field] = refusal.message
    return Row(matter=code, area=area or None, **values)


def _read(field: str, cell: str, lookup: UnitLookup) -> Any:
    """Return what a cell means. Raises `LimitUnclear`, `CellUnclear`, `NotFound`."""
    match field:
        case "lead":
            return lookup.code_of(cell)
        case "co":
            return tuple(lookup.code_of(part) for part in cells.several(cell))
        case "keywords":
            return cells.several(cell)
        case "limit":
            return read_limit(cell, at_once=ONE_HOUR)
        case "on_site" | "after_arrival":
            return cells.read_on_site(cell, unit="", at_once=ONE_HOUR, what=FIELD_WORDS[field])
        case "min_level":
            return cells.level(cell)
        case "department_function":
            return cells.flag(cell)
        case "origin":
            return cells.origin(cell)
        case "grade":
            return cells.grade(cell)
    return cells.text_or_none(cell)


def _used(scope: Scope, catalogue: Catalogue, code: str, now: datetime) -> Used:
    below = [node.code for node in catalogue.matters.below(code)]
    since = now - timedelta(days=DAYS)
    tickets = scope.session.scalar(
        select(func.count()).where(
            Ticket.tenant_id == scope.tenant.id, Ticket.matter.in_(below), Ticket.accepted_at > since
        )
    )
    path = catalogue.matters.path(code)
    rules = tuple(
        rule.label
        for rule in policy_of(scope).rules.written.in_order()
        if any(
            leaf.field == "matter"
            and leaf.op != "is_null"
            and any(is_under(path, str(value)) or is_under(str(value), path) for value in leaf.values)
            for _, leaf in leaves_of(rule.when)
        )
    )
    return Used(DAYS, tickets or 0, rules)

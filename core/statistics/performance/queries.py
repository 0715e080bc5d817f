"""Reading sheets of yearly performance: as they were computed, held against their fingerprint."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.orm import aliased

from core.kit.errors import Refused
from core.kit.saying import said, word
from core.routing.models import Assignment
from core.statistics.days import Span
from core.statistics.performance.measures import COUNTABLE
from core.statistics.performance.models import (
    PerformanceItem,
    PerformanceLine,
    PerformanceObjection,
    PerformanceSheet,
    PerformanceUnit,
)
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import STATE_LABELS as TICKET_STATES
from core.tickets.states import State

STATE_LABELS = {"computed": "已计算，未冻结", "frozen": "已冻结，待签发", "signed": "已签发"}
OBJECTION_LABELS = {"open": "待认定", "upheld": "异议成立", "dismissed": "异议不成立"}
PAGE = 500
"""Things behind a line that are listed at once; how many there are is told besides, and `page` leads on."""


class NoSuchSheet(Refused):
    """The tenant has no sheet, or the sheet no line or objection, of this number."""

    code = "no-such-performance-sheet"


class SheetDamaged(Refused):
    """A sheet does not say what it said when it was computed."""

    code = "performance-damaged"


@dataclass(frozen=True, slots=True)
class Behind:
    """One thing behind a line: its ticket as it stands now, when it was counted, and its case where it is one.

    `opens` tells whether whoever reads the line can open the ticket: a unit opens what was ever given to it.
    """

    serial_no: str
    title: str
    state: str
    at: datetime
    case_no: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """What a measure counted for a line: how often, and the things of one page of it."""

    measure: str
    label: str
    meaning: str
    total: int
    page: int
    things: Sequence[Behind]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def sheets(scope: Scope) -> Sequence[PerformanceSheet]:
    """Return all sheets, the newest year first, of a year the newest version."""
    asked = select(PerformanceSheet).where(PerformanceSheet.tenant_id == scope.tenant.id)
    return scope.session.scalars(asked.order_by(PerformanceSheet.year.desc(), PerformanceSheet.version.desc())).all()


def get_sheet(scope: Scope, number: int) -> PerformanceSheet:
    """Return the sheet with this number. Raises `NoSuchSheet`."""
    asked = select(PerformanceSheet).where(
        PerformanceSheet.tenant_id == scope.tenant.id, PerformanceSheet.number == number
    )
    found = scope.session.scalar(asked)
    if found is None:
        raise NoSuchSheet(said("没有第 {number} 号绩效表。请从绩效表列表中选择。", number=number))
    return found


def newest_of(scope: Scope, year: int) -> PerformanceSheet | None:
    """Return the newest version of a year's sheet."""
    asked = (
        select(PerformanceSheet)
        .where(PerformanceSheet.tenant_id == scope.tenant.id, PerformanceSheet.year == year)
        .order_by(PerformanceSheet.version.desc())
        .limit(1)
    )
    return scope.session.scalar(asked)


def units_of(scope: Scope, sheet: PerformanceSheet) -> Sequence[PerformanceUnit]:
    """Return the units of a sheet by their place, those without one last."""
    asked = (
        select(PerformanceUnit)
        .where(PerformanceUnit.tenant_id == scope.tenant.id, PerformanceUnit.sheet_id == sheet.id)
        .order_by(PerformanceUnit.rank.nulls_last(), PerformanceUnit.id)
    )
    return scope.session.scalars(asked).all()


def lines_of(scope: Scope, sheet: PerformanceSheet, unit_id: int | None = None) -> Sequence[PerformanceLine]:
    """Return the lines of a sheet, or of one unit on it, in the order in which the rules gave them."""
    asked = select(PerformanceLine).where(
        PerformanceLine.tenant_id == scope.tenant.id, PerformanceLine.sheet_id == sheet.id
    )
    if unit_id is not None:
        asked = asked.where(PerformanceLine.unit_id == unit_id)
    return scope.session.scalars(asked.order_by(PerformanceLine.id)).all()


def get_line(scope: Scope, sheet: PerformanceSheet, line_id: int) -> PerformanceLine:
    """Return a line of the sheet. Raises `NoSuchSheet`."""
    line = scope.session.get(PerformanceLine, (scope.tenant.id, line_id))
    if line is None or line.sheet_id != sheet.id:
        raise NoSuchSheet(said("{name}没有这一行。请从绩效表中选择。", name=name_of(sheet)))
    return line


def objections_of(scope: Scope, sheet: PerformanceSheet, unit_id: int | None = None) -> Sequence[PerformanceObjection]:
    """Return what units, or one of them, objected to on a sheet, the first first."""
    asked = select(PerformanceObjection).where(
        PerformanceObjection.tenant_id == scope.tenant.id, PerformanceObjection.sheet_id == sheet.id
    )
    if unit_id is not None:
        asked = asked.where(PerformanceObjection.unit_id == unit_id)
    return scope.session.scalars(asked.order_by(PerformanceObjection.id)).all()


def sheets_of_unit(scope: Scope, unit_id: int) -> Sequence[PerformanceSheet]:
    """Return the sheets that a unit may look at: frozen or signed, and it stands on them; the newest first."""
    asked = (
        select(PerformanceSheet)
        .join(
            PerformanceUnit,
            (PerformanceUnit.tenant_id == PerformanceSheet.tenant_id)
            & (PerformanceUnit.sheet_id == PerformanceSheet.id),
        )
        .where(
            PerformanceSheet.tenant_id == scope.tenant.id,
            PerformanceUnit.unit_id == unit_id,
            PerformanceSheet.state != "computed",
        )
        .order_by(PerformanceSheet.year.desc(), PerformanceSheet.version.desc())
    )
    return scope.session.scalars(asked).all()


def things_behind(
    scope: Scope, line: PerformanceLine, measure: str, *, page: int = 1, reader_id: int | None = None
) -> Counted:
    """Return what a measure counted for a line, in the order of time; `reader_id` is the unit that reads, None = an officer.

    Raises `NoSuchSheet`.
    """
    kept = next((each for each in line.behind if each["measure"] == measure), None)
    if kept is None:
        raise NoSuchSheet(
            said(
                "“{label}”这一行没有计 {measure}。请从这一行的清单中选择。",
                label=word(line.label),
                measure=measure[:60],
            )
        )
    mine = (
        PerformanceItem.tenant_id == scope.tenant.id,
        PerformanceItem.sheet_id == line.sheet_id,
        PerformanceItem.unit_id == line.unit_id,
        PerformanceItem.measure == measure,
    )
    total = scope.session.scalar(select(func.count()).where(*mine)) or 0
    asked = (
        select(PerformanceItem, Ticket.title, Ticket.state, _was_given_to(reader_id))
        .outerjoin(Ticket, (Ticket.tenant_id == PerformanceItem.tenant_id) & (Ticket.id == PerformanceItem.ticket_id))
        .where(*mine, PerformanceItem.place.between((page - 1) * PAGE + 1, page * PAGE))
        .order_by(PerformanceItem.place)
    )
    things = [
        Behind(item.serial_no, title or "", TICKET_STATES[State(state)] if state else "", item.at, item.case_no, opens)
        for item, title, state, opens in scope.session.execute(asked)
    ]
    known = COUNTABLE.get(measure)
    return Counted(measure, str(kept["label"]), known.meaning if known else "", total, page, things)


def _was_given_to(unit_id: int | None) -> ColumnElement[bool]:
    """Return the condition under which the unit can open the ticket of a `PerformanceItem`; None can open all."""
    if unit_id is None:
        return true()
    return exists().where(
        Assignment.tenant_id == PerformanceItem.tenant_id,
        Assignment.ticket_id == PerformanceItem.ticket_id,
        Assignment.unit_id == unit_id,
    )


def tickets_behind_units(scope: Scope, sheet: PerformanceSheet) -> dict[int, int]:
    """Return of each unit with anything behind its lines the newest ticket there."""
    rows = scope.session.execute(
        select(PerformanceItem.unit_id, func.max(PerformanceItem.ticket_id))
        .where(PerformanceItem.tenant_id == scope.tenant.id, PerformanceItem.sheet_id == sheet.id)
        .group_by(PerformanceItem.unit_id)
    )
    return dict(rows.all())


def count_open_objections(scope: Scope) -> int:
    """Return how many objections to sheets that hold wait to be judged."""
    row = PerformanceObjection.sheet_id == PerformanceSheet.id
    asked = (
        select(func.count(PerformanceObjection.id))
        .join(PerformanceSheet, (PerformanceSheet.tenant_id == PerformanceObjection.tenant_id) & row)
        .where(PerformanceObjection.tenant_id == scope.tenant.id, PerformanceObjection.state == "open", _holds())
    )
    return scope.session.scalar(asked) or 0


def count_objectable(scope: Scope, unit_id: int, *, now: datetime) -> int:
    """Return how many sheets there are to which the unit may object now."""
    row = PerformanceUnit.sheet_id == PerformanceSheet.id
    asked = (
        select(func.count(PerformanceUnit.id))
        .join(PerformanceSheet, (PerformanceSheet.tenant_id == PerformanceUnit.tenant_id) & row)
        .where(
            PerformanceUnit.tenant_id == scope.tenant.id,
            PerformanceUnit.unit_id == unit_id,
            PerformanceSheet.object_until >= now,
            _holds(),
        )
    )
    return scope.session.scalar(asked) or 0


def _holds() -> ColumnElement[bool]:
    """Return the condition under which a sheet is frozen, not signed, and the newest of its year."""
    later = aliased(PerformanceSheet)
    is_replaced = exists().where(
        later.tenant_id == PerformanceSheet.tenant_id,
        later.year == PerformanceSheet.year,
        later.version > PerformanceSheet.version,
    )
    return (PerformanceSheet.state == "frozen") & ~is_replaced


def refuse_damaged(scope: Scope, sheet: PerformanceSheet) -> None:
    """Raise `SheetDamaged` unless the sheet says what it said when it was computed."""
    if fingerprint_of(scope, sheet) != sheet.sha256:
        raise SheetDamaged(
            said(
                "{name}的内容与留存的指纹不符，不能使用。请系统维护人员核对数据库并查看安全日志。", name=name_of(sheet)
            )
        )


def fingerprint_of(scope: Scope, sheet: PerformanceSheet) -> str:
    """Return the SHA-256 of all that a sheet says: its units, lines, and every ticket or case behind them."""
    told = hashlib.sha256()

    def tell(*values: Any) -> None:
        told.update(json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")

    tell(sheet.year, sheet.version, str(sheet.first), str(sheet.last), sheet.rules, sheet.failures)
    tell(sheet.reason, sheet.differences)
    for unit in sorted(units_of(scope, sheet), key=lambda each: each.id):
        tell("unit", unit.code, unit.name, unit.facts, unit.total, unit.rank)
    for line in lines_of(scope, sheet):
        tell("line", line.unit_id, line.label, line.points, line.rule_id, line.by, line.reason, line.behind)
    items = (
        select(
            PerformanceItem.unit_id,
            PerformanceItem.measure,
            PerformanceItem.place,
            PerformanceItem.serial_no,
            PerformanceItem.case_no,
            PerformanceItem.at,
        )
        .where(PerformanceItem.tenant_id == scope.tenant.id, PerformanceItem.sheet_id == sheet.id)
        .order_by(PerformanceItem.unit_id, PerformanceItem.measure.collate("C"), PerformanceItem.place)
    )
    for unit_id, measure, place, serial_no, case_no, at in scope.session.execute(items):
        tell("item", unit_id, measure, place, serial_no, case_no, at.astimezone(UTC).isoformat())
    return told.hexdigest()


def span_of(sheet: PerformanceSheet) -> Span:
    """Return the days that a sheet counts."""
    return Span(sheet.first, sheet.last)


def name_of(sheet: PerformanceSheet) -> str:
    """Return what a sheet is called: `2025年度绩效表第 2 版`."""
    return said("{year}年度绩效表第 {version} 版", year=sheet.year, version=sheet.version)

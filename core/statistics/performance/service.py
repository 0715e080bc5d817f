"""Changing sheets of yearly performance: computing a version, freezing, objecting and judging, signing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, literal, select
from sqlalchemy import text as sql

from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import SameHands
from core.statistics.behind import counted_rows
from core.statistics.days import Span
from core.statistics.measures import MEASURES, OF_FIRSTS
from core.statistics.performance.comparing import differences_between
from core.statistics.performance.measures import ACCOUNTABLE, COUNTABLE, accountable_by_unit, case_no_of
from core.statistics.performance.models import (
    PerformanceItem,
    PerformanceLine,
    PerformanceObjection,
    PerformanceSheet,
    PerformanceUnit,
)
from core.statistics.performance.queries import (
    fingerprint_of,
    name_of,
    newest_of,
    objections_of,
    refuse_damaged,
)
from core.statistics.performance.rules import ranks
from core.statistics.performance.scoring import Scored, measures_behind, rules_of, score, scorers_of
from core.statistics.queries import Cube, counts_by_unit
from core.tenancy.scope import Scope
from core.tenancy.security_log import By
from core.tickets.models import Ticket
from core.units.queries import DirectoryUnit, directory
from core.workdays.queries import timetable

NUMBERING = 0x70657266
"""Name of the advisory lock under which one transaction at a time computes a tenant's sheets."""


class NothingScored(Refused):
    """No feature of the tenant says what a unit's counts are worth."""

    code = "nothing-scored"


class YearNotOver(Refused):
    """The year is not over, or has not begun."""

    code = "year-not-over"


class SheetStands(Refused):
    """The sheet is too far on, or another version holds, for what was asked."""

    code = "performance-stands"


class SheetNotReady(Refused):
    """The sheet is not far enough on for what was asked: not complete, not frozen, or units may still object."""

    code = "performance-not-ready"


class CannotObject(Refused):
    """The unit cannot object to the line: not its own, too late, or it did."""

    code = "cannot-object"


def compute(scope: Scope, year: int, by: By, *, reason: str, now: datetime) -> PerformanceSheet:
    """Write a version of a year's sheet from what is counted now; days marked dirty are not counted first.

    A year that still runs is counted as it is. Beside an earlier version everything that changed is named. Raises
    `YearNotOver` before the year begins, `NothingScored`, and `SheetStands` where what was frozen is to be replaced and
    nobody says why.
    """
    if year > now.astimezone(scope.tenant.zone).year:
        raise YearNotOver(said("{year} 年还没有开始，没有可以计算的数据。", year=year))
    if not scorers_of(scope):
        raise NothingScored(
            said("{name}没有启用计算绩效的功能。请系统管理员先启用，如“年度绩效”。", name=scope.tenant.name)
        )
    scope.session.execute(
        sql("SELECT pg_advisory_xact_lock(:what, :tenant)"), {"what": NUMBERING, "tenant": scope.tenant.id}
    )
    before = newest_of(scope, year)
    if before is not None and before.state != "computed" and not reason:
        raise SheetStands(said("{name}已经冻结。重新计算会成为新的一版，请写明理由。", name=name_of(before)))
    span = Span(date(year, 1, 1), date(year, 12, 31))
    newest = scope.session.scalar(
        select(func.max(PerformanceSheet.number)).where(PerformanceSheet.tenant_id == scope.tenant.id)
    )
    sheet = PerformanceSheet(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        number=(newest or 0) + 1,
        year=year,
        version=before.version + 1 if before else 1,
        first=span.first,
        last=span.last,
        rules=[],
        failures=[],
        differences=[],
        reason=reason,
        made_by=by.name,
        made_by_id=by.id,
        made_at=now,
        replaces_id=before.id if before else None,
    )
    sheet.rules = [
        {"feature": each, "stamp": scope.hooks.stamp(each), "label": scope.hooks.enabled[each].feature.label}
        for each in scorers_of(scope)
    ]
    counted = _count(scope, span)
    scored = {unit.id: score(scope.hooks, unit.code, span, counts) for unit, counts in counted}
    kept = _keep_things(scope, sheet, span, [unit for unit, _ in counted], measures_behind(scored.values()))
    exact = [(unit, {**counts, **kept.get(unit.id, {})}) for unit, counts in counted]
    scored = {unit.id: score(scope.hooks, unit.code, span, counts) for unit, counts in exact}
    sheet.failures = list(dict.fromkeys(words for each in scored.values() for words in each.failures))
    _write(scope, sheet, exact, scored)
    if before is not None:
        sheet.differences = differences_between(scope, before, sheet)
    scope.session.flush()
    sheet.sha256 = fingerprint_of(scope, sheet)
    scope.session.flush()
    return sheet


def freeze(scope: Scope, sheet: PerformanceSheet, by: By, *, now: datetime) -> None:
    """Freeze the newest version of a year that is over; from now on units may object for some working days.

    Raises `SheetStands`, `SheetNotReady`, `YearNotOver` and `SheetDamaged`.
    """
    if sheet.state != "computed":
        raise SheetStands(said("{name}已经冻结，不用再冻结。", name=name_of(sheet)))
    _refuse_old(scope, sheet, "冻结")
    if sheet.last >= now.astimezone(scope.tenant.zone).date():
        raise YearNotOver(
            said(
                "{year} 年还没有结束，数字还会变，不能冻结。请从 {year_2}-01-01 起再办。",
                year=sheet.year,
                year_2=sheet.year + 1,
            )
        )
    _refuse_incomplete(sheet, "冻结")
    refuse_damaged(scope, sheet)
    sheet.state = "frozen"
    sheet.frozen_by, sheet.frozen_by_id, sheet.frozen_at = by.name, by.id, now
    sheet.object_until = timetable(scope).close_after(now, rules_of(scope).objection_days)


def object_to(
    scope: Scope, sheet: PerformanceSheet, line: PerformanceLine, by: By, *, text: str, now: datetime
) -> PerformanceObjection:
    """Keep what a unit holds against one of its lines. Raises `CannotObject`."""
    if sheet.state != "frozen" or sheet.object_until is None:
        raise CannotObject(said("{name}现在不接受异议：冻结以后、签发以前才可以提出。", name=name_of(sheet)))
    if newest := _later(scope, sheet):
        raise CannotObject(
            said("{name}已由第 {version} 版取代。请对新的一版提出。", name=name_of(sheet), version=newest.version)
        )
    if now > sheet.object_until:
        until = f"{sheet.object_until.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
        raise CannotObject(
            said("提出异议的期限到 {until} 为止，已经过了。确有错误的，请联系考核部门重新计算。", until=until)
        )
    if any(each.line_id == line.id for each in objections_of(scope, sheet)):
        raise CannotObject(said("对“{label}”这一行已经提出过异议。请等待认定。", label=word(line.label)))
    objection = PerformanceObjection(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        sheet_id=sheet.id,
        line_id=line.id,
        unit_id=line.unit_id,
        text=text,
        raised_by=by.name,
        raised_by_id=by.id,
        raised_at=now,
    )
    scope.session.add(objection)
    scope.session.flush()
    return objection


def judge(
    sheet: PerformanceSheet, objection: PerformanceObjection, by: By, *, upheld: bool, finding: str, now: datetime
) -> None:
    """Keep what a person found of an objection; an upheld one asks for a new version. Raises `SheetStands`, `SameHands`."""
    if objection.state != "open":
        raise SheetStands(said("这项异议已由{judged_by}认定，不用再认定。", judged_by=objection.judged_by))
    if by.id is None or by.id == objection.raised_by_id:
        raise SameHands(
            said("{name}的异议须由提出人以外的人认定，{by_name}不能认定。", name=name_of(sheet), by_name=by.name)
        )
    objection.state, objection.finding = "upheld" if upheld else "dismissed", finding
    objection.judged_by, objection.judged_by_id, objection.judged_at = by.name, by.id, now


def sign(scope: Scope, sheet: PerformanceSheet, by: By, *, now: datetime) -> None:
    """Sign what another person froze, when the time to object is over and every objection was judged.

    Raises `SheetStands`, `SheetNotReady`, `SameHands` and `SheetDamaged`.
    """
    name = name_of(sheet)
    if sheet.state == "signed":
        raise SheetStands(said("{name}已由{signed_by}签发，不用再签发。", name=name, signed_by=sheet.signed_by))
    _refuse_incomplete(sheet, "签发")
    if sheet.state != "frozen" or sheet.object_until is None:
        raise SheetNotReady(said("{name}还没有冻结，不能签发。请先冻结。", name=name))
    _refuse_old(scope, sheet, "签发")
    if by.id is None or by.id == sheet.frozen_by_id:
        raise SameHands(
            said(
                "{name}是{frozen_by}冻结的，须由另一人签发，{by_name}不能自己签发。",
                name=name,
                frozen_by=sheet.frozen_by,
                by_name=by.name,
            )
        )
    if now <= sheet.object_until:
        until = f"{sheet.object_until.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
        raise SheetNotReady(said("各单位可以提出异议到 {until}，期满后才能签发{name}。", until=until, name=name))
    states = [each.state for each in objections_of(scope, sheet)]
    if waiting := states.count("open"):
        raise SheetNotReady(
            said("{name}还有 {waiting} 项异议没有认定。请逐项认定后再签发。", name=name, waiting=waiting)
        )
    if upheld := states.count("upheld"):
        raise SheetNotReady(
            said("{name}有 {upheld} 项异议成立。请更正数据并重新计算，由新的一版签发。", name=name, upheld=upheld)
        )
    refuse_damaged(scope, sheet)
    sheet.state = "signed"
    sheet.signed_by, sheet.signed_by_id, sheet.signed_at = by.name, by.id, now


def _refuse_incomplete(sheet: PerformanceSheet, deed: str) -> None:
    if sheet.failures:
        raise SheetNotReady(
            said(
                "{name}不完整（{failures}），不能{deed}。请修复后重新计算。",
                name=name_of(sheet),
                failures=joined("；", sheet.failures),
                deed=word(deed),
            )
        )


def _refuse_old(scope: Scope, sheet: PerformanceSheet, deed: str) -> None:
    if newest := _later(scope, sheet):
        raise SheetStands(
            said(
                "{name}已由第 {version} 版取代，不能{deed}。请办理第 {version} 版。",
                name=name_of(sheet),
                version=newest.version,
                deed=word(deed),
            )
        )


def _later(scope: Scope, sheet: PerformanceSheet) -> PerformanceSheet | None:
    newest = newest_of(scope, sheet.year)
    return newest if newest is not None and newest.version > sheet.version else None


def _count(scope: Scope, span: Span) -> list[tuple[DirectoryUnit, dict[str, int]]]:
    """Return what is counted of each unit that had anything to do, in the order of the directory."""
    cube, cases = counts_by_unit(Cube.of(scope), span), accountable_by_unit(scope, span)
    found = []
    for unit in directory(scope).units:
        counts = {measure: cube[unit.id].n(measure) if unit.id in cube else 0 for measure in MEASURES}
        counts[ACCOUNTABLE.key] = cases.get(unit.id, 0)
        if any(n for measure, n in counts.items() if measure not in OF_FIRSTS):
            found.append((unit, counts))
    return found


def _keep_things(
    scope: Scope, sheet: PerformanceSheet, span: Span, units: Sequence[DirectoryUnit], measures: Sequence[str]
) -> dict[int, dict[str, int]]:
    """Write down everything that these measures count for these units, and return how many it is."""
    scope.session.add(sheet)
    scope.session.flush()
    ids = [unit.id for unit in units]
    kept: dict[int, dict[str, int]] = {unit_id: dict.fromkeys(measures, 0) for unit_id in ids}
    for key in measures:
        measure = COUNTABLE[key]
        unit, at = measure.anchor.unit_id, measure.anchor.instant
        place = func.row_number().over(partition_by=unit, order_by=(at, Ticket.id))
        columns = (literal(sheet.tenant_id), literal(sheet.id), unit, literal(key), place, Ticket.id, Ticket.serial_no)
        rows = counted_rows(scope, measure, span, None, *columns, case_no_of(measure), at).where(unit.in_(ids))
        names = ["tenant_id", "sheet_id", "unit_id", "measure", "place", "ticket_id", "serial_no", "case_no", "at"]
        scope.session.execute(insert(PerformanceItem).from_select(names, rows))
    mine = (PerformanceItem.tenant_id == scope.tenant.id, PerformanceItem.sheet_id == sheet.id)
    counted = select(PerformanceItem.unit_id, PerformanceItem.measure, func.count()).where(*mine)
    by = (PerformanceItem.unit_id, PerformanceItem.measure)
    for unit_id, key, n in scope.session.execute(counted.group_by(*by)):
        kept[unit_id][key] = n
    return kept


def _write(
    scope: Scope,
    sheet: PerformanceSheet,
    counted: Sequence[tuple[DirectoryUnit, Mapping[str, int]]],
    scored: Mapping[int, Scored],
) -> None:
    places = ranks({unit_id: each.total for unit_id, each in scored.items()})
    rows: list[Any] = []
    for unit, counts in counted:
        rows.append(
            PerformanceUnit(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                sheet_id=sheet.id,
                unit_id=unit.id,
                code=unit.code,
                name=unit.name,
                facts=dict(counts),
                total=scored[unit.id].total,
                rank=places[unit.id],
            )
        )
        rows += [
            PerformanceLine(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                sheet_id=sheet.id,
                unit_id=unit.id,
                label=line.label,
                points=line.points,
                rule_id=line.rule_id,
                by=line.by,
                reason=line.reason,
                behind=[{"measure": key, "label": COUNTABLE[key].label, "n": counts[key]} for key in line.behind],
            )
            for line in scored[unit.id].lines
        ]
    scope.session.add_all(rows)
    scope.session.flush()

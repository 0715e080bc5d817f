"""Yearly performance 年度绩效 of units: computed, frozen, objected to, judged and signed; each by a person, on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.hooks.roster import Roster
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission
from core.statistics.performance import comparing, service
from core.statistics.performance.models import (
    PerformanceLine,
    PerformanceObjection,
    PerformanceSheet,
    PerformanceUnit,
)
from core.statistics.performance.queries import (
    Counted,
    NoSuchSheet,
    get_line,
    get_sheet,
    lines_of,
    name_of,
    newest_of,
    objections_of,
    refuse_damaged,
    sheets,
    sheets_of_unit,
    things_behind,
    tickets_behind_units,
    units_of,
)
from core.statistics.periods import YEARS
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By, note_done
from core.tickets.messages import say
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor
from core.units.queries import directory

LONGEST_NUMBER = 18
NotedKind = Literal[
    "performance_computed",
    "performance_frozen",
    "performance_objected",
    "performance_judged",
    "performance_signed",
]


class YearUnclear(Refused):
    """A year cannot be read."""

    code = "year-unclear"


class NoUnitOfYours(Refused):
    """Whoever asks belongs to no unit, or the unit is not on the sheet."""

    code = "no-unit-of-yours"


@dataclass(frozen=True, slots=True)
class SheetShown:
    """A sheet as a page shows it: its units, the lines of each, what was objected to, and the newest version."""

    sheet: PerformanceSheet
    units: Sequence[PerformanceUnit]
    lines: Mapping[int, Sequence[PerformanceLine]]
    objections: Sequence[PerformanceObjection]
    newest: PerformanceSheet

    @property
    def is_newest(self) -> bool:
        """Tell whether no later version holds."""
        return self.newest.id == self.sheet.id


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of a sheet with everything that it counts, and what its unit objected."""

    sheet: PerformanceSheet
    unit: PerformanceUnit
    line: PerformanceLine
    counted: Sequence[Counted]
    objections: Sequence[PerformanceObjection]


def year_of(words: str) -> int:
    """Read a year such as `2025`. Raises `YearUnclear`."""
    text = words.strip()
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and int(text) in YEARS):
        raise YearUnclear(said("年份“{words}”看不懂。请写成四位数字，如 2025。", words=words[:20]))
    return int(text)


def read_number(words: str) -> int:
    """Return the number that stands in an address. Raises `NoSuchSheet`."""
    if not words.isascii() or not words.isdecimal() or len(words) > LONGEST_NUMBER:
        raise NoSuchSheet("没有这份绩效表，或其中没有这一行。请从绩效表列表中选择。")
    return int(words)


def list_sheets(scope: Scope) -> Sequence[PerformanceSheet]:
    """Return all sheets, the newest first."""
    return sheets(scope)


def show_sheet(scope: Scope, number: int) -> SheetShown:
    """Return one sheet. Raises `NoSuchSheet` and `SheetDamaged`."""
    sheet = get_sheet(scope, number)
    refuse_damaged(scope, sheet)
    return _shown(scope, sheet)


def show_line(
    scope: Scope, number: int, line_id: int, *, measure: str = "", page: int = 1, unit_id: int | None = None
) -> LineShown:
    """Return a line with what it counts: of every measure the first page, of the one named that page.

    With `unit_id` it must be a line of that unit on a sheet that was frozen. Raises `NoSuchSheet`.
    """
    sheet = get_sheet(scope, number)
    line = get_line(scope, sheet, line_id)
    if unit_id is not None and (line.unit_id != unit_id or sheet.state == "computed"):
        raise NoSuchSheet("没有这份绩效表，或其中没有这一行。请从绩效表列表中选择。")
    counted = [
        things_behind(scope, line, key, page=page if key == measure else 1, reader_id=unit_id)
        for key in (str(each["measure"]) for each in line.behind)
    ]
    unit = next(each for each in units_of(scope, sheet) if each.unit_id == line.unit_id)
    mine = [each for each in objections_of(scope, sheet) if each.line_id == line.id]
    return LineShown(sheet, unit, line, counted, mine)


def show_own(scope: Scope, actor: Actor) -> Sequence[SheetShown]:
    """Return the sheets on which the actor's unit stands, each with that unit alone. Raises `NoUnitOfYours`."""
    unit_id = _unit_of(actor)
    found = []
    for sheet in sheets_of_unit(scope, unit_id):
        shown = _shown(scope, sheet)
        mine = [each for each in shown.units if each.unit_id == unit_id]
        objections = [each for each in shown.objections if each.unit_id == unit_id]
        found.append(SheetShown(sheet, mine, {unit_id: shown.lines.get(unit_id, ())}, objections, shown.newest))
    return found


def compute_sheet(
    scope: Scope, installation: Installation, year: int, *, reason: str = "", actor: Actor, address: str, now: datetime
) -> PerformanceSheet:
    """Compute a version of a year's sheet; what is not counted yet is counted first, in transactions of its own.

    Raises `NotPermitted`, `YearNotOver`, `NothingScored`, `SheetStands`.
    """
    refuse_actor(actor, Permission.PERFORMANCE, "计算年度绩效")
    refresh_all(installation, scope.tenant.slug)
    by = _by(actor, address)
    sheet = service.compute(scope, year, by, reason=reason.strip(), now=now)
    _note(scope, "performance_computed", sheet, by, now=now)
    return sheet


def freeze_sheet(scope: Scope, number: int, *, actor: Actor, address: str, now: datetime) -> PerformanceSheet:
    """Freeze a sheet; units may object from now on, and each is told until when.

    Raises `NotPermitted`, `NoSuchSheet`, `SheetStands`, `SheetNotReady`, `YearNotOver`, `SheetDamaged`.
    """
    refuse_actor(actor, Permission.PERFORMANCE, "冻结年度绩效")
    sheet, by = _locked(scope, number), _by(actor, address)
    service.freeze(scope, sheet, by, now=now)
    assert sheet.object_until is not None
    until = f"{sheet.object_until.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
    words = said(
        "{name}已冻结。对本单位的任何一行有异议的，请在 {until} 前在“本单位的绩效”中提出",
        name=name_of(sheet),
        until=until,
    )
    for unit_id, ticket_id in tickets_behind_units(scope, sheet).items():
        say(scope, ticket_id=ticket_id, transport="inbox", text=words, to_unit_id=unit_id, now=now)
    _note(scope, "performance_frozen", sheet, by, now=now)
    return sheet


def object_to_line(
    scope: Scope, number: int, line_id: int, *, text: str, actor: Actor, address: str, now: datetime
) -> PerformanceObjection:
    """Object to a line of the actor's own unit; the desk is told.

    Raises `NotPermitted`, `NoUnitOfYours`, `NoSuchSheet`, `ReasonMissing`, `CannotObject`.
    """
    refuse_actor(actor, Permission.HANDLE, "对年度绩效提出异议")
    unit_id = _unit_of(actor)
    sheet, by = _locked(scope, number), _by(actor, address)
    line = get_line(scope, sheet, line_id)
    if line.unit_id != unit_id:
        raise NoSuchSheet(said("{name}没有您单位的这一行。请从本单位的绩效中选择。", name=name_of(sheet)))
    objection = service.object_to(scope, sheet, line, by, text=reason_of(text, "提出异议"), now=now)
    _tell(
        scope,
        sheet,
        unit_id,
        said(
            "{name}对{sheet}的“{label}”提出异议，请认定",
            name=directory(scope).name_of(unit_id),
            sheet=name_of(sheet),
            label=word(line.label),
        ),
        now,
    )
    _note(scope, "performance_objected", sheet, by, now=now, line=line.label, objection=str(objection.id))
    return objection


def judge_objection(
    scope: Scope,
    number: int,
    objection_id: int,
    *,
    upheld: bool,
    finding: str,
    actor: Actor,
    address: str,
    now: datetime,
) -> PerformanceObjection:
    """Judge an objection as another person than who raised it.

    Raises `NotPermitted`, `NoSuchSheet`, `ReasonMissing`, `SheetStands`, `SameHands`.
    """
    refuse_actor(actor, Permission.PERFORMANCE, "认定异议")
    sheet, by = _locked(scope, number), _by(actor, address)
    objection = scope.session.get(PerformanceObjection, (scope.tenant.id, objection_id))
    if objection is None or objection.sheet_id != sheet.id:
        raise NoSuchSheet(said("{name}没有这项异议。请刷新页面后再试。", name=name_of(sheet)))
    service.judge(sheet, objection, by, upheld=upheld, finding=reason_of(finding, "认定异议"), now=now)
    _note(scope, "performance_judged", sheet, by, now=now, objection=str(objection.id), found=objection.state)
    return objection


def sign_sheet(scope: Scope, number: int, *, actor: Actor, address: str, now: datetime) -> PerformanceSheet:
    """Sign a sheet as another person than who froze it; its fingerprint stands in the sealed log.

    Raises `NotPermitted`, `NoSuchSheet`, `SheetStands`, `SheetNotReady`, `SameHands`, `SheetDamaged`.
    """
    refuse_actor(actor, Permission.PERFORMANCE, "签发年度绩效")
    sheet, by = _locked(scope, number), _by(actor, address)
    service.sign(scope, sheet, by, now=now)
    _note(scope, "performance_signed", sheet, by, now=now)
    return sheet


def try_weights(
    scope: Scope, roster: Roster, number: int, changes: Mapping[str, Mapping[str, int]]
) -> Sequence[comparing.Tried]:
    """Return what other weights would make of a sheet; nothing is written. Raises `NoSuchSheet`, `SettingsInvalid`."""
    return comparing.what_if(scope, roster, get_sheet(scope, number), changes)


def weights_of(scope: Scope) -> Sequence[comparing.Weight]:
    """Return the weights that hold now."""
    return comparing.weights_of(scope)


def _shown(scope: Scope, sheet: PerformanceSheet) -> SheetShown:
    lines: dict[int, list[PerformanceLine]] = {}
    for line in lines_of(scope, sheet):
        lines.setdefault(line.unit_id, []).append(line)
    newest = newest_of(scope, sheet.year) or sheet
    return SheetShown(sheet, units_of(scope, sheet), lines, objections_of(scope, sheet), newest)


def _locked(scope: Scope, number: int) -> PerformanceSheet:
    """Return the sheet, which nobody else changes until the transaction ends. Raises `NoSuchSheet`."""
    sheet = get_sheet(scope, number)
    scope.session.refresh(sheet, with_for_update=True)
    return sheet


def _tell(scope: Scope, sheet: PerformanceSheet, unit_id: int, words: str, now: datetime) -> None:
    """Tell the desk under the newest ticket behind a unit's lines: every message stands on one. Without it, the menu tells."""
    if ticket_id := tickets_behind_units(scope, sheet).get(unit_id):
        say(scope, ticket_id=ticket_id, transport="inbox", text=words, to_unit_id=directory(scope).desk.id, now=now)


def _unit_of(actor: Actor) -> int:
    if actor.unit_id is None:
        raise NoUnitOfYours("您的账号没有所属单位，看不到单位的年度绩效。请联系系统管理员。")
    return actor.unit_id


def _by(actor: Actor, address: str) -> By:
    return By(actor.name, actor.id, address)


def _note(scope: Scope, kind: NotedKind, sheet: PerformanceSheet, by: By, *, now: datetime, **told: str) -> None:
    detail = {"sha256": sheet.sha256, **told}
    note_done(scope, kind, by, subject=name_of(sheet), detail=detail, now=now)

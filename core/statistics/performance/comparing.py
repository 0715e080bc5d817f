"""What changed: between two versions of a sheet, and between the weights that hold and others that are only tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.hooks.breaker import Breaker
from core.hooks.roster import Roster, Wanted
from core.hooks.settings import fields_of, secrets_of
from core.hooks.settings.frozen import plain
from core.hooks.settings.numbers import Minutes, Whole, WorkDays, WorkHours
from core.kit.saying import said
from core.statistics.performance.models import PerformanceItem, PerformanceSheet
from core.statistics.performance.queries import lines_of, span_of, units_of
from core.statistics.performance.rules import ranks
from core.statistics.performance.scoring import score, scorers_of
from core.tenancy.active import context_of
from core.tenancy.scope import Scope

TIMES = (Minutes, WorkDays, WorkHours)
"""Whole numbers that are times and no weights."""
MOST_NAMED = 50
"""Tickets of one measure that a difference names; how many there are is told besides."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A whole number in the settings of a feature that gives lines, as it holds now."""

    feature: str
    name: str
    title: str
    help: str
    unit: str
    least: int
    most: int
    value: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A unit with the weights of the sheet and with those that are tried: sum in hundredths, and place."""

    name: str
    total_before: int | None
    rank_before: int | None
    total_after: int | None
    rank_after: int | None


def differences_between(scope: Scope, before: PerformanceSheet, after: PerformanceSheet) -> list[dict[str, Any]]:
    """Name what changed from one version to the next: sums, lines, and the tickets that came and went behind them."""
    was, now = ({unit.unit_id: unit for unit in units_of(scope, sheet)} for sheet in (before, after))
    lines_were, lines_are = (_lines(scope, sheet) for sheet in (before, after))
    things_were, things_are = (_things(scope, sheet) for sheet in (before, after))
    told: list[dict[str, Any]] = []
    for unit_id in dict.fromkeys([*was, *now]):
        unit = now.get(unit_id) or was[unit_id]
        totals = [each[unit_id].total if unit_id in each else None for each in (was, now)]
        changed = [
            {"label": label, "before": lines_were.get((unit_id, label)), "after": lines_are.get((unit_id, label))}
            for label in dict.fromkeys(key[1] for key in (*lines_were, *lines_are) if key[0] == unit_id)
            if lines_were.get((unit_id, label)) != lines_are.get((unit_id, label))
        ]
        moved = []
        for measure in dict.fromkeys(key[1] for key in (*things_were, *things_are) if key[0] == unit_id):
            had, has = things_were.get((unit_id, measure), set()), things_are.get((unit_id, measure), set())
            if had != has:
                came, went = sorted(has - had), sorted(had - has)
                moved.append(
                    {
                        "measure": measure,
                        "came": came[:MOST_NAMED],
                        "came_n": len(came),
                        "went": went[:MOST_NAMED],
                        "went_n": len(went),
                    }
                )
        if changed or moved or totals[0] != totals[1]:
            told.append(
                {"unit": unit.name, "before": totals[0], "after": totals[1], "lines": changed, "tickets": moved}
            )
    return told


def weights_of(scope: Scope) -> Sequence[Weight]:
    """Return the whole numbers that an administrator sets of the features that give lines."""
    found = []
    for feature_id in scorers_of(scope):
        enabled = scope.hooks.enabled[feature_id]
        for name, field in fields_of(enabled.feature.schema()).items():
            value = enabled.settings.get(name)
            if isinstance(field, Whole) and not isinstance(field, TIMES) and isinstance(value, int):
                found.append(Weight(feature_id, name, field.title, field.help, field.unit, field.min, field.max, value))
    return found


def what_if(
    scope: Scope, roster: Roster, sheet: PerformanceSheet, changes: Mapping[str, Mapping[str, int]]
) -> Sequence[Tried]:
    """Ask the rules with other settings, by feature, what the counts kept on a sheet would be worth; nothing is written.

    Raises `SettingsInvalid` for a value that could not be set.
    """
    enabled = []
    for feature_id, each in scope.hooks.enabled.items():
        if feature_id in changes:
            secrets = {
                name: each.settings[name] for name in secrets_of(each.feature.schema()) if each.settings.get(name)
            }
            set_now = {name: plain(value) for name, value in each.settings.items() if name not in secrets}
            wanted = Wanted(feature_id, {**set_now, **changes[feature_id]}, each.revision, secrets)
            each = roster.enabled(wanted)
        enabled.append(each)
    table = roster.compiled(context_of(scope.tenant, dry_run=True), enabled, breaker=Breaker())
    units = units_of(scope, sheet)
    totals = {unit.id: score(table, unit.code, span_of(sheet), unit.facts).total for unit in units}
    places = ranks(totals)
    tried = [Tried(unit.name, unit.total, unit.rank, totals[unit.id], places[unit.id]) for unit in units]
    return sorted(tried, key=lambda each: (each.rank_after is None, each.rank_after or 0))


def _lines(scope: Scope, sheet: PerformanceSheet) -> dict[tuple[int, str], int]:
    points: dict[tuple[int, str], int] = {}
    for line in lines_of(scope, sheet):
        key = (line.unit_id, line.label)
        points[key] = points.get(key, 0) + line.points
    return points


def _things(scope: Scope, sheet: PerformanceSheet) -> dict[tuple[int, str], set[str]]:
    """Return the numbers of what stands behind each unit and measure; a ticket counted twice has a mark of its turn."""
    rows = scope.session.execute(
        select(PerformanceItem.unit_id, PerformanceItem.measure, PerformanceItem.serial_no, PerformanceItem.case_no)
        .where(PerformanceItem.tenant_id == scope.tenant.id, PerformanceItem.sheet_id == sheet.id)
        .order_by(PerformanceItem.place)
    )
    found: dict[tuple[int, str], set[str]] = {}
    for unit_id, measure, serial_no, case_no in rows:
        there = found.setdefault((unit_id, measure), set())
        named = said("{serial_no}（{case_no}）", serial_no=serial_no, case_no=case_no) if case_no else serial_no
        turn, name = 2, named
        while name in there:
            name, turn = said("{named}（第 {turn} 次）", named=named, turn=turn), turn + 1
        there.add(name)
    return found

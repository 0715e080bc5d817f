"""What holds of units and calendar once files are applied: what they say otherwise than the last time, over what stands."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TypeVar

from core.units.editing import UnitEntry, UnitsUnusable, flaws_of_units
from core.workdays.declaration import DeclaredCalendar, parse_workdays
from core.workdays.specification import CalendarSpec
from tenants.profile import Profile
from tenants.stored import State, UnitState

FORMER_DESK = "section"
"""What a dispatch desk becomes that another has replaced while it still has tasks in hand."""
T = TypeVar("T", bound=Hashable)


def must_stay(code: str, state: State) -> bool:
    """Tell whether a unit stays active although the profile no longer names it: it still has tasks in hand."""
    return state.units[code].active and code in state.in_hand


def must_refer(code: str, state: State) -> bool:
    """Tell whether a unit goes on standing for a tenant although the profile says otherwise: referrals are under way."""
    return code in state.units and bool(state.units[code].tenant) and code in state.in_hand


def merged_units(state: State, profile: Profile) -> dict[str, UnitState]:
    """Return every unit as it will be: what administrators changed since stays, where the file says no more than before.

    Raises `UnitsUnusable` where the file and their changes contradict each other.
    """
    merged = dict(state.units)
    named = {fact.code: UnitState.of(fact) for fact in profile.units}
    for code, now in named.items():
        here, before = state.units.get(code), state.declared_units.get(code)
        if here is None or before is None:
            merged[code] = now
        else:
            said = {each.name: getattr(now, each.name) for each in fields(now)}
            merged[code] = replace(
                here, **{name: value for name, value in said.items() if value != getattr(before, name)}
            )
        if here is not None and must_refer(code, state):
            merged[code] = replace(merged[code], tenant=here.tenant)
    for code in state.declared_units.keys() - named.keys():
        here = state.units[code]
        if must_stay(code, state):
            merged[code] = replace(here, kind=FORMER_DESK if here.kind == "dispatch_desk" else here.kind)
        else:
            merged[code] = replace(here, active=False)
    _refuse_contradictions(state, merged, leaving=state.declared_units.keys() - named.keys())
    return merged


def declared_after(state: State, profile: Profile) -> dict[str, UnitState]:
    """Return what is to be remembered of what the file said; of what has to wait, what it said before."""
    kept = {}
    for fact in profile.units:
        now, before = UnitState.of(fact), state.declared_units.get(fact.code)
        waits = before is not None and must_refer(fact.code, state) and state.units[fact.code].tenant != now.tenant
        kept[fact.code] = replace(now, tenant=before.tenant) if waits and before else now
    for code in state.declared_units.keys() - kept.keys():
        if must_stay(code, state):
            kept[code] = state.declared_units[code]
    return kept


def merged_calendar(state: State, profile: Profile) -> DeclaredCalendar:
    """Return the calendar as it will be: notices, days and hours that were put in otherwise stay."""
    declared = parse_workdays(profile.calendar_toml)
    here, before = state.calendar, state.declared_calendar
    if here is None:
        return declared
    if before is None:
        return DeclaredCalendar(declared.name, declared.spec.with_imported(here.spec.imported))
    return DeclaredCalendar(
        declared.name if declared.name != before.name else here.name,
        _merged_spec(before.spec, declared.spec, here.spec),
    )


def _merged_spec(before: CalendarSpec, now: CalendarSpec, here: CalendarSpec) -> CalendarSpec:
    years = {notice.year: notice for notice in here.notices}
    told, tells = ({notice.year: notice for notice in spec.notices} for spec in (before, now))
    for year in told.keys() | tells.keys():
        if tells.get(year) != told.get(year):
            years.pop(year, None)
            if year in tells:
                years[year] = tells[year]
    return CalendarSpec(
        zone=now.zone if now.zone != before.zone else here.zone,
        hours=_merged(before.hours, now.hours, here.hours),
        follows_national=now.follows_national
        if now.follows_national != before.follows_national
        else here.follows_national,
        notices=tuple(years[year] for year in sorted(years)),
        days=_merged(before.days, now.days, here.days),
        imported=here.imported,
    )


def _merged(before: Sequence[T], now: Sequence[T], here: Sequence[T]) -> tuple[T, ...]:
    """Return what stands without what the file no longer says, and with what it says for the first time, in its place."""
    if tuple(before) == tuple(now):
        return tuple(here)
    taken_out = set(before) - set(here)
    of_file = [each for each in now if each not in taken_out]
    own = [each for each in here if each not in set(before) and each not in set(now)]
    return (*of_file, *own)


def _refuse_contradictions(state: State, merged: Mapping[str, UnitState], *, leaving: Collection[str]) -> None:
    """Raise `UnitsUnusable` for what is wrong now and was not before; units on their way out are in nobody's way."""
    before = flaws_of_units(_entries(state.units)) if state.units else []
    staying = {code: replace(unit, active=unit.active and code not in leaving) for code, unit in merged.items()}
    flaws = [flaw for flaw in flaws_of_units(_entries(staying)) if flaw not in before]
    if flaws:
        raise UnitsUnusable(*(f"units.csv 与在页面上所作的变动合不到一起：{flaw}" for flaw in flaws))


def _entries(units: Mapping[str, UnitState]) -> dict[str, UnitEntry]:
    return {code: as_entry(unit) for code, unit in units.items()}


def as_entry(unit: UnitState) -> UnitEntry:
    """Return a stored or declared unit as it is written."""
    return UnitEntry(unit.name, unit.kind, unit.parent, unit.phone, unit.mail, unit.tenant, unit.member, unit.active)

"""Counting what reminder letters stand on: for each unit, over days, from the cube and the tickets."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from core.hooks import specs
from core.hooks.values import ReminderRules
from core.statistics.days import ONE_DAY, Span
from core.statistics.places import Only, Place, count_placed, counts_by_unit_and_place
from core.statistics.queries import Counts, Cube, counted_days, counts_by_unit
from core.statistics.reminders.rules import Figure, Reason, again, limits, repetitions
from core.statistics.repeats import CameAgain, came_again
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import OPEN

LISTED = 50
"""Tickets named with a letter."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules by which a district's letters are drafted, and whose they are."""

    rules: ReminderRules
    stamp: str


@dataclass(frozen=True, slots=True)
class Called:
    """That figures call for a letter to a unit: why, the figures, and the tickets behind them, the newest first."""

    unit_id: int
    reason: Reason
    figures: Sequence[Figure]
    tickets: Sequence[str]
    ticket_count: int


def rules_of(scope: Scope) -> InForce | None:
    """Return the rules by which the district drafts, None where it does not; asked once per process and epoch."""
    return scope.remember("reminder_rules", lambda: _asked(scope))


def window(rules: ReminderRules, today: date) -> Span:
    """Return the days that are counted: as many as the rules say, up to yesterday."""
    return Span(today - timedelta(days=rules.window_days), today - ONE_DAY)


def window_after(rules: ReminderRules, day: date) -> Span:
    """Return as many days from the one after a letter was signed."""
    return Span(day + ONE_DAY, day + timedelta(days=rules.window_days))


def called_for(scope: Scope, rules: ReminderRules, *, today: date, now: datetime) -> Iterator[Called]:
    """Yield the letters that figures call for, by unit and reason; the cube must be counted.

    A district without as many days of past again before the window is not spoken of: everything would be a rise.
    """
    span = window(rules, today)
    before = _as_long_before(span)
    cube = Cube.of(scope)
    there = counted_days(cube)
    if there is None or there.first > before.first:
        return
    yield from _repetitions(scope, rules, span, before)
    yield from _limits(scope, rules, span, before, now=now)
    yield from _again(scope, rules, span, before)


def afterwards(scope: Scope, unit_id: int, figures: Sequence[Figure], rules: ReminderRules, span: Span) -> list[Figure]:
    """Count the figures of a letter over other days; `before` of each is what the letter said."""
    cube, returned = Cube.of(scope), Counter[Place]()
    if any(each.kind == "again" for each in figures):
        returned = _by_place(came_again(scope, span, within_days=rules.again_days, concluded_by=unit_id))
    found = []
    for each in figures:
        numerator, denominator = each.numerator, each.denominator
        match each.kind:
            case "repetition":
                only = Only(frozenset({each.matter}), frozenset({each.area}), unit_id)
                numerator = count_placed(cube, span, only)
            case "again":
                numerator = returned[each.matter, each.area]
            case "limits":
                numerator, denominator = _met(counts_by_unit(cube, span, "on_time", "due").get(unit_id))
        found.append(
            Figure(
                each.kind, each.matter, each.area, numerator, denominator, each.numerator, each.denominator, each.due
            )
        )
    return found


def _asked(scope: Scope) -> InForce | None:
    return next(
        (InForce(rules, scope.hooks.stamp(feature)) for feature, rules in scope.hooks.ask(specs.reminder_rules)), None
    )


def _repetitions(scope: Scope, rules: ReminderRules, span: Span, before: Span) -> Iterator[Called]:
    cube = Cube.of(scope)
    counts, counts_before = (counts_by_unit_and_place(cube, each) for each in (span, before))
    for unit_id, placed in sorted(counts.items()):
        figures = repetitions(placed, counts_before.get(unit_id, {}), rules) if unit_id else []
        if figures:
            there = or_(*(and_(Ticket.matter == each.matter, Ticket.area == each.area) for each in figures))
            behind = _accepted_in(scope, span, Ticket.lead_unit_id == unit_id, there)
            yield Called(unit_id, "repetition", figures, behind[:LISTED], len(behind))


def _limits(scope: Scope, rules: ReminderRules, span: Span, before: Span, *, now: datetime) -> Iterator[Called]:
    cube = Cube.of(scope)
    judged, judged_before = (counts_by_unit(cube, each, "on_time", "due") for each in (span, before))
    falling_due = (
        Ticket.tenant_id == scope.tenant.id,
        Ticket.state.in_(OPEN),
        Ticket.next_due_at > now,
        Ticket.next_due_at <= now + timedelta(hours=rules.due_hours),
    )
    due = scope.session.execute(
        select(Ticket.lead_unit_id, func.count())
        .where(*falling_due, Ticket.lead_unit_id.is_not(None))
        .group_by(Ticket.lead_unit_id)
        .order_by(Ticket.lead_unit_id)
    ).all()
    for unit_id, n in due:
        assert unit_id is not None
        figures = limits(n, _met(judged.get(unit_id)), _met(judged_before.get(unit_id)), rules)
        if figures:
            behind = scope.session.scalars(
                select(Ticket.serial_no)
                .where(*falling_due, Ticket.lead_unit_id == unit_id)
                .order_by(Ticket.next_due_at, Ticket.id)
            ).all()
            yield Called(unit_id, "limits", figures, behind[:LISTED], len(behind))


def _again(scope: Scope, rules: ReminderRules, span: Span, before: Span) -> Iterator[Called]:
    returned, returned_before = (
        _by_unit(came_again(scope, each, within_days=rules.again_days)) for each in (span, before)
    )
    for unit_id, lines in sorted(returned.items()):
        figures = again(_by_place(lines), _by_place(returned_before.get(unit_id, ())), rules)
        if figures:
            told = {(each.matter, each.area) for each in figures}
            behind = [each.serial_no for each in lines if (each.matter, each.area) in told]
            yield Called(unit_id, "again", figures, behind[:LISTED], len(behind))


def _accepted_in(scope: Scope, span: Span, *conditions: ColumnElement[bool]) -> Sequence[str]:
    zone = scope.tenant.zone
    return scope.session.scalars(
        select(Ticket.serial_no)
        .where(
            Ticket.tenant_id == scope.tenant.id,
            Ticket.accepted_at >= datetime.combine(span.first, time(), zone),
            Ticket.accepted_at < datetime.combine(span.last + ONE_DAY, time(), zone),
            Ticket.part_of_id.is_(None),
            *conditions,
        )
        .order_by(Ticket.accepted_at.desc(), Ticket.id.desc())
    ).all()


def _by_unit(lines: Sequence[CameAgain]) -> Mapping[int, list[CameAgain]]:
    found: dict[int, list[CameAgain]] = {}
    for each in lines:
        if each.concluded_by is not None:
            found.setdefault(each.concluded_by, []).append(each)
    return found


def _by_place(lines: Sequence[CameAgain]) -> Counter[Place]:
    return Counter((each.matter, each.area) for each in lines)


def _met(counted: Counts | None) -> tuple[int, int]:
    return (counted.n("on_time"), counted.n("due")) if counted else (0, 0)


def _as_long_before(span: Span) -> Span:
    return Span(span.first - (span.last - span.first) - ONE_DAY, span.first - ONE_DAY)

"""Where areas are spoken of, and how many appeals of late are from each: as counts alone, by the area of the ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from core.areas.shapes import Point
from core.areas.tree import AreaTree
from core.hooks.core_features import ROUTING
from core.journey.unit_uses import texts_in
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.catalogue.queries import duty_list_in_force

OF_LATE = timedelta(days=30)
LEAST_POINTS = 3
"""Points of so many appeals tell where an area without a boundary lies; fewer might tell where somebody lives."""


@dataclass(frozen=True, slots=True)
class AreaUses:
    """How often the duty list says something else in an area, and the rules that name it."""

    items: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfLate:
    """How many appeals of the last days are from an area, those from within included, and about where it lies."""

    count: int = 0
    middle: Point | None = None


def uses_of_areas(scope: Scope) -> Mapping[str, AreaUses]:
    """Return what speaks of each area, by its code; areas that nothing speaks of are left out."""
    routing = scope.hooks.enabled.get(ROUTING.id)
    rules: Any = routing.settings.get("rules", ()) if routing else ()
    named = [(str(rule.get("label", rule.get("id", ""))), set(texts_in(rule))) for rule in rules]
    items: dict[str, int] = {}
    for row in duty_list_in_force(scope).catalogue.rows:
        if row.area is not None:
            items[row.area] = items.get(row.area, 0) + 1
    codes = items.keys() | {code for _, texts in named for code in texts}
    return {
        code: AreaUses(items.get(code, 0), tuple(label for label, texts in named if code in texts)) for code in codes
    }


def counts_of_late(scope: Scope, areas: AreaTree, *, now: datetime) -> tuple[Mapping[str, OfLate], int]:
    """Return how many appeals of the last days are from each area, and how many are from nobody knows where."""
    rows = scope.session.execute(
        select(
            Ticket.area,
            func.count(),
            func.count(Ticket.longitude),
            func.avg(Ticket.longitude),
            func.avg(Ticket.latitude),
        )
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.accepted_at > now - OF_LATE)
        .group_by(Ticket.area)
    ).all()
    counts: dict[str, int] = {}
    middles: dict[str, Point] = {}
    unknown = 0
    for code, count, pointed, x, y in rows:
        if code is None or code not in areas:
            unknown += count
            continue
        for each in areas.line(code):
            counts[each] = counts.get(each, 0) + count
        if pointed >= LEAST_POINTS:
            middles[code] = Point(x, y)
    return {code: OfLate(counts.get(code, 0), middles.get(code)) for code in counts.keys() | middles.keys()}, unknown

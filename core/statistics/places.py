"""Reading where appeals come from: the accepted ones by matter and area, narrowed to a unit, a channel, a nature."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select

from core.classification.locating import area_words
from core.statistics.counting import PLACES
from core.statistics.days import Span
from core.statistics.queries import Cube
from core.tenancy.scope import Scope
from core.units.catalogue.queries import gazetteer_in_force

NOWHERE = "区域不明"
Place = tuple[str, str]
"""A matter and an area, by their codes; "" is unknown."""


@dataclass(frozen=True, slots=True)
class Only:
    """What alone is counted; None = everything. `unit_id` 0 is nobody's."""

    matters: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    unit_id: int | None = None
    channel: str | None = None
    nature: str | None = None


EVERYWHERE = Only()


def counts_by_place(cube: Cube, span: Span, only: Only = EVERYWHERE) -> dict[Place, int]:
    """Count the appeals accepted in a period for each matter in each area."""
    rows = _sums(cube, span, only, PLACES.c.matter, PLACES.c.area)
    return {(matter, area): n for matter, area, n in rows}


def counts_by_unit_and_place(cube: Cube, span: Span) -> dict[int, dict[Place, int]]:
    """Count the appeals accepted in a period for each matter in each area, by the unit that has them; 0 is nobody's."""
    found: dict[int, dict[Place, int]] = {}
    for unit, matter, area, n in _sums(cube, span, EVERYWHERE, PLACES.c.unit_id, PLACES.c.matter, PLACES.c.area):
        found.setdefault(unit, {})[matter, area] = n
    return found


def counts_by_day(cube: Cube, span: Span, only: Only = EVERYWHERE) -> dict[date, int]:
    """Count the appeals accepted on each day of a period on which there was one."""
    return dict(_sums(cube, span, only, PLACES.c.day))


def count_placed(cube: Cube, span: Span, only: Only = EVERYWHERE) -> int:
    """Count the appeals accepted in a period."""
    return sum(counts_by_day(cube, span, only).values())


def areas_within(scope: Scope, areas: Collection[str]) -> frozenset[str]:
    """Return the codes of these areas and of all that lie in them; one that is no more in force stands for itself."""
    tree = gazetteer_in_force(scope).areas
    return frozenset(areas) | {each.code for area in areas for each in tree.below(area)}


def area_label(scope: Scope, area: str) -> str:
    """Return how people call an area, or that it is unknown."""
    return (area_words(scope, area) or area) if area else NOWHERE


def _sums(cube: Cube, span: Span, only: Only, *by: ColumnElement[Any]) -> list[Any]:
    asked = (
        select(*by, cast(func.sum(PLACES.c.n), BigInteger))
        .where(PLACES.c.tenant_id == cube.tenant_id, PLACES.c.day.between(span.first, span.last))
        .group_by(*by)
    )
    if only.matters is not None:
        asked = asked.where(PLACES.c.matter.in_(only.matters))
    if only.areas is not None:
        asked = asked.where(PLACES.c.area.in_(only.areas))
    if only.unit_id is not None:
        asked = asked.where(PLACES.c.unit_id == only.unit_id)
    if only.channel is not None:
        asked = asked.where(PLACES.c.channel == only.channel)
    if only.nature is not None:
        asked = asked.where(PLACES.c.nature == only.nature)
    return list(cube.session.execute(asked).all())

"""Reading what is counted by code: of one tenant, through its own scope or the city's door, and of a city's districts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select

from core.statistics.counting import CODES
from core.statistics.days import Span
from core.statistics.kinds import KINDS
from core.statistics.queries import Cube
from core.statistics.shares import Share, shares
from core.tenancy.across import ask_members
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation


def counts_by_code(
    cube: Cube, kind: str, span: Span, *, unit_id: int | None = None, matter: str | None = None
) -> dict[str, int]:
    """Count a kind in a period by code, of one unit (0 is nobody's) or one matter ("" is not classified) if named.

    The code "" is those that have none. A code that did not occur is not there.
    """
    return dict(_sums(cube, kind, span, unit_id=unit_id, matter=matter))


def codes_by_unit(cube: Cube, kind: str, span: Span, *, matter: str | None = None) -> dict[int, dict[str, int]]:
    """Count a kind in a period by code for each unit that it occurred at; 0 is nobody's."""
    return _divided(_sums(cube, kind, span, CODES.c.unit_id, matter=matter))


def codes_by_matter(cube: Cube, kind: str, span: Span, *, unit_id: int | None = None) -> dict[str, dict[str, int]]:
    """Count a kind in a period by code for each matter that it occurred with; "" is not classified."""
    return _divided(_sums(cube, kind, span, CODES.c.matter, unit_id=unit_id))


def city_counts_by_code(
    installation: Installation, city: str, kind: str, span: Span
) -> Sequence[tuple[TenantFacts, dict[str, int]]]:
    """Count a kind in a period by code in each district of a city. Raises `UnknownTenant` or `NotACity`."""
    return ask_members(
        installation, city, lambda district, session: counts_by_code(Cube(session, district.id), kind, span)
    )


def code_shares(kind: str, now: Mapping[str, int], before: Mapping[str, int]) -> Sequence[Share]:
    """Return the codes of a kind that occurred as parts of their sum, the largest first, those without a code last."""
    labels = KINDS[kind].labels
    return shares(now, before, lambda code: labels.get(code, code), none=KINDS[kind].none)


def _divided(rows: Sequence[Sequence[Any]]) -> dict[Any, dict[str, int]]:
    found: dict[Any, dict[str, int]] = {}
    for part, code, n in rows:
        found.setdefault(part, {})[code] = n
    return found


def _sums(
    cube: Cube,
    kind: str,
    span: Span,
    *by: ColumnElement[Any],
    unit_id: int | None = None,
    matter: str | None = None,
) -> Sequence[Any]:
    asked = (
        select(*by, CODES.c.code, cast(func.sum(CODES.c.n), BigInteger))
        .where(
            CODES.c.tenant_id == cube.tenant_id,
            CODES.c.kind == KINDS[kind].column,
            CODES.c.day.between(span.first, span.last),
        )
        .group_by(*by, CODES.c.code)
        .order_by(*by, CODES.c.code)
    )
    if unit_id is not None:
        asked = asked.where(CODES.c.unit_id == unit_id)
    if matter is not None:
        asked = asked.where(CODES.c.matter == matter)
    return cube.session.execute(asked).all()

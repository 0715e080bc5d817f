"""Shortening limits by a rule 时限压缩: all those of some matters by a share, none below a floor."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from core.hooks.values import Budget, BudgetMode
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.limit_history import LimitField
from core.units.catalogue.limits import HOUR
from core.units.catalogue.rows import Key, Row

MINUTE = 60
STEPS = ((8 * HOUR, HOUR), (HOUR, 10 * MINUTE), (0, 5 * MINUTE))
"""From which length on a limit in seconds is rounded up to what: nobody works with 14小时13分20秒."""


@dataclass(frozen=True, slots=True)
class Share:
    """A limit gets shorter by this share, and not below the floor of its way of counting."""

    share: Fraction
    floors: Mapping[BudgetMode, int]

    def of(self, limit: Budget, *, least: int = 0) -> Budget:
        """Return the shorter limit, rounded up; the same where it is at the floor already, or at `least` seconds."""
        left = limit.amount * (1 - self.share)
        in_seconds = limit.mode in ("wall", "ws")
        step = next(step for start, step in STEPS if limit.amount >= start) if in_seconds else 1
        amount = max(-(-left // step) * step, self.floors.get(limit.mode, 1), least if limit.mode == "wall" else 0)
        return replace(limit, amount=min(int(amount), limit.amount))


def shortened(catalogue: Catalogue, matters: Collection[str], field: LimitField, share: Share) -> Catalogue:
    """Return the list in which the limits of these matters, and of all below them, are shorter.

    What only inherits stays so, unless it inherits from a matter that is none of these. A limit never gets shorter than
    being on site and what follows there together take.
    """
    below = {node.code for code in matters for node in catalogue.matters.below(code)}
    rows = {row.key: row for row in catalogue.rows}
    for key in _places(catalogue, below, field):
        limit = getattr(catalogue.written(*key), field)
        least = _on_site(catalogue, key) if field == "limit" else 0
        row = rows.get(key) or Row(matter=key[0], area=key[1])
        rows[key] = _with(row, field, share.of(limit, least=least))
    return Catalogue.of(catalogue.matters.nodes, catalogue.areas.nodes, rows.values())


def with_limits(catalogue: Catalogue, limits: Mapping[tuple[Key, LimitField], Budget]) -> Catalogue:
    """Return the list with these limits in the place of those that it has."""
    rows = {row.key: row for row in catalogue.rows}
    for (key, field), limit in limits.items():
        row = rows.get(key) or Row(matter=key[0], area=key[1])
        rows[key] = _with(row, field, limit)
    return Catalogue.of(catalogue.matters.nodes, catalogue.areas.nodes, rows.values())


def _places(catalogue: Catalogue, below: Collection[str], field: LimitField) -> Iterator[Key]:
    """Yield where such a limit is written among these matters, and those of the lowest that have it from elsewhere."""
    for row in catalogue.rows:
        if row.matter in below and getattr(row, field) is not None:
            yield row.key
    for matter in catalogue.matters.leaves:
        source = catalogue.resolve(matter.code).sources.get(field)
        if matter.code in below and source and source[0] not in below:
            yield matter.code, None


def _on_site(catalogue: Catalogue, key: Key) -> int:
    """Return the seconds that being on site and what follows there take."""
    values = catalogue.written(*key)
    return sum(limit.amount for limit in (values.on_site, values.after_arrival) if limit)


def _with(row: Row, field: LimitField, limit: Budget) -> Row:
    match field:
        case "limit":
            return replace(row, limit=limit)
        case "on_site":
            return replace(row, on_site=limit)
        case "after_arrival":
            return replace(row, after_arrival=limit)

"""Adding up and ranking scores: points in whole hundredths, units with the same sum in the same place."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTHS = 100


def hundredths(points: float) -> int:
    """Return points in hundredths; half a hundredth counts away from zero."""
    return int((Decimal(str(points)) * HUNDREDTHS).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def points_words(points: int | None) -> str:
    """Write points as people read them: 5400 is `54.00`; none is a dash."""
    return "—" if points is None else f"{Decimal(points) / HUNDREDTHS:.2f}"


def ranks(totals: Mapping[int, int | None]) -> dict[int, int | None]:
    """Return the place of each, the highest sum first; equal sums share it, and one without a sum has none."""
    known = sorted((total for total in totals.values() if total is not None), reverse=True)
    return {key: None if total is None else known.index(total) + 1 for key, total in totals.items()}

"""Reading figures from elsewhere: of a month beside the year before, and everything that was ever imported."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import select

from core.statistics.outside.models import OutsideFigure
from core.statistics.periods import Month
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Compared:
    """A sum of monthly numbers beside the same months a year before; None = not all of the months are there."""

    now: int | None
    before: int | None

    @property
    def change(self) -> Fraction | None:
        """How much it grew, as a part of the year before: −1/2 is half as much. None where there is nothing to compare."""
        if self.now is None or not self.before:
            return None
        return Fraction(self.now - self.before, self.before)


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """A figure from elsewhere in a month: who counted it, the month and the year so far, each beside the year before.

    `corrected` is how often the month's number was replaced.
    """

    name: str
    sources: tuple[str, ...]
    month: Compared
    year: Compared
    corrected: int


@dataclass(frozen=True, slots=True)
class Entered:
    """One number as it was imported. `holds` is False for one that was corrected since."""

    name: str
    month: Month
    value: int
    source: str
    reason: str
    by: str
    at: datetime
    holds: bool


def outside_in(scope: Scope, month: Month) -> Sequence[OutsideLine]:
    """Return the figures from elsewhere of which there is a number for the month, by name."""
    rows = _rows(scope, since=date(month.year - 1, 1, 1), until=month.first)
    return tuple(
        line
        for name in dict.fromkeys(row.name for row in rows)
        if (line := _line([row for row in rows if row.name == name], month)).month.now is not None
    )


def history(scope: Scope) -> Sequence[Entered]:
    """Return every number that was ever imported, by name and month, the one that holds last."""
    rows = _rows(scope)
    newest = {(row.name, row.month): row.id for row in rows}
    return tuple(
        Entered(
            row.name,
            Month.of(row.month),
            row.value,
            row.source,
            row.reason,
            row.by,
            row.at,
            holds=newest[row.name, row.month] == row.id,
        )
        for row in rows
    )


def numbers_that_hold(scope: Scope, names: Iterable[str]) -> dict[tuple[str, date], OutsideFigure]:
    """Return the newest row of each name and month."""
    wanted = set(names)
    return {(row.name, row.month): row for row in _rows(scope) if row.name in wanted}


def _rows(scope: Scope, *, since: date = date.min, until: date = date.max) -> Sequence[OutsideFigure]:
    return scope.session.scalars(
        select(OutsideFigure)
        .where(OutsideFigure.tenant_id == scope.tenant.id, OutsideFigure.month.between(since, until))
        .order_by(OutsideFigure.name, OutsideFigure.month, OutsideFigure.id)
    ).all()


def _line(rows: Sequence[OutsideFigure], month: Month) -> OutsideLine:
    values = {row.month: row for row in rows}
    year = [Month(month.year, number) for number in range(1, month.number + 1)]
    of_month = [row for row in rows if row.month == month.first]

    def total(months: Iterable[Month]) -> int | None:
        found = [values.get(each.first) for each in months]
        return None if None in found else sum(row.value for row in found if row is not None)

    return OutsideLine(
        name=rows[0].name,
        sources=tuple(dict.fromkeys(row.source for row in values.values())),
        month=Compared(total([month]), total([month.year_before])),
        year=Compared(total(year), total(each.year_before for each in year)),
        corrected=max(0, len(of_month) - 1),
    )

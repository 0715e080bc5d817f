"""Local days: the day of an instant in the tenant's zone, and stretches of days to count together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, SQLColumnExpression, cast, func

ONE_DAY = timedelta(days=1)
BRIDGED = timedelta(days=7)
"""Stretches that are no further apart become one: a few clean days counted again cost less than a search of their own."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days, first and last included."""

    first: date
    last: date


def local_day(zone: SQLColumnExpression[str], instant: SQLColumnExpression[Any]) -> SQLColumnExpression[date]:
    """Return the expression for the day of an instant in a zone."""
    return cast(func.timezone(zone, instant), Date)


def spans_of(days: Iterable[date]) -> list[Span]:
    """Return the fewest stretches that hold all these days, with little else between."""
    spans: list[Span] = []
    for day in sorted(set(days)):
        if spans and day - spans[-1].last <= BRIDGED:
            spans[-1] = Span(spans[-1].first, day)
        else:
            spans.append(Span(day, day))
    return spans

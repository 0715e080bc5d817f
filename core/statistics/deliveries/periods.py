"""Whole weeks and months, after which figures are sent."""

from datetime import date, timedelta
from typing import Literal

from core.statistics.days import Span
from core.statistics.periods import Month, last_weeks

Every = Literal["week", "month"]
EVERY_LABELS: dict[Every, str] = {"month": "每月 1 日，发上月的", "week": "每周一，发上周的"}


def last_whole(every: Every, today: date) -> Span:
    """Return the last whole week (Monday to Sunday), or month, that was over when today began."""
    if every == "month":
        return Month.of(today).previous.span
    return last_weeks(today - timedelta(days=1), count=1)[0]


def arguments_of(every: Every, span: Span) -> dict[str, str]:
    """Return how an address asks for these days."""
    if every == "month":
        return {"month": str(Month.of(span.first))}
    return {"from": span.first.isoformat(), "until": span.last.isoformat()}

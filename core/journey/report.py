"""Reporting: count what is not counted yet, then read the report of a month."""

from collections.abc import Callable, Sequence
from datetime import datetime

from core.statistics.city import CityReport, city_report, counted_city_days, refresh_city
from core.statistics.days import Span
from core.statistics.periods import Month, MonthUnclear
from core.statistics.queries import Cube, counted_days
from core.statistics.report import MonthReport, month_report
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation


def report_month(installation: Installation, slug: str, month: str, *, now: datetime) -> MonthReport:
    """Return the report of a tenant's month, given as `2019-04`. Raises `UnknownTenant` or `MonthUnclear`."""
    today = now.astimezone(installation.tenant(slug).zone).date()
    refresh_all(installation, slug)
    with installation.scope(slug) as scope:
        return month_report(scope, _read(month, lambda: [counted_days(Cube.of(scope))]), today=today)


def report_city(installation: Installation, city: str, month: str, *, now: datetime) -> CityReport:
    """Return the report of a city's month. Raises `UnknownTenant`, `NotACity` or `MonthUnclear`.

    Each district counts its own dirty days, in its own scope; the city itself only reads.
    """
    today = now.astimezone(installation.tenant(city).zone).date()
    refresh_city(installation, city)
    return city_report(installation, city, _read(month, lambda: counted_city_days(installation, city)), today=today)


def _read(month: str, known: Callable[[], Sequence[Span | None]]) -> Month:
    """Read a month; one that cannot be read is refused together with those that there are."""
    try:
        return Month.parse(month)
    except MonthUnclear as refusal:
        spans = [span for span in known() if span]
        if not spans:
            raise MonthUnclear(f"{refusal.message}目前还没有已受理的诉求。") from refusal
        first, last = Month.of(min(span.first for span in spans)), Month.of(max(span.last for span in spans))
        raise MonthUnclear(f"{refusal.message.rstrip('。')}；现有数据：{first} 至 {last}。") from refusal

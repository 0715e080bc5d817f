"""Reporting: count what is not counted yet, then read the report of a month."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.kit.saying import said, unstopped
from core.statistics.asked import asked_of
from core.statistics.behind import Listing, tickets_behind
from core.statistics.central.pages import CityPage
from core.statistics.central.registry import page_of
from core.statistics.city import CityReport, city_report, counted_city_days, refresh_city
from core.statistics.days import Span
from core.statistics.gathered.gathering import gather
from core.statistics.periods import Month, MonthUnclear
from core.statistics.queries import Counts, Cube, counted_days, counts
from core.statistics.report import MonthReport, month_report
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation, Scope


def report_month(installation: Installation, slug: str, month: str, *, now: datetime) -> MonthReport:
    """Return the report of a tenant's month, given as `2019-04`. Raises `UnknownTenant` or `MonthUnclear`."""
    today = now.astimezone(installation.tenant(slug).zone).date()
    refresh_all(installation, slug)
    with installation.scope(slug) as scope:
        return month_report(scope, _read(month, lambda: [counted_days(Cube.of(scope))]), today=today)


@dataclass(frozen=True, slots=True)
class Completion:
    """What became of what was accepted in these days: how much of it is concluded, and the tickets that are open."""

    span: Span
    counts: Counts
    open: Listing


def completion(
    installation: Installation, slug: str, *, first: date | None, last: date | None, now: datetime
) -> Completion:
    """Return what is concluded and what is open, from the first day on which anything was accepted until today if no days
    are named. Raises `UnknownTenant`.
    """
    refresh_all(installation, slug)
    with installation.scope(slug) as scope:
        span = days_asked(scope, first=first, last=last, now=now)
        return Completion(span, counts(Cube.of(scope), span), tickets_behind(scope, "open", span))


def days_asked(scope: Scope, *, first: date | None, last: date | None, now: datetime) -> Span:
    """Return the days that are meant: all until today, as far as none are named."""
    today, known = now.astimezone(scope.tenant.zone).date(), counted_days(Cube.of(scope))
    return Span(first or (known.first if known else today), last or today)


def report_city(installation: Installation, city: str, month: str, *, now: datetime) -> CityReport:
    """Return the report of a city's month. Raises `UnknownTenant`, `NotACity` or `MonthUnclear`.

    Each district counts its own dirty days, in its own scope; the city itself only brings the counts together.
    """
    today = now.astimezone(installation.tenant(city).zone).date()
    refresh_city(installation, city)
    return city_report(installation, city, _read(month, lambda: counted_city_days(installation, city)), today=today)


def city_page(
    installation: Installation, city: str, name: str, arguments: Mapping[str, str], *, now: datetime
) -> CityPage:
    """Return a page of a city's figures, everything counted and brought together first, for arguments as in its address.

    Raises `UnknownTenant`, `NotACity`, and what `asked_of` and `page_of` raise.
    """
    today = now.astimezone(installation.tenant(city).zone).date()
    asked = asked_of(arguments, today=today)
    refresh_city(installation, city)
    gather(installation, city)
    with installation.scope(city) as scope:
        return page_of(installation, scope, name, asked, {"all": "1", **arguments}, now=now)


def _read(month: str, known: Callable[[], Sequence[Span | None]]) -> Month:
    """Read a month; one that cannot be read is refused together with those that there are."""
    try:
        return Month.parse(month)
    except MonthUnclear as refusal:
        spans = [span for span in known() if span]
        if not spans:
            raise MonthUnclear(said("{message}目前还没有已受理的诉求。", message=refusal.message)) from refusal
        first, last = Month.of(min(span.first for span in spans)), Month.of(max(span.last for span in spans))
        raise MonthUnclear(
            said("{message}；现有数据：{first} 至 {last}。", message=unstopped(refusal.message), first=first, last=last)
        ) from refusal

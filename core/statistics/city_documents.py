"""What can be taken away as a file, or sent by mail: each page of a city, and the month's report of a city or a district."""

from collections.abc import Mapping
from datetime import date, datetime

from core.documents.model import Document
from core.kit.errors import Refused
from core.kit.saying import said
from core.statistics.asked import NARROWINGS, Asked, asked_of
from core.statistics.central.pages import freshness_words, reader
from core.statistics.central.registry import PAGES, STALE, TITLES
from core.statistics.central.registry import document_of as city_document_of
from core.statistics.city import read_city
from core.statistics.documents import month_document
from core.statistics.gathered.gathering import gather
from core.statistics.gathered.members import is_behind
from core.statistics.month_analysis import month_analysis
from core.statistics.periods import Month
from core.statistics.report import month_report
from core.tenancy.across import members_of
from core.tenancy.scope import Installation, Scope

MONTH = "month"
"""The month's report of a district, and the analysis of a city's month."""
PAGE_LABELS: Mapping[str, str] = {**TITLES, MONTH: "月度分析报告"}
SENT = (MONTH, "overview", "districts", "units", "matters", "warnings", "instructions", "quality")
"""Pages of a city that are worth sending again and again."""
CHOSEN = ("metric", "by")
"""What pages are asked besides days and narrowing, as their addresses have it."""
LONGEST = 100


class NoSuchPage(Refused):
    """The tenant has no such page of figures."""

    code = "no-such-page"


class MonthsOnly(Refused):
    """A district's report is made of whole months."""

    code = "months-only"


def pages_of(scope: Scope) -> Mapping[str, str]:
    """Return the pages that the tenant can have sent, with what they are called."""
    if scope.tenant.kind != "city":
        return {MONTH: "月报"}
    return {name: PAGE_LABELS[name] for name in SENT}


def read_arguments(scope: Scope, page: str, given: Mapping[str, str], *, today: date) -> Mapping[str, str]:
    """Return what of an address narrows a page, without its days.

    Raises what `asked_of` raises, and `MonthsOnly` for a district's report that would be narrowed.
    """
    kept = {
        name: value.strip()[:LONGEST]
        for name, value in given.items()
        if name in (*NARROWINGS, *CHOSEN) and value.strip()
    }
    if page == MONTH and kept:
        raise MonthsOnly("月度报告没有按条件筛选的版本。请去掉条件，或改选其他内容。")
    asked_of({name: value for name, value in kept.items() if name in NARROWINGS}, today=today)
    return kept


def figures_document(
    installation: Installation, scope: Scope, page: str, arguments: Mapping[str, str], *, now: datetime
) -> Document:
    """Return the document of a page for what its address asks for; the tables are whole, however long.

    Raises `NoSuchPage`, `MonthsOnly`, `NotACity`, and what the page raises.
    """
    today = now.astimezone(scope.tenant.zone).date()
    if page == MONTH:
        month = _month(arguments, today)
        if scope.tenant.kind == "city":
            return month_analysis_of(installation, scope, month, now=now)
        return month_document(month_report(scope, month, today=today), made_at=now)
    if page not in PAGES:
        raise NoSuchPage(said("没有“{page}”这一页，没有可下载的。请从菜单进入。", page=page[:40]))
    asked = asked_of(arguments, today=today)
    members_of(installation, scope.tenant.slug)
    choices = {name: arguments[name] for name in CHOSEN if arguments.get(name)}
    return city_document_of(installation, scope, page, asked, choices, now=now)


def month_analysis_of(
    installation: Installation, scope: Scope, month: Month, *, remarks: str = "", now: datetime
) -> Document:
    """Return the analysis of a city's month, with what somebody has to say about it. Raises `NotACity`."""
    asked = Asked.of_month(month)
    members_of(installation, scope.tenant.slug)
    if is_behind(scope, most=STALE):
        gather(installation, scope.tenant.slug)
    reading = reader(installation, scope, asked, now=now)
    told = read_city(scope, asked, today=reading.now.date())
    return month_analysis(told, made_at=reading.now, freshness=freshness_words(reading), remarks=remarks)


def _month(arguments: Mapping[str, str], today: date) -> Month:
    wanted = arguments.get(MONTH, "")
    if not wanted and ("from" in arguments or "until" in arguments):
        raise MonthsOnly("月度报告按整月统计，没有按周的版本。请选择每月发送。")
    month = Month.parse(wanted) if wanted else Month.of(today).previous
    return asked_of({MONTH: str(month)}, today=today).month or month

"""The pages of a city by the names in their addresses, and the one document that each is."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from core.documents.model import Document
from core.statistics.asked import Asked
from core.statistics.central.cells import cells_page
from core.statistics.central.definitions import definitions_page
from core.statistics.central.districts import districts_page
from core.statistics.central.exploring import explore_page
from core.statistics.central.instructions import instructions_page
from core.statistics.central.matters import matters_page
from core.statistics.central.overview import overview_page
from core.statistics.central.pages import NO_CHOICES, Choices, CityPage, Reader, reader
from core.statistics.central.quality import quality_page
from core.statistics.central.units import units_page
from core.statistics.central.warnings import warnings_page
from core.statistics.gathered.gathering import gather
from core.statistics.gathered.members import is_behind
from core.tenancy.across import members_of
from core.tenancy.scope import Installation, Scope

PAGES: Mapping[str, Callable[[Reader, Choices], CityPage]] = {
    "overview": overview_page,
    "districts": districts_page,
    "units": units_page,
    "matters": matters_page,
    "warnings": warnings_page,
    "instructions": instructions_page,
    "quality": quality_page,
    "definitions": definitions_page,
    "cells": cells_page,
    "explore": explore_page,
}
TITLES: Mapping[str, str] = {
    "overview": "运行总览",
    "districts": "区县对比",
    "units": "承办单位",
    "matters": "诉求热点",
    "warnings": "综合预警",
    "instructions": "领导批示",
    "quality": "数据质量",
    "definitions": "指标口径",
    "cells": "指标明细",
    "explore": "探索",
}
STALE = timedelta(minutes=10)
"""So long after the counts were brought together last, a page does it itself: then nobody else does."""


def refuse_district(installation: Installation, scope: Scope) -> None:
    """Refuse what only a city has. Raises `NotACity`."""
    if scope.tenant.kind != "city":
        members_of(installation, scope.tenant.slug)


def bring_up_to_date(installation: Installation, scope: Scope) -> None:
    """Bring the counts of the city of `scope` together where nobody did for long, or a district never was counted in.

    Raises `NotACity`.
    """
    refuse_district(installation, scope)
    if is_behind(scope, most=STALE):
        gather(installation, scope.tenant.slug)


def page_of(
    installation: Installation, scope: Scope, name: str, asked: Asked, choices: Choices = NO_CHOICES, *, now: datetime
) -> CityPage:
    """Return a page of the city of `scope`; counts that nobody brought together for long are brought together first.

    Raises `NotACity`, `NoSuchDistrict`, `NotNarrowedSo`, `NoSuchMetric`, `NoSuchDivision`; KeyError for a name that is none of `PAGES`.
    """
    return PAGES[name](reading_of(installation, scope, asked, now=now), choices)


def reading_of(installation: Installation, scope: Scope, asked: Asked, *, now: datetime) -> Reader:
    """Open the city's counts for what is asked, brought together first where nobody did for long.

    Raises `NotACity` and `NoSuchDistrict`.
    """
    bring_up_to_date(installation, scope)
    return reader(installation, scope, asked, now=now)


def document_of(
    installation: Installation, scope: Scope, name: str, asked: Asked, choices: Choices = NO_CHOICES, *, now: datetime
) -> Document:
    """Return the document of a page, whole, as `page_of`."""
    return page_of(installation, scope, name, asked, {**choices, "all": "1"}, now=now).document

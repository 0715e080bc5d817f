"""The city's overview as a page: the report of the days, as the document that `huiying report city` writes."""

from core.documents.model import Document
from core.statistics.asked import Narrowing
from core.statistics.central.districts import not_comparable
from core.statistics.central.pages import (
    NO_CHOICES,
    Choices,
    CityPage,
    Reader,
    compared_words,
    freshness_words,
    labels_of,
)
from core.statistics.city import CityReport, read_city
from core.statistics.documents import city_document

NARROWINGS: tuple[Narrowing, ...] = ("nature", "channel", "category", "group", "district")


def overview_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page. Raises `NotNarrowedSo`."""
    return of_report(reading, read_city(reading.scope, reading.asked, today=reading.now.date()))


def of_report(reading: Reader, told: CityReport, *, is_whole: bool = True) -> CityPage:
    """Return the page of a report that was read; with `is_whole` False its document has only the lead, for who shows it otherwise."""
    labels, freshness = labels_of(reading), freshness_words(reading)
    if is_whole:
        document = city_document(told, made_at=reading.now, labels=labels, freshness=freshness)
    else:
        lead = tuple(filter(None, (reading.asked.words(labels), compared_words(reading.asked), freshness)))
        document = Document("", lead, (), reading.scope.tenant.name, reading.now)
    return CityPage(
        "overview",
        reading.asked,
        reading.membership,
        document,
        NARROWINGS,
        reading.membership.late(reading.asked, now=reading.now),
        not_comparable(reading),
    )

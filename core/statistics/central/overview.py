"""The city's overview as a page: the report of the days, as the document that `huiying report city` writes."""

from core.statistics.asked import Narrowing
from core.statistics.central.districts import not_comparable
from core.statistics.central.pages import NO_CHOICES, Choices, CityPage, Reader, freshness_words, labels_of
from core.statistics.city import CityReport, read_city
from core.statistics.documents import city_document

NARROWINGS: tuple[Narrowing, ...] = ("nature", "channel", "category", "group", "district")


def overview_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page. Raises `NotNarrowedSo`."""
    return of_report(reading, read_city(reading.scope, reading.asked, today=reading.now.date()))


def of_report(reading: Reader, told: CityReport) -> CityPage:
    """Return the page of a report that was read."""
    document = city_document(told, made_at=reading.now, labels=labels_of(reading), freshness=freshness_words(reading))
    return CityPage(
        "overview",
        reading.asked,
        reading.membership,
        document,
        NARROWINGS,
        reading.membership.late(reading.asked, now=reading.now),
        not_comparable(reading),
    )

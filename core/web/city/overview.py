"""The city's overview: six figures, who lies below the floor, and the districts side by side; every number leads to what is behind it."""

from flask import Blueprint

from core.people.roles import Permission
from core.statistics.central.overview import of_report
from core.statistics.central.pages import reader
from core.statistics.central.registry import bring_up_to_date
from core.statistics.city import CityReport, read_city
from core.statistics.periods import Month
from core.web.city.asking import arguments, asked_here, today_of
from core.web.city.figures import rendered
from core.web.city.presentation import presented
from core.web.visit import Answer, Visit, allows, installation

pages = Blueprint("city", __name__)


@pages.get("/city")
@allows(Permission.SEE_CITY)
def show_overview(visit: Visit) -> Answer:
    """Show the days that are asked for, else the last whole month, or the present one while that is all there is."""
    bring_up_to_date(installation(), visit.scope)
    report = _report(visit)
    reading = reader(installation(), visit.scope, report.question, now=visit.now)
    return rendered(visit, of_report(reading, report, is_whole=False), "city/overview.html", report=presented(report))


def _report(visit: Visit) -> CityReport:
    today, asked = today_of(visit), asked_here(visit)
    report = read_city(visit.scope, asked, today=today)
    if {"month", "from", "until"} & set(arguments()) or any(figure.now.value for figure in report.figures):
        return report
    return read_city(visit.scope, asked_here(visit, month=Month.of(today)), today=today)

"""The city's overview of a month: six figures, who lies below the floor, and the districts side by side."""

from datetime import date

from flask import Blueprint, render_template, request

from core.people.roles import Permission
from core.statistics.city import CityReport, city_report
from core.statistics.periods import Month
from core.web.city.presentation import presented
from core.web.visit import Answer, Visit, allows, installation

pages = Blueprint("city", __name__)
MONTHS_OFFERED = 13


@pages.get("/city")
@allows(Permission.SEE_CITY)
def show_overview(visit: Visit) -> Answer:
    """Show the month that is asked for, else the last whole one, or the present one while that is all there is."""
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    report = _report(visit, today)
    return render_template(
        "city/overview.html",
        report=presented(report),
        months=_months(today, report.month),
    )


def _report(visit: Visit, today: date) -> CityReport:
    def of(month: Month) -> CityReport:
        return city_report(installation(), visit.scope.tenant.slug, month, today=today)

    if wanted := request.args.get("month"):
        return of(Month.parse(wanted))
    present = Month.of(today)
    report = of(present.previous)
    return report if any(figure.now.value for figure in report.figures) else of(present)


def _months(today: date, shown: Month) -> list[Month]:
    """Return the months to choose from, the newest first, with the one shown among them."""
    months = [Month.of(today)]
    while len(months) < MONTHS_OFFERED:
        months.append(months[-1].previous)
    return sorted({*months, shown}, reverse=True)

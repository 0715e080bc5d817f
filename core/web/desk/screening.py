"""Screening 有效诉求初筛: what waits for a second look, what was set aside and can be put back, and the month's figures."""

from flask import Blueprint, render_template, request

from core.journey.queries.screening import screened_in, screened_tickets
from core.people.roles import Permission
from core.statistics.periods import Month, MonthUnclear
from core.tickets.screening import DOUBTED, INVALID
from core.web.desk.lanes import Tab
from core.web.visit import Answer, Visit, allows

pages = Blueprint("screening", __name__)
TABS = {DOUBTED: "待复核", INVALID: "已认定无效"}


@pages.get("/desk/screening")
@allows(Permission.SEE_TICKETS)
def show_screening(visit: Visit) -> Answer:
    """List what is doubted or was set aside, `?tab=invalid&page=2`, with the figures of a month, `?month=2026-03`."""
    wanted, number = request.args.get("tab", ""), request.args.get("page", "1")
    tab = wanted if wanted in TABS else DOUBTED
    page = int(number) if number.isascii() and number.isdecimal() and len(number) <= 6 else 1
    month = _month(visit)
    return render_template(
        "desk/screening.html",
        tabs=[
            Tab(label, f"/desk/screening?tab={name}&month={month}", name == tab, None) for name, label in TABS.items()
        ],
        tab=tab,
        shown=screened_tickets(visit.scope, tab, page=max(1, page)),
        figures=screened_in(visit.scope, month),
        month=month,
    )


def _month(visit: Visit) -> Month:
    try:
        return Month.parse(request.args.get("month", "")[:20])
    except MonthUnclear:
        return Month.of(visit.now.astimezone(visit.scope.tenant.zone).date())

"""The big screen 大屏 as it hangs on a wall: this month's figures of the city, read again each minute, and nobody's session."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core.statistics.asked import Asked
from core.statistics.central.registry import bring_up_to_date
from core.statistics.city import CityReport, read_city
from core.statistics.periods import Month
from core.statistics.screens.links import Screen, find_screen
from core.tenancy.ending import TenantSuspended
from core.tenancy.scope import Scope, UnknownTenant
from core.web.city.presentation import presented
from core.web.visit import clock, in_tenant, installation, open_to_all

pages = Blueprint("city_screen", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a screen shows: its link, the report of the month, and which districts have not counted all of it."""

    screen: Screen
    report: CityReport
    late: Sequence[str]


@pages.get("/screen/<tenant>/<token>")
@open_to_all
def show(tenant: str, token: str) -> ResponseReturnValue:
    """Show the figures to whoever has the link; unknown, ended and expired links get the same answer."""

    def read(scope: Scope) -> Shown | None:
        screen = find_screen(scope, token, now=clock())
        return None if screen is None else _shown(scope, screen)

    try:
        shown = in_tenant(tenant, read)
    except (UnknownTenant, TenantSuspended):
        shown = None
    if shown is None:
        return render_template("city/no_screen.html"), 404
    g.public_tenant = installation().tenant(tenant)
    return render_template(
        "city/screen.html",
        report=presented(shown.report),
        city=shown.report.city_name,
        late=shown.late,
        path=request.path,
        at=clock(),
    )


def _shown(scope: Scope, screen: Screen) -> Shown:
    bring_up_to_date(installation(), scope)
    now = clock().astimezone(scope.tenant.zone)
    report = read_city(scope, Asked.of_month(Month.of(now.date())), today=now.date())
    late = report.membership.late(report.question, now=now) if report.membership else ()
    return Shown(screen, report, [member.name for member in late])

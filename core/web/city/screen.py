"""The big screen 大屏 as it hangs on a wall: this month's figures of the city, read again each minute, and nobody's session."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core.statistics.city import city_report
from core.statistics.periods import Month
from core.statistics.screens.links import Screen, find_screen
from core.tenancy.ending import TenantSuspended
from core.tenancy.scope import Scope, UnknownTenant
from core.web.city.presentation import presented
from core.web.visit import clock, in_tenant, installation, open_to_all

pages = Blueprint("city_screen", __name__)


@pages.get("/screen/<tenant>/<token>")
@open_to_all
def show(tenant: str, token: str) -> ResponseReturnValue:
    """Show the figures to whoever has the link; unknown, ended and expired links get the same answer."""

    def find(scope: Scope) -> Screen | None:
        return find_screen(scope, token, now=clock())

    try:
        found = in_tenant(tenant, find)
    except (UnknownTenant, TenantSuspended):
        found = None
    if found is None:
        return render_template("city/no_screen.html"), 404
    g.public_tenant = facts = installation().tenant(tenant)
    today = clock().astimezone(facts.zone).date()
    report = city_report(installation(), tenant, Month.of(today), today=today)
    return render_template(
        "city/screen.html", report=presented(report), screen=found, facts=facts, path=request.path, at=clock()
    )

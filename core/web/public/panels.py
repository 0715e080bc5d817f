"""Results of third-party panels 评议结果 for everybody: what was judged, how many voted for what, and what two people released."""

from flask import render_template
from flask.typing import ResponseReturnValue

from core.journey.queries.panels import has_published, published_panels
from core.web.public.site import Entry, Guest, public, public_page

ENTRY = Entry("第三方评议", "panels", "各界人士抽签组成评价小组，对有争议的诉求作出的评议", has_published)


@public.get("/panels")
@public_page
def show_panels(guest: Guest) -> ResponseReturnValue:
    """Show what was published of panels, the newest first."""
    return render_template("public/panels.html", panels=published_panels(guest.scope), zone=guest.scope.tenant.zone)

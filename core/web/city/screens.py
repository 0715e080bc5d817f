"""Setting up big screens 大屏: which there are, where they hang, when they were last alive; new ones and those to end."""

from flask import Blueprint, g, render_template, request

from core.journey.screens import set_up, take_down
from core.kit.saying import said
from core.people.roles import Permission
from core.statistics.central.registry import refuse_district
from core.statistics.screens.links import LONGEST_PLACE, screens
from core.web.input import text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("city_screens", __name__)


@pages.get("/city/screens")
@allows(Permission.SEE_CITY)
def show(visit: Visit) -> Answer:
    """Show the screens whose links are good; a district has none."""
    refuse_district(installation(), visit.scope)
    return _page(visit)


@pages.post("/city/screens")
@allows(Permission.SEE_CITY, again=lambda: show())
def make(visit: Visit) -> Answer:
    """Make a link for a screen; it is told this once."""
    refuse_district(installation(), visit.scope)
    made = set_up(
        visit.scope,
        text("place", longest=LONGEST_PLACE),
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    return _page(
        visit, link=f"{request.url_root}screen/{visit.scope.tenant.slug}/{made.token}", place=made.screen.place
    )


@pages.post("/city/screens/<int(max=9223372036854775807):screen>/end")
@allows(Permission.SEE_CITY, again=lambda **_: show())
def end(visit: Visit, screen: int) -> Answer:
    """End a screen's link."""
    refuse_district(installation(), visit.scope)
    ended = take_down(visit.scope, screen, actor=visit.actor, address=request.remote_addr or "", now=visit.now)
    return Done(said("已停用大屏“{place}”", place=ended.place), "/city/screens")


def _page(visit: Visit, *, link: str = "", place: str = "") -> Answer:
    refusal = g.get("refusal")
    page = render_template(
        "city/screens.html",
        screens=screens(visit.scope, now=visit.now),
        link=link,
        place=place,
        longest=LONGEST_PLACE,
        typed=request.form.get("place", "") if refusal else "",
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page

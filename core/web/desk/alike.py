"""What may be the same thing 疑似重复, shown while an appeal is written: a part of the form, or a page of its own."""

from flask import Blueprint, render_template, request

from core.areas.shapes import Point
from core.journey.queries.alike import Written, alike_to_draft, master_chosen, token_of
from core.people.roles import Permission
from core.web.input import text
from core.web.visit import Answer, Visit, allows

pages = Blueprint("alike", __name__)
ASKS = frozenset({Permission.ACCEPT, Permission.TAKE_IN})
"""Who writes appeals down for others."""
CHOSEN = "alike"
"""Name of the field with the one that was chosen: `token_of` its number."""


@pages.post("/desk/alike")
@allows(ASKS)
def show_alike(visit: Visit) -> Answer:
    """Show which tickets in hand may be about what is being written; who does not see tickets is shown what is public of them."""
    found = alike_to_draft(visit.scope, written_so_far(), now=visit.now)
    template = "desk/alike.html" if request.headers.get("HX-Request") else "desk/alike_page.html"
    return render_template(
        template,
        found=[(token_of(visit.scope, each.serial_no), each) for each in found],
        chosen=text(CHOSEN, longest=64),
        sees=Permission.SEE_TICKETS in visit.permissions,
    )


def chosen_master(visit: Visit) -> str:
    """Return the number of the ticket that was chosen in the form, empty = none, or it is no longer in hand."""
    return master_chosen(visit.scope, written_so_far(), text(CHOSEN, longest=64), now=visit.now)


def written_so_far() -> Written:
    """Return the appeal as far as the form that was sent has it."""
    return Written(
        text=request.form.get("text", "")[:20_000],
        title=request.form.get("title", "")[:200],
        place=request.form.get("place", "")[:500],
        matter=request.form.get("matter", "")[:100],
        point=_point(request.form.get("longitude", ""), request.form.get("latitude", "")),
    )


def _point(longitude: str, latitude: str) -> Point | None:
    try:
        point = Point(float(longitude), float(latitude))
    except ValueError:
        return None
    return point if point.is_on_earth else None

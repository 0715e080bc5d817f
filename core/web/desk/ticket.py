"""The ticket's own page: all of it, with its timeline and its clocks."""

from flask import Blueprint, render_template

from core.journey.queries.case import get_case
from core.journey.queries.timeline import timeline_of
from core.people.roles import Permission
from core.web.visit import Answer, Visit, allows

pages = Blueprint("ticket", __name__)


@pages.get("/t/<serial_no>")
@allows(Permission.SEE_TICKETS)
def show_ticket(visit: Visit, serial_no: str) -> Answer:
    """Show the ticket with its whole timeline."""
    case = get_case(visit.scope, serial_no, now=visit.now)
    return render_template("desk/ticket.html", case=case, timeline=timeline_of(visit.scope, case.id))

"""Showing a resident's contact in full, once: in the answer to the form that says what for."""

from typing import Any

from flask import Blueprint, render_template, request

from core.handling.calling import calling_at, not_now
from core.journey.reveal import reveal_contact
from core.people.roles import Permission
from core.routing.rules_in_force import rules_of
from core.tickets.reveals import PURPOSE_LABELS
from core.tickets.timeline import Order
from core.web.desk.ticket import show_ticket
from core.web.desk.unit import handle_ticket
from core.web.input import sent, text
from core.web.visit import Answer, Visit, allows

pages = Blueprint("contact", __name__)


@pages.app_context_processor
def purposes() -> dict[str, Any]:
    """Let every page with a masked contact offer the form."""
    return {"reveal_purposes": PURPOSE_LABELS}


@pages.post("/t/<serial_no>/reveal")
@allows(Permission.REVEAL, again=show_ticket)
def reveal_at_desk(visit: Visit, serial_no: str) -> Answer:
    """Show the contact to the desk."""
    return _shown(visit, serial_no, back=f"/t/{serial_no}")


@pages.post("/unit/<serial_no>/reveal")
@allows(Permission.HANDLE, again=handle_ticket)
def reveal_to_unit(visit: Visit, serial_no: str) -> Answer:
    """Show the contact to the unit that leads, where the resident did not keep it from the unit."""
    return _shown(visit, serial_no, back=f"/unit/{serial_no}")


def _shown(visit: Visit, serial_no: str, *, back: str) -> Answer:
    given = sent(serial_no)
    revealed = reveal_contact(
        visit.scope,
        serial_no,
        Order(visit.actor, visit.now, command_id=given.command_id),
        purpose=text("purpose", longest=50),
        words=text("words", longest=2000),
        address=request.remote_addr or "",
    )
    is_callback = text("purpose", longest=50) == "follow_up"
    hours = rules_of(visit.scope).callback_hours
    calling = calling_at(hours, visit.now.astimezone(visit.scope.tenant.zone))
    return render_template(
        "desk/revealed.html", revealed=revealed, back=back, not_now=not_now(calling) if is_callback else ""
    )

"""Deeds that can be taken back for some seconds: giving one, undoing it, and reading why one was not carried out."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, render_template, request

from core.journey.command import Carried
from core.journey.held import Form, hold, note_read, own_deeds, take_back
from core.kit.saying import said
from core.people.roles import Permission
from core.tickets.held import Pending, pending_on
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.web.drafts.showing import draft_named, page_of_form, typed_in
from core.web.input import Sent, own_path
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("held", __name__)


@pages.app_context_processor
def around() -> dict[str, Any]:
    """Let every page show what its reader can still take back, what failed, and who is deciding on a ticket."""
    visit: Visit | None = g.get("visit")
    if visit is None:
        return {}
    return {
        "own_deeds": lambda: _own(visit),
        "deciding_on": lambda ticket_id: _deciding(visit, ticket_id),
        "is_being_decided": lambda ticket_id: is_being_decided(visit, ticket_id),
    }


def give(
    visit: Visit,
    command: Carried[...],
    given: Sent,
    *,
    doing: str,
    done: Callable[[Ticket], Done],
    to: str,
    **arguments: Any,
) -> Done:
    """Give a command that can be taken back, or carry it out at once where the tenant has no time for that.

    `doing` is what others read meanwhile after the name, and `to` where one goes on; `done` is what is told when it was
    carried out at once.
    """
    order = Order(visit.actor, visit.now, given.version, given.command_id)
    form = Form(draft_named("draft"), page_of_form(), "", typed_in())
    held = hold(visit.scope, command, given.serial_no, order, doing=doing, form=form, **arguments)
    return done(held) if isinstance(held, Ticket) else Done("", to)


@pages.get("/held")
@allows(Permission.OWN_ACCOUNT)
def show_held(visit: Visit) -> Answer:
    """Show what one can still take back, and what was not carried out, with what was typed."""
    return render_template("held/list.html", deeds=own_deeds(visit.scope, visit.staff.account_id, now=visit.now))


@pages.post("/held/<int:held>/undo")
@allows(Permission.OWN_ACCOUNT)
def undo(visit: Visit, held: int) -> Answer:
    """Take a deed back and open the ticket again where it was, with what was typed."""
    own = take_back(visit.scope, held, account_id=visit.staff.account_id, now=visit.now)
    return Done(
        said("{serial_no} 已撤销，没有{doing}", serial_no=own.serial_no, doing=own.doing),
        _where(own.page, own.serial_no),
    )


@pages.post("/held/<int:held>/read")
@allows(Permission.OWN_ACCOUNT)
def read(visit: Visit, held: int) -> Answer:
    """Say that one knows of a deed that was not carried out."""
    note_read(visit.scope, held, account_id=visit.staff.account_id, now=visit.now)
    return Done("", own_path(request.form.get("page"), otherwise="/held"))


def is_being_decided(visit: Visit, ticket_id: int) -> bool:
    """Tell whether a form on the ticket would be refused because a deed on it is held; not of the form that just was."""
    held = None if "refusal" in g else _deciding(visit, ticket_id)
    return held is not None and not held.is_late


def _own(visit: Visit) -> Any:
    if "own_deeds" not in g:
        g.own_deeds = own_deeds(visit.scope, visit.staff.account_id, now=visit.now)
    return g.own_deeds


def _deciding(visit: Visit, ticket_id: int) -> Pending | None:
    if "deciding_on" not in g:
        g.deciding_on = {}
    if ticket_id not in g.deciding_on:
        g.deciding_on[ticket_id] = pending_on(visit.scope, ticket_id, now=visit.now)
    found: Pending | None = g.deciding_on[ticket_id]
    return found


def _where(page: str, serial_no: str) -> str:
    """Return the page on which the form stood, with the ticket open in it."""
    here = own_path(page, otherwise=f"/t/{serial_no}")
    if not here.startswith("/desk?") and here != "/desk":
        return here
    parts = [part for part in here.partition("?")[2].split("&") if part and not part.startswith(("at=", "after="))]
    return "/desk?" + "&".join([*parts, f"at={serial_no}"])

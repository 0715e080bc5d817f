"""The ticket's own page: all of it, with its file, its timeline, and what else can be done with it."""

from flask import Blueprint, g, render_template, request

from core.files.queries import OPEN_FOR_FILES, files_of
from core.journey.queries.case import get_case
from core.journey.queries.case_file import case_file
from core.journey.queries.choices import choices
from core.journey.queries.feature_blocks import blocks_about
from core.journey.queries.timeline import timeline_of
from core.kit.saying import said, word
from core.people.roles import Permission
from core.web.blocks import shown_blocks
from core.web.desk.acts import DeedPermission, RefusedForm, carry_out, offered
from core.web.desk.desk_acts import DESK_ACTS
from core.web.desk.standing import standing_at_desk
from core.web.held import is_being_decided
from core.web.input import own_path
from core.web.refusals import status_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("ticket", __name__)


@pages.get("/t/<serial_no>")
@allows(Permission.SEE_TICKETS)
def show_ticket(visit: Visit, serial_no: str, deed: str = "") -> Answer:
    """Show the ticket with its whole timeline; after a refusal of `deed` with its form open and what was typed in it.

    To htmx, which has kept the form, the refusal is told as a notice.
    """
    refusal = g.get("refusal")
    if refusal and request.headers.get("HX-Request"):
        raise refusal
    case = get_case(visit.scope, serial_no, now=visit.now)
    file = case_file(visit.scope, case.id)
    acts = offered(
        () if is_being_decided(visit, case.id) else DESK_ACTS, standing_at_desk(visit, case, file), refusal=refusal
    )
    page = render_template(
        "desk/ticket.html",
        case=case,
        file=file,
        acts=acts,
        act_base=f"/t/{serial_no}",
        choices=choices(visit.scope),
        timeline=timeline_of(visit.scope, case.id),
        files=files_of(visit.scope, case.id),
        takes_files=not is_being_decided(visit, case.id)
        and case.state in OPEN_FOR_FILES
        and Permission.ACCEPT in visit.permissions,
        said=[(each.label, shown_blocks(each.blocks)) for each in blocks_about(visit.scope, case.id)],
        refused=RefusedForm.of(acts, refusal),
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/t/<serial_no>/<deed>")
@allows(DeedPermission(DESK_ACTS), again=show_ticket)
def act_on_ticket(visit: Visit, serial_no: str, deed: str) -> Answer:
    """Do one of the desk's acts on the ticket."""
    done = carry_out(DESK_ACTS, visit, serial_no, deed)
    return Done(
        said("{serial_no} {told}", serial_no=serial_no, told=word(done.told)),
        own_path(request.form.get("back"), otherwise=f"/t/{serial_no}"),
    )

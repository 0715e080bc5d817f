"""Printing a work order 打印工单 as PDF on one page: masked for whoever reads the ticket, in full for a purpose, once, on record."""

from flask import Blueprint, Response, request

from core.journey.paper import work_order, written
from core.journey.queries.case import Case, get_case, get_case_for_unit
from core.journey.queries.case_file import CaseFile, case_file
from core.journey.queries.unit_list import part_of
from core.journey.reveal import reveal_contact
from core.kit.saying import said
from core.people.roles import Permission
from core.tickets.contact import Contact
from core.tickets.timeline import Order
from core.web.desk.ticket import show_ticket
from core.web.desk.unit import handle_ticket, unit_of
from core.web.downloads import disposition_of
from core.web.input import sent, text
from core.web.visit import Answer, Visit, allows

pages = Blueprint("paper", __name__)


@pages.get("/t/<serial_no>/work-order.pdf")
@allows(Permission.SEE_TICKETS)
def print_at_desk(visit: Visit, serial_no: str) -> Answer:
    """Give the desk the work order with the contact masked; `?whole=1` with the full text behind it."""
    case = get_case(visit.scope, serial_no, now=visit.now)
    return _paper(visit, case, case_file(visit.scope, case.id), case.contact)


@pages.get("/unit/<serial_no>/work-order.pdf")
@allows(Permission.HANDLE)
def print_for_unit(visit: Visit, serial_no: str) -> Answer:
    """Give a unit that has, or had, a share the work order as it sees the ticket."""
    case, file = _of_unit(visit, serial_no)
    return _paper(visit, case, file, case.contact)


@pages.post("/t/<serial_no>/work-order")
@allows(Permission.REVEAL, again=show_ticket)
def print_with_contact(visit: Visit, serial_no: str) -> Answer:
    """Give the desk the work order with the contact in full, once, for a purpose; it bears who printed it."""
    contact, mark = _revealed(visit, serial_no)
    case = get_case(visit.scope, serial_no, now=visit.now)
    return _paper(visit, case, case_file(visit.scope, case.id), contact, mark)


@pages.post("/unit/<serial_no>/work-order")
@allows(Permission.HANDLE, again=handle_ticket)
def print_with_contact_for_unit(visit: Visit, serial_no: str) -> Answer:
    """The same for the unit that leads, where the resident does not keep their identity from it."""
    contact, mark = _revealed(visit, serial_no)
    case, file = _of_unit(visit, serial_no)
    return _paper(visit, case, file, contact, mark)


def _of_unit(visit: Visit, serial_no: str) -> tuple[Case, CaseFile]:
    unit = unit_of(visit)
    part_of(visit.scope, unit, serial_no)
    case = get_case_for_unit(visit.scope, serial_no, now=visit.now)
    return case, case_file(visit.scope, case.id).seen_by(unit.id)


def _revealed(visit: Visit, serial_no: str) -> tuple[Contact, str]:
    given = sent(serial_no)
    revealed = reveal_contact(
        visit.scope,
        serial_no,
        Order(visit.actor, visit.now, command_id=given.command_id),
        purpose=text("purpose", longest=50),
        words=text("words", longest=2000),
        address=request.remote_addr or "",
    )
    at = revealed.at.astimezone(visit.scope.tenant.zone)
    return revealed.contact, said("{who} {at:%Y-%m-%d %H:%M}", who=revealed.by, at=at)


def _paper(visit: Visit, case: Case, file: CaseFile, contact: Contact, watermark: str = "") -> Response:
    order = work_order(visit.scope, case, file, Order(visit.actor, visit.now), contact=contact, watermark=watermark)
    whole = request.values.get("whole", "") == "1"
    disposition = disposition_of(said("工单-{serial_no}.pdf", serial_no=case.serial_no), is_shown=True)
    content = written(order, whole=whole)
    return Response(
        content,
        mimetype="application/pdf",
        headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
    )

"""The receipt 受理回执 of what a centre took in: one slip or a sheet, with number, access code and a QR code of the number alone."""

from flask import Blueprint, render_template, request

from core.journey.center_acts import print_receipt
from core.journey.queries.center import SlipFacts, code_of, slip_of
from core.people.roles import Permission
from core.tickets.timeline import Order
from core.web.center.entries import show_entry
from core.web.hosts import page_address
from core.web.input import text
from core.web.second_step import qr_code
from core.web.visit import Answer, Visit, allows

pages = Blueprint("center_receipt", __name__)
PAPERS = {"slip": "小票（80 毫米）", "a4": "A4 纸"}


@pages.post("/center/<serial_no>/receipt")
@allows(Permission.TAKE_IN, again=show_entry)
def print_again(visit: Visit, serial_no: str) -> Answer:
    """Show the receipt to be printed, with the access code where the resident stands there; each time is written down."""
    with_code = "with_code" in request.form
    order = Order(visit.actor, visit.now, command_id=text("command_id", longest=64) or None)
    print_receipt(visit.scope, serial_no, order, with_code=with_code, is_present="present" in request.form)
    slip = slip_of(visit.scope, serial_no, now=visit.now)
    return printed(visit, serial_no, slip, code=code_of(visit.scope, serial_no) if with_code else "")


def printed(visit: Visit, serial_no: str, slip: SlipFacts, *, code: str) -> str:
    """Return the receipt as a page; without `code` it says how to get it again."""
    address = page_address(visit.scope, f"/progress?number={serial_no}")
    return render_template(
        "center/receipt.html",
        serial_no=serial_no,
        slip=slip,
        code=code,
        drawn=qr_code(address, is_sized=False),
        address=address,
        papers=PAPERS,
    )

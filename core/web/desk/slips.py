"""A sheet of slips 收条: number, access code and a QR code of the number for each ticket, to be cut apart and handed out."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, render_template

from core.journey.queries.case import get_case
from core.journey.slips import Slip, slips_of_parts
from core.people.roles import Permission
from core.web.hosts import page_address
from core.web.second_step import qr_code
from core.web.visit import Answer, Visit, allows

pages = Blueprint("slips", __name__)


@pages.get("/t/<serial_no>/slips")
@allows(Permission.DISPATCH)
def print_slips_of_parts(visit: Visit, serial_no: str) -> Answer:
    """Show a slip for each part of a letter that was split."""
    slips = slips_of_parts(visit.scope, serial_no, now=visit.now)
    case = get_case(visit.scope, serial_no, now=visit.now)
    return slip_sheet(visit, slips, kind="拆单收条", about=case.title, at=visit.now, back=f"/t/{serial_no}")


def slip_sheet(visit: Visit, slips: Sequence[Slip], *, kind: str, about: str, at: datetime, back: str) -> str:
    """Return the sheet as a page that can be printed; `back` is the page that it belongs to."""
    address = page_address(visit.scope, "/progress?number=")
    drawn = [(slip, qr_code(f"{address}{slip.serial_no}", is_sized=False)) for slip in slips]
    return render_template("desk/slips.html", slips=drawn, kind=kind, about=about, at=at, back=back)

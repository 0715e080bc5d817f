"""The receipt 回执 of what was handed in: number and code in groups that can be spoken, what happens next, and ways to keep them.

Loading it again sends the form again, which is the same appeal with the same number. The code is derived each time and stored
nowhere; the QR code holds the address of the page that asks for the code, with the number alone.
"""

from dataclasses import replace

from flask import render_template

from core.intake.receipts import beside_numbers
from core.journey.portal import HandedIn
from core.journey.queries.progress import progress_of
from core.tickets.models import Ticket
from core.web.hosts import page_address
from core.web.public.site import Guest, not_kept
from core.web.second_step import qr_code


def receipt_page(guest: Guest, handed_in: HandedIn) -> str:
    """Return the receipt as a page that is kept nowhere."""
    not_kept()
    ticket = guest.scope.session.get_one(Ticket, (guest.scope.tenant.id, handed_in.accepted.ticket_id))
    accepted = handed_in.accepted
    words = beside_numbers(
        accepted.receipt,
        serial_no=accepted.serial_no,
        access_code=accepted.access_code,
        tenant=guest.scope.tenant.name,
    )
    address = page_address(guest.scope, f"/progress?number={ticket.serial_no}")
    return render_template(
        "public/reported.html",
        receipt=replace(accepted, receipt=words),
        grounds=handed_in.grounds,
        progress=progress_of(guest.scope, ticket, now=guest.now),
        address=address,
        drawn=qr_code(address, is_sized=False),
    )

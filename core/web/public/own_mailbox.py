"""Whose a mailbox is 确认邮箱: the page behind the link of a first mail. A reader says that the appeal is theirs, or that it is not.

To open the link says nothing: programs that look through mail open links too.
"""

from contextlib import suppress

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from core.journey.news_ways import NoEmail, confirm_email, disown_email
from core.tickets.contact import masked_email
from core.tickets.links import Link
from core.tickets.messages import contact_of
from core.tickets.models import Ticket
from core.tickets.sealing import opened
from core.tickets.timeline import RESIDENT, Order
from core.web.public.links import found_link
from core.web.public.site import Guest, public, public_page, said

ENDED = "链接已失效"
OVER = "这个链接已经不能用：邮箱已经换过、删除，或者链接过了期。要换邮箱，请凭受理流水号和提取码查进度，在“怎么通知您”里修改。"
DONE = {
    "mine": "邮箱已确认。今后这件诉求的进展和答复会写明内容，发到这个邮箱。",
    "not-mine": "已删除这个邮箱，不会再往这里发邮件。打扰了。",
}


@public.get("/mailbox/<token>")
@public_page
def ask_whose_mailbox(guest: Guest, token: str) -> ResponseReturnValue:
    """Ask whose the mailbox is."""
    found = _found(guest, token)
    return _asked(guest, found, token) if isinstance(found, Ticket) else found


@public.post("/mailbox/<token>")
@public_page
def say_whose_mailbox(guest: Guest, token: str) -> ResponseReturnValue:
    """Keep that the mailbox is theirs, or erase its address. Said twice it is as it was."""
    answer, found = request.form.get("whose", ""), _found(guest, token)
    if not isinstance(found, Ticket):
        return found
    if answer not in DONE:
        abort(400)
    order = Order(RESIDENT, guest.now)
    with suppress(NoEmail), guest.scope.session.begin_nested():  # sent twice it is as they said
        (confirm_email if answer == "mine" else disown_email)(guest.scope, found.serial_no, order)
    return said("谢谢", DONE[answer])


def _found(guest: Guest, token: str) -> Ticket | ResponseReturnValue:
    """Return the ticket whose mailbox the link asks about, or the page that says why it asks no more or leads nowhere.

    A link to an address that is no longer the ticket's cannot be told from one that we did not make: the words are for both.
    """
    link = found_link(guest, token, heading=ENDED, words=OVER)
    if not isinstance(link, Link):
        return link
    return said(ENDED, OVER) if link.purpose != "email" or link.is_over else link.ticket


def _asked(guest: Guest, ticket: Ticket, token: str) -> str:
    contact = contact_of(guest.scope, ticket)
    email = masked_email(opened(guest.scope.keys, contact).email) if contact is not None else ""
    return render_template("public/own_mailbox.html", serial_no=ticket.serial_no, email=email, token=token)

"""Whose a mailbox is 确认邮箱: the page behind the link of a first mail. A reader says that the appeal is theirs, or that it is not.

To open the link says nothing: programs that look through mail open links too.
"""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from core.journey.news_ways import NoEmail, confirm_email, disown_email
from core.journey.own_appeal import NotFound, find_by_link
from core.tickets.contact import masked_email
from core.tickets.messages import contact_of
from core.tickets.models import Ticket
from core.tickets.sealing import opened
from core.tickets.timeline import RESIDENT, Order
from core.web.public.links import LONGEST_TOKEN
from core.web.public.site import Guest, not_kept, public, public_page, said

OVER = "这个链接已经不能用：邮箱已经换过、删除，或者链接过了期。要换邮箱，请凭受理流水号和提取码查进度，在“怎么通知您”里修改。"
DONE = {
    "mine": "邮箱已确认。今后这件诉求的进展和答复会写明内容，发到这个邮箱。",
    "not-mine": "已删除这个邮箱，不会再往这里发邮件。打扰了。",
}


@public.get("/mailbox/<token>")
@public_page
def ask_whose_mailbox(guest: Guest, token: str) -> ResponseReturnValue:
    """Ask whose the mailbox is."""
    ticket = _found(guest, token)
    return said("链接已失效", OVER) if ticket is None else _asked(guest, ticket, token)


@public.post("/mailbox/<token>")
@public_page
def say_whose_mailbox(guest: Guest, token: str) -> ResponseReturnValue:
    """Keep that the mailbox is theirs, or erase its address. Said twice it is as it was."""
    answer, ticket = request.form.get("whose", ""), _found(guest, token)
    if answer not in DONE:
        abort(400)
    if ticket is None:
        return said("链接已失效", OVER)
    order = Order(RESIDENT, guest.now)
    try:
        with guest.scope.session.begin_nested():
            (confirm_email if answer == "mine" else disown_email)(guest.scope, ticket.serial_no, order)
    except NoEmail:
        pass  # sent twice: it is as they said
    return said("谢谢", DONE[answer])


def _found(guest: Guest, token: str) -> Ticket | None:
    not_kept()
    link = find_by_link(guest.scope, token[:LONGEST_TOKEN], address=request.remote_addr or "", now=guest.now)
    if isinstance(link, NotFound) or link.purpose != "email" or link.is_over:
        return None
    return link.ticket


def _asked(guest: Guest, ticket: Ticket, token: str) -> str:
    contact = contact_of(guest.scope, ticket)
    email = masked_email(opened(guest.scope.keys, contact).email) if contact is not None else ""
    return render_template("public/own_mailbox.html", serial_no=ticket.serial_no, email=email, token=token)

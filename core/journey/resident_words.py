"""Telling a resident something beside the steps 告知诉求人: what is missing, why not, that it goes with another; and where it goes on."""

from datetime import datetime

from core.intake.portal import link_to
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.messages import contact_of, tell_resident, transport_to
from core.tickets.models import Ticket


def tell_with_page(
    scope: Scope, ticket: Ticket, text: str, *, now: datetime, at_night: bool = False, news: str | None = None
) -> None:
    """Tell the resident as `core.tickets.messages.tell_resident`; an SMS ends with the address of the page, where there is one.

    A WeChat notice opens it by itself, a mail has a line for it, and below a post on Weibo everybody reads.
    """
    if transport_to(contact_of(scope, ticket)) == "sms" and (link := link_to(scope, ticket.serial_no)):
        text = said("{text} {link}", text=text, link=link)
    tell_resident(scope, ticket, text, now=now, at_night=at_night, news=news)

"""Telling who wrote in WeChat that their appeal is filed 立案告知: at once, whatever the hour, since they have just written."""

from datetime import datetime, timedelta

from core.hooks import specs
from core.tenancy.scope import Scope
from core.tickets.messages import contact_of, tell_resident, transport_to
from core.tickets.models import Ticket

JUST_WRITTEN = timedelta(minutes=30)
"""Who wrote so short a time ago is awake."""


def tell_filed(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Tell the resident in WeChat, unless a feature tells them of every step."""
    if scope.hooks.answerers_of(specs.progress_news) or transport_to(contact_of(scope, ticket)) != "wechat":
        return
    text = f"您的诉求 {ticket.serial_no} 已受理，办到哪一步会发到这里。"
    is_awake = now - ticket.submitted_at < JUST_WRITTEN
    tell_resident(scope, ticket, text, now=now, at_night=is_awake)

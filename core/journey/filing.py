"""Telling who wrote in WeChat or on Weibo, or wants e-mail, that their appeal is filed 立案告知: at once, whatever the hour: they have
just written.
"""

from datetime import datetime, timedelta

from core.hooks import specs
from core.intake.weibo.settings import find_weibo
from core.journey.resident_words import tell_with_page
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.messages import contact_of, transport_to
from core.tickets.models import Ticket

JUST_WRITTEN = timedelta(minutes=30)
"""Who wrote so short a time ago is awake."""


def tell_filed(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Tell the resident in WeChat, on Weibo or by e-mail, unless a feature tells them of every step."""
    transport = transport_to(contact_of(scope, ticket))
    if scope.hooks.answerers_of(specs.progress_news) or transport not in ("wechat", "weibo", "mail"):
        return
    text: str = said("您的诉求 {serial_no} 已受理，办到哪一步会发到这里。", serial_no=ticket.serial_no)
    if transport == "weibo" and (weibo := find_weibo(scope.hooks)):
        text = weibo.received
    is_awake = now - ticket.submitted_at < JUST_WRITTEN
    tell_with_page(scope, ticket, text, now=now, at_night=is_awake)

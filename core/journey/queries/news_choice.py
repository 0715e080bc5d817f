"""How a resident is told at present, and what they may choose instead: for the page on which they follow their appeal."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.hooks import specs
from core.journey.news_ways import WAY_LABELS, ways_for
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, masked
from core.tickets.hours import CHOICES, hours_of
from core.tickets.messages import contact_of, transport_to
from core.tickets.models import Ticket
from core.tickets.sealing import opened
from core.tickets.states import OPEN


@dataclass(frozen=True, slots=True)
class NewsChoice:
    """What stands on the form: the ways with what each goes to, those chosen, and whether the e-mail address is confirmed."""

    ways: Mapping[str, str]
    by: str
    """The way that is taken at present: what they chose, else the one that would be taken by itself."""
    hours: Mapping[str, str]
    at: str
    stopped: bool
    tells_steps: bool
    """Residents are told of each step here, and not of the answer alone."""
    email: str
    """Masked; "" = none was left."""
    email_confirmed: bool


def news_choice_of(scope: Scope, ticket: Ticket) -> NewsChoice | None:
    """Return how the ticket's resident is told; None where it has ended, or there is no way to them."""
    row = contact_of(scope, ticket)
    if row is None or ticket.state not in OPEN or ticket.is_from_elsewhere:
        return None
    contact = opened(scope.keys, row)
    ways = ways_for(contact)
    if ways == ("none",) and transport_to(row) is None and contact.tell_by != "none":
        return None
    usual_way = transport_to(row)
    shown, district = masked(contact), hours_of(scope.hooks)
    usual = said("本区时段：{begins} 点到 {ends} 点", begins=district.begins, ends=district.ends)
    return NewsChoice(
        ways=({"": "在您的微博下回复"} if contact.weibo else {}) | {way: _in_words(way, shown) for way in ways},
        by=contact.tell_by or ("" if usual_way == "weibo" else usual_way or ""),
        hours={**CHOICES, "": usual},
        at=contact.tell_hours,
        stopped=ticket.news_stopped,
        tells_steps=bool(scope.hooks.answerers_of(specs.progress_news)),
        email=shown.email,
        email_confirmed=contact.email_confirmed,
    )


def _in_words(way: str, shown: Contact) -> str:
    if way == "sms":
        return said("短信（发到 {phone}）", phone=shown.phone)
    if way == "mail" and shown.email:
        return said("邮件（发到 {email}）", email=shown.email)
    if way == "none":
        return said("不通知，我自己凭流水号和提取码查看")
    return next(label for known, label in WAY_LABELS.items() if known == way)

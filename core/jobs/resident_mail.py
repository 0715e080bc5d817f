"""A mail to a resident 给诉求人的邮件: what was said, where it goes on, and how to have no more of them.

An address that nobody has confirmed may be somebody else's: it is told the number and that there is news, never what was said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.evaluation.telling.words import ANSWER_NEWS
from core.intake.portal import NO_PAGE, link_to
from core.journey.resident_links import confirm_link, stop_link
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import Message, Ticket

UNCONFIRMED = "unconfirmed"
"""Put before the name of a message with the answer that went to an address nobody has confirmed: it proves nothing."""


@dataclass(frozen=True, slots=True)
class ResidentMail:
    """A mail as it goes out: with all its lines, and without them as it is kept."""

    subject: str
    text: str
    kept: str
    unsubscribe: str


def is_answer(message: Message) -> bool:
    """Tell whether the message carries the answer, or says that it is there; nobody unsubscribes from that."""
    return (message.news or "").partition("/")[0] in ANSWER_NEWS


def is_unconfirmed(contact: Contact) -> bool:
    """Tell whether mail would go to an address of which nobody has said that it is theirs."""
    return bool(contact.email) and not contact.email_confirmed


def mail_to(scope: Scope, ticket: Ticket, message: Message, contact: Contact, *, now: datetime) -> ResidentMail:
    """Return the mail in which a message goes to who left this contact."""
    number, tenant = ticket.serial_no, scope.tenant.name
    page = link_to(scope, number)
    stop = stop_link(scope, ticket, now=now) if message.news and not is_answer(message) else ""
    if is_answer(message):
        subject = said("{tenant}：您的诉求 {serial_no} 已答复", tenant=tenant, serial_no=number)
    else:
        subject = said("{tenant}：您的诉求 {serial_no} 有新进展", tenant=tenant, serial_no=number)
    if is_unconfirmed(contact):
        words = said(
            "{subject}。这个邮箱还没有确认，邮件里不写内容；{where}。",
            subject=subject,
            where=page or NO_PAGE,
        )
        confirm = confirm_link(scope, ticket, now=now)
        lines = [said("这是您的邮箱，或者不是，请在这里告诉我们：{confirm}", confirm=confirm)] if confirm else []
        return ResidentMail(subject, _joined(words, lines), words, stop)
    lines = [said("办理进展：{page}", page=page)] if page and page not in message.text else []
    if stop and "/r/" not in message.text:
        lines.append(said("不再接收进展邮件：{stop}", stop=stop))
    return ResidentMail(subject, _joined(message.text, lines), message.text, stop)


def _joined(words: str, lines: Sequence[str]) -> str:
    return "\n\n".join([words, "\n".join(lines)]) if lines else words

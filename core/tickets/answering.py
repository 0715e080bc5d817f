"""By which way a resident is answered 答复途径: the one they chose, else the one by which they came, as far as there is a
transport for it.
"""

from dataclasses import dataclass

from core.hooks import specs
from core.hooks.values.ticket import Medium
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.messages import Transport, chosen_way, contact_of, transport_to
from core.tickets.models import Ticket
from core.tickets.sealing import opened

NAMES: dict[str, str] = {"wechat": "微信", "weibo": "微博", "app": "APP", "web": "网页", "letter": "来信"}
BY_PERSON: tuple[Medium, ...] = ("phone", "counter", "event")
"""Media of people who spoke with somebody: they are called, and no machine speaks for the house."""

ANSWER = "answered"
"""First part of the name of the message that carries the answer, or says that it is there; the cycle follows."""
CHOSEN = {
    "sms": "短信：诉求人选择短信，告知已答复；答复凭受理流水号和提取码查询",
    "wechat": "微信：诉求人选择微信，答复的消息发到诉求人的微信",
}
"""Ways that a resident chose by which the answer itself does not go, but that it is there."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the answer goes out: by which transport, None = none of ours, what is said of it at the desk, and whether the answer
    itself goes, or only that it is there.
    """

    transport: Transport | None
    words: str
    is_whole: bool = False


def way_of(medium: str, contact: Contact) -> Way:
    """Return the way of answering whoever came by this medium and left this contact.

    Who chose a way is answered by it, who wants no news by none: they look themselves. Else a letter with an e-mail address is
    answered by mail, an SMS by SMS, who wrote to the district's WeChat account there, who mentioned its account on Weibo below
    what they wrote; whoever spoke with somebody is called. For web, APP, and WeChat or Weibo by other hands there is no
    transport back: the answer stands under number and code, and an SMS says so where a phone was left, else an e-mail. An
    e-mail address that nobody has confirmed is never sent the answer itself.
    """
    if contact.tell_by == "none":
        return Way(None, "诉求人选择不接收通知；答复凭受理流水号和提取码查询")
    chosen = chosen_way(contact)
    if chosen == "mail":
        return _by_mail(contact)
    if chosen in CHOSEN and not (chosen == "sms" and medium == "sms"):
        return Way(chosen, CHOSEN[chosen])
    if medium in BY_PERSON and (contact.phone or not contact.email):
        return Way(None, "电话：由受理席回访时告知" if contact.phone else "没有留电话，凭受理流水号和提取码查询")
    if medium == "letter" and (contact.email or "@" in contact.address):
        return _by_mail(contact)
    if contact.wechat:
        return Way(
            "wechat",
            "微信：答复的消息发到诉求人的微信；微信拒收的，改发短信"
            if contact.phone
            else "微信：答复的消息发到诉求人的微信",
        )
    if medium == "sms" and contact.phone:
        return Way("sms", "短信：答复发到来信的号码", is_whole=True)
    if medium == "weibo" and contact.weibo:
        return Way("weibo", "微博：答复以评论发在诉求人的微博下，人人可见，个人信息自动遮盖", is_whole=True)
    name = NAMES.get(medium, "来件的渠道")
    if contact.phone:
        return Way("sms", said("{name}没有接通回复，另发短信告知；答复凭受理流水号和提取码查询", name=word(name)))
    if contact.email:
        return _by_mail(contact)
    return Way(None, said("{name}没有接通回复，也没有留电话；答复凭受理流水号和提取码查询", name=word(name)))


def _by_mail(contact: Contact) -> Way:
    if contact.email and not contact.email_confirmed:
        return Way("mail", "邮件：诉求人的邮箱还没有确认，只告知有了答复；答复凭受理流水号和提取码查询")
    words = "邮件：答复发到诉求人留的邮箱" if contact.email else "邮件：答复发到来信的邮箱"
    return Way("mail", words, is_whole=True)


def goes_whole(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether the answer itself is sent to the resident, and not only that it is there."""
    return way_to(scope, ticket).is_whole


def goes_out(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether the conclusion itself sends something to the resident: the answer, or that it is there."""
    if way_to(scope, ticket).transport is not None:
        return True
    return bool(scope.hooks.answerers_of(specs.progress_news)) and transport_to(contact_of(scope, ticket)) is not None


def way_to(scope: Scope, ticket: Ticket) -> Way:
    """Return the way by which the resident of this ticket is answered."""
    row = contact_of(scope, ticket)
    return way_of(ticket.medium, opened(scope.keys, row) if row else Contact())

"""By which way a resident is answered 答复途径: the one by which they came, as far as there is a transport for it."""

from dataclasses import dataclass
from datetime import datetime

from core.hooks import specs
from core.hooks.values.ticket import Medium
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.messages import Transport, contact_of, say, transport_to
from core.tickets.models import Ticket
from core.tickets.sealing import opened

NAMES: dict[str, str] = {"wechat": "微信", "weibo": "微博", "app": "APP", "web": "网页", "letter": "来信"}
BY_PERSON: tuple[Medium, ...] = ("phone", "counter", "event")
"""Media of people who spoke with somebody: they are called, and no machine speaks for the house."""

ANSWER = "answered"
"""First part of the name of the message that carries the answer, or says that it is there; the cycle follows."""
AT_THE_PAGE = "，可凭受理流水号和提取码查询。"
RATE_HERE = "回复 1 满意、2 基本满意、3 不满意，就是评价。"
"""What is said beside an answer where the resident can rate it by writing back."""
RATE_ON_WEIBO = "在本条下回复 1 满意、已解决，2 基本满意、部分解决，3 不满意、未解决，就是评价"
"""The same where one digit has to say both."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the answer goes out: by which transport, None = none of ours, and what is said of it at the desk."""

    transport: Transport | None
    words: str


def way_of(medium: str, contact: Contact) -> Way:
    """Return the way of answering whoever came by this medium and left this contact.

    A letter with an e-mail address is answered by mail, an SMS by SMS, who wrote to the district's WeChat account there, who
    mentioned its account on Weibo below what they wrote; whoever spoke with somebody is called. For web, APP, and WeChat or
    Weibo by other hands there is no transport back: the
    answer stands under number and code, and an SMS says so where a phone was left.
    """
    if medium in BY_PERSON:
        return Way(None, "电话：由受理席回访时告知" if contact.phone else "没有留电话，凭受理流水号和提取码查询")
    if medium == "letter" and "@" in contact.address:
        return Way("mail", "邮件：答复发到来信的邮箱")
    if contact.wechat:
        return Way(
            "wechat",
            "微信：答复的消息发到诉求人的微信；微信拒收的，改发短信"
            if contact.phone
            else "微信：答复的消息发到诉求人的微信",
        )
    if medium == "sms" and contact.phone:
        return Way("sms", "短信：答复发到来信的号码")
    if medium == "weibo" and contact.weibo:
        return Way("weibo", "微博：答复以评论发在诉求人的微博下，人人可见，个人信息自动遮盖")
    name = NAMES.get(medium, "来件的渠道")
    if contact.phone:
        return Way("sms", said("{name}没有接通回复，另发短信告知；答复凭受理流水号和提取码查询", name=word(name)))
    return Way(None, said("{name}没有接通回复，也没有留电话；答复凭受理流水号和提取码查询", name=word(name)))


def tell_answer(scope: Scope, ticket: Ticket, text: str, *, now: datetime) -> None:
    """Send the answer by the resident's own way, whole where it goes back by that; else only that it is there.

    Nothing is sent about a ticket that another tenant referred here, or about a part of one. Where a feature tells residents
    of steps, that the answer is there is told with the last of them.
    """
    if ticket.is_from_elsewhere or ticket.part_of_id is not None:
        return
    if goes_whole(scope, ticket):
        _send(scope, ticket, said("：{text}", text=text), now=now)
    elif not scope.hooks.answerers_of(specs.progress_news):
        _send(scope, ticket, AT_THE_PAGE, now=now)


def tell_answered(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Tell the resident by their own way that the answer is there, where no feature tells of that."""
    _send(scope, ticket, AT_THE_PAGE, now=now)


def goes_whole(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether the answer itself is sent to the resident, and not only that it is there."""
    transport = _way(scope, ticket).transport
    return transport in ("mail", "weibo") or (transport is not None and ticket.medium == "sms")


def goes_out(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether the conclusion itself sends something to the resident: the answer, or that it is there."""
    if _way(scope, ticket).transport is not None:
        return True
    return bool(scope.hooks.answerers_of(specs.progress_news)) and transport_to(contact_of(scope, ticket)) is not None


def _way(scope: Scope, ticket: Ticket) -> Way:
    row = contact_of(scope, ticket)
    return way_of(ticket.medium, opened(scope.keys, row) if row else Contact())


def _send(scope: Scope, ticket: Ticket, words: str, *, now: datetime) -> None:
    transport = _way(scope, ticket).transport
    if transport is None:
        return
    told = said(
        "您的诉求 {serial_no} 已答复{words}{rate_here}",
        serial_no=ticket.serial_no,
        words=word(words),
        rate_here=word(RATE_HERE) if transport == "wechat" else "",
    )
    if transport == "weibo":  # before the answer: a comment that is too long is cut at its end
        told = said(
            "您的诉求 {serial_no} 已答复（{rate_on_weibo}）{words}",
            serial_no=ticket.serial_no,
            rate_on_weibo=word(RATE_ON_WEIBO),
            words=word(words),
        )
    news = f"{ANSWER}/{ticket.cycle_no}"
    say(scope, ticket_id=ticket.id, transport=transport, text=told, to_unit_id=None, now=now, news=news)

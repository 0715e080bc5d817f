"""Telling a resident the answer 告知答复, or that it is there, by the way of `core.tickets.answering`; and where they rate it."""

from datetime import datetime

from core.hooks import specs
from core.journey.resident_links import rating_link
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.answering import ANSWER, goes_whole, way_to
from core.tickets.messages import say
from core.tickets.models import Ticket

AT_THE_PAGE = "，可凭受理流水号和提取码查询。"
RATE_HERE = "回复 1 满意、2 基本满意、3 不满意，就是评价。"
"""What is said beside an answer where the resident can rate it by writing back."""
RATE_ON_WEIBO = "在本条下回复 1 满意、已解决，2 基本满意、部分解决，3 不满意、未解决，就是评价"
"""The same where one digit has to say both."""


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
        tell_answered(scope, ticket, now=now)


def tell_answered(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Tell the resident by their own way that the answer is there, where no feature tells of that."""
    _send(scope, ticket, AT_THE_PAGE, now=now)


def answered_words(scope: Scope, ticket: Ticket, *, now: datetime) -> str:
    """Return the words that the answer is there, and where it is read and rated."""
    if link := rating_link(scope, ticket, now=now):
        return said("您的诉求 {serial_no} 已答复。看答复、作评价：{link}", serial_no=ticket.serial_no, link=link)
    return said("您的诉求 {serial_no} 已答复{words}", serial_no=ticket.serial_no, words=word(AT_THE_PAGE))


def _send(scope: Scope, ticket: Ticket, words: str, *, now: datetime) -> None:
    way = way_to(scope, ticket)
    if way.transport is None:
        return
    link = rating_link(scope, ticket, now=now) if way.transport in ("sms", "mail") else ""
    if link and not way.is_whole:
        told = answered_words(scope, ticket, now=now)
    elif way.transport == "weibo":  # before the answer: a comment that is too long is cut at its end
        told = said(
            "您的诉求 {serial_no} 已答复（{rate_on_weibo}）{words}",
            serial_no=ticket.serial_no,
            rate_on_weibo=word(RATE_ON_WEIBO),
            words=word(words),
        )
    else:
        rate = RATE_HERE if way.transport == "wechat" else said(" 评价：{link}", link=link) if link else ""
        told = said(
            "您的诉求 {serial_no} 已答复{words}{rate_here}",
            serial_no=ticket.serial_no,
            words=word(words),
            rate_here=word(rate),
        )
    news = f"{ANSWER}/{ticket.cycle_no}"
    say(scope, ticket_id=ticket.id, transport=way.transport, text=told, to_unit_id=None, now=now, news=news)

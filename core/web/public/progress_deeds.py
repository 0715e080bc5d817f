"""What residents may do with their own appeal, one function for each form on its page, and what they are told afterwards."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import cast

from core.journey.conclude import rate
from core.journey.disclose import wish_disclosure
from core.journey.judge import ask_review
from core.journey.news_ways import choose_news
from core.journey.own_appeal import LONGEST_WORDS, NewsAsWished, urge
from core.journey.receipt_sms import send_receipt
from core.journey.redo_wish import ask_redo, say_why
from core.journey.withdraw import withdraw
from core.tenancy.scope import Scope
from core.tickets.contact import TellBy
from core.tickets.models import Ticket
from core.tickets.timeline import RESIDENT, Order
from core.web.input import required, sent, text

LONGEST_FIELD = 60
DONE = {
    "supplement": "已补充，承办单位已经收到。",
    "urge": "已催办，承办单位已经收到。",
    "withdraw": "已撤回，不再办理。以后还有问题，可以再来反映。",
    "rate": "谢谢您的评价。",
    "why": "已记下，谢谢您告诉我们。",
    "redo": "您的要求已收到，由受理人员决定是否重办，结果会告诉您。",
    "review": "复核申请已提交，由没有办过这件事的人审查。",
    "wish": "已记下您的意愿。",
    "news": "已记下，今后这样通知您。",
    "sms": "已发到您留下的手机，请查看短信。",
}


def order_of(ticket: Ticket, now: datetime) -> Order:
    """Return the order that a form of the page carries, by its resident."""
    given = sent(ticket.serial_no)
    return Order(RESIDENT, now, given.version, given.command_id)


def _urge(scope: Scope, serial_no: str, order: Order) -> None:
    urge(scope, serial_no, replace(order, seen_version=None), words=text("words"))


def _withdraw(scope: Scope, serial_no: str, order: Order) -> None:
    reason = required("reason", ask="请选择为什么撤回。", longest=LONGEST_FIELD)
    withdraw(scope, serial_no, order, reason_code=reason, words=text("words", longest=LONGEST_WORDS))


def rate_own(scope: Scope, serial_no: str, order: Order) -> None:
    """Keep the rating that a form carries. Raises as `rate`, and `InputUnusable` where something was not chosen."""
    rate(
        scope,
        serial_no,
        order,
        resolved=required("resolved", ask="请选择问题解决了没有。", longest=LONGEST_FIELD),
        satisfaction=required("satisfaction", ask="请选择满意不满意。", longest=LONGEST_FIELD),
        comment=text("comment", longest=LONGEST_WORDS),
    )


def _say_why(scope: Scope, serial_no: str, order: Order) -> None:
    cause = required("cause", ask="请选择主要哪里没办好。", longest=LONGEST_FIELD)
    say_why(scope, serial_no, replace(order, seen_version=None), cause=cause)


def _ask_redo(scope: Scope, serial_no: str, order: Order) -> None:
    ask_redo(scope, serial_no, replace(order, seen_version=None), words=text("words", longest=LONGEST_WORDS))


def _ask_review(scope: Scope, serial_no: str, order: Order) -> None:
    grounds = text("grounds", longest=LONGEST_WORDS)
    ask_review(scope, serial_no, replace(order, seen_version=None), grounds=grounds)


def _wish(scope: Scope, serial_no: str, order: Order) -> None:
    wish_disclosure(scope, serial_no, order, wish=text("wish", longest=LONGEST_FIELD))


def _wish_news(scope: Scope, serial_no: str, order: Order) -> None:
    by, hours = (text(name, longest=LONGEST_FIELD) for name in ("by", "hours"))
    with suppress(NewsAsWished):  # sent twice, it is as they wish
        choose_news(
            scope,
            serial_no,
            replace(order, seen_version=None),
            by=cast(TellBy, by),
            email=text("email", longest=200),
            hours=hours,
            stopped=text("stopped", longest=LONGEST_FIELD) == "yes",
        )


def _send_receipt(scope: Scope, serial_no: str, order: Order) -> None:
    send_receipt(scope, serial_no, replace(order, seen_version=None))


Deed = Callable[[Scope, str, Order], None]
DEEDS: dict[str, Deed] = {
    "urge": _urge,
    "withdraw": _withdraw,
    "rate": rate_own,
    "why": _say_why,
    "redo": _ask_redo,
    "review": _ask_review,
    "wish": _wish,
    "news": _wish_news,
    "sms": _send_receipt,
}
AFTER_RATING: dict[str, Deed] = {each: DEEDS[each] for each in ("why", "redo", "review")}
"""What belongs to rating an answer: who came by its link may do it too."""

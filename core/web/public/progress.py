"""Progress of one's own appeal: number and code open it, and what the resident may do with it is done with them again.

Nothing is remembered between two requests: the forms on the page carry number and code, and the page is kept nowhere.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import cast

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue

from core.disclosure.rules import WISH_LABELS
from core.evaluation.answers import RESOLVED_LABELS, SATISFACTION_LABELS
from core.journey.conclude import rate
from core.journey.disclose import wish_disclosure
from core.journey.judge import ask_review
from core.journey.news_ways import choose_news
from core.journey.own_appeal import (
    LONGEST_WORDS,
    NewsAsWished,
    NotFound,
    find_own,
    needs_proof,
    urge,
)
from core.journey.queries.progress import progress_of
from core.journey.tell import ReadBefore, is_new_reading, read_answer
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.contact import TellBy
from core.tickets.models import Ticket
from core.tickets.timeline import RESIDENT, Order
from core.web.input import sent, text
from core.web.proof import is_proved, new_challenge
from core.web.public.site import Entry, Guest, not_kept, public, public_page
from core.web.refusals import remember_words, status_of, words_of

PURPOSE = "progress"
"""What a proof of work is for that is asked here."""
ENTRY = Entry(
    "查办理进展",
    "progress",
    "凭受理流水号和提取码，查到哪一步、谁在办、何时答复；可以催办、评价、申请复核",
    lambda _scope: True,
)
PROBLEMS = {
    "wrong": "受理流水号或提取码不对，请对照受理时收到的回执再填一次。提取码分不清 0 和 O、1 和 I 的，都可以。",
    "proof-needed": "没有查询：这里或这件诉求查询失败较多，须先完成下面的校验。请再填一次，稍候提交。",
    "throttled": "这个地址查询失败次数太多，请 15 分钟后再试，或拨打热线查询。",
}
LONGEST_FIELD = 60
WISHES = {wish: label for wish, label in WISH_LABELS.items() if wish != "none"}
DONE = {
    "urge": "已催办，承办单位已经收到。",
    "rate": "谢谢您的评价。",
    "review": "复核申请已提交，由没有办过这件事的人审查。",
    "wish": "已记下您的意愿。",
    "news": "已记下，今后这样通知您。",
}


@public.get("/progress")
@public_page
def ask_for_number(guest: Guest) -> ResponseReturnValue:
    """Ask for number and code; an address with failures gets the proof to work on at once, and a page of its own."""
    number = request.args.get("number", "")[:LONGEST_FIELD]
    return _asked(guest, number=number)


@public.post("/progress")
@public_page
def show_progress(guest: Guest) -> ResponseReturnValue:
    """Show how the appeal stands, or say that number or code is wrong, never which."""
    ticket = _opened(guest)
    if not isinstance(ticket, Ticket):
        return ticket
    if is_new_reading(guest.scope, ticket):
        with suppress(ReadBefore), guest.scope.session.begin_nested():  # in two windows at once
            read_answer(guest.scope, ticket.serial_no, Order(RESIDENT, guest.now))
    return _shown(guest, ticket)


@public.post("/progress/<deed>")
@public_page
def act_on_own(guest: Guest, deed: str) -> ResponseReturnValue:
    """Do what the resident may with their appeal: urge, rate, demand a review, say what may be public, and whether each step
    is to be told. A refusal is said above the page.
    """
    work = DEEDS.get(deed)
    if work is None:
        abort(404)
    ticket = _opened(guest)
    if not isinstance(ticket, Ticket):
        return ticket
    try:
        with guest.scope.session.begin_nested():
            work(guest.scope, ticket.serial_no, _order(ticket, guest.now))
    except Refused as refusal:
        remember_words(refusal)
        return _shown(guest, ticket, problem=words_of(refusal)), status_of(refusal)
    return _shown(guest, ticket, told=DONE[deed])


def _urge(scope: Scope, serial_no: str, order: Order) -> None:
    urge(scope, serial_no, order, words=text("words"))


def _rate(scope: Scope, serial_no: str, order: Order) -> None:
    rate(
        scope,
        serial_no,
        order,
        resolved=text("resolved", longest=LONGEST_FIELD),
        satisfaction=text("satisfaction", longest=LONGEST_FIELD),
        comment=text("comment", longest=LONGEST_WORDS),
    )


def _ask_review(scope: Scope, serial_no: str, order: Order) -> None:
    ask_review(scope, serial_no, order, grounds=text("grounds", longest=LONGEST_WORDS))


def _wish(scope: Scope, serial_no: str, order: Order) -> None:
    wish_disclosure(scope, serial_no, order, wish=text("wish", longest=LONGEST_FIELD))


def _wish_news(scope: Scope, ticket_no: str, order: Order) -> None:
    by, hours = (text(name, longest=LONGEST_FIELD) for name in ("by", "hours"))
    with suppress(NewsAsWished):  # sent twice, it is as they wish
        choose_news(
            scope,
            ticket_no,
            replace(order, seen_version=None),
            by=cast(TellBy, by),
            email=text("email", longest=200),
            hours=hours,
            stopped=text("stopped", longest=LONGEST_FIELD) == "yes",
        )


DEEDS: dict[str, Callable[[Scope, str, Order], None]] = {
    "urge": _urge,
    "rate": _rate,
    "review": _ask_review,
    "wish": _wish,
    "news": _wish_news,
}


def _order(ticket: Ticket, now: datetime) -> Order:
    given = sent(ticket.serial_no)
    return Order(RESIDENT, now, given.version, given.command_id)


def _opened(guest: Guest) -> Ticket | ResponseReturnValue:
    """Return the appeal that number and code open, or the page that asks for them again."""
    not_kept()
    number, code = text("number", longest=LONGEST_FIELD), text("code", longest=LONGEST_FIELD)
    address = request.remote_addr or ""
    proved = is_proved(guest.scope, PURPOSE, now=guest.now)
    found = find_own(guest.scope, number, code, address=address, is_proved=proved, now=guest.now)
    if isinstance(found, NotFound):
        status = 429 if found.reason == "throttled" else 422
        return _asked(guest, number=number, problem=PROBLEMS[found.reason]), status
    g.own_code = code
    return found


def _asked(guest: Guest, *, number: str, problem: str = "") -> str:
    challenge = None
    if needs_proof(guest.scope, number, address=request.remote_addr or "", now=guest.now):
        not_kept()
        challenge = new_challenge(guest.scope, PURPOSE, now=guest.now)
    return render_template("public/progress_ask.html", number=number, problem=problem, challenge=challenge)


def _shown(guest: Guest, ticket: Ticket, *, told: str = "", problem: str = "") -> str:
    guest.scope.session.flush()
    return render_template(
        "public/progress.html",
        progress=progress_of(guest.scope, ticket, now=guest.now),
        code=g.own_code,
        challenge=None,
        told=told,
        problem=problem,
        resolved=RESOLVED_LABELS,
        satisfaction=SATISFACTION_LABELS,
        publicity=WISHES,
        longest=LONGEST_WORDS,
    )

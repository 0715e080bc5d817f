"""Where the links of messages lead 短信链接: one thing is done on a page, without sign-in, number or code.

To open a link does nothing: programs that look through messages open links too. The page tells of the matter and nobody's
data: number and matter alone. A link that we did not make is counted as a wrong code is; one that has ended says so kindly.
"""

from flask import abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from core.evaluation.answers import RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.causes import ASKED_IN_SHORT
from core.journey.own_appeal import LONGEST_WORDS, NotFound, find_by_link, has_stopped_news, wish_news
from core.journey.queries.judging import judging_of
from core.kit.errors import Refused
from core.tickets.links import Link
from core.tickets.timeline import RESIDENT, Order
from core.web.input import text
from core.web.public.progress_deeds import AFTER_RATING, DONE, rate_own
from core.web.public.site import Guest, not_kept, public, public_page, said
from core.web.refusals import remember_words, status_of, words_of

NOT_THERE = "这个链接打不开：可能没有复制完整，或者已经失效。请凭受理流水号和提取码查进展，在那里可以评价和办其他事。"
WAITS = "这个地址打不开的链接太多，请 15 分钟后再试，或凭受理流水号和提取码查进展。"
OVER = "这个链接已经过期。请凭受理流水号和提取码查进展，在那里可以继续。"
RATED = "您已经评价过这次办理，谢谢。每次办理评价一次，不用再评。"
NOT_NOW = "这件诉求现在不能评价：还没有答复，或者已经归档。要了解办理情况，请凭受理流水号和提取码查进展。"
ANEW = "这件诉求在那之后又重新办理了，这个链接不能再用。新的答复出来后会另外告诉您。"
STOPPED = "已记下：今后只在答复出来时告诉您。要恢复，可以凭受理流水号和提取码查进展，在“怎么通知您”里改。"
LONGEST_TOKEN = 80


@public.get("/r/<token>")
@public_page
def open_link(guest: Guest, token: str) -> ResponseReturnValue:
    """Show what the link is for: the question how the handling was, whether to be told no more, or the page for the code."""
    link = found_link(guest, token)
    if not isinstance(link, Link):
        return link
    if link.purpose == "follow":
        return redirect(_to_progress(link))
    if link.purpose == "stop-news":
        return said("链接已过期", OVER) if link.is_over else _ask_to_stop(guest, link, token)
    if link.purpose != "rate":
        abort(404)
    return _rating(guest, link, token)


@public.post("/r/<token>")
@public_page
def use_link(guest: Guest, token: str) -> ResponseReturnValue:
    """Do the one thing the link is for: rate, with what belongs to it, or be told of no more steps. Done twice it is said kindly."""
    link = found_link(guest, token)
    if not isinstance(link, Link):
        return link
    if link.purpose == "stop-news":
        if link.is_over:
            return said("链接已过期", OVER)
        if not has_stopped_news(guest.scope, link.ticket.serial_no):
            wish_news(guest.scope, link.ticket.serial_no, Order(RESIDENT, guest.now), stopped=True)
        return said("已记下", STOPPED)
    if link.purpose != "rate":
        abort(404)
    deed = request.form.get("deed", "rate")
    work = rate_own if deed == "rate" and not link.is_over else AFTER_RATING.get(deed)
    if work is None or link.is_old or link.cycle_no != link.ticket.cycle_no:
        return _rating(guest, link, token)
    order = Order(RESIDENT, guest.now, command_id=text("command_id", longest=64) or None)
    try:
        with guest.scope.session.begin_nested():
            work(guest.scope, link.ticket.serial_no, order)
    except Refused as refusal:
        remember_words(refusal)
        page = _rating(guest, link, token, problem=words_of(refusal), typed=request.form)
        return page, status_of(refusal)
    guest.scope.session.flush()
    return _rating(guest, link, token, told=DONE[deed])


def found_link(
    guest: Guest, token: str, *, heading: str = "链接打不开", words: str = NOT_THERE
) -> Link | ResponseReturnValue:
    """Return the link, or the page that says that it leads nowhere, in these words unless too many were tried."""
    not_kept()
    found = find_by_link(guest.scope, token[:LONGEST_TOKEN], address=request.remote_addr or "", now=guest.now)
    if not isinstance(found, NotFound):
        return found
    return (said(heading, words), 404) if found.reason == "wrong" else (said("链接打不开", WAITS), 429)


def _ask_to_stop(guest: Guest, link: Link, token: str) -> str:
    return render_template(
        "public/link_stop.html",
        serial_no=link.ticket.serial_no,
        token=token,
        is_stopped=has_stopped_news(guest.scope, link.ticket.serial_no),
    )


def _rating(
    guest: Guest,
    link: Link,
    token: str,
    *,
    told: str = "",
    problem: str = "",
    typed: MultiDict[str, str] | None = None,
) -> str:
    """Return the page of a rating link: the question, or what may follow the rating, or why there is nothing to do."""
    if link.cycle_no != link.ticket.cycle_no:
        return said("已经重新办理", ANEW)
    if link.is_old:
        return said("链接已过期", OVER)
    judging = judging_of(guest.scope, link.ticket)
    if not judging.may_rate and not any(each.cycle == link.cycle_no for each in judging.ratings):
        return said("现在不能评价", NOT_NOW)
    return render_template(
        "public/link_rate.html",
        judging=judging,
        token=token,
        told=told or ("" if judging.may_rate else RATED),
        problem=problem,
        typed=typed or {},
        resolved=RESOLVED_LABELS,
        satisfaction=SATISFACTION_LABELS,
        causes=ASKED_IN_SHORT,
        longest=LONGEST_WORDS,
    )


def _to_progress(link: Link) -> str:
    return f"{g.open_at}/progress?number={link.ticket.serial_no}"

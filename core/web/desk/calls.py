"""Call records 来电记录: the list of those that nobody has decided about, one call, and what becomes of it."""

from typing import get_args

from flask import Blueprint, g, render_template, request

from core.journey import call_records as journey
from core.journey.queries.call_records import CallTab, call_lines, count_calls, opened_call
from core.kit.saying import said
from core.people.roles import Permission
from core.web.desk.inbound import number_of
from core.web.input import InputUnusable, required, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("calls", __name__)
LIST = "/desk/calls"
TABS: tuple[tuple[CallTab, str], ...] = (("open", "待处理"), ("missed", "未接待回拨"), ("ended", "已处理"))
REASON_LONGEST = 200


@pages.get("/desk/calls")
@allows(Permission.ACCEPT)
def show_calls(visit: Visit) -> Answer:
    """Show the calls that wait, those of them that were missed, or those of which is known what became."""
    tab: CallTab = next((tab for tab in get_args(CallTab) if tab == request.args.get("tab")), "open")
    return render_template(
        "desk/calls.html",
        lines=call_lines(visit.scope, tab),
        tab=tab,
        tabs=[(name, label, count_calls(visit.scope, name)) for name, label in TABS],
        total=count_calls(visit.scope, tab),
    )


@pages.get("/desk/calls/<number>")
@allows(Permission.ACCEPT)
def show_call(visit: Visit, number: str) -> Answer:
    """Show one call; after a refusal with what was typed and why it was refused."""
    refusal = g.get("refusal")
    page = render_template(
        "desk/call.html",
        call=opened_call(visit.scope, number_of(number)),
        phone=None,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/desk/calls/<number>/join")
@allows(Permission.ACCEPT, again=show_call)
def join_call(visit: Visit, number: str) -> Answer:
    """Say that the call belongs to a ticket that is there."""
    serial_no = required("serial_no", ask="请填写工单的流水号。", longest=40)
    words = text("words", longest=journey.LONGEST_WORDS)
    ticket = journey.join_call(
        visit.scope, number_of(number), serial_no=serial_no, words=words, actor=visit.actor, now=visit.now
    )
    return Done(said("来电已并入工单 {serial_no}", serial_no=ticket.serial_no), LIST)


@pages.post("/desk/calls/<number>/answer")
@allows(Permission.ACCEPT, again=show_call)
def answer_call(visit: Visit, number: str) -> Answer:
    """Say that the caller was answered at once."""
    words = text("words", longest=journey.LONGEST_WORDS)
    journey.answer_call(visit.scope, number_of(number), words=words, actor=visit.actor, now=visit.now)
    return Done("来电已记为直接答复", LIST)


@pages.post("/desk/calls/<number>/dismiss")
@allows(Permission.ACCEPT, again=show_call)
def dismiss_call(visit: Visit, number: str) -> Answer:
    """Say that there is nothing to do, and why."""
    words = text("words", longest=journey.LONGEST_WORDS)
    journey.dismiss_call(visit.scope, number_of(number), words=words, actor=visit.actor, now=visit.now)
    return Done("来电已记为无需处理，记录留存", LIST)


@pages.post("/desk/calls/<number>/call-back")
@allows(Permission.ACCEPT, again=show_call)
def call_back(visit: Visit, number: str) -> Answer:
    """Note that somebody called back."""
    reached = text("reached", longest=3)
    if reached not in ("yes", "no"):
        raise InputUnusable("请选择回拨是否接通。")
    journey.call_back(
        visit.scope,
        number_of(number),
        reached=reached == "yes",
        words=text("words", longest=journey.LONGEST_WORDS),
        actor=visit.actor,
        now=visit.now,
    )
    return Done("已记下回拨" if reached == "yes" else "已记下：回拨未接通", f"{LIST}/{number}")


@pages.post("/desk/calls/<number>/phone")
@allows(Permission.REVEAL, again=show_call)
def reveal_phone(visit: Visit, number: str) -> Answer:
    """Show the caller's number in full, this once; who looked is kept."""
    revealed = journey.reveal_phone(
        visit.scope,
        number_of(number),
        words=text("words", longest=REASON_LONGEST),
        actor=visit.actor,
        now=visit.now,
        address=request.remote_addr or "",
    )
    return render_template(
        "desk/call.html", call=opened_call(visit.scope, revealed.call_id), phone=revealed.phone, refusal=None
    )

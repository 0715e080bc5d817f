"""Progress of one's own appeal: number and code open it, and what the resident may do with it is done with them again.

Nothing is remembered between two requests, and nothing is left on a shared computer: the forms on the page carry number and
code, and the page is kept nowhere. To load it again the browser sends its form again, which opens the same page; a deed that
is sent again does nothing more, because its form carries an id. No cookie is set for it.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue

from core.disclosure.rules import WISH_LABELS
from core.evaluation.answers import RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.causes import ASKED_IN_SHORT
from core.files.refusals import FileNotReady, NoSuchFile
from core.journey.files import judge_all
from core.journey.own_appeal import LONGEST_WORDS, NotFound, find_own, needs_proof
from core.journey.own_files import give_own_file, supplement_with_files
from core.journey.queries.progress import progress_of
from core.journey.receipt_sms import send_lost_code
from core.journey.supplement import LONGEST as LONGEST_SUPPLEMENT
from core.journey.tell import ReadBefore, is_new_reading, read_answer
from core.kit.errors import Refused
from core.kit.gateways import has_sms
from core.tickets.models import Ticket
from core.tickets.timeline import RESIDENT, Order
from core.tickets.withdrawal import WITHDRAWAL_REASONS
from core.web.input import text
from core.web.proof import is_proved, new_challenge
from core.web.public.progress_deeds import DEEDS, DONE, LONGEST_FIELD, order_of
from core.web.public.site import Entry, Guest, not_kept, public, public_page, said
from core.web.refusals import remember_words, status_of, words_of
from core.web.uploads import answer, takes_files_of_strangers, uploads

PURPOSE = "progress"
"""What a proof of work is for that is asked here."""
ENTRY = Entry(
    "查办理进展",
    "progress",
    "凭受理流水号和提取码，查到哪一步、谁在办、何时答复；可以补充、催办、撤回、评价",
    lambda _scope: True,
)
PROBLEMS = {
    "wrong": "受理流水号或提取码不对，请对照受理时收到的回执再填一次。提取码分不清 0 和 O、1 和 I 的，都可以。",
    "proof-needed": "没有查询：这里或这件诉求查询失败较多，须先完成下面的校验。请再填一次，稍候提交。",
    "throttled": "这个地址查询失败次数太多，请 15 分钟后再试，或拨打热线查询。",
}
LOST = "如果流水号和手机号都对，短信已经发出，里面有受理流水号和提取码，一两分钟内收到。24 小时内最多发 3 次；没有收到的，请核对后再试，或拨打热线。"
"""What is said whether number and phone belong together or not."""
WISHES = {wish: label for wish, label in WISH_LABELS.items() if wish != "none"}


@public.get("/progress")
@public_page
def ask_for_number(guest: Guest) -> ResponseReturnValue:
    """Ask for number and code; an address with failures gets the proof to work on at once, and a page of its own."""
    number = request.args.get("number", "")[:LONGEST_FIELD]
    return asked_for_code(guest, number=number)


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


@public.get("/progress/lost")
@public_page
def ask_for_phone(guest: Guest) -> ResponseReturnValue:
    """Ask who has lost the code for number and phone. Each try works for it."""
    return _lost(guest, number=request.args.get("number", "")[:LONGEST_FIELD])


@public.post("/progress/lost")
@public_page
def send_code_again(guest: Guest) -> ResponseReturnValue:
    """Send number and code to the phone that was left, if it is the one that was typed; say the same in either case."""
    not_kept()
    number, phone = text("number", longest=LONGEST_FIELD), text("phone", longest=LONGEST_FIELD)
    proved = is_proved(guest.scope, PURPOSE, now=guest.now)
    if not proved:
        return _lost(guest, number=number, phone=phone, problem=PROBLEMS["proof-needed"]), 422
    address = request.remote_addr or ""
    found = send_lost_code(guest.scope, number, phone, address=address, is_proved=proved, now=guest.now)
    if isinstance(found, NotFound):
        return _lost(guest, number=number, phone=phone, problem=PROBLEMS[found.reason]), 429
    return asked_for_code(guest, number=number, told=LOST)


@public.post("/progress/supplement")
@takes_files_of_strangers
@public_page
def add_to_own(guest: Guest) -> ResponseReturnValue:
    """Add words, photos and other files to one's own appeal; a refusal is said above the page, and the words stay in the form."""
    ticket = _opened(guest)
    if not isinstance(ticket, Ticket):
        return ticket
    try:
        files = judge_all(uploads())
        with guest.scope.session.begin_nested():
            order = replace(order_of(ticket, guest.now), seen_version=None)  # it holds whatever happened meanwhile
            words = text("words", longest=LONGEST_SUPPLEMENT)
            supplement_with_files(guest.scope, ticket.serial_no, order, words=words, files=files)
    except Refused as refusal:
        return _refused(guest, ticket, refusal)
    return _shown(guest, ticket, told=DONE["supplement"])


@public.post("/progress/<deed>")
@public_page
def act_on_own(guest: Guest, deed: str) -> ResponseReturnValue:
    """Do what the resident may with their appeal: urge, withdraw, rate and say why not content, ask that it is done again or
    reviewed, choose how they are told, say what may be public, have number and code sent to their phone.

    To withdraw is asked once more on a page of its own. A refusal is said above the page.
    """
    work = DEEDS.get(deed)
    if work is None:
        abort(404)
    ticket = _opened(guest)
    if not isinstance(ticket, Ticket):
        return ticket
    if deed == "withdraw" and request.form.get("sure") != "yes":
        return _page(guest, "public/progress_withdraw.html", ticket, reasons=WITHDRAWAL_REASONS)
    try:
        with guest.scope.session.begin_nested():
            work(guest.scope, ticket.serial_no, order_of(ticket, guest.now))
    except Refused as refusal:
        return _refused(guest, ticket, refusal)
    return _shown(guest, ticket, told=DONE[deed])


@public.get("/progress/files/<token>")
@public_page
def show_own_file(guest: Guest, token: str) -> ResponseReturnValue:
    """Give a file that the page of its appeal named a short while ago, with `?small=1` its small copy."""
    not_kept()
    try:
        given = give_own_file(guest.scope, token[:120], small=request.args.get("small") == "1", now=guest.now)
    except (NoSuchFile, FileNotReady) as refusal:
        remember_words(refusal)
        return said("看不到这个附件", words_of(refusal)), 404
    return answer(given)


def asked_for_code(guest: Guest, *, number: str, problem: str = "", told: str = "") -> str:
    """Return the page that asks for number and code."""
    challenge = None
    if needs_proof(guest.scope, number, address=request.remote_addr or "", now=guest.now):
        not_kept()
        challenge = new_challenge(guest.scope, PURPOSE, now=guest.now)
    return render_template(
        "public/progress_ask.html",
        number=number,
        problem=problem,
        told=told,
        challenge=challenge,
        can_send=has_sms(),
    )


def _opened(guest: Guest) -> Ticket | ResponseReturnValue:
    """Return the appeal that number and code open, or the page that asks for them again."""
    not_kept()
    number, code = text("number", longest=LONGEST_FIELD), text("code", longest=LONGEST_FIELD)
    address = request.remote_addr or ""
    proved = is_proved(guest.scope, PURPOSE, now=guest.now)
    found = find_own(guest.scope, number, code, address=address, is_proved=proved, now=guest.now)
    if isinstance(found, NotFound):
        status = 429 if found.reason == "throttled" else 422
        return asked_for_code(guest, number=number, problem=PROBLEMS[found.reason]), status
    g.own_code = code
    return found


def _lost(guest: Guest, *, number: str, phone: str = "", problem: str = "") -> str:
    not_kept()
    challenge = new_challenge(guest.scope, PURPOSE, now=guest.now)
    return render_template(
        "public/progress_lost.html", number=number, phone=phone, problem=problem, challenge=challenge
    )


def _refused(guest: Guest, ticket: Ticket, refusal: Refused) -> ResponseReturnValue:
    remember_words(refusal)
    return _shown(guest, ticket, problem=words_of(refusal), typed=request.form), status_of(refusal)


def _shown(
    guest: Guest, ticket: Ticket, *, told: str = "", problem: str = "", typed: Mapping[str, str] | None = None
) -> str:
    return _page(guest, "public/progress.html", ticket, told=told, problem=problem, typed=typed or {})


def _page(guest: Guest, template: str, ticket: Ticket, **more: object) -> str:
    guest.scope.session.flush()
    return render_template(
        template,
        progress=progress_of(guest.scope, ticket, now=guest.now),
        code=g.own_code,
        challenge=None,
        resolved=RESOLVED_LABELS,
        satisfaction=SATISFACTION_LABELS,
        causes=ASKED_IN_SHORT,
        publicity=WISHES,
        longest=LONGEST_WORDS,
        longest_supplement=LONGEST_SUPPLEMENT,
        **more,
    )

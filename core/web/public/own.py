"""What is kept about oneself 本人信息: shown to who shows that they are the one, to take along, to put right, to have erased.

Nothing is remembered between two requests: the forms on the page carry a sealed token of what was shown, good for half an hour,
and the page is kept nowhere.
"""

import re
import secrets
from datetime import datetime

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from core.journey.own_appeal import NotFound, needs_proof
from core.journey.own_data import (
    Holder,
    correct_contact,
    hold_by_code,
    hold_by_phone,
    holder_of,
    is_alone,
    own_appeals,
    own_tickets,
    take_along,
)
from core.journey.phone_proof import Sent, find_sent, send_code
from core.journey.rights import ask, requests_of
from core.kit.errors import Refused
from core.kit.gateways import has_sms
from core.residents.phones.codes import DIGITS
from core.residents.phones.rules import PhoneUnusable, mobile_phone
from core.residents.rights.rules import GROUND_LABELS, KIND_LABELS, LONGEST_WORDS, WORKING_DAYS
from core.tickets.retention import days_kept
from core.tickets.timeline import RESIDENT, Order
from core.web.input import sent, text
from core.web.proof import carried_challenge, is_proved, new_challenge
from core.web.public.progress import PROBLEMS
from core.web.public.site import Entry, Guest, not_kept, public, public_page
from core.web.refusals import WRONG_INPUT, remember_words, status_of, words_of

PURPOSE = "own"
"""What a proof of work is for that is asked here."""
ENTRY = Entry(
    "本人信息",
    "own",
    "看本区保存了您的哪些信息、谁查看过，更正、带走，或申请删除",
    lambda _scope: True,
)
NOT_PROVED = "还没有发送：安全校验没有完成。您填写的都还在，请稍等几秒再点一次。"
OVER = "这一页打开超过 30 分钟，为保护您的信息已经失效，没有改动。请重新验证。"
LONGEST_FIELD = 60
LONGEST_TOKEN = 900
_FORM_ID = re.compile(r"[0-9a-f]{32}")


@public.get("/own")
@public_page
def show_own_ways(guest: Guest) -> ResponseReturnValue:
    """Say what can be seen and asked for, and offer the two ways to show who one is; `by` chooses one of them."""
    return _asked(guest, by=request.args.get("by", ""))


@public.post("/own/code")
@public_page
def send_own_code(guest: Guest) -> ResponseReturnValue:
    """Send a code to the phone, and ask for it; the same is said whether or not the phone is known here."""
    phone, name = text("phone", longest=LONGEST_FIELD), text("name", longest=LONGEST_FIELD)
    try:
        mobile_phone(phone)
        if not is_proved(guest.scope, PURPOSE, now=guest.now):
            return _asked(guest, phone=phone, name=name, problem=NOT_PROVED), WRONG_INPUT
        found = send_code(guest.scope, phone, purpose="own", address=_address(), now=guest.now)
    except Refused as refusal:
        remember_words(refusal)
        waiting = find_sent(guest.scope, phone, purpose="own", now=guest.now)
        if waiting is not None:
            return _code_asked(guest, phone, name, waiting, problem=words_of(refusal)), WRONG_INPUT
        return _asked(guest, phone=phone, name=name, problem=words_of(refusal)), WRONG_INPUT
    return _code_asked(guest, phone, name, found)


@public.post("/own")
@public_page
def open_own(guest: Guest) -> ResponseReturnValue:
    """Show what is kept, to who gives the code that came, or number and access code of an appeal."""
    not_kept()
    if "number" in request.form:
        return _by_code(guest)
    phone, name = text("phone", longest=LONGEST_FIELD), text("name", longest=LONGEST_FIELD)
    code = text("code", longest=LONGEST_FIELD)
    try:
        token = hold_by_phone(guest.scope, phone, name, code, address=_address(), now=guest.now)
    except Refused as refusal:
        remember_words(refusal)
        waiting = find_sent(guest.scope, phone, purpose="own", now=guest.now)
        if waiting is None or isinstance(refusal, PhoneUnusable) or getattr(refusal, "is_over", False):
            return _asked(guest, phone=phone, name=name, problem=words_of(refusal)), WRONG_INPUT
        return _code_asked(guest, phone, name, waiting, problem=words_of(refusal)), WRONG_INPUT
    return _shown(guest, token)


@public.post("/own/file")
@public_page
def take_own(guest: Guest) -> ResponseReturnValue:
    """Hand over all that is kept as a file."""
    holder = _holder(guest)
    if holder is None:
        return _asked(guest, problem=OVER), WRONG_INPUT
    content = take_along(guest.scope, holder, address=_address(), now=guest.now)
    answer = Response(content, mimetype="application/json")
    answer.headers["content-disposition"] = f'attachment; filename="own-data-{guest.now:%Y%m%d}.json"'
    return answer


@public.post("/own/contact")
@public_page
def correct_own(guest: Guest) -> ResponseReturnValue:
    """Put right how one is reached about one of the appeals."""
    holder = _holder(guest)
    if holder is None:
        return _asked(guest, problem=OVER), WRONG_INPUT
    number = text("serial_no", longest=LONGEST_FIELD)
    if number not in {each.serial_no for each in own_tickets(guest.scope, holder, now=guest.now)}:
        return _asked(guest, problem=OVER), WRONG_INPUT
    given = sent(number)
    order = Order(RESIDENT, guest.now, given.version, given.command_id)
    wanted = {name: text(name, longest=longest) for name, longest in (("name", 50), ("phone", 30), ("address", 200))}
    try:
        with guest.scope.session.begin_nested():
            correct_contact(guest.scope, number, order, **wanted)
    except Refused as refusal:
        remember_words(refusal)
        return _page(guest, holder, problem=words_of(refusal), correcting=number), status_of(refusal)
    return _page(guest, holder, told="已更正，承办单位以后按新的联系您。")


@public.post("/own/request")
@public_page
def ask_own(guest: Guest) -> ResponseReturnValue:
    """Ask for erasure, or for an explanation; answered by staff within the time that is told."""
    holder = _holder(guest)
    if holder is None:
        return _asked(guest, problem=OVER), WRONG_INPUT
    form_id = text("form_id", longest=LONGEST_FIELD)
    try:
        with guest.scope.session.begin_nested():
            line = ask(
                guest.scope,
                holder,
                kind=text("kind", longest=LONGEST_FIELD),
                words=text("words"),
                form_id=form_id if _FORM_ID.fullmatch(form_id) else secrets.token_hex(16),
                address=_address(),
                now=guest.now,
            )
    except Refused as refusal:
        remember_words(refusal)
        return _page(guest, holder, problem=words_of(refusal)), status_of(refusal)
    return _page(guest, holder, asked=line.number)


def _by_code(guest: Guest) -> ResponseReturnValue:
    number, code = text("number", longest=LONGEST_FIELD), text("code", longest=LONGEST_FIELD)
    proved = is_proved(guest.scope, PURPOSE, now=guest.now)
    found = hold_by_code(guest.scope, number, code, address=_address(), is_proved=proved, now=guest.now)
    if isinstance(found, NotFound):
        status = 429 if found.reason == "throttled" else WRONG_INPUT
        return _asked(guest, by="code", number=number, problem=PROBLEMS[found.reason]), status
    return _shown(guest, found)


def _address() -> str:
    return request.remote_addr or ""


def _token() -> str:
    return text("token", longest=LONGEST_TOKEN)


def _holder(guest: Guest) -> Holder | None:
    not_kept()
    return holder_of(guest.scope, _token(), now=guest.now)


def _asked(guest: Guest, *, by: str = "", phone: str = "", name: str = "", number: str = "", problem: str = "") -> str:
    """Ask who it is, by phone or by number and code: both on one page, each alone once a proof of work is asked of both."""
    not_kept()
    scope, now = guest.scope, guest.now
    guarded = needs_proof(scope, number, address=_address(), now=now)
    challenge = None
    if guarded or by != "code":
        challenge = carried_challenge(scope, PURPOSE, now=now) or new_challenge(scope, PURPOSE, now=now)
    return render_template(
        "public/own_ask.html",
        by_phone=by != "code",
        by_code=by == "code" or not guarded,
        phone=phone,
        name=name,
        number=number,
        problem=problem,
        challenge=challenge,
        has_sms=has_sms(),
        days=WORKING_DAYS,
    )


def _code_asked(guest: Guest, phone: str, name: str, found: Sent, *, problem: str = "") -> str:
    not_kept()
    scope, now = guest.scope, guest.now
    return render_template(
        "public/own_code.html",
        phone=phone,
        name=name,
        sent=found,
        wait=_seconds(found.again_at, now),
        digits=DIGITS,
        problem=problem,
        challenge=new_challenge(scope, PURPOSE, now=now),
    )


def _seconds(until: datetime, now: datetime) -> int:
    return max(0, int((until - now).total_seconds()))


def _shown(guest: Guest, token: str) -> str:
    holder = holder_of(guest.scope, token, now=guest.now)
    assert holder is not None, "a token that was made just now"
    return _page(guest, holder, token=token)


def _page(
    guest: Guest,
    holder: Holder,
    *,
    token: str = "",
    told: str = "",
    asked: str = "",
    problem: str = "",
    correcting: str = "",
) -> str:
    scope, now = guest.scope, guest.now
    scope.session.flush()
    appeals, requests = own_appeals(scope, holder, now=now), requests_of(scope, holder, now=now)
    return render_template(
        "public/own.html",
        token=token or _token(),
        holder=holder,
        appeals=appeals,
        requests=requests,
        asked=next((each for each in requests if each.number == asked), None),
        may_ask=bool(appeals) or is_alone(scope, holder, now=now),
        told=told,
        problem=problem,
        correcting=correcting,
        kinds=KIND_LABELS,
        grounds=GROUND_LABELS,
        days=WORKING_DAYS,
        days_kept=days_kept(scope.hooks),
        longest=LONGEST_WORDS,
        form_id=secrets.token_hex(16),
    )

"""Live interviews 微访谈 for everybody: what is coming and what was, asking, one's own question, and what became of all of them."""

import re
import secrets
from dataclasses import dataclass, replace

from flask import render_template, request
from flask.typing import ResponseReturnValue

from core.intake.interviews.rules import LONGEST_TEXT, Asker, Question
from core.intake.interviews.service import get_interview
from core.journey.interview_publicity import ask_on_page, came_before, code_of, find_own_question, ticket_of_own
from core.journey.own_appeal import NotFound, needs_proof
from core.journey.queries.public_interviews import (
    asked_alike,
    has_interviews,
    public_interview,
    public_interviews,
    public_questions,
    units_to_ask,
    what_became,
)
from core.kit.errors import Refused
from core.web.input import text
from core.web.proof import carried_challenge, is_proved, new_challenge
from core.web.public.figure_words import count_words
from core.web.public.report_moves import NOT_PROVED
from core.web.public.site import Entry, Guest, not_kept, public, public_page
from core.web.refusals import WRONG_INPUT, remember_words, words_of

ENTRY = Entry("微访谈", "interviews", "领导在线答复网友提问；可以提问，也可以看答复和没办完的还有多少", has_interviews)
PURPOSE, OWN = "interview", "own-question"
"""What a proof of work is for that is asked here."""
LAST_PAGE = 500
PROBLEMS = {
    "wrong": "序号或提取码不对，请对照提问时给您的再填一次。提取码分不清 0 和 O、1 和 I 的，都可以。",
    "proof-needed": "没有查询：查询失败较多，须先完成下面的校验。请再填一次，稍候提交。",
    "throttled": "这个地址查询失败次数太多，请 15 分钟后再试，或拨打热线查询。",
}
_FORM_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the form, as it was typed."""

    text: str = ""
    unit: str = ""
    place: str = ""
    name: str = ""
    phone: str = ""
    form_id: str = ""

    @classmethod
    def of_form(cls) -> "Typed":
        """Read the form without judging it."""
        typed = cls(**{name: request.form.get(name, "") for name in cls.__annotations__})
        return typed if _FORM_ID.fullmatch(typed.form_id) else replace(typed, form_id=secrets.token_hex(16))


@public.get("/interviews")
@public_page
def list_interviews(guest: Guest) -> ResponseReturnValue:
    """List what is coming, what is on, and what was."""
    found = public_interviews(guest.scope)
    return render_template(
        "public/interviews.html",
        coming=[each for each in reversed(found) if each.takes_questions],
        past=[each for each in found if not each.takes_questions],
    )


@public.get("/interviews/<slug>")
@public_page
def show_public_interview(guest: Guest, slug: str) -> ResponseReturnValue:
    """Show one: what may be read of its questions, what became of all of them, and what each unit has left."""
    interview, backlog = public_interview(guest.scope, slug)
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and 0 < int(page[:6]) <= LAST_PAGE else 1
    questions, has_more = public_questions(guest.scope, slug, page=number)
    return render_template(
        "public/interview.html",
        interview=interview,
        backlog=backlog,
        count_words=count_words,
        questions=questions,
        page=number,
        has_more=has_more,
    )


@public.get("/interviews/<slug>/ask")
@public_page
def show_ask(guest: Guest, slug: str) -> ResponseReturnValue:
    """Show the form for a question."""
    return _form(guest, slug, Typed(form_id=secrets.token_hex(16)))


@public.post("/interviews/<slug>/ask")
@public_page
def ask(guest: Guest, slug: str) -> ResponseReturnValue:
    """Take in a question and show its number and code; or say what is missing, with all of it kept."""
    typed, scope = Typed.of_form(), guest.scope
    try:
        asked = Question(
            text=text("text"),
            key=f"page/{typed.form_id}",
            place="page",
            asker=Asker(name=text("name", longest=50), phone=text("phone", longest=30)),
            asked_at=guest.now,
            unit=text("unit", longest=64),
            location=text("place", longest=200),
        )
        if not came_before(scope, slug, asked) and not is_proved(scope, PURPOSE, now=guest.now):
            return _form(guest, slug, typed, problem=NOT_PROVED), WRONG_INPUT
        with scope.session.begin_nested():
            question = ask_on_page(scope, slug, asked, address=request.remote_addr or "", now=guest.now)
            scope.session.flush()
    except Refused as refusal:
        remember_words(refusal)
        return _form(guest, slug, typed, problem=words_of(refusal)), WRONG_INPUT
    not_kept()
    return render_template(
        "public/asked.html",
        interview=public_interview(scope, slug)[0],
        number=question.number,
        code=code_of(scope, question),
        doubled=question.state == "doubled",
        alike=asked_alike(scope, question),
        is_reachable=bool(asked.asker.phone),
    )


@public.get("/interviews/<slug>/own")
@public_page
def ask_for_code(guest: Guest, slug: str) -> ResponseReturnValue:
    """Ask for number and code of one's own question."""
    return _own(guest, slug, number=request.args.get("number", "")[:20])


@public.post("/interviews/<slug>/own")
@public_page
def show_own(guest: Guest, slug: str) -> ResponseReturnValue:
    """Show what became of one's own question, or say that number or code is wrong, never which."""
    scope, number = guest.scope, text("number", longest=20)
    found = find_own_question(
        scope,
        get_interview(scope, slug),
        number,
        text("code", longest=40),
        address=request.remote_addr or "",
        is_proved=is_proved(scope, OWN, now=guest.now),
        now=guest.now,
    )
    if isinstance(found, NotFound):
        status = 429 if found.reason == "throttled" else WRONG_INPUT
        return _own(guest, slug, number=number, problem=PROBLEMS[found.reason]), status
    not_kept()
    return render_template(
        "public/own_question.html",
        interview=public_interview(scope, slug)[0],
        question=found,
        became=what_became(scope, found),
        ticket=ticket_of_own(scope, found),
    )


def _form(guest: Guest, slug: str, typed: Typed, *, problem: str = "") -> str:
    not_kept()
    scope = guest.scope
    interview, _ = public_interview(scope, slug)
    challenge = None
    if interview.takes_questions:
        challenge = carried_challenge(scope, PURPOSE, now=guest.now) or new_challenge(scope, PURPOSE, now=guest.now)
    return render_template(
        "public/ask.html",
        interview=interview,
        units=units_to_ask(scope, slug),
        typed=typed,
        problem=problem,
        longest=LONGEST_TEXT,
        challenge=challenge,
    )


def _own(guest: Guest, slug: str, *, number: str, problem: str = "") -> str:
    not_kept()
    interview, _ = public_interview(guest.scope, slug)
    challenge = None
    if needs_proof(guest.scope, f"{slug}/{number}", address=request.remote_addr or "", now=guest.now):
        challenge = new_challenge(guest.scope, OWN, now=guest.now)
    return render_template(
        "public/own_question_ask.html", interview=interview, number=number, problem=problem, challenge=challenge
    )

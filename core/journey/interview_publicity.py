"""Asking on the public page of a live interview, what everybody may read of it, and one's own question by number and code.

A question is read by all once it is answered live, or once somebody lets it be shown; never who asked, and nothing in its
words that leads to a person. What was answered can be withheld again.
"""

import hmac
from datetime import datetime
from hashlib import sha256

from core.intake.interviews.models import Interview, InterviewQuestion
from core.intake.interviews.rules import Question
from core.intake.interviews.service import (
    InterviewSettled,
    find_question,
    get_interview,
    get_question,
    known_keys,
    lock_interview,
)
from core.intake.repeated import too_many_of_address
from core.journey.interview_questions import take_question
from core.journey.interviews import HOLDS
from core.journey.own_appeal import NotFound, note_failure, read_code, refused_look
from core.kit.errors import Refused
from core.kit.keys import CROCKFORD
from core.kit.saying import said
from core.kit.serials import access_code
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import refuse_actor
from core.tickets.timeline import RESIDENT, Actor

CODE_LENGTH = 8
NEVER_SHOWN = ("doubled", "set_aside")
"""States in which a question is shown to nobody outside: the first one is, and what was set aside is not."""


class TooManyQuestions(Refused):
    """The address asked too often today."""

    code = "too-many-questions"


def is_public(question: InterviewQuestion) -> bool:
    """Tell whether everybody may read the question."""
    if question.state in NEVER_SHOWN:
        return False
    return question.state == "answered" if question.shown is None else question.shown


def show_question(
    scope: Scope, slug: str, number: int, *, shown: bool, actor: Actor, now: datetime
) -> InterviewQuestion:
    """Let everybody read a question, or withhold it. Who decided is kept.

    Raises `NotPermitted`, `NoSuchInterview`, `NoSuchInterviewQuestion`, `InterviewSettled` where it is doubled or set aside.
    """
    refuse_actor(actor, HOLDS, "决定提问是否公开")
    question = get_question(scope, lock_interview(scope, slug), number)
    if question.state in NEVER_SHOWN:
        raise InterviewSettled(
            said("第 {number} 条提问不转办或是重复的，不公开，没有改动。请刷新后再看。", number=number)
        )
    question.shown, question.shown_by, question.shown_at = shown, actor.name, now
    return question


def came_before(scope: Scope, slug: str, asked: Question) -> bool:
    """Tell whether this very form was sent before. Raises `NoSuchInterview`."""
    return bool(known_keys(scope, get_interview(scope, slug), [asked.key]))


def ask_on_page(scope: Scope, slug: str, asked: Question, *, address: str, now: datetime) -> InterviewQuestion:
    """Take in what somebody asks on the public page; the same form twice is one question.

    Raises `NoSuchInterview`, `InterviewSettled` when it is closed, `QuestionUnusable`, `AppealUnusable`, and
    `TooManyQuestions` for an address that has asked or written more than a day allows.
    """
    if not came_before(scope, slug, asked) and too_many_of_address(scope, address, now=now):
        raise TooManyQuestions("这个网络地址今天提交得太多了，没有保存。请换一个网络，或明天再来；也可以拨打热线。")
    return take_question(scope, slug, asked, actor=RESIDENT, now=now)


def code_of(scope: Scope, question: InterviewQuestion) -> str:
    """Return the code that opens a question to whoever asked it; it is stored nowhere."""
    key = scope.keys.derive("interview-question", scope.tenant.id, number=1)
    number = int.from_bytes(hmac.digest(key, str(question.id).encode(), sha256)[:8], "big")
    return "".join(CROCKFORD[(number >> 5 * place) & 31] for place in range(CODE_LENGTH))


def find_own_question(
    scope: Scope, interview: Interview, number: str, code: str, *, address: str, is_proved: bool, now: datetime
) -> InterviewQuestion | NotFound:
    """Return the question of this number if the code is its own. A failure is counted, so the caller must commit."""
    known_as = f"{interview.slug}/{number}"
    if (refused := refused_look(scope, known_as, address=address, is_proved=is_proved, now=now)) is not None:
        return refused
    found = None
    if number.isascii() and number.isdecimal() and len(number) <= 9:
        found = find_question(scope, interview, int(number))
    right = code_of(scope, found) if found else "-" * CODE_LENGTH
    if found is not None and hmac.compare_digest(right.encode(), read_code(code).encode()):
        return found
    note_failure(scope, known_as, address=address, now=now)
    return NotFound("wrong")


def ticket_of_own(scope: Scope, question: InterviewQuestion) -> tuple[str, str] | None:
    """Return number and access code of the ticket that one's own question became, None where it became none of its own."""
    if question.state != "filed" or question.ticket_id is None:
        return None
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, question.ticket_id))
    code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version)
    return ticket.serial_no, code

"""Keeping interviews and what was asked there. Flushes, never commits."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.intake.interviews.labels import INTERVIEW_STATES
from core.intake.interviews.models import (
    Interview,
    InterviewExtension,
    InterviewHost,
    InterviewQuestion,
    InterviewReturned,
    InterviewUnit,
)
from core.intake.interviews.rules import Asker, Question, words_of_question
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.contact import normal_phone

SEALED = "interview.asker"
"""The field under which who asks is encrypted."""
RETURNED = "interview.returned"
"""The field under which the cells of a returned row are encrypted."""


class NoSuchInterview(Refused):
    """The tenant has no interview of this name."""

    code = "no-such-interview"


class NoSuchInterviewQuestion(Refused):
    """The interview has no question of this number."""

    code = "no-such-interview-question"


class InterviewSettled(Refused):
    """The interview, or its question, is past what was to be done with it."""

    code = "interview-settled"


def interviews(scope: Scope) -> Sequence[Interview]:
    """Return all interviews, the latest first."""
    return scope.session.scalars(
        select(Interview)
        .where(Interview.tenant_id == scope.tenant.id)
        .order_by(Interview.opens_at.desc(), Interview.id.desc())
    ).all()


def get_interview(scope: Scope, slug: str) -> Interview:
    """Return an interview, to be looked at. Raises `NoSuchInterview`."""
    return _named(scope, slug, locked=False)


def lock_interview(scope: Scope, slug: str) -> Interview:
    """Return an interview, locked. Raises `NoSuchInterview`."""
    return _named(scope, slug, locked=True)


def refuse_interview_state(interview: Interview, *states: str, deed: str) -> None:
    """Raise `InterviewSettled` unless the interview is in one of these states."""
    if interview.state not in states:
        raise InterviewSettled(
            said(
                "访谈“{topic}”{interview_states}，不能{deed}。请刷新后再看。",
                topic=interview.topic,
                interview_states=word(INTERVIEW_STATES[interview.state]),
                deed=word(deed),
            )
        )


def hosts_of(scope: Scope, interview: Interview) -> Sequence[InterviewHost]:
    """Return who answers in an interview, in the order of the announcement."""
    return scope.session.scalars(
        select(InterviewHost)
        .where(InterviewHost.tenant_id == scope.tenant.id, InterviewHost.interview_id == interview.id)
        .order_by(InterviewHost.position)
    ).all()


def units_of(scope: Scope, interview: Interview) -> Sequence[InterviewUnit]:
    """Return the units that can be asked in an interview, by their names."""
    return scope.session.scalars(
        select(InterviewUnit)
        .where(InterviewUnit.tenant_id == scope.tenant.id, InterviewUnit.interview_id == interview.id)
        .order_by(InterviewUnit.unit_id)
    ).all()


def extensions_of(scope: Scope, interview: Interview) -> Sequence[InterviewExtension]:
    """Return how an interview was extended, the first time first."""
    return scope.session.scalars(
        select(InterviewExtension)
        .where(InterviewExtension.tenant_id == scope.tenant.id, InterviewExtension.interview_id == interview.id)
        .order_by(InterviewExtension.at, InterviewExtension.id)
    ).all()


def questions_of(
    scope: Scope, interview: Interview, *states: str, after: int = 0, most: int | None = None
) -> Sequence[InterviewQuestion]:
    """Return questions of an interview in these states, none = in all, beyond a number, in their order."""
    query = (
        select(InterviewQuestion)
        .where(*_of(scope, interview), InterviewQuestion.number > after)
        .order_by(InterviewQuestion.number)
    )
    if states:
        query = query.where(InterviewQuestion.state.in_(states))
    return scope.session.scalars(query.limit(most) if most is not None else query).all()


def find_question(scope: Scope, interview: Interview, number: int) -> InterviewQuestion | None:
    """Return a question of an interview, None where it has none of this number."""
    return scope.session.scalar(
        select(InterviewQuestion).where(*_of(scope, interview), InterviewQuestion.number == number)
    )


def get_question(scope: Scope, interview: Interview, number: int) -> InterviewQuestion:
    """Return a question of an interview. Raises `NoSuchInterviewQuestion`."""
    if (found := find_question(scope, interview, number)) is None:
        raise NoSuchInterviewQuestion(
            said("访谈“{topic}”没有第 {number} 条提问。请从列表中选择。", topic=interview.topic, number=number)
        )
    return found


def next_number(scope: Scope, interview: Interview) -> int:
    """Return the number of the next question; the interview is locked, so that nobody else has it."""
    highest = scope.session.scalar(select(func.max(InterviewQuestion.number)).where(*_of(scope, interview)))
    return (highest or 0) + 1


def known_keys(scope: Scope, interview: Interview, keys: Collection[str]) -> dict[str, InterviewQuestion]:
    """Return the questions that came before under one of these keys, by key."""
    rows = scope.session.scalars(
        select(InterviewQuestion).where(*_of(scope, interview), InterviewQuestion.key.in_(list(keys)))
    )
    return {each.key: each for each in rows}


def keep_question(
    scope: Scope, interview: Interview, asked: Question, *, number: int, unit_id: int | None, now: datetime
) -> InterviewQuestion:
    """Keep a question that waits, who asks encrypted. The caller knows that its key is new."""
    question_id, asker = scope.new_id(), asked.asker
    known_by, phone = asker.known_by(asked.place), normal_phone(asker.phone)
    said = {name: value for name, value in asdict(asker).items() if value}
    question = InterviewQuestion(
        tenant_id=scope.tenant.id,
        id=question_id,
        interview_id=interview.id,
        number=number,
        key=asked.key,
        place=asked.place,
        text=asked.text,
        location=asked.location,
        asked_at=min(asked.asked_at or now, now),
        taken_in_at=now,
        unit_id=unit_id,
        asked_words=asked.unit,
        sealed=_seal(scope, SEALED, question_id, said) if said else None,
        phone_hash=_hash(scope, "phone", phone) if phone else None,
        asker_hash=_hash(scope, "interview.asker", known_by) if known_by else None,
        words_hash=words_hash(scope, asked),
    )
    scope.session.add(question)
    return question


def words_hash(scope: Scope, asked: Question) -> bytes:
    """Return the keyed hash of what a question says and about where, by which the same one is found."""
    said = f"{words_of_question(asked.text)}/{words_of_question(asked.location)}"
    return _hash(scope, "interview.words", said)


def asker_of(scope: Scope, question: InterviewQuestion) -> Asker:
    """Return who asked, as long as it is kept here: of what became a ticket it is the ticket's, and nobody is returned."""
    return Asker() if question.sealed is None else Asker(**_open(scope, SEALED, question.id, question.sealed))


def let_go_of_asker(question: InterviewQuestion) -> None:
    """Keep no longer who asked: the ticket does, or they are erased. That it was the same asker stays until then."""
    question.sealed, question.phone_hash = None, None


def keep_returned(
    scope: Scope, interview: Interview, cells: Sequence[str], *, number: int, why: str, now: datetime
) -> None:
    """Keep a row of a file that could not be read, as it came, for the file that is to be mended."""
    row_id = scope.new_id()
    scope.session.add(
        InterviewReturned(
            tenant_id=scope.tenant.id,
            id=row_id,
            interview_id=interview.id,
            number=number,
            why=why,
            sealed=_seal(scope, RETURNED, row_id, list(cells)),
            at=now,
        )
    )


def returned_rows(scope: Scope, interview: Interview) -> Sequence[InterviewReturned]:
    """Return the rows of the last file that were returned, in their order."""
    return scope.session.scalars(
        select(InterviewReturned)
        .where(
            InterviewReturned.tenant_id == scope.tenant.id,
            InterviewReturned.interview_id == interview.id,
            InterviewReturned.sealed.is_not(None),
        )
        .order_by(InterviewReturned.number, InterviewReturned.id)
    ).all()


def cells_of(scope: Scope, row: InterviewReturned) -> tuple[str, ...]:
    """Return the cells of a row that was returned."""
    assert row.sealed is not None, "a row that nobody has settled"
    return tuple(_open(scope, RETURNED, row.id, row.sealed))


def _named(scope: Scope, slug: str, *, locked: bool) -> Interview:
    query = select(Interview).where(Interview.tenant_id == scope.tenant.id, Interview.slug == slug)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    if (found := scope.session.scalar(query)) is None:
        raise NoSuchInterview(said("没有短名为 {slug} 的访谈。请从列表中选择，或先预告一场。", slug=slug))
    return found


def _of(scope: Scope, interview: Interview) -> tuple[Any, ...]:
    return InterviewQuestion.tenant_id == scope.tenant.id, InterviewQuestion.interview_id == interview.id


def _hash(scope: Scope, field: str, value: str) -> bytes:
    return scope.keys.lookup_hash(value, tenant_id=scope.tenant.id, field=field)


def _seal(scope: Scope, field: str, row_id: int, value: Any) -> bytes:
    written = json.dumps(value, ensure_ascii=False)
    return scope.keys.encrypt(written, tenant_id=scope.tenant.id, field=field, row_id=row_id)


def _open(scope: Scope, field: str, row_id: int, sealed: bytes) -> Any:
    return json.loads(scope.keys.decrypt(sealed, tenant_id=scope.tenant.id, field=field, row_id=row_id))

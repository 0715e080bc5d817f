"""The person in questions of live interviews: whose they are, and taking who asked away while the question stays."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update

from core.intake.interviews.models import InterviewQuestion, InterviewReturned
from core.intake.interviews.service import asker_of, let_go_of_asker
from core.tenancy.scope import Scope
from core.tickets.contact import blanked, normal_phone
from core.tickets.models import Ticket

SETTLED = ("answered", "set_aside")
"""What became no ticket. One that waits is kept: its asker is still to be answered."""


def questions_of_person(scope: Scope, phone: str) -> Sequence[InterviewQuestion]:
    """Return the questions of who left this phone that are no tickets, the oldest first."""
    phone_hash = scope.keys.lookup_hash(normal_phone(phone.strip()), tenant_id=scope.tenant.id, field="phone")
    return scope.session.scalars(
        select(InterviewQuestion)
        .where(InterviewQuestion.tenant_id == scope.tenant.id, InterviewQuestion.phone_hash == phone_hash)
        .order_by(InterviewQuestion.asked_at, InterviewQuestion.id)
    ).all()


def erase_questions(scope: Scope, phone: str) -> int:
    """Erase who asked from the questions of this phone that were answered live or set aside; return how many."""
    settled = [question for question in questions_of_person(scope, phone) if question.state in SETTLED]
    for question in settled:
        _erase(scope, question)
    return len(settled)


def erase_questions_of(scope: Scope, ticket: Ticket) -> None:
    """Let nothing tell any more that questions which became this ticket were of one asker."""
    scope.session.execute(
        update(InterviewQuestion)
        .where(InterviewQuestion.tenant_id == scope.tenant.id, InterviewQuestion.ticket_id == ticket.id)
        .values(asker_hash=None)
    )


def erase_questions_before(scope: Scope, instant: datetime, *, limit: int) -> int:
    """Erase who asked from up to so many questions that were settled without a ticket before then; return how many.

    Rows of files that were returned before then, and that nobody mended, go too.
    """
    settled_at = func.coalesce(InterviewQuestion.answered_at, InterviewQuestion.set_aside_at)
    questions = scope.session.scalars(
        select(InterviewQuestion)
        .where(
            InterviewQuestion.tenant_id == scope.tenant.id,
            InterviewQuestion.state.in_(SETTLED),
            settled_at < instant,
            or_(InterviewQuestion.sealed.is_not(None), InterviewQuestion.asker_hash.is_not(None)),
        )
        .order_by(settled_at, InterviewQuestion.id)
        .limit(limit)
    ).all()
    for question in questions:
        _erase(scope, question)
    scope.session.execute(
        update(InterviewReturned)
        .where(
            InterviewReturned.tenant_id == scope.tenant.id,
            InterviewReturned.at < instant,
            InterviewReturned.sealed.is_not(None),
        )
        .values(sealed=None)
    )
    return len(questions)


def _erase(scope: Scope, question: InterviewQuestion) -> None:
    """Take who asked away, from the doubles of the question too."""
    contact = asker_of(scope, question).contact
    doubles = scope.session.scalars(
        select(InterviewQuestion).where(
            InterviewQuestion.tenant_id == scope.tenant.id, InterviewQuestion.same_as_id == question.id
        )
    )
    for each in (question, *doubles):
        each.text, each.location, each.answer = (
            blanked(words, contact) for words in (each.text, each.location, each.answer)
        )
        each.asker_hash = None
    let_go_of_asker(question)

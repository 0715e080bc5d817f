"""After a live interview 转办: every question that nobody answered becomes a ticket, like ones are handled together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from core.hooks.values import InterviewRules
from core.intake.clearances.service import why_to_clear
from core.intake.interviews.models import Interview, InterviewQuestion
from core.intake.interviews.service import (
    asker_of,
    let_go_of_asker,
    lock_interview,
    questions_of,
    refuse_interview_state,
    units_of,
)
from core.intake.rules import Appeal
from core.journey.accept import send_on, take_in, taken_in
from core.journey.desk import dispatch
from core.journey.interviews import HOLDS, get_interview_rules
from core.journey.join import attach
from core.journey.progress_news import telling_steps
from core.journey.queries.alike import alike_to
from core.kit.errors import Refused
from core.people.roles import Permission
from core.routing.deciding import propose
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note, refuse_actor
from core.tickets.states import IN_HAND, State
from core.tickets.timeline import SYSTEM, Actor, Order
from core.units.queries import DirectoryUnit, directory

BATCH = 50
"""Questions that are handed over in one request: however many there are, each request is short."""
SAID_ALIKE = "微访谈中不同网友的同类提问"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What came of handing over: tickets made just now, how many of them were attached, failures, and what still waits."""

    filed: int
    attached: int
    failed: int
    left: int


@dataclass(frozen=True, slots=True)
class _Addressee:
    """Who is to handle a question; None = the rules of the district say so, or the desk, and `words` say why."""

    unit: DirectoryUnit | None
    words: str = ""

    @property
    def is_for_desk(self) -> bool:
        """A unit was asked that is no longer there: a person decides, and no rule."""
        return bool(self.words) and self.unit is None


def hand_over(scope: Scope, slug: str, *, afresh: bool, actor: Actor, now: datetime, most: int = BATCH) -> HandedOver:
    """Make a ticket of each question that waits, up to so many: one that cannot be taken in says why, and the rest goes on.

    Each question becomes one ticket however often this is called. It goes to the unit that was asked; of one that left, to
    its successor where somebody named one, else to the desk; where nobody was asked, wherever the rules say. What says the
    same as another question to that unit is attached to its ticket, and its asker keeps number, clock, reply and rating.
    `afresh` tries those again that failed before. When none is left, the interview is handed over.
    Raises `NotPermitted`, `NoInterviews`, `NoSuchInterview`, `InterviewSettled`.
    """
    refuse_actor(actor, HOLDS, "转办提问")
    rules, interview = get_interview_rules(scope), lock_interview(scope, slug)
    refuse_interview_state(interview, "closed", "handed_over", deed="转办")
    waiting = questions_of(scope, interview, "waiting")
    if afresh:
        for question in waiting:
            question.failure = ""
    to_file = [question for question in waiting if not question.failure]
    addressees = _addressees(scope, interview)
    filed, attached = list[InterviewQuestion](), 0
    for question in to_file[:most]:
        addressee = addressees.get(question.unit_id) if question.unit_id else None
        done = _file(scope, interview, question, addressee or _Addressee(None), rules, actor=actor, now=now)
        if done is not None:
            filed.append(question)
            attached += done
    _tell_doubles(scope, filed)
    if interview.state == "closed" and all(question.state != "waiting" for question in waiting):
        interview.state, interview.handed_over_by, interview.handed_over_at = "handed_over", actor.name, now
    scope.session.flush()
    failed = sum(1 for question in waiting if question.failure)
    return HandedOver(len(filed), attached, failed, max(0, len(to_file) - most))


def _file(
    scope: Scope,
    interview: Interview,
    question: InterviewQuestion,
    addressee: _Addressee,
    rules: InterviewRules,
    *,
    actor: Actor,
    now: datetime,
) -> bool | None:
    """Make a ticket of a question; tell whether it was attached, None where it cannot be taken in."""
    appeal = Appeal(
        channel=interview.channel,
        text=question.text,
        place=question.location,
        contact=asker_of(scope, question).contact,
        external_id=f"interview/{interview.slug}/{question.number}",
        submitted_at=question.asked_at,
    )
    work = partial(_accept_question, interview=interview, question=question)
    try:
        with scope.session.begin_nested():
            accepted = taken_in(scope, appeal, actor=actor, now=now, work=work)
            scope.session.flush()
            ticket = scope.session.get_one(Ticket, (scope.tenant.id, accepted.ticket_id))
            was_attached = accepted.created and _send(
                scope, interview, question, ticket, addressee, rules, Order(actor, now)
            )
    except Refused as refusal:
        question.failure = refusal.message
        return None
    question.state, question.ticket_id, question.failure = "filed", ticket.id, ""
    let_go_of_asker(question)
    return was_attached


def _accept_question(
    scope: Scope,
    appeal: Appeal,
    actor: Actor,
    now: datetime,
    *,
    interview: Interview,
    question: InterviewQuestion,
) -> Ticket:
    ticket = take_in(scope, appeal, actor=actor, now=now)
    asked = f"，向{question.asked_words}提出" if question.asked_words else ""
    note(
        scope,
        ticket,
        "interview",
        Order(actor, now),
        summary=f"微访谈“{interview.topic}”第 {question.number} 条提问{asked}，现场没有答复",
        detail={"interview": interview.slug, "question": question.number},
    )
    return ticket


def _send(
    scope: Scope,
    interview: Interview,
    question: InterviewQuestion,
    ticket: Ticket,
    addressee: _Addressee,
    rules: InterviewRules,
    order: Order,
) -> bool:
    """Attach a ticket to one that says the same, or send it to whom it asks; tell whether it was attached."""
    if ticket.state != State.ACCEPTED:
        return False
    is_cleared = why_to_clear(scope, ticket, order.actor, wished=False) is None
    if is_cleared and _attach(scope, interview, question, ticket, addressee, rules, order):
        return True
    if is_cleared and addressee.unit is not None:
        reason = addressee.words or "微访谈中向该单位提出"
        try:
            with scope.session.begin_nested():
                dispatch(scope, ticket.serial_no, order, lead=addressee.unit.code, reason=reason)
        except Refused as refusal:
            _leave_to_desk(scope, ticket, refusal.message, order)
        return False
    if addressee.is_for_desk:
        _leave_to_desk(scope, ticket, addressee.words, order)
        return False
    with telling_steps(scope, now=order.now):
        send_on(scope, ticket, order, for_clearance=False)
    return False


def _leave_to_desk(scope: Scope, ticket: Ticket, why: str, order: Order) -> None:
    note(scope, ticket, "note", Order(SYSTEM, order.now), summary=f"{why}；由受理席派单")
    propose(scope, ticket, now=order.now)


def _attach(
    scope: Scope,
    interview: Interview,
    question: InterviewQuestion,
    ticket: Ticket,
    addressee: _Addressee,
    rules: InterviewRules,
    order: Order,
) -> bool:
    if ticket.urgency == "urgent" or Permission.DISPATCH not in order.actor.permissions:
        return False
    master, because = _master_of(scope, interview, question, ticket, addressee, rules, now=order.now)
    if not master:
        return False
    try:
        with scope.session.begin_nested():
            attach(scope, ticket.serial_no, order, master=master, reason=because)
    except Refused as refusal:
        note(
            scope,
            ticket,
            "note",
            Order(SYSTEM, order.now),
            summary=f"与工单 {master} 同类，没有并单：{refusal.message}",
        )
        return False
    return True


def _master_of(
    scope: Scope,
    interview: Interview,
    question: InterviewQuestion,
    ticket: Ticket,
    addressee: _Addressee,
    rules: InterviewRules,
    *,
    now: datetime,
) -> tuple[str, str]:
    """Return the number of the ticket that says the same to the same unit, and why; empty = there is none."""
    filed, master = aliased(Ticket), aliased(Ticket)
    same_words = scope.session.scalars(
        select(master.serial_no)
        .join(filed, (filed.tenant_id == master.tenant_id) & (master.id == func.coalesce(filed.master_id, filed.id)))
        .join(
            InterviewQuestion,
            (InterviewQuestion.tenant_id == filed.tenant_id) & (InterviewQuestion.ticket_id == filed.id),
        )
        .where(
            InterviewQuestion.tenant_id == scope.tenant.id,
            InterviewQuestion.interview_id == interview.id,
            InterviewQuestion.words_hash == question.words_hash,
            InterviewQuestion.unit_id.is_not_distinct_from(question.unit_id),
            InterviewQuestion.state == "filed",
            master.state.in_(IN_HAND),
        )
        .order_by(InterviewQuestion.number)
        .limit(1)
    ).first()
    if same_words is not None:
        return same_words, f"{SAID_ALIKE}，文字相同"
    if addressee.unit is None:
        return "", ""
    found = alike_to(scope, ticket, with_unit=addressee.unit.id, now=now)
    best = next((each for each in found if each.score >= rules.alike_from), None)
    return (best.serial_no, f"{SAID_ALIKE}，{best.reason}") if best else ("", "")


def _addressees(scope: Scope, interview: Interview) -> dict[int, _Addressee]:
    """Return of each unit of the interview, and of every active one, who handles what it was asked."""
    units = directory(scope)
    found = {unit.id: _Addressee(unit) for unit in units.units}
    for asked in units_of(scope, interview):
        if asked.unit_id in found:
            continue
        successor = units.unit_of_id(asked.passed_to_id) if asked.passed_to_id else None
        if successor is not None:
            words = f"所问的{asked.name}已停用，由{successor.name}承接（{asked.passed_because}）"
            found[asked.unit_id] = _Addressee(successor, words)
        else:
            found[asked.unit_id] = _Addressee(None, f"所问的{asked.name}已停用，没有指定承接单位")
    return found


def _tell_doubles(scope: Scope, filed: Sequence[InterviewQuestion]) -> None:
    """Let what was asked twice point to the ticket too, so that its person is found in all of it."""
    scope.session.flush()
    first = aliased(InterviewQuestion)
    scope.session.execute(
        update(InterviewQuestion)
        .where(
            InterviewQuestion.tenant_id == scope.tenant.id,
            InterviewQuestion.same_as_id.in_([question.id for question in filed]),
            first.tenant_id == InterviewQuestion.tenant_id,
            first.id == InterviewQuestion.same_as_id,
        )
        .values(ticket_id=first.ticket_id)
        .execution_options(synchronize_session=False)
    )

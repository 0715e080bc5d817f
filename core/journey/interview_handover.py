"""After a live interview 转办: every question that nobody answered becomes a ticket, like ones are handled together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from core.kit import saying
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
FILED, MASTER = aliased(Ticket), aliased(Ticket)
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
    work = _Work(scope, interview, rules, Order(actor, now), _addressees(scope, interview))
    work.look_up(to_file[:most])
    filed = [question for question in to_file[:most] if work.file(question)]
    _tell_doubles(scope, filed)
    if interview.state == "closed" and all(question.state != "waiting" for question in waiting):
        interview.state, interview.handed_over_by, interview.handed_over_at = "handed_over", actor.name, now
    scope.session.flush()
    failed = sum(1 for question in waiting if question.failure)
    return HandedOver(len(filed), work.attached, failed, max(0, len(to_file) - most))


@dataclass(slots=True)
class _Work:
    """Handing over questions of one interview, by one order. `masters` are tickets by what they say, and to which unit."""

    scope: Scope
    interview: Interview
    rules: InterviewRules
    order: Order
    addressees: Mapping[int, _Addressee]
    masters: dict[tuple[bytes, int | None], str] = field(default_factory=dict)
    attached: int = 0

    def look_up(self, questions: Sequence[InterviewQuestion]) -> None:
        """Look up which tickets of the interview say the same as these questions do, all at once."""
        rows = self.scope.session.execute(
            select(InterviewQuestion.words_hash, InterviewQuestion.unit_id, MASTER.serial_no)
            .join(FILED, (FILED.tenant_id == InterviewQuestion.tenant_id) & (FILED.id == InterviewQuestion.ticket_id))
            .join(
                MASTER,
                (MASTER.tenant_id == FILED.tenant_id) & (MASTER.id == func.coalesce(FILED.master_id, FILED.id)),
            )
            .where(
                InterviewQuestion.tenant_id == self.scope.tenant.id,
                InterviewQuestion.interview_id == self.interview.id,
                InterviewQuestion.words_hash.in_({question.words_hash for question in questions}),
                InterviewQuestion.state == "filed",
                MASTER.state.in_(IN_HAND),
            )
            .order_by(InterviewQuestion.number)
        )
        for words, unit_id, serial_no in rows:
            self.masters.setdefault((words, unit_id), serial_no)

    def file(self, question: InterviewQuestion) -> bool:
        """Make a ticket of a question, unless it cannot be taken in: then it keeps the reason."""
        scope = self.scope
        appeal = Appeal(
            channel=self.interview.channel,
            text=question.text,
            place=question.location,
            contact=asker_of(scope, question).contact,
            external_id=f"interview/{self.interview.slug}/{question.number}",
            submitted_at=question.asked_at,
        )
        accepting = partial(_accept_question, interview=self.interview, question=question)
        try:
            with scope.session.begin_nested():
                accepted = taken_in(scope, appeal, actor=self.order.actor, now=self.order.now, work=accepting)
                scope.session.flush()
                ticket = scope.session.get_one(Ticket, (scope.tenant.id, accepted.ticket_id))
                master = self._send(question, ticket) if accepted.created else ""
        except Refused as refusal:
            question.failure = refusal.message
            return False
        self.masters.setdefault((question.words_hash, question.unit_id), master or ticket.serial_no)
        self.attached += bool(master)
        question.state, question.ticket_id, question.failure = "filed", ticket.id, ""
        let_go_of_asker(question)
        return True

    def _send(self, question: InterviewQuestion, ticket: Ticket) -> str:
        """Attach a ticket to one that says the same, whose number is returned; else send it to whom it asks."""
        addressee = (self.addressees.get(question.unit_id) if question.unit_id else None) or _Addressee(None)
        if ticket.state != State.ACCEPTED:
            return ""
        is_cleared = why_to_clear(self.scope, ticket, self.order.actor, wished=False) is None
        if is_cleared and (master := self._attach(question, ticket, addressee)):
            return master
        if is_cleared and addressee.unit is not None:
            self._dispatch(ticket, addressee.unit, addressee.words or "微访谈中向该单位提出")
        elif addressee.is_for_desk:
            self._leave_to_desk(ticket, addressee.words)
        else:
            with telling_steps(self.scope, now=self.order.now):
                send_on(self.scope, ticket, self.order, for_clearance=False)
        return ""

    def _attach(self, question: InterviewQuestion, ticket: Ticket, addressee: _Addressee) -> str:
        if ticket.urgency == "urgent" or Permission.DISPATCH not in self.order.actor.permissions:
            return ""
        master, because = self._master_of(question, ticket, addressee)
        if not master:
            return ""
        try:
            with self.scope.session.begin_nested():
                attach(self.scope, ticket.serial_no, self.order, master=master, reason=because)
        except Refused as refusal:
            said = saying.said("与工单 {master} 同类，没有并单：{message}", master=master, message=refusal.message)
            note(self.scope, ticket, "note", Order(SYSTEM, self.order.now), summary=said)
            return ""
        return master

    def _master_of(self, question: InterviewQuestion, ticket: Ticket, addressee: _Addressee) -> tuple[str, str]:
        """Return the number of the ticket that says the same to the same unit, and why; empty = there is none."""
        if same_words := self.masters.get((question.words_hash, question.unit_id)):
            return same_words, saying.said("{said_alike}，文字相同", said_alike=saying.word(SAID_ALIKE))
        if addressee.unit is None:
            return "", ""
        found = alike_to(self.scope, ticket, with_unit=addressee.unit.id, now=self.order.now)
        best = next((each for each in found if each.score >= self.rules.alike_from), None)
        return (
            (
                best.serial_no,
                saying.said("{said_alike}，{reason}", said_alike=saying.word(SAID_ALIKE), reason=best.reason),
            )
            if best
            else ("", "")
        )

    def _dispatch(self, ticket: Ticket, unit: DirectoryUnit, reason: str) -> None:
        try:
            with self.scope.session.begin_nested():
                dispatch(self.scope, ticket.serial_no, self.order, lead=unit.code, reason=reason)
        except Refused as refusal:
            self._leave_to_desk(ticket, refusal.message)

    def _leave_to_desk(self, ticket: Ticket, why: str) -> None:
        note(
            self.scope,
            ticket,
            "note",
            Order(SYSTEM, self.order.now),
            summary=saying.said("{why}；由受理席派单", why=why),
        )
        propose(self.scope, ticket, now=self.order.now)


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
    asked = saying.said("，向{asked}提出", asked=question.asked_words) if question.asked_words else ""
    note(
        scope,
        ticket,
        "interview",
        Order(actor, now),
        summary=saying.said(
            "微访谈“{topic}”第 {number} 条提问{asked}，现场没有答复",
            topic=interview.topic,
            number=question.number,
            asked=asked,
        ),
        detail={"interview": interview.slug, "question": question.number},
    )
    return ticket


def _addressees(scope: Scope, interview: Interview) -> dict[int, _Addressee]:
    """Return of each unit of the interview, and of every active one, who handles what it was asked."""
    units = directory(scope)
    found = {unit.id: _Addressee(unit) for unit in units.units}
    for asked in units_of(scope, interview):
        if asked.unit_id in found:
            continue
        successor = units.unit_of_id(asked.passed_to_id) if asked.passed_to_id else None
        if successor is not None:
            words = saying.said(
                "所问的{name}已停用，由{successor_name}承接（{passed_because}）",
                name=asked.name,
                successor_name=successor.name,
                passed_because=asked.passed_because,
            )
            found[asked.unit_id] = _Addressee(successor, words)
        else:
            found[asked.unit_id] = _Addressee(
                None, saying.said("所问的{name}已停用，没有指定承接单位", name=asked.name)
            )
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

"""Questions of a live interview 提问: taken in from any place, answered live, or set aside with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.intake.interviews.labels import QUESTION_STATES
from core.intake.interviews.models import Interview, InterviewHost, InterviewQuestion
from core.intake.interviews.rules import Question, usable_answer, usable_question
from core.intake.interviews.service import (
    InterviewSettled,
    get_question,
    hosts_of,
    keep_question,
    known_keys,
    let_go_of_asker,
    lock_interview,
    next_number,
    refuse_interview_state,
    units_of,
)
from core.journey.interviews import HOLDS
from core.kit.saying import said, word
from core.people.access import asked_of, may
from core.people.roles import NotPermitted, Permission
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor
from core.units.queries import directory

ASKS = frozenset({Permission.SPEAK, HOLDS})
ANSWERS = frozenset({HOLDS, Permission.HANDLE, Permission.INSTRUCT})


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of questions that were handed in: new ones (those doubled among them), and those that came before."""

    new: tuple[InterviewQuestion, ...]
    doubled: int
    existing: int


def take_question(scope: Scope, slug: str, asked: Question, *, actor: Actor, now: datetime) -> InterviewQuestion:
    """Take in a question from any place; the same key is the same question, and adds none.

    By the page one asks until the interview is closed; what comes otherwise is taken in later too, and waits to be handed
    over. Raises `NotPermitted`, `NoSuchInterview`, `InterviewSettled`, `QuestionUnusable`, `AppealUnusable`.
    """
    if not may(actor.permissions, ASKS):
        raise NotPermitted(said("提问由网友提出，或由{asked}代为登记。", asked=word(asked_of(HOLDS))))
    usable, interview = usable_question(asked), lock_interview(scope, slug)
    if usable.place == "page":
        refuse_interview_state(interview, "announced", "open", deed="再提问")
    add_questions(scope, interview, [usable], actor=actor, now=now)
    return known_keys(scope, interview, [usable.key])[usable.key]


def add_questions(
    scope: Scope, interview: Interview, asked: Sequence[Question], *, actor: Actor, now: datetime
) -> TakenIn:
    """Add usable questions to an interview that is locked. What the same asker asked before is kept as doubled.

    A question that had been answered brings its answer. One that waits opens an interview again that was handed over.
    """
    known = known_keys(scope, interview, [each.key for each in asked])
    hosts, called = hosts_of(scope, interview), _units_by_name(scope, interview)
    number, existing, new = next_number(scope, interview), 0, list[InterviewQuestion]()
    for each in asked:
        if each.key in known:
            existing += 1
            continue
        question = keep_question(scope, interview, each, number=number, unit_id=called.get(each.unit.strip()), now=now)
        if each.answer:
            host = next((host for host in hosts if each.host.strip() in (host.name, host.post)), None)
            _answer(question, each.answer, host, actor, now)
        known[each.key], number = question, number + 1
        new.append(question)
    doubled = _mark_doubled(scope, interview, new)
    if interview.state == "handed_over" and any(each.state == "waiting" for each in new):
        interview.state, interview.handed_over_at, interview.handed_over_by = "closed", None, ""
    scope.session.flush()
    return TakenIn(tuple(new), doubled, existing)


def may_answer_for(actor: Actor, unit_id: int) -> bool:
    """Tell whether somebody may write down what a host of this unit answers: the desk and leaders of the whole district for
    every host, whoever belongs to a unit for those of that unit.
    """
    if HOLDS in actor.permissions or actor.acts_for(unit_id):
        return True
    return Permission.INSTRUCT in actor.permissions and actor.unit_id is None


def answer_live(
    scope: Scope, slug: str, number: int, *, text: str, host: int, actor: Actor, now: datetime
) -> InterviewQuestion:
    """Answer a question live 当场答复: a host, given by their position, or somebody who writes it down for them.

    For whom somebody may, `may_answer_for` tells. Raises `NotPermitted`, `NotYours`, `NoSuchInterview`,
    `NoSuchInterviewQuestion`, `InterviewSettled`, `QuestionUnusable`.
    """
    if not may(actor.permissions, ANSWERS):
        raise NotPermitted(
            said("当场答复由{asked}登记，{name}没有这项权限。", asked=word(asked_of(ANSWERS)), name=actor.name)
        )
    words, interview = usable_answer(text), lock_interview(scope, slug)
    who = next((each for each in hosts_of(scope, interview) if each.position == host), None)
    if who is None:
        raise InterviewSettled("请选择是哪位领导答复的。")
    if not may_answer_for(actor, who.unit_id):
        raise NotYours(said("{post}{name}不是您单位的领导，您不能代为登记答复。", post=who.post, name=who.name))
    refuse_interview_state(interview, "open", "closed", deed="当场答复")
    question = _waiting(scope, interview, number, "答复")
    _answer(question, words, who, actor, now)
    scope.session.flush()
    return question


def set_aside(scope: Scope, slug: str, number: int, *, reason: str, actor: Actor, now: datetime) -> InterviewQuestion:
    """Set a question aside 不转办, and say why: it becomes no ticket. Raises as `answer_live`, and `ReasonMissing`."""
    refuse_actor(actor, HOLDS, "不转办提问")
    because, interview = reason_of(reason, "不转办"), lock_interview(scope, slug)
    question = _waiting(scope, interview, number, "改为不转办")
    question.state, question.reason, question.failure = "set_aside", because, ""
    question.set_aside_by, question.set_aside_at = actor.name, now
    scope.session.flush()
    return question


def _waiting(scope: Scope, interview: Interview, number: int, deed: str) -> InterviewQuestion:
    question = get_question(scope, interview, number)
    if question.state != "waiting":
        raise InterviewSettled(
            said(
                "第 {number} 条提问{question_states}，不能{deed}，没有改动。请刷新后再看。",
                number=number,
                question_states=word(QUESTION_STATES[question.state]),
                deed=word(deed),
            )
        )
    return question


def _answer(question: InterviewQuestion, words: str, host: InterviewHost | None, actor: Actor, now: datetime) -> None:
    question.state, question.answer, question.failure = "answered", words, ""
    question.host_id, question.answered_by, question.answered_at = host.id if host else None, actor.name, now


def _units_by_name(scope: Scope, interview: Interview) -> dict[str, int]:
    """Return the ids of units by what an asker may call them: those of the interview, gone or not, before all others."""
    called = {name: unit.id for unit in directory(scope).units for name in (unit.code, unit.name)}
    called.update((each.name, each.unit_id) for each in units_of(scope, interview))
    return called


def _mark_doubled(scope: Scope, interview: Interview, new: Sequence[InterviewQuestion]) -> int:
    """Mark among the new questions, which are not flushed yet, those that the same asker has asked in the same words."""
    asked = [each for each in new if each.asker_hash is not None and each.state == "waiting"]
    if not asked:
        return 0
    own = {id(each) for each in new}
    earlier = scope.session.scalars(
        select(InterviewQuestion)
        .where(
            InterviewQuestion.tenant_id == scope.tenant.id,
            InterviewQuestion.interview_id == interview.id,
            InterviewQuestion.words_hash.in_({each.words_hash for each in asked}),
            InterviewQuestion.asker_hash.in_({each.asker_hash for each in asked}),
            InterviewQuestion.state != "doubled",
        )
        .order_by(InterviewQuestion.number)
    ).all()
    first = {(each.asker_hash, each.words_hash): each for each in reversed(earlier) if id(each) not in own}
    doubled = 0
    for question in new:
        before = first.setdefault((question.asker_hash, question.words_hash), question)
        if before is not question and question.asker_hash is not None and question.state == "waiting":
            question.state, question.same_as_id, question.ticket_id = "doubled", before.id, before.ticket_id
            let_go_of_asker(question)
            doubled += 1
    return doubled

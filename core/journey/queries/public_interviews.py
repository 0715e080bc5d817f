"""Live interviews as everybody reads them: what is coming and what was, questions with their answers, and what is left.

Nobody who asked is named, and what leads to a person is taken out of questions and answers. A question that became a ticket
leads to the case that is public, where there is one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from core.disclosure.hiding import hide, no_names_of
from core.disclosure.models import Disclosure
from core.intake.interviews.counts import Counts, counts_of_each, tally
from core.intake.interviews.models import Interview, InterviewHost, InterviewQuestion
from core.intake.interviews.service import asker_of, get_interview, hosts_of, interviews, units_of
from core.journey.interview_publicity import NEVER_SHOWN
from core.journey.interviews import interview_rules_of
from core.kit.saying import said, word
from core.statistics.small_counts import Told, tell
from core.tenancy.scope import Scope
from core.tickets.messages import contact_of
from core.tickets.models import Ticket
from core.tickets.sealing import opened
from core.tickets.states import ANSWERED, OPEN
from core.units.queries import directory

PAGE = 20
STANDS = {
    "announced": "还没有开始，现在就可以提问",
    "open": "正在进行",
    "closed": "已结束，没有当场答复的提问正在转给各单位",
    "handed_over": "已结束，没有当场答复的提问已转给各单位",
}


@dataclass(frozen=True, slots=True)
class PublicInterview:
    """An interview in public: its times, who answers, and the figures."""

    slug: str
    topic: str
    note: str
    opens_at: datetime
    until: datetime
    hosts: tuple[str, ...]
    state: str
    counts: Counts

    @property
    def stands(self) -> str:
        return STANDS[self.state]

    @property
    def takes_questions(self) -> bool:
        return self.state in ("announced", "open")


@dataclass(frozen=True, slots=True)
class Backlog:
    """What one unit has done and has left of an interview, as far as it is told."""

    unit: str
    finished: Told
    left: Told


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """A question that everybody may read: without who asked, and with what became of it in words."""

    number: int
    text: str
    unit: str
    stands: str
    answer: str = ""
    host: str = ""
    case_no: str = ""


def has_interviews(scope: Scope) -> bool:
    """Tell whether the district holds interviews, or held one."""
    return interview_rules_of(scope) is not None or bool(interviews(scope))


def public_interviews(scope: Scope) -> list[PublicInterview]:
    """Return the interviews, the latest first."""
    rows = interviews(scope)
    counts = counts_of_each(scope, rows)
    hosts: dict[int, list[InterviewHost]] = {}
    for host in scope.session.scalars(
        select(InterviewHost).where(InterviewHost.tenant_id == scope.tenant.id).order_by(InterviewHost.position)
    ):
        hosts.setdefault(host.interview_id, []).append(host)
    return [_public(each, hosts.get(each.id, ()), counts.get(each.id, Counts())) for each in rows]


def public_interview(scope: Scope, slug: str) -> tuple[PublicInterview, list[Backlog]]:
    """Return an interview and what each unit has left of it, the most first. Raises `NoSuchInterview`."""
    interview = get_interview(scope, slug)
    counted, units = tally(scope, [interview]), directory(scope)
    gone = {each.unit_id: each.name for each in units_of(scope, interview)}
    backlog = _backlog(
        [
            (_name(unit_id, gone, units.name_of), counts)
            for unit_id, counts in counted.by_unit.items()
            if counts.merged or counts.waiting
        ]
    )
    return _public(interview, hosts_of(scope, interview), counted.total), backlog


def _backlog(lines: Sequence[tuple[str, Counts]]) -> list[Backlog]:
    """Tell what units have of an interview beside its totals, which are no secret; nothing where these give a unit away."""
    lines = sorted(lines, key=lambda line: line[0])
    above = (-1, *(0 for _ in lines))
    finished, left = (
        tell((sum(values), *values), above)
        for values in ([counts.finished for _, counts in lines], [counts.backlog for _, counts in lines])
    )
    if finished[0].exact is None or left[0].exact is None:
        return []
    rows = [
        Backlog(unit, *told) for (unit, _), told in zip(lines, zip(finished[1:], left[1:], strict=True), strict=True)
    ]
    rows.sort(key=lambda each: (-each.left.low, each.unit))
    return rows


def units_to_ask(scope: Scope, slug: str) -> list[tuple[str, str]]:
    """Return code and name of the units that can be asked, those that are there. Raises `NoSuchInterview`."""
    units = directory(scope)
    found = (units.unit_of_id(each.unit_id) for each in units_of(scope, get_interview(scope, slug)))
    return [(unit.code, unit.name) for unit in found if unit is not None]


def public_questions(scope: Scope, slug: str, *, page: int) -> tuple[list[PublicQuestion], bool]:
    """Return a page of what everybody may read, the last answered first, and whether there are more.

    Raises `NoSuchInterview`. What a district's rule could not be asked about is left out.
    """
    interview = get_interview(scope, slug)
    rows = scope.session.execute(
        select(InterviewQuestion)
        .where(
            InterviewQuestion.tenant_id == scope.tenant.id,
            InterviewQuestion.interview_id == interview.id,
            InterviewQuestion.state.not_in(NEVER_SHOWN),
            _shown(),
        )
        .order_by(InterviewQuestion.answered_at.desc().nulls_last(), InterviewQuestion.number.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).scalars()
    questions = list(rows)
    hosts = {each.id: f"{each.post}{each.name}" for each in hosts_of(scope, interview)}
    tickets = _tickets(scope, [each.ticket_id for each in questions if each.ticket_id])
    no_names = no_names_of(scope)
    found = [_public_question(scope, each, hosts, tickets, no_names) for each in questions[:PAGE]]
    return [each for each in found if each is not None], len(questions) > PAGE


def what_became(scope: Scope, question: InterviewQuestion) -> str:
    """Return what became of a question, in words for whoever asked it."""
    tickets = _tickets(scope, [question.ticket_id] if question.ticket_id else [])
    if question.state == "doubled":
        return "您问过同样的问题，和先问的那一条一并办理，不用再问。"
    if question.state == "set_aside":
        return said("没有转给单位办理：{reason}", reason=question.reason)
    return _stands(question, tickets)


def asked_alike(scope: Scope, question: InterviewQuestion) -> int:
    """Return how many other questions of the interview say the same, those of the same asker left out."""
    return (
        scope.session.scalar(
            select(func.count()).where(
                InterviewQuestion.tenant_id == scope.tenant.id,
                InterviewQuestion.interview_id == question.interview_id,
                InterviewQuestion.words_hash == question.words_hash,
                InterviewQuestion.id != question.id,
                InterviewQuestion.state != "doubled",
                or_(
                    InterviewQuestion.asker_hash.is_(None),
                    InterviewQuestion.asker_hash.is_distinct_from(question.asker_hash),
                ),
            )
        )
        or 0
    )


@dataclass(frozen=True, slots=True)
class _Behind:
    """The ticket behind a question: its own, the one it is attached to, and the public number of either."""

    ticket: Ticket
    head: Ticket
    case_no: str


def _tickets(scope: Scope, ids: Sequence[int]) -> Mapping[int, _Behind]:
    if not ids:
        return {}
    head, case = aliased(Ticket), aliased(Disclosure)
    rows = scope.session.execute(
        select(Ticket, func.coalesce(head.id, Ticket.id).label("head_id"), case.public_no)
        .outerjoin(head, (head.tenant_id == Ticket.tenant_id) & (head.id == Ticket.master_id))
        .outerjoin(
            case,
            (case.tenant_id == Ticket.tenant_id)
            & (case.ticket_id == func.coalesce(head.id, Ticket.id))
            & (case.state == "published"),
        )
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ids))
    ).all()
    heads = {
        each.id: each
        for each in scope.session.scalars(
            select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_([row.head_id for row in rows]))
        )
    }
    return {row.Ticket.id: _Behind(row.Ticket, heads[row.head_id], row.public_no or "") for row in rows}


def _public_question(
    scope: Scope,
    question: InterviewQuestion,
    hosts: Mapping[int, str],
    tickets: Mapping[int, _Behind],
    no_names: Collection[str],
) -> PublicQuestion | None:
    behind = tickets.get(question.ticket_id) if question.ticket_id else None
    contact = asker_of(scope, question).contact
    if behind is not None and (row := contact_of(scope, behind.ticket)) is not None:
        contact = opened(scope.keys, row)
    (text, one_failed), (answer, other_failed) = (
        hide(scope, said, contact, no_names=no_names) for said in (question.text, question.answer)
    )
    if one_failed or other_failed:
        return None
    unit_id = (behind.head.lead_unit_id if behind else None) or question.unit_id
    return PublicQuestion(
        number=question.number,
        text=text,
        unit=directory(scope).name_of(unit_id) if unit_id else "",
        stands=_stands(question, tickets),
        answer=answer,
        host=hosts.get(question.host_id, "") if question.host_id else "",
        case_no=behind.case_no if behind else "",
    )


def _stands(question: InterviewQuestion, tickets: Mapping[int, _Behind]) -> str:
    if question.state == "answered":
        return "已当场答复"
    behind = tickets.get(question.ticket_id) if question.ticket_id else None
    if behind is None:
        return "还没有答复"
    joined = "和同类提问并为一件，" if behind.head is not behind.ticket else ""
    if behind.head.state in ANSWERED:
        return said("{joined}已办结并答复提问人", joined=word(joined))
    if behind.head.state in OPEN:
        return said("{joined}已转为工单，正在办理", joined=word(joined))
    return said("{joined}已转为工单，不再办理", joined=word(joined))


def _shown() -> ColumnElement[Any]:
    return func.coalesce(InterviewQuestion.shown, InterviewQuestion.state == "answered")


def _public(interview: Interview, hosts: Sequence[InterviewHost], counts: Counts) -> PublicInterview:
    return PublicInterview(
        slug=interview.slug,
        topic=interview.topic,
        note=interview.note,
        opens_at=interview.opens_at,
        until=interview.until,
        hosts=tuple(f"{each.post}{each.name}" for each in hosts),
        state=interview.state,
        counts=counts,
    )


def _name(unit_id: int | None, gone: Mapping[int, str], name_of: Any) -> str:
    if unit_id is None:
        return "待确定单位"
    return gone.get(unit_id) or str(name_of(unit_id))

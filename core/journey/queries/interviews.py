"""Live interviews as the house sees them: the list, one with its questions by state and unit, and the hour itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from core.intake.interviews.counts import Counts, Tally, counts_of_each, tally
from core.intake.interviews.gathering import gathered
from core.intake.interviews.labels import INTERVIEW_STATES, PLACES, QUESTION_STATES
from core.intake.interviews.models import Interview, InterviewExtension, InterviewHost, InterviewQuestion, InterviewUnit
from core.intake.interviews.service import (
    NoSuchInterview,
    extensions_of,
    get_interview,
    hosts_of,
    interviews,
    returned_rows,
    units_of,
)
from core.journey.interview_publicity import is_public
from core.kit.saying import said
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import STATE_LABELS, State
from core.tickets.timeline import Actor
from core.units.queries import Directory, directory

READS = frozenset({Permission.SEE_TICKETS, Permission.HANDLE})
"""Who may look: the house at all of them, units at those in which they answer or are asked."""
PAGE = 50
MOST_GROUPS = 100
"""Gathered questions that the hour's screen shows at a time."""
LIVE_TABS = {"new": "最新的", "most": "问得最多", "answered": "已答复", "aside": "不转办"}


@dataclass(frozen=True, slots=True)
class HostLine:
    """Somebody who answers: the position by which they are chosen, name, post and unit."""

    position: int
    name: str
    post: str
    unit_id: int
    unit: str

    @property
    def label(self) -> str:
        return f"{self.post} {self.name}"


@dataclass(frozen=True, slots=True)
class InterviewLine:
    """An interview in a list, with what it has come to."""

    slug: str
    topic: str
    opens_at: datetime
    until: datetime
    hosts: tuple[HostLine, ...]
    state: str
    counts: Counts

    @property
    def state_label(self) -> str:
        return INTERVIEW_STATES[self.state]


@dataclass(frozen=True, slots=True)
class UnitLine:
    """What one unit has of an interview; `left` tells that it is no longer there, `successor` who follows it."""

    unit_id: int | None
    name: str
    counts: Counts
    left: bool = False
    successor: str = ""


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question, without who asked: what was asked of whom, and what became of it."""

    number: int
    text: str
    place: str
    asked_at: datetime
    unit: str
    state: str
    answer: str = ""
    host: str = ""
    """Who answered it, empty = not said."""
    answered_by: str = ""
    """Who wrote the answer down."""
    reason: str = ""
    failure: str = ""
    same_as: int | None = None
    serial_no: str = ""
    ticket_state: str = ""
    is_public: bool = False

    @property
    def state_label(self) -> str:
        return QUESTION_STATES[self.state]


@dataclass(frozen=True, slots=True)
class InterviewCase:
    """An interview as its page shows it."""

    line: InterviewLine
    channel: str
    note: str
    ends_at: datetime
    extensions: tuple[InterviewExtension, ...]
    units: tuple[UnitLine, ...]
    returned: tuple[tuple[int, str], ...]
    failures: int
    announced_by: str
    closed_at: datetime | None
    handed_over_at: datetime | None

    @property
    def counts(self) -> Counts:
        return self.line.counts


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that say the same, or nearly so, under the one that was asked first."""

    first: QuestionLine
    same: tuple[QuestionLine, ...] = ()
    """In the same words."""
    like: tuple[QuestionLine, ...] = ()
    """In words that are nearly the same: a person looks before they are answered together."""
    latest: datetime | None = field(default=None, compare=False)

    @property
    def size(self) -> int:
        return 1 + len(self.same) + len(self.like)


@dataclass(frozen=True, slots=True)
class Hour:
    """The hour itself: what waits, gathered, or what was answered or set aside, and how much time is left."""

    line: InterviewLine
    tab: str
    groups: tuple[Group, ...]
    more: int
    """Groups that are not shown."""
    extended: int
    """Minutes by which it was extended altogether."""

    def left(self, now: datetime) -> timedelta:
        """Return how much time is left, negative when it is over."""
        return self.line.until - now


def interview_lines(scope: Scope, *, actor: Actor) -> list[InterviewLine]:
    """Return the interviews that somebody may see, the latest first, each with its figures."""
    seen: Sequence[Interview] = interviews(scope)
    if Permission.SEE_TICKETS not in actor.permissions:
        of_unit = select(InterviewUnit.interview_id).where(
            InterviewUnit.tenant_id == scope.tenant.id, InterviewUnit.unit_id == actor.unit_id
        )
        own = set(scope.session.scalars(of_unit))
        seen = [each for each in seen if each.id in own]
    counts, units = counts_of_each(scope, seen), directory(scope)
    hosts: dict[int, list[InterviewHost]] = {}
    if seen:
        for host in scope.session.scalars(
            select(InterviewHost)
            .where(
                InterviewHost.tenant_id == scope.tenant.id, InterviewHost.interview_id.in_([each.id for each in seen])
            )
            .order_by(InterviewHost.interview_id, InterviewHost.position)
        ):
            hosts.setdefault(host.interview_id, []).append(host)
    return [_line(each, hosts.get(each.id, ()), counts.get(each.id, Counts()), units) for each in seen]


def seen_interview(scope: Scope, slug: str, *, actor: Actor) -> Interview:
    """Return an interview that somebody may see. Raises `NoSuchInterview`, also for one of others."""
    interview = get_interview(scope, slug)
    if not may_see(scope, interview, actor):
        raise NoSuchInterview(said("没有短名为 {slug} 的访谈。请从列表中选择。", slug=slug))
    return interview


def may_see(scope: Scope, interview: Interview, actor: Actor) -> bool:
    """Tell whether somebody may see an interview: all the house, of the units those that answer or are asked."""
    if Permission.SEE_TICKETS in actor.permissions:
        return True
    of = {each.unit_id for each in units_of(scope, interview)}
    return Permission.HANDLE in actor.permissions and actor.unit_id in of


def interview_case(scope: Scope, slug: str, *, actor: Actor) -> InterviewCase:
    """Return an interview with its figures by unit. Raises `NoSuchInterview`."""
    interview = seen_interview(scope, slug, actor=actor)
    units, counted = directory(scope), tally(scope, [interview])
    failures = scope.session.scalar(select(func.count()).where(*_of(scope, interview), InterviewQuestion.failure != ""))
    return InterviewCase(
        line=_line(interview, hosts_of(scope, interview), counted.total, units),
        channel=interview.channel,
        note=interview.note,
        ends_at=interview.ends_at,
        extensions=tuple(extensions_of(scope, interview)),
        units=tuple(_unit_lines(scope, interview, counted, units)),
        returned=tuple((row.number, row.why) for row in returned_rows(scope, interview)),
        failures=failures or 0,
        announced_by=interview.announced_by,
        closed_at=interview.closed_at,
        handed_over_at=interview.handed_over_at,
    )


def question_lines(
    scope: Scope,
    slug: str,
    *,
    state: str = "",
    unit: int | None = None,
    words: str = "",
    after: int = 0,
    actor: Actor,
) -> list[QuestionLine]:
    """Return the next page of questions, and one more where there are: in a state, of a unit, with these words in them.

    Raises `NoSuchInterview`.
    """
    interview = seen_interview(scope, slug, actor=actor)
    query = _questions(scope, interview).where(InterviewQuestion.number > after).order_by(InterviewQuestion.number)
    if state == "failed":
        query = query.where(InterviewQuestion.failure != "")
    elif state in QUESTION_STATES:
        query = query.where(InterviewQuestion.state == state)
    if unit is not None:
        query = query.where(_whose() == unit)
    if words:
        query = query.where(InterviewQuestion.text.contains(words, autoescape=True))
    return _question_lines(scope, query.limit(PAGE + 1))


def the_hour(scope: Scope, slug: str, *, tab: str, actor: Actor) -> Hour:
    """Return the hour's screen: what waits, gathered, the newest or the most asked first; or what is done.

    Raises `NoSuchInterview`.
    """
    interview = seen_interview(scope, slug, actor=actor)
    done = {"answered": "answered", "aside": "set_aside"}.get(tab)
    query = _questions(scope, interview).where(InterviewQuestion.state == (done or "waiting"))
    if done:
        lines = _question_lines(scope, query.order_by(InterviewQuestion.number.desc()).limit(MOST_GROUPS + 1))
        groups, more = [Group(line, latest=line.asked_at) for line in lines[:MOST_GROUPS]], len(lines) > MOST_GROUPS
        return _hour(scope, interview, tab, groups, int(more))
    chosen, more_groups = _hashes(scope, interview, tab)
    rows = scope.session.execute(
        query.where(InterviewQuestion.words_hash.in_(chosen)).order_by(InterviewQuestion.number)
    ).all()
    units = directory(scope)
    by_hash: dict[bytes, list[QuestionLine]] = {}
    for row in rows:
        by_hash.setdefault(row.InterviewQuestion.words_hash, []).append(_question_line(row, units))
    of_one = [by_hash[each] for each in chosen if each in by_hash]
    return _hour(scope, interview, tab, _groups(of_one, most_first=tab == "most"), more_groups)


def _groups(of_one: Sequence[Sequence[QuestionLine]], *, most_first: bool) -> list[Group]:
    """Gather questions in the same words, and those whose words are nearly the same, under the one that was asked first."""
    found = []
    for places in gathered([lines[0].text for lines in of_one]):
        alike = sorted((of_one[place] for place in places), key=lambda lines: lines[0].number)
        (first, *same), others = alike[0], [line for lines in alike[1:] for line in lines]
        others.sort(key=lambda line: line.number)
        latest = max(line.asked_at for line in (first, *same, *others))
        found.append(Group(first, tuple(same), tuple(others), latest))
    if most_first:
        found.sort(key=lambda group: -group.size)
    return found


def _hashes(scope: Scope, interview: Interview, tab: str) -> tuple[list[bytes], int]:
    """Return what the waiting questions say, the newest or the most asked first, and how many more there are."""
    latest = func.max(InterviewQuestion.asked_at)
    order: tuple[ColumnElement[Any], ...] = (latest.desc(), func.max(InterviewQuestion.number).desc())
    if tab == "most":
        order = (func.count().desc(), *order)
    rows = scope.session.scalars(
        select(InterviewQuestion.words_hash)
        .where(*_of(scope, interview), InterviewQuestion.state == "waiting")
        .group_by(InterviewQuestion.words_hash)
        .order_by(*order)
    ).all()
    return list(rows[:MOST_GROUPS]), max(0, len(rows) - MOST_GROUPS)


def _hour(scope: Scope, interview: Interview, tab: str, groups: Iterable[Group], more: int) -> Hour:
    units, counted = directory(scope), tally(scope, [interview])
    line = _line(interview, hosts_of(scope, interview), counted.total, units)
    extended = sum(each.minutes for each in extensions_of(scope, interview))
    return Hour(line, tab, tuple(groups), more, extended)


def _line(interview: Interview, hosts: Iterable[InterviewHost], counts: Counts, units: Directory) -> InterviewLine:
    return InterviewLine(
        slug=interview.slug,
        topic=interview.topic,
        opens_at=interview.opens_at,
        until=interview.until,
        hosts=tuple(
            HostLine(each.position, each.name, each.post, each.unit_id, units.name_of(each.unit_id)) for each in hosts
        ),
        state=interview.state,
        counts=counts,
    )


def _unit_lines(scope: Scope, interview: Interview, counted: Tally, units: Directory) -> list[UnitLine]:
    """Return what each unit has, the most that waits first; units that were announced and asked nothing stand last."""
    asked = {each.unit_id: each for each in units_of(scope, interview)}
    lines = []
    for unit_id in {*counted.by_unit, *asked}:
        known = asked.get(unit_id) if unit_id is not None else None
        active = units.unit_of_id(unit_id) if unit_id is not None else None
        name = (
            active.name
            if active
            else known.name
            if known
            else units.name_of(unit_id)
            if unit_id
            else "没有注明，或待派单"
        )
        follower = known.passed_to_id if known else None
        lines.append(
            UnitLine(
                unit_id=unit_id,
                name=name,
                counts=counted.by_unit.get(unit_id, Counts()),
                left=unit_id is not None and active is None,
                successor=units.name_of(follower) if follower else "",
            )
        )
    return sorted(lines, key=lambda line: (-line.counts.backlog, -line.counts.asked, line.unit_id or 0))


def _of(scope: Scope, interview: Interview) -> tuple[Any, ...]:
    return InterviewQuestion.tenant_id == scope.tenant.id, InterviewQuestion.interview_id == interview.id


_MASTER = aliased(Ticket, name="master")


def _whose() -> ColumnElement[Any]:
    """Return the unit that has a question in hand: of a ticket its lead, else the one that was asked."""
    return func.coalesce(_MASTER.lead_unit_id, Ticket.lead_unit_id, InterviewQuestion.unit_id)


def _questions(scope: Scope, interview: Interview) -> Select[Any]:
    first = aliased(InterviewQuestion, name="first_asked")
    return (
        select(
            InterviewQuestion,
            Ticket.serial_no,
            func.coalesce(_MASTER.state, Ticket.state).label("ticket_state"),
            _whose().label("whose"),
            first.number.label("same_as"),
            InterviewHost.name.label("host_name"),
            InterviewHost.post.label("host_post"),
        )
        .outerjoin(
            Ticket, (Ticket.tenant_id == InterviewQuestion.tenant_id) & (Ticket.id == InterviewQuestion.ticket_id)
        )
        .outerjoin(_MASTER, (_MASTER.tenant_id == Ticket.tenant_id) & (_MASTER.id == Ticket.master_id))
        .outerjoin(first, (first.tenant_id == InterviewQuestion.tenant_id) & (first.id == InterviewQuestion.same_as_id))
        .outerjoin(
            InterviewHost,
            (InterviewHost.tenant_id == InterviewQuestion.tenant_id) & (InterviewHost.id == InterviewQuestion.host_id),
        )
        .where(*_of(scope, interview))
    )


def _question_lines(scope: Scope, query: Select[Any]) -> list[QuestionLine]:
    units = directory(scope)
    return [_question_line(row, units) for row in scope.session.execute(query)]


def _question_line(row: Any, units: Directory) -> QuestionLine:
    question: InterviewQuestion = row.InterviewQuestion
    return QuestionLine(
        number=question.number,
        text=question.text,
        place=PLACES[question.place],
        asked_at=question.asked_at,
        unit=units.name_of(row.whose) if row.whose else question.asked_words,
        state=question.state,
        answer=question.answer,
        host=f"{row.host_post} {row.host_name}" if row.host_name else "",
        answered_by=question.answered_by,
        reason=question.reason,
        failure=question.failure,
        same_as=row.same_as,
        serial_no=row.serial_no or "",
        ticket_state=STATE_LABELS[State(row.ticket_state)] if row.ticket_state else "",
        is_public=is_public(question),
    )

"""What interviews have come to, counted from rows: of one, or of several together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from sqlalchemy import Row, Select, case, func, select

from core.intake.interviews.models import Interview, InterviewQuestion
from core.tenancy.scope import Scope
from core.tickets.models import Attachment, Ticket
from core.tickets.states import ANSWERED, OPEN


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions were asked and what became of them, raw; and the tickets behind them, merged.

    `filed` questions became tickets; `merged` is how many distinct tickets are handled for them, those attached 并单 counted
    with their master. Of those `finished` are answered and `in_progress` not yet; what is left was voided or refused.
    """

    asked: int = 0
    doubled: int = 0
    set_aside: int = 0
    answered_live: int = 0
    waiting: int = 0
    filed: int = 0
    merged: int = 0
    finished: int = 0
    in_progress: int = 0

    @property
    def backlog(self) -> int:
        """What still waits for an answer: questions that are no ticket yet, and tickets that are not answered."""
        return self.waiting + self.in_progress

    def __add__(self, other: Self) -> "Counts":
        return Counts(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(Counts)})


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of interviews: together, and by the id of the unit that has them in hand or was asked; None = the desk."""

    total: Counts
    by_unit: Mapping[int | None, Counts]


def tally(scope: Scope, interviews: Sequence[Interview]) -> Tally:
    """Count the questions of these interviews together. A ticket that is the master of questions of several counts once."""
    query = _query(scope, [each.id for each in interviews], each=False)
    by_unit = {row.whose: _counts(row) for row in scope.session.execute(query)} if interviews else {}
    return Tally(sum(by_unit.values(), Counts()), by_unit)


def counts_of_each(scope: Scope, interviews: Sequence[Interview]) -> Mapping[int, Counts]:
    """Count the questions of each of these interviews by itself, by its id; one without questions is not there."""
    query = _query(scope, [each.id for each in interviews], each=True)
    return {row.whose: _counts(row) for row in scope.session.execute(query)} if interviews else {}


def _query(scope: Scope, interview_ids: Sequence[int], *, each: bool) -> Select[Any]:
    """Return what is counted by interview (`each`), or by the unit that has it."""
    question, state = InterviewQuestion, InterviewQuestion.state
    master = (
        select(Attachment.master_id)
        .where(
            Attachment.tenant_id == question.tenant_id,
            Attachment.ticket_id == question.ticket_id,
            Attachment.outcome.in_(("attached", "answered")),
        )
        .order_by(Attachment.attached_at.desc(), Attachment.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    root = case((state == "filed", func.coalesce(master, question.ticket_id)))
    asked = (
        select(question.interview_id, question.unit_id, state, root.label("root"))
        .where(question.tenant_id == scope.tenant.id, question.interview_id.in_(interview_ids))
        .subquery()
    )
    unit = case((asked.c.root.is_not(None), Ticket.lead_unit_id), else_=asked.c.unit_id)
    whose = (asked.c.interview_id if each else unit).label("whose")
    merged = func.count(asked.c.root.distinct())
    return (
        select(
            whose,
            func.count().label("asked"),
            *(
                func.count().filter(asked.c.state == name).label(label)
                for name, label in (
                    ("doubled", "doubled"),
                    ("set_aside", "set_aside"),
                    ("answered", "answered_live"),
                    ("waiting", "waiting"),
                    ("filed", "filed"),
                )
            ),
            merged.label("merged"),
            merged.filter(Ticket.state.in_(ANSWERED)).label("finished"),
            merged.filter(Ticket.state.in_(OPEN)).label("in_progress"),
        )
        .select_from(asked)
        .outerjoin(Ticket, (Ticket.tenant_id == scope.tenant.id) & (Ticket.id == asked.c.root))
        .group_by(whose)
    )


def _counts(row: Row[Any]) -> Counts:
    return Counts(**{each.name: row._mapping[each.name] for each in fields(Counts)})

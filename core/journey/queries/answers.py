"""What was answered, and what the resident said of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from core.evaluation.answers import RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.causes import DISSATISFACTION_LABELS
from core.evaluation.models import FollowUp, Rating, RatingCause
from core.handling.dispositions import DISPOSITION_LABELS
from core.handling.models import Reply
from core.tenancy.scope import Scope
from core.units.queries import directory

REPLY_LABELS = {"submitted": "待审核", "returned": "已退回", "approved": "已发出"}


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """An answer that a unit handed in, or that the desk gave (`unit` None)."""

    text: str
    unit: str | None
    submitted_by: str
    submitted_at: datetime
    disposition: str
    state: str
    state_label: str
    cycle: int
    review_note: str
    seconded_by: str
    basis: str
    """The law or rule that a refused application stands on; empty = none was named."""


@dataclass(frozen=True, slots=True)
class RatingLine:
    """What the resident said of one cycle."""

    resolved: str
    satisfaction: str
    comment: str
    cycle: int
    is_good: bool
    cause: str
    """Why the resident is dissatisfied, in words; empty = not dissatisfied, or nobody asked."""


def replies_of(scope: Scope, ticket_id: int) -> tuple[ReplyLine, ...]:
    """Return all answers to the ticket, the newest first."""
    units = directory(scope)
    rows = scope.session.scalars(
        select(Reply)
        .where(Reply.tenant_id == scope.tenant.id, Reply.ticket_id == ticket_id)
        .order_by(Reply.submitted_at.desc(), Reply.id.desc())
    )
    return tuple(
        ReplyLine(
            text=row.text,
            unit=unit.name if row.unit_id and (unit := units.unit_of_id(row.unit_id)) else None,
            submitted_by=row.submitted_by,
            submitted_at=row.submitted_at,
            disposition=DISPOSITION_LABELS[row.disposition],
            state=row.state,
            state_label=REPLY_LABELS[row.state],
            cycle=row.cycle_no,
            review_note=row.review_note,
            seconded_by=row.seconded_by or "",
            basis=row.basis,
        )
        for row in rows
    )


def ratings_of(scope: Scope, ticket_id: int) -> tuple[RatingLine, ...]:
    """Return what the resident said of each cycle, the newest first."""
    rows = scope.session.execute(
        select(Rating, RatingCause.cause)
        .outerjoin(RatingCause, and_(RatingCause.tenant_id == Rating.tenant_id, RatingCause.rating_id == Rating.id))
        .where(Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket_id)
        .order_by(Rating.cycle_no.desc())
    )
    return tuple(
        RatingLine(
            resolved=RESOLVED_LABELS[row.resolved],
            satisfaction=SATISFACTION_LABELS[row.satisfaction],
            comment=row.comment,
            cycle=row.cycle_no,
            is_good=row.satisfaction != "dissatisfied",
            cause=DISSATISFACTION_LABELS[cause] if cause else "",
        )
        for row, cause in rows
    )


def attempts_to_ask(scope: Scope, ticket_id: int, *, cycle: int) -> int:
    """Count how often the resident was called in this cycle without an answer."""
    calls = select(func.count()).where(
        FollowUp.tenant_id == scope.tenant.id, FollowUp.ticket_id == ticket_id, FollowUp.cycle_no == cycle
    )
    return scope.session.scalar(calls) or 0

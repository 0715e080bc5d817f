"""Asking why: the main cause of dissatisfaction, and the cause of a missed limit, stated by the unit and found by the desk."""

from core.evaluation.causes import OVERDUE_LABELS
from core.evaluation.models import OverdueCause
from core.evaluation.overruns import find_cause, state_cause
from core.evaluation.service import keep_cause
from core.journey.command import command
from core.kit import saying
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note, reason_of
from core.tickets.timeline import Order


@command(Permission.FOLLOW_UP, "记不满意原因")
def ask_cause(scope: Scope, ticket: Ticket, order: Order, *, cause: str) -> None:
    """Keep the main cause of a dissatisfied rating that was given without one, once. Raises `UnknownAnswer`, `CauseNotAsked`."""
    keep_cause(scope, ticket, order, cause=cause)


@command(Permission.HANDLE, "说明超期原因")
def state_overdue_cause(
    scope: Scope, ticket: Ticket, order: Order, *, clock_id: int, cause: str, evidence: str
) -> None:
    """The unit states why its reply limit was missed, with evidence; again in other words until the desk has found on it.

    Raises `ReasonMissing`, `UnknownAnswer`, `NotMissed`, `NotYours`, `CauseFound`.
    """
    because = reason_of(evidence, "说明超期原因")
    row = state_cause(scope, ticket, order, clock_id=clock_id, cause=cause, evidence=because)
    _tell(
        scope,
        ticket,
        row,
        order,
        saying.said("说明超期原因：{overdue}。{because}", overdue=saying.word(OVERDUE_LABELS[cause]), because=because),
    )


@command(Permission.SUPERVISE, "核定超期原因")
def find_overdue_cause(
    scope: Scope, ticket: Ticket, order: Order, *, clock_id: int, cause: str, finding: str = ""
) -> None:
    """The desk confirms the cause that the unit stated, or finds another one, which takes a reason; once.

    Raises `ReasonMissing`, `UnknownAnswer`, `NotMissed`, `SameHands`, `CauseFound`.
    """
    said = finding.strip()
    row = find_cause(scope, ticket, order, clock_id=clock_id, cause=cause, finding=said)
    if row.stated != cause:
        reason_of(said, "没有按单位所说核定的，")
    _tell(
        scope,
        ticket,
        row,
        order,
        saying.said(
            "核定超期原因：{overdue}{said}",
            overdue=saying.word(OVERDUE_LABELS[cause]),
            said=saying.said("。{said}", said=said) if said else "",
        ),
    )


def _tell(scope: Scope, ticket: Ticket, row: OverdueCause, order: Order, words: str) -> None:
    note(
        scope,
        ticket,
        "overdue_cause",
        order,
        summary=words,
        detail={"clock": row.clock_id, "stated": row.stated, "found": row.found},
    )

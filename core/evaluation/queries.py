"""Reading follow-ups, ratings and disputes: who was asked in vain, whose a cycle is, what still waits for a decision."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Date, SQLColumnExpression, and_, cast, exists, func, or_, select

from core.evaluation.models import Dispute, FollowUp, Rating, RatingCause
from core.handling.models import Reply
from core.routing.models import Assignment
from core.routing.rules_in_force import rules_of
from core.routing.states import ACTIVE, AssignmentState
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import Command

ASKING_DAYS = 2
"""A resident whom nobody reaches is called on so many days at least."""
RESTARTS = (Command.REDO, Command.REOPEN)


def asked_enough(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which nobody need call the resident of a ticket any more in its present cycle.

    That is: the resident refused, or did not answer so many calls as the district asks for, on two days at least.
    """
    attempts = select(FollowUp.id).where(
        FollowUp.tenant_id == Ticket.tenant_id,
        FollowUp.ticket_id == Ticket.id,
        FollowUp.cycle_no == Ticket.cycle_no,
    )
    refused = attempts.where(FollowUp.outcome == "refused").exists()
    return or_(refused, _called_in_vain(scope))


def reached_nobody(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether the follow-up of the present cycle ended as unreachable: called often enough, on two days at least."""
    asked = select(_called_in_vain(scope)).where(Ticket.tenant_id == scope.tenant.id, Ticket.id == ticket.id)
    return bool(scope.session.scalar(asked))


def follow_up_is_over(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether nobody need call the resident any more in the present cycle."""
    asked = select(asked_enough(scope)).where(Ticket.tenant_id == scope.tenant.id, Ticket.id == ticket.id)
    return bool(scope.session.scalar(asked))


def units_concerned(scope: Scope, ticket: Ticket) -> set[int]:
    """Return the units that have, or have done, a share of the work on the ticket; those that merely look on have not."""
    return set(
        scope.session.scalars(
            select(Assignment.unit_id).where(
                Assignment.tenant_id == scope.tenant.id,
                Assignment.ticket_id == ticket.id,
                Assignment.state.in_((*ACTIVE, AssignmentState.DONE)),
            )
        )
    )


def find_unit_of_cycle(scope: Scope, ticket: Ticket, cycle_no: int) -> int | None:
    """Return the unit that answers for a cycle: the lead of the present one, or the one whose reply concluded it.

    None when it is nobody's: at the desk, or answered by it.
    """
    if cycle_no == ticket.cycle_no:
        return ticket.lead_unit_id
    return scope.session.scalar(
        select(Reply.unit_id)
        .where(
            Reply.tenant_id == scope.tenant.id,
            Reply.ticket_id == ticket.id,
            Reply.cycle_no == cycle_no,
            Reply.state == "approved",
        )
        .order_by(Reply.submitted_at.desc(), Reply.id.desc())
        .limit(1)
    )


def find_unexplained_rating(scope: Scope, ticket: Ticket) -> Rating | None:
    """Return the newest rating if the resident is dissatisfied and nobody has asked why."""
    newest = scope.session.execute(
        select(Rating, RatingCause.cause)
        .outerjoin(RatingCause, and_(RatingCause.tenant_id == Rating.tenant_id, RatingCause.rating_id == Rating.id))
        .where(Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id)
        .order_by(Rating.cycle_no.desc())
        .limit(1)
    ).one_or_none()
    if newest is None or newest[0].satisfaction != "dissatisfied" or newest[1] is not None:
        return None
    return newest[0]


def disputes_of(scope: Scope, ticket: Ticket, states: Collection[str]) -> list[Dispute]:
    """Return the disputes on a ticket that stand in one of these states, in the order in which they were filed."""
    return list(
        scope.session.scalars(
            select(Dispute)
            .where(Dispute.tenant_id == scope.tenant.id, Dispute.ticket_id == ticket.id, Dispute.state.in_(states))
            .order_by(Dispute.filed_at, Dispute.id)
        )
    )


def find_granted_review(scope: Scope, ticket: Ticket) -> Dispute | None:
    """Return the resident's demand for review that was upheld and has not led to another cycle yet."""
    return scope.session.scalar(
        select(Dispute).where(
            Dispute.tenant_id == scope.tenant.id,
            Dispute.ticket_id == ticket.id,
            Dispute.kind == "review",
            Dispute.state == "upheld",
            ~_restarted_since(Dispute.decided_at),
        )
    )


def find_review_of_cycle(scope: Scope, ticket: Ticket) -> Dispute | None:
    """Return the review that the resident asked for in the present cycle, or that still waits from an earlier one."""
    return scope.session.scalar(
        select(Dispute).where(
            Dispute.tenant_id == scope.tenant.id,
            Dispute.ticket_id == ticket.id,
            Dispute.kind == "review",
            Dispute.state != "withdrawn",
            or_(Dispute.state == "open", ~_restarted_since(Dispute.filed_at)),
        )
    )


def _called_in_vain(scope: Scope) -> ColumnElement[bool]:
    calls = and_(
        FollowUp.tenant_id == Ticket.tenant_id,
        FollowUp.ticket_id == Ticket.id,
        FollowUp.cycle_no == Ticket.cycle_no,
        FollowUp.outcome == "unreachable",
    )
    days = func.count(cast(func.timezone(scope.tenant.zone.key, FollowUp.at), Date).distinct())
    return (
        select(FollowUp.ticket_id)
        .where(calls)
        .group_by(FollowUp.ticket_id)
        .having(func.count() >= rules_of(scope).follow_up_attempts, days >= ASKING_DAYS)
        .exists()
    )


def _restarted_since(instant: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Tell whether the ticket of a dispute was done again, or reopened, at that instant or later."""
    return exists().where(
        TicketEvent.tenant_id == Dispute.tenant_id,
        TicketEvent.ticket_id == Dispute.ticket_id,
        TicketEvent.kind.in_(RESTARTS),
        TicketEvent.at >= instant,
    )

"""Asking the resident, and keeping the answer."""

from datetime import datetime

from sqlalchemy import select

from core.evaluation.answers import OUTCOME_LABELS, RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.models import FollowUp, Rating
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, move, note
from core.tickets.states import MOVES, Command
from core.tickets.timeline import RESIDENT, Actor


class UnknownAnswer(Refused):
    """Not one of the answers that can be given."""

    code = "unknown-answer"


class AlreadyRated(Refused):
    """A cycle of handling is rated once."""

    code = "already-rated"


def record_attempt(scope: Scope, ticket: Ticket, *, outcome: str, remark: str, actor: Actor, now: datetime) -> None:
    """Keep one attempt to ask the resident; the first one that gets through opens the follow-up.

    Raises `UnknownAnswer`, or `MoveNotAllowed` when there is no answer yet to ask about.
    """
    _known(outcome, OUTCOME_LABELS, "回访结果")
    check_state(ticket, MOVES[Command.FOLLOW_UP].sources, "回访")
    scope.session.add(
        FollowUp(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            cycle_no=ticket.cycle_no,
            outcome=outcome,
            note=remark,
            by=actor.name,
            at=now,
        )
    )
    if outcome == "reached":
        move(scope, ticket, Command.FOLLOW_UP, actor=actor, now=now, summary="回访已接通")
    else:
        note(
            scope,
            ticket,
            "follow_up_attempt",
            actor=actor,
            now=now,
            summary=f"回访：{OUTCOME_LABELS[outcome]}",
            detail={"outcome": outcome},
        )


def keep_rating(
    scope: Scope,
    ticket: Ticket,
    *,
    resolved: str,
    satisfaction: str,
    comment: str,
    now: datetime,
    command_id: str | None = None,
) -> Rating:
    """Keep what the resident says of the present cycle. Raises `UnknownAnswer`, `AlreadyRated`, `MoveNotAllowed`."""
    _known(resolved, RESOLVED_LABELS, "解决情况")
    _known(satisfaction, SATISFACTION_LABELS, "满意度")
    rated = select(Rating.id).where(
        Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id, Rating.cycle_no == ticket.cycle_no
    )
    if scope.session.scalar(rated) is not None:
        raise AlreadyRated(f"工单 {ticket.serial_no} 本次办理已评价过，评价不可更改。如仍不满意，可申请重办。")
    move(
        scope,
        ticket,
        Command.EVALUATE,
        actor=RESIDENT,
        now=now,
        summary=f"评价：{RESOLVED_LABELS[resolved]}，{SATISFACTION_LABELS[satisfaction]}",
        detail={"resolved": resolved, "satisfaction": satisfaction},
        command_id=command_id,
    )
    rating = Rating(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        cycle_no=ticket.cycle_no,
        resolved=resolved,
        satisfaction=satisfaction,
        comment=comment,
        at=now,
    )
    scope.session.add(rating)
    return rating


def _known(answer: str, labels: dict[str, str], what: str) -> None:
    if answer not in labels:
        choices = "、".join(f"{code}（{label}）" for code, label in labels.items())
        raise UnknownAnswer(f"{what} 没有 {answer} 这一项。可选：{choices}。")

"""Asking the resident, and keeping the answer."""

from sqlalchemy import select

from core.evaluation.answers import OUTCOME_LABELS, RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.models import FollowUp, Rating
from core.evaluation.queries import follow_up_is_over, reached_nobody, units_concerned
from core.handling.service import SameHands
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, move, note
from core.tickets.states import MOVES, Command
from core.tickets.timeline import Order


class UnknownAnswer(Refused):
    """Not one of the answers that can be given."""

    code = "unknown-answer"


class AlreadyRated(Refused):
    """A cycle of handling is rated once."""

    code = "already-rated"


class FollowUpOver(Refused):
    """The resident has refused, or was called in vain often enough."""

    code = "follow-up-over"


def record_attempt(scope: Scope, ticket: Ticket, order: Order, *, outcome: str, remark: str) -> bool:
    """Keep one attempt to ask the resident, and tell whether the follow-up is over with it.

    It is when somebody was reached (then the ticket moves), when the resident refuses, and when nobody was reached
    often enough on two days at least. After that only an attempt that gets through is kept.
    Raises `UnknownAnswer`, `SameHands`, `FollowUpOver`, or `MoveNotAllowed` when there is no answer yet to ask about.
    """
    _known(outcome, OUTCOME_LABELS, "回访结果")
    check_state(ticket, MOVES[Command.FOLLOW_UP].sources, "回访")
    if order.actor.unit_id in units_concerned(scope, ticket):
        raise SameHands(f"工单 {ticket.serial_no} 由您的单位承办，不能由本单位回访。请由受理席或其他单位回访。")
    if outcome != "reached" and follow_up_is_over(scope, ticket):
        raise FollowUpOver(
            f"工单 {ticket.serial_no} 的回访已经结束，不必再拨。诉求人仍可自行评价；如已接通，请记“已接通”。"
        )
    attempt = _keep_attempt(scope, ticket, order, outcome=outcome, remark=remark)
    if outcome == "reached":
        move(scope, ticket, Command.FOLLOW_UP, order, summary="回访已接通", records=[attempt])
        return True
    scope.session.flush()
    in_vain = reached_nobody(scope, ticket)
    note(
        scope,
        ticket,
        "follow_up_attempt",
        order,
        summary=f"回访：{OUTCOME_LABELS[outcome]}{'，多次未接通，回访结束' if in_vain else ''}",
        detail={"outcome": outcome, "final": "yes" if in_vain or outcome == "refused" else "no"},
        records=[attempt],
    )
    return in_vain or outcome == "refused"


def keep_rating(
    scope: Scope, ticket: Ticket, order: Order, *, resolved: str, satisfaction: str, comment: str
) -> Rating:
    """Keep what the resident says of the present cycle. Raises `UnknownAnswer`, `AlreadyRated`, `MoveNotAllowed`."""
    _known(resolved, RESOLVED_LABELS, "解决情况")
    _known(satisfaction, SATISFACTION_LABELS, "满意度")
    rated = select(Rating.id).where(
        Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id, Rating.cycle_no == ticket.cycle_no
    )
    if scope.session.scalar(rated) is not None:
        raise AlreadyRated(f"工单 {ticket.serial_no} 本次办理已评价过，评价不可更改。如仍不满意，可申请重办。")
    rating = Rating(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        cycle_no=ticket.cycle_no,
        resolved=resolved,
        satisfaction=satisfaction,
        comment=comment,
        at=order.now,
    )
    move(
        scope,
        ticket,
        Command.EVALUATE,
        order,
        summary=f"评价：{RESOLVED_LABELS[resolved]}，{SATISFACTION_LABELS[satisfaction]}",
        detail={"resolved": resolved, "satisfaction": satisfaction},
        records=[rating],
    )
    scope.session.add(rating)
    return rating


def _keep_attempt(scope: Scope, ticket: Ticket, order: Order, *, outcome: str, remark: str) -> FollowUp:
    attempt = FollowUp(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        cycle_no=ticket.cycle_no,
        outcome=outcome,
        note=remark,
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(attempt)
    return attempt


def _known(answer: str, labels: dict[str, str], what: str) -> None:
    if answer not in labels:
        choices = "、".join(f"{code}（{label}）" for code, label in labels.items())
        raise UnknownAnswer(f"{what}没有“{answer}”这一项。可选：{choices}。")

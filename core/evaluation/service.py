"""Asking the resident, and keeping the answer."""

from sqlalchemy import select

from core.evaluation.answers import OUTCOME_LABELS, RESOLVED_LABELS, SATISFACTION_LABELS, known
from core.evaluation.causes import DISSATISFACTION_LABELS
from core.evaluation.models import FollowUp, Rating, RatingCause
from core.evaluation.queries import find_unexplained_rating, follow_up_is_over, reached_nobody, units_concerned
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import SameHands
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, move, note
from core.tickets.states import MOVES, Command
from core.tickets.timeline import Order


class AlreadyRated(Refused):
    """A cycle of handling is rated once."""

    code = "already-rated"


class CauseNotAsked(Refused):
    """Only who is dissatisfied is asked why, and once."""

    code = "cause-not-asked"


class FollowUpOver(Refused):
    """The resident has refused, or was called in vain often enough."""

    code = "follow-up-over"


def record_attempt(scope: Scope, ticket: Ticket, order: Order, *, outcome: str, remark: str) -> bool:
    """Keep one attempt to ask the resident, and tell whether the follow-up is over with it.

    It is when somebody was reached (then the ticket moves), when the resident refuses, and when nobody was reached
    often enough on two days at least. After that only an attempt that gets through is kept.
    Raises `UnknownAnswer`, `SameHands`, `FollowUpOver`, or `MoveNotAllowed` when there is no answer yet to ask about.
    """
    known(outcome, OUTCOME_LABELS, "回访结果")
    check_state(ticket, MOVES[Command.FOLLOW_UP].sources, "回访")
    if order.actor.unit_id in units_concerned(scope, ticket):
        raise SameHands(
            said(
                "工单 {serial_no} 由您的单位承办，不能由本单位回访。请由受理席或其他单位回访。",
                serial_no=ticket.serial_no,
            )
        )
    if outcome != "reached" and follow_up_is_over(scope, ticket):
        raise FollowUpOver(
            said(
                "工单 {serial_no} 的回访已经结束，不必再拨。诉求人仍可自行评价；如已接通，请记“已接通”。",
                serial_no=ticket.serial_no,
            )
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
        summary=said(
            "回访：{outcome}{in_vain}",
            outcome=word(OUTCOME_LABELS[outcome]),
            in_vain=word("，多次未接通，回访结束") if in_vain else "",
        ),
        detail={"outcome": outcome, "final": "yes" if in_vain or outcome == "refused" else "no"},
        records=[attempt],
    )
    return in_vain or outcome == "refused"


def keep_rating(
    scope: Scope, ticket: Ticket, order: Order, *, resolved: str, satisfaction: str, comment: str, cause: str = ""
) -> Rating:
    """Keep what the resident says of the present cycle, with the main cause where they are dissatisfied and said it.

    Raises `UnknownAnswer`, `CauseNotAsked`, `AlreadyRated`, `MoveNotAllowed`.
    """
    known(resolved, RESOLVED_LABELS, "解决情况")
    known(satisfaction, SATISFACTION_LABELS, "满意度")
    rated = select(Rating.id).where(
        Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id, Rating.cycle_no == ticket.cycle_no
    )
    if scope.session.scalar(rated) is not None:
        raise AlreadyRated(
            said(
                "工单 {serial_no} 本次办理已评价过，评价不可更改。如仍不满意，可申请重办。", serial_no=ticket.serial_no
            )
        )
    if cause and satisfaction != "dissatisfied":
        raise CauseNotAsked("只有不满意的评价才记不满意原因。请去掉原因，或核对满意度。")
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
    why = [_cause_of(scope, rating, order, cause=cause)] if cause else []
    move(
        scope,
        ticket,
        Command.EVALUATE,
        order,
        summary=said(
            "评价：{resolved}，{satisfaction}{cause}",
            resolved=word(RESOLVED_LABELS[resolved]),
            satisfaction=word(SATISFACTION_LABELS[satisfaction]),
            cause=said("（{dissatisfaction}）", dissatisfaction=word(DISSATISFACTION_LABELS[cause])) if cause else "",
        ),
        detail={"resolved": resolved, "satisfaction": satisfaction, **({"cause": cause} if cause else {})},
        records=[rating, *why],
    )
    scope.session.add_all([rating, *why])
    return rating


def keep_cause(scope: Scope, ticket: Ticket, order: Order, *, cause: str) -> RatingCause:
    """Keep why the resident is dissatisfied, asked after they had rated: of the newest rating, once.

    Raises `UnknownAnswer`, `CauseNotAsked`.
    """
    known(cause, DISSATISFACTION_LABELS, "不满意原因")
    rating = find_unexplained_rating(scope, ticket)
    if rating is None:
        raise CauseNotAsked(
            said(
                "工单 {serial_no} 没有待问原因的不满意评价：没有评价、评价不是不满意，或原因已记下。",
                serial_no=ticket.serial_no,
            )
        )
    why = _cause_of(scope, rating, order, cause=cause)
    scope.session.add(why)
    note(
        scope,
        ticket,
        "rating_cause",
        order,
        summary=said("不满意原因：{dissatisfaction}", dissatisfaction=word(DISSATISFACTION_LABELS[cause])),
        detail={"rating": rating.id, "cause": cause},
        records=[why],
    )
    return why


def _cause_of(scope: Scope, rating: Rating, order: Order, *, cause: str) -> RatingCause:
    return RatingCause(
        tenant_id=scope.tenant.id,
        rating_id=rating.id,
        ticket_id=rating.ticket_id,
        cause=known(cause, DISSATISFACTION_LABELS, "不满意原因"),
        by=order.actor.name,
        at=order.now,
    )


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

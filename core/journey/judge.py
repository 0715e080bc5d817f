"""Disputing and judging: units object, residents ask for review, somebody of neither side decides, and figures follow.

Nothing that happened is changed: ratings, clocks and events stay as they are, what is decided lies over them.
"""

from core.evaluation.answers import ADJUDICATION_REASONS, DISPUTE_LABELS
from core.evaluation.disputes import (
    find_subject,
    get_open_dispute,
    granted_review,
    keep_dispute,
    lay_over,
    read_overlay,
    refuse_party,
    refuse_second_review,
    settle_dispute,
)
from core.evaluation.models import Dispute
from core.evaluation.panels.voting import refuse_judged
from core.journey.command import command
from core.journey.conclude import begin_cycle
from core.kit.saying import said, word
from core.people.roles import Permission
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import ANSWERED, MOVES, WAITING_FOR_ACCEPTANCE, Command, State
from core.tickets.timeline import Order
from core.units.queries import directory

CLOSED_TO_UNITS = (*WAITING_FOR_ACCEPTANCE, State.REJECTED, State.ARCHIVED, State.VOIDED)
DISPUTABLE = tuple(state for state in State if state not in CLOSED_TO_UNITS)


@command(Permission.HANDLE, "申诉")
def file_dispute(
    scope: Scope, ticket: Ticket, order: Order, *, kind: str, grounds: str, subject_id: int | None = None
) -> None:
    """A unit objects to a responsibility, a rating or a verdict of overdue 申诉, once each, within the window.

    `subject_id` is its assignment, the rating, or the clock; None = the likeliest of its own that is still open to it.
    Raises `ReasonMissing`, `UnknownDispute`, `NothingToDispute`, `NotYours`, `AlreadyDisputed`, `DisputeTooLate`,
    `MoveNotAllowed`.
    """
    because = reason_of(grounds, "申诉")
    check_state(ticket, DISPUTABLE, "申诉")
    subject = find_subject(scope, ticket, order.actor, kind=kind, subject_id=subject_id, now=order.now)
    dispute = keep_dispute(scope, ticket, order, kind=kind, subject=subject, grounds=because)
    unit = directory(scope).name_of(subject.unit_id)
    _tell(
        scope,
        ticket,
        dispute,
        order,
        said(
            "{unit}对{words}提出{dispute}：{because}",
            unit=unit,
            words=word(subject.words),
            dispute=word(DISPUTE_LABELS[kind]),
            because=because,
        ),
    )


@command(Permission.SPEAK, "申请复核")
def ask_review(scope: Scope, ticket: Ticket, order: Order, *, grounds: str) -> None:
    """The resident demands that the handling be reviewed 复核, once per cycle, however late.

    Raises `ReasonMissing`, `AlreadyDisputed`, `MoveNotAllowed`.
    """
    because = reason_of(grounds, "申请复核")
    check_state(ticket, ANSWERED, "申请复核")
    refuse_second_review(scope, ticket)
    dispute = keep_dispute(scope, ticket, order, kind="review", subject=None, grounds=because)
    _tell(scope, ticket, dispute, order, said("诉求人申请复核：{because}", because=because))


@command(Permission.HANDLE, "撤回申诉")
def withdraw_dispute(scope: Scope, ticket: Ticket, order: Order, *, dispute_id: int) -> None:
    """The unit takes its objection back before it is decided. Raises `NoSuchDispute`, `NotYours`."""
    dispute = get_open_dispute(scope, ticket, dispute_id)
    if dispute.unit_id is None or not order.actor.acts_for(dispute.unit_id):
        raise NotYours(said("工单 {serial_no} 的这件申诉不是您的单位提出的，不能撤回。", serial_no=ticket.serial_no))
    settle_dispute(dispute, order, state="withdrawn")
    _tell(scope, ticket, dispute, order, said("撤回{dispute}", dispute=word(DISPUTE_LABELS[dispute.kind])))


@command(Permission.SPEAK, "撤回复核申请")
def withdraw_review(scope: Scope, ticket: Ticket, order: Order, *, dispute_id: int) -> None:
    """The resident takes the demand for review back before it is decided. Raises `NoSuchDispute`, `NotYours`."""
    dispute = get_open_dispute(scope, ticket, dispute_id)
    if dispute.kind != "review":
        raise NotYours(said("工单 {serial_no} 的这件申诉不是诉求人提出的，不能撤回。", serial_no=ticket.serial_no))
    settle_dispute(dispute, order, state="withdrawn")
    _tell(scope, ticket, dispute, order, "诉求人撤回复核申请")


@command(Permission.ADJUDICATE, "裁定")
def decide_dispute(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    dispute_id: int,
    upheld: bool,
    finding: str,
    effect: str | None = None,
    unit: str | None = None,
    reason_code: str = "other",
) -> None:
    """Decide on a dispute 裁定, by neither its filer nor the party's unit.

    Upheld, an objection to a rating or an overdue clock leaves it out of the figures after adjudication (`effect`
    exclude) or counts it there for another `unit` (shift); one to a responsibility shifts the missed reply clock of that
    cycle. An upheld review allows another cycle. Raises `ReasonMissing`, `NoSuchDispute`, `SameHands`,
    `PanelUnderWay`, `AdjudicationUnusable`, `NoSuchUnit`.
    """
    because = reason_of(finding, "裁定")
    dispute = get_open_dispute(scope, ticket, dispute_id)
    refuse_party(scope, ticket, dispute, order.actor)
    refuse_judged(scope, dispute)
    overlay = read_overlay(scope, dispute, upheld=upheld, effect=effect, unit=unit, reason_code=reason_code)
    settle_dispute(dispute, order, state="upheld" if upheld else "dismissed", finding=because)
    laid = lay_over(scope, ticket, dispute, order, overlay=overlay, reason_code=reason_code) if overlay else None
    words = (
        said(
            "，{words}（{adjudication_reasons}）",
            words=word(overlay.words),
            adjudication_reasons=word(ADJUDICATION_REASONS[reason_code]),
        )
        if laid and overlay
        else ""
    )
    note(
        scope,
        ticket,
        "adjudication",
        order,
        summary=said(
            "{dispute}{upheld}：{because}{words}",
            dispute=word(DISPUTE_LABELS[dispute.kind]),
            upheld=word("获得支持") if upheld else word("未获支持"),
            because=because,
            words=words,
        ),
        detail={
            "dispute": dispute.id,
            "kind": dispute.kind,
            "subject": dispute.subject_id,
            "outcome": dispute.state,
            "effect": overlay.effect if laid and overlay else None,
            "unit": overlay.unit.code if overlay and overlay.unit else None,
            "reason": reason_code,
        },
        records=[laid] if laid else [],
    )


@command(Command.REOPEN)
def reopen(scope: Scope, ticket: Ticket, order: Order, *, reason: str, same_unit: bool = False) -> None:
    """Take an archived ticket up again 复核重启 in a new cycle, when a review was upheld; once for each.

    It goes back to the dispatch desk, or with `same_unit` straight to the unit that concluded it. A ticket that had not
    been accepted is accepted with this. Raises `ReasonMissing`, `NoGrantedReview`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "复核重启")
    check_state(ticket, MOVES[Command.REOPEN].sources, "复核重启")
    granted_review(scope, ticket)
    ticket.accepted_at = ticket.accepted_at or order.now
    begin_cycle(scope, ticket, order, Command.REOPEN, reason=because, keep_unit=same_unit)


def _tell(scope: Scope, ticket: Ticket, dispute: Dispute, order: Order, words: str) -> None:
    note(
        scope,
        ticket,
        "dispute",
        order,
        summary=words,
        detail={"dispute": dispute.id, "kind": dispute.kind, "subject": dispute.subject_id, "state": dispute.state},
    )

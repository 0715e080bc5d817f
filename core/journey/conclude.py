"""Concluding a ticket, asking the resident, and doing it again when they are not satisfied."""

from core.escalation.service import escalate
from core.evaluation.answers import SATISFACTION_LABELS
from core.evaluation.queries import find_granted_review
from core.evaluation.service import keep_rating, record_attempt
from core.handling.checked import pass_checks
from core.handling.models import Reply
from core.handling.queries import joined_replies
from core.handling.service import add_reply, refuse_own_reply, reply_under_review, second, settle
from core.hooks.values import Trigger
from core.intake.joining import let_go, parts_of
from core.journey.answer_news import tell_answer
from core.journey.command import command
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.routing.deciding import propose
from core.routing.firsts import tell_asked
from core.routing.models import Assignment
from core.routing.persons import give_to_persons
from core.routing.referrals import refer_if_elsewhere, tell_other_side
from core.routing.rules_in_force import rules_of
from core.routing.service import (
    NotYours,
    advance,
    end_assignments,
    find_concluding_assignment,
    lead_assignment,
    open_assignment,
)
from core.routing.states import AssignmentState
from core.sla.service import cancel_clocks, live_clocks, resume_after_review, start_clock, stop_clock, turn_clocks
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, lock_attached, lock_ticket_of_id, move, note, reason_of
from core.tickets.states import ANSWERED, CONCLUDED, MOVES, Command, State
from core.tickets.timeline import SYSTEM, Order
from core.units.queries import directory

ENDED = (*ANSWERED, State.REJECTED, State.VOIDED)
"""States in which a part of a split ticket keeps the whole waiting no longer."""


class RedoneEnough(Refused):
    """The ticket has been done again as often as the district allows."""

    code = "redone-enough"


class NoProgressDue(Refused):
    """The ticket was not concluded with a promise, or it was fulfilled."""

    code = "no-progress-due"


@command(Command.AUDIT_PASS)
def pass_reply(scope: Scope, ticket: Ticket, order: Order, *, remark: str = "", confirmed: str = "") -> None:
    """The reviewer passes the reply 审核通过: it goes to the resident and the ticket is concluded.

    All clocks stop at the moment the reply was handed in: the review's delay is not the unit's. A finding against the
    resident waits for a second reviewer. The reply is checked against the appeal, and the result kept; `confirmed` is why
    one that is held back is sent all the same. Raises `NothingToReview`, `SameHands`, `ReplyOffPoint` and the refusals of
    moves.
    """
    reply = reply_under_review(scope, ticket)
    refuse_own_reply(reply, order.actor)
    words, check = pass_checks(scope, ticket, reply, order, stage="reviewed", confirmed=confirmed)
    if second(reply, order.actor):
        summary = "首审通过，待另一审核员复审" + words
        note(scope, ticket, "second", order, summary=summary, detail={"reply": reply.id}, records=[check])
        return
    settle(reply, order, passed=True, note=remark)
    move(scope, ticket, Command.AUDIT_PASS, order, summary="审核通过，答复送达" + words, records=[check])
    end_assignments(scope, ticket, AssignmentState.DONE, now=order.now)
    conclude(scope, ticket, Command.AUDIT_PASS, order, reply=reply)
    tell_answer(scope, ticket, reply.text, now=order.now)


@command(Command.AUDIT_RETURN)
def return_reply(scope: Scope, ticket: Ticket, order: Order, *, remark: str) -> None:
    """The reviewer gives the reply back 审核退回; the unit goes on, and the time of the review is not counted to it.

    Raises `ReasonMissing`, `NothingToReview`, `SameHands` and the refusals of moves.
    """
    because = reason_of(remark, "审核退回")
    reply = reply_under_review(scope, ticket)
    refuse_own_reply(reply, order.actor)
    settle(reply, order, passed=False, note=because)
    move(scope, ticket, Command.AUDIT_RETURN, order, summary=saying.said("审核退回：{because}", because=because))
    advance(lead_assignment(scope, ticket), AssignmentState.SIGNED, now=order.now)
    resume_after_review(scope, ticket, order, submitted_at=reply.submitted_at)


def conclude(scope: Scope, ticket: Ticket, command: Command, order: Order, *, reply: Reply) -> None:
    """Note the result on a ticket that has moved, stop its clocks at the moment of the reply, and answer with it
    everybody attached; the last part of a split ticket concludes the whole.
    """
    _note_result(scope, ticket, command, order, reply=reply)
    tell_asked(scope, ticket, saying.said("已办结。{to_hear}", to_hear=saying.word(_to_hear(scope))), now=order.now)
    for attached in lock_attached(scope, ticket):
        _answer_attached(scope, attached, ticket, command, order, reply=reply)
    end_part(scope, ticket, order)


def _to_hear(scope: Scope) -> str:
    """Return what is asked of the unit that was asked first, where the district has it hear the resident afterwards."""
    return "请按首问负责回访诉求人，是否满意请告知受理席。" if rules_of(scope).asked_follows_up else ""


def end_part(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Conclude the whole of which this ticket is a part when no part keeps it waiting any more."""
    if ticket.part_of_id is None:
        return
    scope.session.flush()
    whole = lock_ticket_of_id(scope, ticket.part_of_id)
    parts = parts_of(scope, whole)
    if whole.state != State.IN_PROGRESS or any(part.state not in ENDED for part in parts):
        return
    system = Order(SYSTEM, order.now)
    move(scope, whole, Command.SUBMIT_RESULT, system, summary="各分项均已办结，汇总答复")
    text, disposition = joined_replies(scope, parts)
    reply = add_reply(scope, whole, system, text=text, disposition=disposition, unit_id=None, state="approved")
    move(scope, whole, Command.AUDIT_PASS, system, summary="各分项答复均已审核，汇总送达")
    conclude(scope, whole, Command.AUDIT_PASS, system, reply=reply)
    tell_answer(scope, whole, reply.text, now=order.now)
    tell_other_side(scope, whole, now=order.now)
    mark_ticket(scope, whole)


@command(Permission.FOLLOW_UP, "回访")
def follow_up(scope: Scope, ticket: Ticket, order: Order, *, outcome: str, remark: str = "") -> None:
    """Record one attempt to ask the resident 回访: reached, unreachable or refused; the last one stops the clock."""
    if record_attempt(scope, ticket, order, outcome=outcome, remark=remark):
        turn_clocks(scope, ticket, Command.FOLLOW_UP, order)


@command(Command.EVALUATE)
def rate(
    scope: Scope, ticket: Ticket, order: Order, *, resolved: str, satisfaction: str, comment: str = "", cause: str = ""
) -> None:
    """Keep the resident's rating 评价 of this cycle; it can never be changed.

    `cause` is the main one of a dissatisfied resident, empty = not asked; it can still be asked once afterwards.
    """
    keep_rating(scope, ticket, order, resolved=resolved, satisfaction=satisfaction, comment=comment, cause=cause)
    turn_clocks(scope, ticket, Command.EVALUATE, order)
    tell_asked(
        scope,
        ticket,
        saying.said("诉求人已评价：{satisfaction}。", satisfaction=saying.word(SATISFACTION_LABELS[satisfaction])),
        now=order.now,
    )


@command(Command.REDO)
def redo(scope: Scope, ticket: Ticket, order: Order, *, reason: str, same_unit: bool = False) -> None:
    """Have a concluded ticket done again 重办: a new cycle with clocks of its own.

    It goes back to the dispatch desk, or with `same_unit` straight to the unit that concluded it. The results of the
    cycle before stay as they are. The second redo calls for supervision. An upheld review allows one more than the
    district does. Raises `ReasonMissing`, `RedoneEnough`.
    """
    because = reason_of(reason, "重办")
    check_state(ticket, MOVES[Command.REDO].sources, "重办")
    allowed = rules_of(scope).max_redos
    if ticket.cycle_no > allowed and find_granted_review(scope, ticket) is None:
        raise RedoneEnough(
            saying.said(
                "工单 {serial_no} 已重办 {cycle_no} 次，达到上限。仍不服的，请告知诉求人申请复核。",
                serial_no=ticket.serial_no,
                cycle_no=ticket.cycle_no - 1,
            )
        )
    begin_cycle(scope, ticket, order, Command.REDO, reason=because, keep_unit=same_unit)


def begin_cycle(scope: Scope, ticket: Ticket, order: Order, command: Command, *, reason: str, keep_unit: bool) -> None:
    """Begin another cycle of handling by this move: with the unit that concluded the last, or at the dispatch desk."""
    concluding = find_concluding_assignment(scope, ticket) if keep_unit else None
    unit = directory(scope).unit_of_id(concluding.unit_id) if concluding else None
    to = State.IN_PROGRESS if unit else State.TO_DISPATCH
    move(
        scope,
        ticket,
        command,
        order,
        to=to,
        summary=saying.said("{label}：{reason}", label=saying.word(MOVES[command].label), reason=reason),
        detail={"reason": reason},
    )
    ticket.cycle_no += 1
    ticket.lead_unit_id = unit.id if unit else None
    ticket.concluded_at = ticket.replied_at = ticket.disposition = None
    ticket.redo_asked = False
    assigned: list[Assignment] = []
    if unit:
        assigned = [open_assignment(scope, ticket, unit, role="lead", now=order.now)]
        advance(assigned[0], AssignmentState.SIGNED, now=order.now)
        give_to_persons(scope, ticket, assigned, now=order.now)
    turn_clocks(scope, ticket, command, order, assignments=assigned)
    if assigned:
        refer_if_elsewhere(scope, ticket, assigned, order)
    if unit is None:
        scope.session.flush()
        propose(scope, ticket, now=order.now)
    if ticket.cycle_no > 2:
        cause = f"redo/{ticket.id}/{ticket.cycle_no}"
        escalate(scope, ticket, Trigger("redo"), cause=cause, due=ticket.next_due_at, now=order.now)


@command(Permission.HANDLE, "进展反馈")
def report_progress(scope: Scope, ticket: Ticket, order: Order, *, what: str, fulfilled: bool = False) -> None:
    """The unit reports on what it promised 挂账: its clock starts anew, or ends when the promise is fulfilled.

    Raises `ReasonMissing`, `NoProgressDue`, `NotYours`.
    """
    said = reason_of(what, "进展反馈")
    check_state(ticket, CONCLUDED, "反馈进展")
    concluding = find_concluding_assignment(scope, ticket)
    if concluding is None or not order.actor.acts_for(concluding.unit_id):
        raise NotYours(saying.said("工单 {serial_no} 不是您的单位办结的，不能反馈进展。", serial_no=ticket.serial_no))
    if not any(clock.name == "progress" for clock in live_clocks(scope, ticket)):
        raise NoProgressDue(
            saying.said("工单 {serial_no} 没有待反馈的承诺事项。请改用办理记录。", serial_no=ticket.serial_no)
        )
    stop_clock(scope, ticket, "progress", at=order.now, now=order.now)
    note(
        scope,
        ticket,
        "progress",
        order,
        summary=saying.said(
            "{fulfilled}：{said}", fulfilled=saying.word("已兑现") if fulfilled else saying.word("进展"), said=said
        ),
    )
    if not fulfilled:
        start_clock(scope, ticket, "progress", order)


def _note_result(scope: Scope, ticket: Ticket, command: Command, order: Order, *, reply: Reply) -> None:
    ticket.disposition, ticket.replied_at, ticket.concluded_at = reply.disposition, reply.submitted_at, order.now
    turn_clocks(scope, ticket, command, order, at=reply.submitted_at)
    if ticket.is_from_elsewhere:  # its resident is asked by the tenant whose number they have
        cancel_clocks(scope, ticket, ("follow_up",), now=order.now)


def _answer_attached(
    scope: Scope, ticket: Ticket, master: Ticket, command: Command, order: Order, *, reply: Reply
) -> None:
    """Give an attached ticket the answer of its master as its own; follow-up and rating are its own too."""
    order = Order(order.actor, order.now)  # the command's id belongs to the master
    let_go(scope, ticket, order, outcome="answered")
    move(
        scope,
        ticket,
        command,
        order,
        summary=saying.said("随主单 {serial_no} 一并答复", serial_no=master.serial_no),
        detail={"master": master.serial_no},
    )
    ticket.lead_unit_id = master.lead_unit_id
    own = add_reply(
        scope,
        ticket,
        order,
        text=reply.text,
        disposition=reply.disposition,
        unit_id=reply.unit_id,
        state="approved",
        basis=reply.basis,
    )
    own.submitted_at = max(reply.submitted_at, ticket.submitted_at)
    _note_result(scope, ticket, command, order, reply=own)
    tell_answer(scope, ticket, own.text, now=order.now)
    tell_other_side(scope, ticket, now=order.now)
    mark_ticket(scope, ticket)

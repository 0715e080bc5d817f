"""Giving a ticket back 退单: the unit asks within its window, the desk decides, and too many returns call for consultation."""

from core.escalation.service import escalate
from core.hooks.values import Trigger
from core.journey.command import command
from core.kit.errors import Refused
from core.kit.saying import said, unstopped, word
from core.people.roles import Permission, SameHands
from core.routing.consultations import find_consultation, open_record
from core.routing.deciding import propose
from core.routing.firsts import tell_asked
from core.routing.returns import (
    file_request,
    find_pending_request,
    go_on,
    pending_request,
    proposed_by,
    refuse_unreturnable,
    return_words,
    settle_request,
)
from core.routing.rules_in_force import rules_of
from core.routing.service import advance, assignments_in_hand, check_unit, end_assignments
from core.routing.states import AssignmentState
from core.sla.queries import window_has_closed
from core.sla.service import turn_clocks
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import MoveNotAllowed, check_state, move, note, reason_of
from core.tickets.states import MOVES, WITH_UNIT, Command
from core.tickets.timeline import Order


class ReturnWindowOver(Refused):
    """The time in which the unit could have given the ticket back is over."""

    code = "return-window-over"


@command(Permission.HANDLE, "申请退单")
def request_return(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    reason_code: str,
    evidence: str,
    proposed_unit: str | None = None,
    clause: str = "",
) -> None:
    """The lead unit asks to give the ticket back, with a reason of the list, evidence, and whose it thinks it is.

    What the duty list says of the ticket is kept with the request; `clause` is the clause on which the unit relies. Who
    says that it is another's says whose (a unit that stands for another tenant cannot know). The ticket stays where it
    is, and all clocks run on, until the desk decides. Raises `ReturnReasonUnknown`, `ReasonMissing`, `NotYours`,
    `NotReturnable`, `ReturnWindowOver`, `WhoseMissing`, `NoSuchUnit`, `MoveNotAllowed`.
    """
    words = return_words(reason_code)
    shown = reason_of(evidence, "申请退单")
    check_state(ticket, WITH_UNIT, "申请退单")
    assignment = check_unit(scope, ticket, order.actor)
    refuse_unreturnable(scope, ticket, assignment)
    if find_pending_request(scope, ticket):
        raise MoveNotAllowed(
            said("工单 {serial_no} 已有待定的退单申请。请等待受理席决定。", serial_no=ticket.serial_no)
        )
    if window_has_closed(scope, assignment.id, now=order.now):
        raise ReturnWindowOver(
            said(
                "工单 {serial_no} 的退单期限已过，不能再退单。职责确有争议的，请申请会商。", serial_no=ticket.serial_no
            )
        )
    proposed = proposed_by(scope, assignment, order.actor, reason_code=reason_code, code=proposed_unit)
    relied_on = clause.strip()
    request = file_request(
        scope, ticket, assignment, order, reason_code=reason_code, evidence=shown, clause=relied_on, proposed=proposed
    )
    advance(assignment, AssignmentState.RETURN_PENDING, now=order.now)
    on = said("，依据 {relied_on}", relied_on=relied_on) if relied_on else ""
    proposal = said("，建议由{name}办理", name=proposed.name) if proposed else ""
    note(
        scope,
        ticket,
        "return_request",
        order,
        summary=said(
            "申请退单（{words}）：{shown}{on}{proposal}", words=words, shown=unstopped(shown), on=on, proposal=proposal
        ),
        detail={
            "request": request.id,
            "reason": reason_code,
            "proposed_unit": proposed_unit,
            "clause": relied_on,
            "duty_item": request.duty_item,
            "duty_list": request.duty_list,
        },
    )


@command(Permission.HANDLE, "撤回退单申请")
def withdraw_return(scope: Scope, ticket: Ticket, order: Order, *, reason: str = "") -> None:
    """The unit takes its request back and goes on. Raises `NoReturnRequest`, `NotYours`."""
    request = pending_request(scope, ticket)
    assignment = check_unit(scope, ticket, order.actor)
    settle_request(request, order, state="withdrawn", note=reason.strip())
    go_on(assignment, now=order.now)
    note(scope, ticket, "return_denied", order, summary="撤回退单申请", detail={"request": request.id})


@command(Command.RETURN)
def approve_return(scope: Scope, ticket: Ticket, order: Order, *, reason: str = "") -> None:
    """The desk lets the unit give the ticket back 同意退单: it goes to the dispatch desk, never sideways.

    The unit's clocks are cancelled, the resident's runs on. The rules are asked again, this unit left out. From the
    district's number of returns on, units consult, and the one designated cannot give it back.
    Raises `NoReturnRequest`, `SameHands`, `MoveNotAllowed`.
    """
    check_state(ticket, MOVES[Command.RETURN].sources, "同意退单")
    request = pending_request(scope, ticket)
    _refuse_own(request.requested_by_id, order)
    settle_request(request, order, state="approved", note=reason.strip())
    move(
        scope,
        ticket,
        Command.RETURN,
        order,
        summary=said("同意退单：{return_}", return_=word(return_words(request.reason_code))),
        detail={"request": request.id, "reason": request.reason_code},
    )
    end_assignments(scope, ticket, AssignmentState.RETURNED, now=order.now)
    ticket.bounce_count += 1
    ticket.lead_unit_id = None
    turn_clocks(scope, ticket, Command.RETURN, order)
    tell_asked(scope, ticket, "已由承办单位退回派单中心，等待重新派单。", now=order.now)
    scope.session.flush()
    propose(scope, ticket, now=order.now)
    if ticket.bounce_count >= rules_of(scope).max_returns:
        if find_consultation(scope, ticket) is None:
            question = said("已退单 {bounce_count} 次，主办单位待明确", bounce_count=ticket.bounce_count)
            open_record(scope, ticket, order, question=question, because="returns")
        cause = f"bounces/{ticket.id}/{ticket.bounce_count}"
        escalate(scope, ticket, Trigger("bounces"), cause=cause, due=ticket.next_due_at, now=order.now)


@command(Permission.DISPATCH, "不准退单")
def deny_return(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """The desk denies the request; the unit goes on where it stood. Raises `ReasonMissing`, `NoReturnRequest`."""
    because = reason_of(reason, "不准退单")
    request = pending_request(scope, ticket)
    _refuse_own(request.requested_by_id, order)
    settle_request(request, order, state="denied", note=because)
    for assignment in assignments_in_hand(scope, ticket):
        if assignment.id == request.assignment_id:
            go_on(assignment, now=order.now)
    note(
        scope,
        ticket,
        "return_denied",
        order,
        summary=said("不准退单：{because}", because=because),
        detail={"request": request.id},
    )


def _refuse_own(requested_by_id: int | None, order: Order) -> None:
    if order.actor.id is not None and order.actor.id == requested_by_id:
        raise SameHands("提出退单申请的人不能自己决定。请由受理席其他人员办理。")

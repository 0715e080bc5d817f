"""Requests of units to give a ticket back 退单申请: reasons, who may ask, and until when."""

from sqlalchemy import select

from core.kit.errors import Refused
from core.routing.models import Assignment, ReturnRequest
from core.routing.states import AssignmentState
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.units.queries import directory

RETURN_REASONS = {
    "not_duty": "不属本单位职责",
    "wrong_area": "不属本辖区",
    "needs_lead": "应由其他单位主办",
    "duplicate": "与在办工单重复",
    "unclear": "诉求不明，无法办理",
}


class ReturnReasonUnknown(Refused):
    """The reason is not on the list."""

    code = "return-reason-unknown"


class NotReturnable(Refused):
    """The unit was designated by consultation."""

    code = "not-returnable"


class ReturnPending(Refused):
    """A request to give the ticket back waits for a decision."""

    code = "return-pending"


class NoReturnRequest(Refused):
    """No request to give the ticket back waits for a decision."""

    code = "no-return-request"


def return_words(reason_code: str) -> str:
    """Return what a reason is called. Raises `ReturnReasonUnknown`."""
    if reason_code not in RETURN_REASONS:
        known = "、".join(f"{code}（{label}）" for code, label in RETURN_REASONS.items())
        raise ReturnReasonUnknown(f"没有退单理由 {reason_code}。可选：{known}。")
    return RETURN_REASONS[reason_code]


def refuse_unreturnable(ticket: Ticket, assignment: Assignment) -> None:
    """Raise `NotReturnable` when the unit was designated by consultation."""
    if not assignment.returnable:
        raise NotReturnable(
            f"工单 {ticket.serial_no} 由会商指定您的单位主办，不能再退单。确有新情况，请联系派单中心再次会商。"
        )


def file_request(
    scope: Scope,
    ticket: Ticket,
    assignment: Assignment,
    order: Order,
    *,
    reason_code: str,
    evidence: str,
    proposed_unit: str | None,
) -> ReturnRequest:
    """Keep a request. Raises `NoSuchUnit` when the unit that it proposes does not exist."""
    proposed = directory(scope).get_unit(proposed_unit) if proposed_unit else None
    request = ReturnRequest(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        assignment_id=assignment.id,
        reason_code=reason_code,
        evidence=evidence,
        proposed_unit_id=proposed.id if proposed else None,
        requested_by=order.actor.name,
        requested_by_id=order.actor.id,
        requested_at=order.now,
    )
    scope.session.add(request)
    return request


def pending_request(scope: Scope, ticket: Ticket) -> ReturnRequest:
    """Return the request that waits for a decision. Raises `NoReturnRequest`."""
    found = find_pending_request(scope, ticket)
    if found is None:
        raise NoReturnRequest(f"工单 {ticket.serial_no} 没有待定的退单申请。请刷新后再看。")
    return found


def find_pending_request(scope: Scope, ticket: Ticket) -> ReturnRequest | None:
    """Return the request that waits for a decision, if there is one."""
    return scope.session.scalar(
        select(ReturnRequest).where(
            ReturnRequest.tenant_id == scope.tenant.id,
            ReturnRequest.ticket_id == ticket.id,
            ReturnRequest.state == "pending",
        )
    )


def refuse_return_pending(ticket: Ticket, assignment: Assignment) -> None:
    """Raise `ReturnPending` while the unit's request to give the ticket back is not decided."""
    if assignment.state == AssignmentState.RETURN_PENDING:
        raise ReturnPending(f"工单 {ticket.serial_no} 的退单申请尚未决定。请等待受理席决定，或先撤回申请。")


def drop_request(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Let a request that waits go: the unit has lost the ticket by other ways."""
    if request := find_pending_request(scope, ticket):
        settle_request(request, order, state="withdrawn", note="工单已由其他方式处理")


def settle_request(request: ReturnRequest, order: Order, *, state: str, note: str) -> None:
    """Note who decided on a request, or withdrew it, and why."""
    request.state, request.decision_note = state, note
    request.decided_by, request.decided_by_id, request.decided_at = order.actor.name, order.actor.id, order.now

"""Requests of units to give a ticket back 退单申请: reasons, who may ask, and until when."""

from datetime import datetime

from sqlalchemy import func, select

from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.routing.clauses import clause_of
from core.routing.consultations import find_consultation
from core.routing.models import Assignment, ReturnAttempt, ReturnRequest
from core.routing.service import advance
from core.routing.states import AssignmentState
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor, Order
from core.units.queries import DirectoryUnit, directory

RETURN_REASONS = {
    "not_duty": "不属本单位职责",
    "wrong_area": "不属本辖区",
    "needs_lead": "应由其他单位主办",
    "duplicate": "与在办工单重复",
    "unclear": "诉求不明，无法办理",
}

SOMEBODY_ELSES = ("not_duty", "needs_lead")
"""Reasons by which the ticket is another unit's: the unit says whose."""


class ReturnReasonUnknown(Refused):
    """The reason is not on the list."""

    code = "return-reason-unknown"


class WhoseMissing(Refused):
    """The unit says that the ticket is another's, and does not say whose."""

    code = "whose-missing"


class NotReturnable(Refused):
    """The unit was designated by consultation, or handles the ticket while units consult."""

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
        known = joined(
            "、", (said("{code}（{label}）", code=code, label=word(label)) for code, label in RETURN_REASONS.items())
        )
        raise ReturnReasonUnknown(
            said("没有退单理由 {reason_code}。可选：{known}。", reason_code=reason_code, known=known)
        )
    return RETURN_REASONS[reason_code]


def refuse_unreturnable(scope: Scope, ticket: Ticket, assignment: Assignment) -> None:
    """Raise `NotReturnable` when the unit was designated by consultation, or while one is open."""
    if find_consultation(scope, ticket):
        raise NotReturnable(
            said(
                "工单 {serial_no} 正在会商，先办后议：裁决之前由您的单位办理，不能退单。请在会商意见中说明理由。",
                serial_no=ticket.serial_no,
            )
        )
    if not assignment.returnable:
        raise NotReturnable(
            said(
                "工单 {serial_no} 由会商指定您的单位主办，不能再退单。确有新情况，请联系派单中心再次会商。",
                serial_no=ticket.serial_no,
            )
        )


def proposed_by(
    scope: Scope, assignment: Assignment, actor: Actor, *, reason_code: str, code: str | None
) -> DirectoryUnit | None:
    """Return the unit that the ticket should go to, as the unit says that has it; another tenant cannot know our units.

    Raises `WhoseMissing` where the reason is that it is another's and none is named, or the unit names itself;
    `NoSuchUnit`.
    """
    named = directory(scope).get_unit(code) if code else None
    if named and named.id == assignment.unit_id:
        raise WhoseMissing(said("建议的办理单位就是{name}自己。请选择应当办理的其他单位。", name=named.name))
    if named is None and reason_code in SOMEBODY_ELSES and actor.kind != "tenant":
        raise WhoseMissing(
            said(
                "以“{return_reasons}”退单，要写明应由哪个单位办理。请查职责清单后选择；"
                "拿不准的选最接近的单位，由受理席判定。",
                return_reasons=word(RETURN_REASONS[reason_code]),
            )
        )
    return named


def file_request(
    scope: Scope,
    ticket: Ticket,
    assignment: Assignment,
    order: Order,
    *,
    reason_code: str,
    evidence: str,
    clause: str,
    proposed: DirectoryUnit | None,
) -> ReturnRequest:
    """Keep a request, with what the duty list says of the ticket today."""
    item = clause_of(scope, ticket)
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
        clause=clause,
        duty_item=item.words,
        duty_list=item.duty_list,
    )
    scope.session.add(request)
    return request


def pending_request(scope: Scope, ticket: Ticket) -> ReturnRequest:
    """Return the request that waits for a decision. Raises `NoReturnRequest`."""
    found = find_pending_request(scope, ticket)
    if found is None:
        raise NoReturnRequest(said("工单 {serial_no} 没有待定的退单申请。请刷新后再看。", serial_no=ticket.serial_no))
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


def refused_returns(scope: Scope, ticket_id: int) -> int:
    """Return how often units wanted to give a ticket back and might not."""
    attempts = select(func.count()).where(
        ReturnAttempt.tenant_id == scope.tenant.id, ReturnAttempt.ticket_id == ticket_id
    )
    return scope.session.scalar(attempts) or 0


def refuse_return_pending(ticket: Ticket, assignment: Assignment) -> None:
    """Raise `ReturnPending` while the unit's request to give the ticket back is not decided."""
    if assignment.state == AssignmentState.RETURN_PENDING:
        raise ReturnPending(
            said("工单 {serial_no} 的退单申请尚未决定。请等待受理席决定，或先撤回申请。", serial_no=ticket.serial_no)
        )


def drop_request(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Let a request that waits go: the unit has lost the ticket by other ways."""
    if request := find_pending_request(scope, ticket):
        settle_request(request, order, state="withdrawn", note="工单已由其他方式处理")


def settle_request(request: ReturnRequest, order: Order, *, state: str, note: str) -> None:
    """Note who decided on a request, or withdrew it, and why."""
    request.state, request.decision_note = state, note
    request.decided_by, request.decided_by_id, request.decided_at = order.actor.name, order.actor.id, order.now


def go_on(assignment: Assignment, *, now: datetime) -> None:
    """Let a unit whose request came to nothing stand where it stood before."""
    state = AssignmentState.SIGNED if assignment.signed_at else AssignmentState.PENDING_SIGN
    advance(assignment, state, now=now)

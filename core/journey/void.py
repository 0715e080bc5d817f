"""Voiding a ticket 作废: one person before dispatch, two afterwards; voided ones are counted and reported."""

from sqlalchemy import select

from core.handling.service import set_aside_reply
from core.intake.clearances.service import drop_clearance
from core.intake.joining import has_attached, let_go, parts_of
from core.journey.command import command
from core.journey.conclude import ENDED, end_part
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission
from core.routing.consultations import drop_consultation
from core.routing.referrals import is_awaited_elsewhere
from core.routing.returns import drop_request
from core.routing.service import end_assignments
from core.routing.states import AssignmentState
from core.sla.service import turn_clocks
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.service import check_state, move, note, reason_of
from core.tickets.states import MOVES, WAITING_FOR_ACCEPTANCE, WAITING_FOR_DISPATCH, Command
from core.tickets.timeline import Detail, Order

BY_ONE = (*WAITING_FOR_ACCEPTANCE, *WAITING_FOR_DISPATCH)


class SecondPersonMissing(Refused):
    """After dispatch two persons must want a ticket voided."""

    code = "second-person-missing"
    is_trespass = True


class CannotVoid(Refused):
    """Others still hang on the ticket."""

    code = "cannot-void"


@command(Permission.DISPATCH, "申请作废")
def propose_void(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """Ask that a ticket which units have had be voided; another person must agree. Raises `ReasonMissing`."""
    because = reason_of(reason, "作废")
    check_state(ticket, MOVES[Command.VOID].sources, "申请作废")
    note(
        scope,
        ticket,
        "void_proposed",
        order,
        summary=said("申请作废：{because}", because=because),
        detail={"reason": because},
    )


@command(Command.VOID)
def void(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """Void a ticket 作废, for instance a test call or one registered by mistake; its clocks end without a verdict.

    Raises `ReasonMissing`, `SecondPersonMissing`, `CannotVoid`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "作废")
    check_state(ticket, MOVES[Command.VOID].sources, "作废")
    refuse_entangled(scope, ticket)
    if ticket.state not in BY_ONE and not _proposed_by_another(scope, ticket, order):
        raise SecondPersonMissing(
            said(
                "工单 {serial_no} 已派单，作废须另一人先提出申请。请由另一人「申请作废」后再确认。",
                serial_no=ticket.serial_no,
            )
        )
    end_by_voiding(scope, ticket, order, because=because)


def refuse_entangled(scope: Scope, ticket: Ticket) -> None:
    """Raise `CannotVoid` when others hang on the ticket, or another tenant waits for what comes of it."""
    if others_hang_on(scope, ticket):
        raise CannotVoid(
            said(
                "工单 {serial_no} 还有并入的工单或在办的分项，不能作废。请先拆并，或逐项办结。",
                serial_no=ticket.serial_no,
            )
        )
    if is_awaited_elsewhere(scope, ticket):
        raise CannotVoid(
            said(
                "工单 {serial_no} 由其他区移交而来，对方在等结果，不能作废。请改用「退回移交方」。",
                serial_no=ticket.serial_no,
            )
        )


def others_hang_on(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether tickets are attached to this one, or parts of it still open."""
    return has_attached(scope, ticket) or any(part.state not in ENDED for part in parts_of(scope, ticket))


def end_by_voiding(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    because: str,
    by: Command = Command.VOID,
    detail: Detail | None = None,
) -> None:
    """Void a ticket on which no other hangs, and end all that was under way in it. Raises `MoveNotAllowed`.

    `by` is the move that ends it so; `detail` is what its entry says for machines besides.
    """
    label = MOVES[by].label
    if ticket.is_attached:
        let_go(scope, ticket, order, outcome="detached")
    told = {"reason": because, **(detail or {})}
    move(scope, ticket, by, order, summary=said("{label}：{because}", label=word(label), because=because), detail=told)
    drop_request(scope, ticket, order)
    drop_consultation(scope, ticket, order, why=said("工单已{label}", label=word(label)))
    drop_clearance(scope, ticket, order, why=said("工单已{label}", label=word(label)))
    set_aside_reply(scope, ticket, order, note=said("工单已{label}", label=word(label)))
    end_assignments(scope, ticket, AssignmentState.RECALLED, now=order.now)
    turn_clocks(scope, ticket, by, order)
    end_part(scope, ticket, order)


def _proposed_by_another(scope: Scope, ticket: Ticket, order: Order) -> bool:
    """Tell whether somebody else asked for it since the ticket came into its present state."""
    proposals = scope.session.execute(
        select(TicketEvent.actor_id, TicketEvent.actor_name).where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind == "void_proposed",
            TicketEvent.to_state == ticket.state,
        )
    )
    return any((by_id, name) != (order.actor.id, order.actor.name) for by_id, name in proposals)

"""Screening 有效诉求初筛: one person doubts that something is an appeal, another decides, and it can be put back any time."""

from sqlalchemy import select

from core.intake.screening.reasons import InvalidReason, reason_named
from core.intake.screening.settings import reasons_of
from core.journey.command import command
from core.journey.resident_words import tell_with_page
from core.journey.void import end_by_voiding, refuse_entangled
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission, SameHands
from core.sla.service import turn_clocks
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.screening import DOUBTED, INVALID, SCREENABLE
from core.tickets.service import check_state, move, note, reason_of
from core.tickets.states import MOVES, Command
from core.tickets.timeline import Order


class NotDoubted(Refused):
    """Nobody doubts that the ticket is an appeal, or somebody does already."""

    code = "screening-not-so"


@command(Permission.ACCEPT, "初筛为无效")
def doubt(scope: Scope, ticket: Ticket, order: Order, *, reason_code: str, remark: str) -> None:
    """Say that what came in is no valid appeal, with the reason and on what that rests; another person decides.

    Until then it stands where it stood. Raises `ReasonUnknown`, `ReasonMissing`, `NotDoubted`, `CannotVoid`,
    `MoveNotAllowed`.
    """
    reason = reason_named(reasons_of(scope.hooks), reason_code)
    because = reason_of(remark, "初筛为无效")
    check_state(ticket, SCREENABLE, "初筛为无效")
    if ticket.screened == DOUBTED:
        raise NotDoubted(said("工单 {serial_no} 已初筛为无效，等待另一人复核，不用再提。", serial_no=ticket.serial_no))
    refuse_entangled(scope, ticket)
    ticket.screened, ticket.invalid_reason = DOUBTED, reason.code
    _note(
        scope,
        ticket,
        order,
        said("初筛为无效（{label}）：{because}", label=word(reason.label), because=because),
        reason=reason,
        step="doubted",
    )


@command(Permission.DISPATCH, "复核为有效")
def keep_valid(scope: Scope, ticket: Ticket, order: Order, *, remark: str) -> None:
    """Find that what was doubted is a valid appeal; it goes on as any other. Raises `ReasonMissing`, `NotDoubted`."""
    because = reason_of(remark, "复核为有效")
    reason = _doubted(scope, ticket)
    ticket.screened = ticket.invalid_reason = ""
    _note(scope, ticket, order, said("复核为有效：{because}", because=because), reason=reason, step="kept")


@command(Command.SET_ASIDE)
def set_aside(scope: Scope, ticket: Ticket, order: Order, *, remark: str = "") -> None:
    """Set aside what another person doubted 认定无效; it is kept, and its sender is told why and how to object.

    Raises `NotDoubted`, `SameHands`, `CannotVoid`, `MoveNotAllowed`.
    """
    check_state(ticket, SCREENABLE, "认定无效")
    reason = _doubted(scope, ticket)
    if not _doubted_by_another(scope, ticket, order):
        raise SameHands(said("工单 {serial_no} 是您初筛为无效的，须由另一人复核认定。", serial_no=ticket.serial_no))
    refuse_entangled(scope, ticket)
    words = (
        said("{label}。{remark}", label=word(reason.label), remark=remark.strip()) if remark.strip() else reason.label
    )
    detail = {"code": reason.code, "words": reason.words}
    end_by_voiding(scope, ticket, order, because=words, by=Command.SET_ASIDE, detail=detail)
    ticket.screened = INVALID
    tell_with_page(
        scope,
        ticket,
        said(
            "您提交的 {serial_no} 经两人先后核对，没有作为诉求办理：{words}。内容已经留存；"
            "如果我们理解有误，请来电说明，会重新核对并恢复办理。",
            serial_no=ticket.serial_no,
            words=word(reason.words),
        ),
        now=order.now,
    )


@command(Command.PUT_BACK)
def put_back(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """Put back what was set aside 恢复; it waits for acceptance again, and its sender is told.

    Raises `ReasonMissing`, `NotDoubted`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "恢复")
    check_state(ticket, MOVES[Command.PUT_BACK].sources, "恢复")
    if ticket.screened != INVALID:
        raise NotDoubted(said("工单 {serial_no} 不是经初筛认定无效的，不能恢复。", serial_no=ticket.serial_no))
    move(
        scope,
        ticket,
        Command.PUT_BACK,
        order,
        summary=said("恢复：{because}", because=because),
        detail={"reason": because},
    )
    ticket.screened = ticket.invalid_reason = ""
    ticket.accepted_at = None
    turn_clocks(scope, ticket, Command.PUT_BACK, order)
    tell_with_page(
        scope,
        ticket,
        said("您提交的 {serial_no} 已重新核对并恢复，我们会继续办理。", serial_no=ticket.serial_no),
        now=order.now,
    )


def _doubted(scope: Scope, ticket: Ticket) -> InvalidReason:
    """Return why the ticket is doubted. Raises `NotDoubted`."""
    if ticket.screened != DOUBTED:
        raise NotDoubted(
            said(
                "工单 {serial_no} 没有待复核的初筛意见。请先由一人初筛为无效，再由另一人复核。",
                serial_no=ticket.serial_no,
            )
        )
    reasons, code = reasons_of(scope.hooks), ticket.invalid_reason
    return reasons.get(code) or InvalidReason(code, code, "没有需要办理的事项")


def _doubted_by_another(scope: Scope, ticket: Ticket, order: Order) -> bool:
    """Tell whether somebody else said so, the last time that anybody did."""
    said = scope.session.execute(
        select(TicketEvent.actor_id, TicketEvent.actor_name)
        .where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind == "screening",
            TicketEvent.detail["step"].astext == "doubted",
        )
        .order_by(TicketEvent.seq.desc())
        .limit(1)
    ).one()
    return (said.actor_id, said.actor_name) != (order.actor.id, order.actor.name)


def _note(scope: Scope, ticket: Ticket, order: Order, summary: str, *, reason: InvalidReason, step: str) -> None:
    detail = {"step": step, "reason": reason.code, "label": reason.label}
    note(scope, ticket, "screening", order, summary=summary, detail=detail)

"""Clearing 审定 what an operator wrote down before it is dispatched: pass it, send it back, or correct it.

Whoever wrote a ticket, or wrote it anew, does not clear it. The ticket is accepted all the while: the resident's clock runs,
and the dispatch desk's too, to which the waiting counts.
"""

from core.intake.clearances.models import Clearance
from core.intake.clearances.service import NoClearance, find_clearance, tell, write_anew
from core.journey.accept import find_unit
from core.journey.command import command
from core.kit import saying
from core.people.roles import Permission, SameHands
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, reason_of
from core.tickets.states import WAITING_FOR_DISPATCH
from core.tickets.timeline import Actor, Order


@command(Permission.REVIEW, "审定通过")
def clear(scope: Scope, ticket: Ticket, order: Order, *, remark: str = "") -> None:
    """Let the ticket go to dispatch as it is written; where the rules say whose it is, it goes there at once.

    Raises `NoClearance`, `SameHands`, `MoveNotAllowed`.
    """
    clearance = _pending(scope, ticket, order.actor)
    said = remark.strip()
    _pass(
        scope,
        ticket,
        clearance,
        order,
        words=saying.said("审定通过{said}", said=saying.said("：{said}", said=said) if said else ""),
        said=said,
    )


@command(Permission.REVIEW, "审定时更正")
def correct_and_clear(
    scope: Scope, ticket: Ticket, order: Order, *, title: str, text: str, place: str = "", remark: str
) -> None:
    """Put the words right and let the ticket go to dispatch; the words before are kept.

    Raises `ReasonMissing`, `AppealUnusable`, `NoClearance` where nothing is different, and as `clear`.
    """
    because = reason_of(remark, "更正")
    clearance = _pending(scope, ticket, order.actor)
    if not write_anew(scope, ticket, clearance, order, title=title, text=text, place=place):
        raise NoClearance(
            saying.said("工单 {serial_no} 的文字没有改动。不需要更正的，请直接审定通过。", serial_no=ticket.serial_no)
        )
    _pass(
        scope, ticket, clearance, order, words=saying.said("更正后审定通过：{because}", because=because), said=because
    )


@command(Permission.REVIEW, "审定退回")
def return_for_rewriting(scope: Scope, ticket: Ticket, order: Order, *, remark: str) -> None:
    """Send the ticket back to be written better 退回修改; it still waits. Raises `ReasonMissing`, and as `clear`."""
    because = reason_of(remark, "审定退回")
    clearance = _pending(scope, ticket, order.actor)
    clearance.state, clearance.words = "returned", because
    tell(scope, ticket, order, clearance, saying.said("审定退回：{because}", because=because))


@command(Permission.ACCEPT, "修改后再交审定")
def rewrite(scope: Scope, ticket: Ticket, order: Order, *, title: str, text: str, place: str = "") -> None:
    """Write a ticket anew that was sent back, and ask for clearance again; the words before are kept.

    Raises `NoClearance`, `AppealUnusable`, `MoveNotAllowed`.
    """
    check_state(ticket, WAITING_FOR_DISPATCH, "修改后再交审定")
    clearance = find_clearance(scope, ticket)
    if clearance is None or clearance.state != "returned":
        raise NoClearance(
            saying.said("工单 {serial_no} 没有被审定退回，不能修改。请刷新后再看。", serial_no=ticket.serial_no)
        )
    is_other = write_anew(scope, ticket, clearance, order, title=title, text=text, place=place)
    clearance.state, clearance.revised_by_id = "pending", order.actor.id
    tell(scope, ticket, order, clearance, "修改后再交审定" if is_other else "未作修改，再交审定")


def _pending(scope: Scope, ticket: Ticket, actor: Actor) -> Clearance:
    """Return the clearance that waits for the actor's word. Raises `NoClearance`, `SameHands`, `MoveNotAllowed`."""
    check_state(ticket, WAITING_FOR_DISPATCH, "审定")
    clearance = find_clearance(scope, ticket)
    if clearance is None or clearance.state != "pending":
        raise NoClearance(saying.said("工单 {serial_no} 没有待审定的内容。请刷新后再看。", serial_no=ticket.serial_no))
    if actor.id is not None and actor.id in (clearance.written_by_id, clearance.revised_by_id):
        raise SameHands("记录、修改工单的人不能自己审定。请由另一名审核员办理。")
    return clearance


def _pass(scope: Scope, ticket: Ticket, clearance: Clearance, order: Order, *, words: str, said: str) -> None:
    clearance.state, clearance.words = "cleared", said
    clearance.decided_by, clearance.decided_by_id, clearance.decided_at = order.actor.name, order.actor.id, order.now
    tell(scope, ticket, order, clearance, words)
    scope.session.flush()
    find_unit(scope, ticket, now=order.now)

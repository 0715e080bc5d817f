"""Attaching tickets to a master 并单 and letting them go again; which tickets cannot be joined or split."""

from sqlalchemy import exists, select

from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Attachment, Ticket
from core.tickets.states import OPEN, WAITING_FOR_ACCEPTANCE
from core.tickets.timeline import Order


class CannotAttach(Refused):
    """One of the two tickets cannot be joined with another."""

    code = "cannot-attach"


class CannotSplit(Refused):
    """The ticket cannot be split, or not into these parts."""

    code = "cannot-split"


def refuse_attachment(scope: Scope, ticket: Ticket, master: Ticket) -> None:
    """Raise `CannotAttach`, saying why, unless the ticket may be handled with the master: open, and nothing nested."""
    reason = ""
    if ticket.id == master.id:
        reason = "不能并入自己"
    elif master.is_attached:
        reason = f"{master.serial_no} 已并入别的工单，请直接并入它的主单"
    elif master.state not in OPEN or master.state in WAITING_FOR_ACCEPTANCE:
        reason = f"{master.serial_no} 不在办理之中，请选在办的工单作主单"
    elif master.part_of_id or master.part_count or ticket.part_of_id or ticket.part_count:
        reason = "拆分的工单和分项不参与并单，请先处理拆单"
    elif has_attached(scope, ticket):
        reason = f"已有工单并入 {ticket.serial_no}，请把它们一起改并，或反过来并单"
    if reason:
        raise CannotAttach(f"工单 {ticket.serial_no} 不能并入 {master.serial_no}：{reason}。")


def has_attached(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether other tickets are attached to this one."""
    attached = exists().where(Ticket.tenant_id == scope.tenant.id, Ticket.master_id == ticket.id)
    return bool(scope.session.scalar(select(attached)))


def attach_to(scope: Scope, ticket: Ticket, master: Ticket, order: Order, *, reason: str) -> None:
    """Point the ticket to its master, and keep since when and why; the caller moves it."""
    ticket.is_attached, ticket.master_id, ticket.master_is_attached = True, master.id, False
    scope.session.add(
        Attachment(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            master_id=master.id,
            reason=reason,
            attached_by=order.actor.name,
            attached_at=order.now,
        )
    )


def let_go(scope: Scope, ticket: Ticket, order: Order, *, outcome: str) -> None:
    """End the attachment: `answered` with the master, or `detached` by a person; the caller moves the ticket."""
    present = scope.session.scalars(
        select(Attachment).where(
            Attachment.tenant_id == scope.tenant.id,
            Attachment.ticket_id == ticket.id,
            Attachment.outcome == "attached",
        )
    ).one()
    present.outcome, present.ended_at = outcome, order.now
    ticket.is_attached, ticket.master_id, ticket.master_is_attached = False, None, None


def refuse_split(scope: Scope, ticket: Ticket, texts: list[str]) -> None:
    """Raise `CannotSplit`, saying why, unless the ticket can be split into these parts."""
    reason = ""
    if len(texts) < 2 or not all(texts):
        reason = "至少要写两个分项，每项都要有内容"
    elif ticket.part_of_id:
        reason = "它本身是拆出的分项，不再拆分"
    elif ticket.part_count:
        reason = "它已经拆过"
    elif has_attached(scope, ticket):
        reason = "有工单并入它，请先拆并"
    if reason:
        raise CannotSplit(f"工单 {ticket.serial_no} 不能拆单：{reason}。")


def parts_of(scope: Scope, whole: Ticket) -> list[Ticket]:
    """Return the parts of a split ticket, in the order in which they were made."""
    return list(
        scope.session.scalars(
            select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.part_of_id == whole.id).order_by(Ticket.id)
        )
    )

"""Attaching tickets to a master 并单 and letting them go again; which tickets cannot be joined or split."""

from datetime import timedelta

from sqlalchemy import case, exists, or_, select

from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.models import Attachment, DistinctPair, Ticket
from core.tickets.states import OPEN, WAITING_FOR_ACCEPTANCE
from core.tickets.timeline import Order


class CannotAttach(Refused):
    """One of the two tickets cannot be joined with another."""

    code = "cannot-attach"


class JoinedTooLong(Refused):
    """The ticket has been handled with its master for so long that it cannot be let go any more."""

    code = "joined-too-long"


class CannotSplit(Refused):
    """The ticket cannot be split, or not into these parts."""

    code = "cannot-split"


LETS_GO_FOR = timedelta(days=7)
"""How long after it was joined a ticket can be let go from its master 拆回."""


def refuse_attachment(scope: Scope, ticket: Ticket, master: Ticket) -> None:
    """Raise `CannotAttach`, saying why, unless the ticket may be handled with the master: open, and nothing nested."""
    reason = ""
    if ticket.id == master.id:
        reason = "不能并入自己"
    elif master.is_attached:
        reason = said("{serial_no} 已并入别的工单，请直接并入它的主单", serial_no=master.serial_no)
    elif master.state not in OPEN or master.state in WAITING_FOR_ACCEPTANCE:
        reason = said("{serial_no} 不在办理之中，请选在办的工单作主单", serial_no=master.serial_no)
    elif master.part_of_id or master.part_count or ticket.part_of_id or ticket.part_count:
        reason = "拆分的工单和分项不参与并单，请先处理拆单"
    elif has_attached(scope, ticket):
        reason = said("已有工单并入 {serial_no}，请把它们一起改并，或反过来并单", serial_no=ticket.serial_no)
    if reason:
        raise CannotAttach(
            said(
                "工单 {serial_no} 不能并入 {master_serial_no}：{reason}。",
                serial_no=ticket.serial_no,
                master_serial_no=master.serial_no,
                reason=word(reason),
            )
        )


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


def attachment_of(scope: Scope, ticket: Ticket) -> Attachment:
    """Return the record of why and since when an attached ticket is handled with its master."""
    return scope.session.scalars(
        select(Attachment).where(
            Attachment.tenant_id == scope.tenant.id,
            Attachment.ticket_id == ticket.id,
            Attachment.outcome == "attached",
        )
    ).one()


def let_go(scope: Scope, ticket: Ticket, order: Order, *, outcome: str) -> Attachment:
    """End the attachment: `answered` with the master, or `detached` by a person; the caller moves the ticket."""
    present = attachment_of(scope, ticket)
    present.outcome, present.ended_at = outcome, order.now
    ticket.is_attached, ticket.master_id, ticket.master_is_attached = False, None, None
    return present


def refuse_joined_too_long(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Raise `JoinedTooLong` when the ticket was joined more than `LETS_GO_FOR` ago."""
    present = attachment_of(scope, ticket)
    if order.now > present.attached_at + LETS_GO_FOR:
        since = f"{present.attached_at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
        raise JoinedTooLong(
            said(
                "工单 {serial_no} 已于 {since} 并单，超过 {days} 天，不能再拆回。"
                "请随主单答复；诉求人不认可的，回访时重办。",
                serial_no=ticket.serial_no,
                since=since,
                days=LETS_GO_FOR.days,
            )
        )


def keep_distinct(scope: Scope, ticket: Ticket, other: Ticket, order: Order) -> DistinctPair | None:
    """Keep that two locked tickets are not the same thing; return the record, None when it was known already."""
    if other.id in distinct_from(scope, ticket):
        return None
    one, two = sorted((ticket.id, other.id))
    pair = DistinctPair(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=one,
        other_id=two,
        found_by=order.actor.name,
        found_at=order.now,
    )
    scope.session.add(pair)
    return pair


def distinct_from(scope: Scope, ticket: Ticket) -> frozenset[int]:
    """Return the ids of the tickets that somebody found not to be the same thing as this one."""
    other = case((DistinctPair.ticket_id == ticket.id, DistinctPair.other_id), else_=DistinctPair.ticket_id)
    rows = scope.session.scalars(
        select(other).where(
            DistinctPair.tenant_id == scope.tenant.id,
            or_(DistinctPair.ticket_id == ticket.id, DistinctPair.other_id == ticket.id),
        )
    )
    return frozenset(rows)


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
        raise CannotSplit(
            said("工单 {serial_no} 不能拆单：{reason}。", serial_no=ticket.serial_no, reason=word(reason))
        )


def parts_of(scope: Scope, whole: Ticket) -> list[Ticket]:
    """Return the parts of a split ticket, in the order in which they were made."""
    return list(
        scope.session.scalars(
            select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.part_of_id == whole.id).order_by(Ticket.id)
        )
    )

"""Archiving 归档: putting a ticket away when nothing about it is open any more and nobody can object in time."""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from core.coordination.models import Errand
from core.escalation.models import Supervision
from core.evaluation.answers import DISPUTE_LABELS
from core.evaluation.models import Dispute, Rating
from core.evaluation.panels.models import ReviewPanel
from core.evaluation.panels.voting import find_panel_under_way
from core.evaluation.panels.words import UNDER_WAY
from core.evaluation.queries import asked_enough, disputes_of
from core.evaluation.subjects import disputable_until
from core.journey.command import command
from core.kit.db import is_connection_lost
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.routing.consultations import find_consultation
from core.routing.models import Consultation
from core.sla.service import turn_clocks
from core.tenancy.scope import Scope
from core.tickets.models import FROM_ELSEWHERE, Ticket, TicketEvent
from core.tickets.service import check_state, move
from core.tickets.states import CONCLUDED, MOVES, Command, State
from core.tickets.timeline import SYSTEM, Order
from core.units.queries import directory

BATCH = 50
"""Tickets archived in one transaction."""
A_DAY = timedelta(days=1)
UNASKED = timedelta(days=30)
"""So long a ticket whose resident nobody has asked yet is left to be asked, or to be rated unasked, before time archives it."""
log = logging.getLogger(__name__)


class StillDisputable(Refused):
    """Somebody may still object, or something about the ticket is still open."""

    code = "still-disputable"


@command(Command.ARCHIVE)
def archive(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Put a ticket away 归档: it can only be read from now on, or reopened after a review.

    Raises `StillDisputable`, naming all that is open, or `MoveNotAllowed`.
    """
    check_state(ticket, MOVES[Command.ARCHIVE].sources, "归档")
    if still_open := list(_still_open(scope, ticket, now=order.now)):
        raise StillDisputable(
            said(
                "工单 {serial_no} 还不能归档：{still_open}。请在其了结之后归档。",
                serial_no=ticket.serial_no,
                still_open=joined("；", still_open),
            )
        )
    move(scope, ticket, Command.ARCHIVE, order, summary="归档：申诉期已过，没有未了事项")
    turn_clocks(scope, ticket, Command.ARCHIVE, order)


def archive_closed(scope: Scope, *, now: datetime, limit: int = BATCH) -> int:
    """Archive up to `limit` tickets whose window has closed and about which nothing is open; return how many.

    One whose resident still has to be asked is left for a month longer: archived, it could not be rated any more. Those
    that somebody is working on right now, or that cannot be archived for another reason, are left for the next time.
    """
    archived = 0
    for serial_no in _ready(scope, now=now, limit=limit):
        try:
            with scope.session.begin_nested():
                archive(scope, serial_no, Order(SYSTEM, now))
        except Exception as error:
            if is_connection_lost(error):
                raise
            log.exception("租户 %s 工单 %s 到期未能归档，下次再试", scope.tenant.slug, serial_no)
        else:
            archived += 1
    return archived


def _still_open(scope: Scope, ticket: Ticket, *, now: datetime) -> Iterator[str]:
    until = disputable_until(scope, _stands_since(scope, ticket))
    if now <= until:
        yield said("申诉期至 {until:%Y-%m-%d %H:%M}", until=until.astimezone(scope.tenant.zone))
    for dispute in disputes_of(scope, ticket, ("open",)):
        filed = dispute.filed_at.astimezone(scope.tenant.zone)
        yield said("{filed:%Y-%m-%d} 的{dispute}待裁定", filed=filed, dispute=word(DISPUTE_LABELS[dispute.kind]))
    if consultation := find_consultation(scope, ticket):
        opened = consultation.opened_at.astimezone(scope.tenant.zone)
        yield said("{opened:%Y-%m-%d} 发起的会商未裁决", opened=opened)
    if panel := find_panel_under_way(scope, ticket):
        yield said("评议 {number} 未办完", number=panel.number)
    unclosed = select(Supervision).where(_unclosed_of(scope), Supervision.ticket_id == ticket.id)
    for supervision in scope.session.scalars(unclosed.order_by(Supervision.id)):
        yield said("对{name}的督办未销号", name=directory(scope).name_of(supervision.unit_id))
    if ticket.redo_asked:
        yield said("诉求人要求重办，还没有决定")
    due = select(Errand).where(_awaited(scope), Errand.ticket_id == ticket.id)
    for errand in scope.session.scalars(due.order_by(Errand.id)):
        yield said("{name}的交办事项未回复", name=directory(scope).name_of(errand.unit_id))


def _stands_since(scope: Scope, ticket: Ticket) -> datetime:
    """Return when the last thing happened that may be objected to: the conclusion, a rating, the rejection."""
    rated = select(func.max(Rating.at)).where(Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id)
    rejected = select(func.max(TicketEvent.at)).where(
        TicketEvent.tenant_id == scope.tenant.id,
        TicketEvent.ticket_id == ticket.id,
        TicketEvent.kind == Command.REJECT,
    )
    instants = (ticket.submitted_at, ticket.concluded_at, scope.session.scalar(rated), scope.session.scalar(rejected))
    return max(instant for instant in instants if instant)


def _closed_before(scope: Scope, now: datetime) -> datetime:
    """Return the instant such that the window has closed for exactly what stands since before it: windows are of days."""
    day = now.astimezone(scope.tenant.zone).date()
    while disputable_until(scope, datetime.combine(day, time(), scope.tenant.zone)) >= now:
        day -= A_DAY
    return datetime.combine(day + A_DAY, time(), scope.tenant.zone)


def _ready(scope: Scope, *, now: datetime, limit: int) -> list[str]:
    """Return the numbers of tickets to archive, locked, those concluded first first."""
    closed_before = _closed_before(scope, now)
    is_asked = or_(
        Ticket.state != State.CONCLUDED,
        Ticket.part_of_id.is_not(None),
        Ticket.channel == FROM_ELSEWHERE,  # the other tenant asks
        asked_enough(scope),
        Ticket.concluded_at < now - UNASKED,
    )
    last = exists().where(
        TicketEvent.tenant_id == Ticket.tenant_id,
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.kind == Command.REJECT,
        TicketEvent.at >= closed_before,
    )
    concluded = and_(Ticket.state.in_(CONCLUDED), Ticket.concluded_at < closed_before, is_asked)
    rejected = and_(Ticket.state == State.REJECTED, Ticket.concluded_at.is_(None), ~last)
    found: list[str] = []
    for which in (concluded, rejected):
        found += scope.session.scalars(
            select(Ticket.serial_no)
            .where(Ticket.tenant_id == scope.tenant.id, which, ~_has_open(scope, closed_before))
            .order_by(Ticket.concluded_at, Ticket.id)
            .limit(limit - len(found))
            .with_for_update(skip_locked=True)
        )
    return found


def _has_open(scope: Scope, closed_before: datetime) -> ColumnElement[bool]:
    return or_(
        Ticket.redo_asked,
        exists().where(Rating.tenant_id == Ticket.tenant_id, Rating.ticket_id == Ticket.id, Rating.at >= closed_before),
        exists().where(Dispute.tenant_id == Ticket.tenant_id, Dispute.ticket_id == Ticket.id, Dispute.state == "open"),
        exists().where(
            ReviewPanel.tenant_id == Ticket.tenant_id,
            ReviewPanel.ticket_id == Ticket.id,
            ReviewPanel.state.in_(UNDER_WAY),
        ),
        exists().where(_unclosed_of(scope), Supervision.ticket_id == Ticket.id),
        exists().where(_awaited(scope), Errand.ticket_id == Ticket.id),
        exists().where(
            Consultation.tenant_id == Ticket.tenant_id,
            Consultation.ticket_id == Ticket.id,
            Consultation.state == "open",
        ),
    )


def _awaited(scope: Scope) -> ColumnElement[bool]:
    """An errand with a day is not answered; what has no day comes about when the ticket is long put away."""
    return and_(Errand.tenant_id == scope.tenant.id, Errand.answered_at.is_(None), Errand.due_at.is_not(None))


def _unclosed_of(scope: Scope) -> ColumnElement[bool]:
    return and_(Supervision.tenant_id == scope.tenant.id, Supervision.state != "closed")

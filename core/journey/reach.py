"""Which tickets somebody reaches: all of the tenant, those in which the own unit has a share, or those handed in."""

from sqlalchemy import exists, select

from core.intake.counters.service import was_entered
from core.kit.saying import said, word
from core.people.access import Needs, Reach, reach
from core.people.roles import Permission
from core.routing.consultations import has_share
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.queries import NoSuchTicket, get_ticket_id
from core.tickets.timeline import Actor
from core.units.queries import directory


def refuse_beyond_reach(scope: Scope, needs: Needs, serial_no: str, *, actor: Actor) -> None:
    """Raise `NotYours` where what the actor has of this reaches only tickets of their unit, or that it took in, and this is none.

    Where there is no such ticket at all, `NoSuchTicket`.
    """
    reaches = reach(actor.permissions, needs)
    if reaches is Reach.SHARE and not is_shared(scope, get_ticket_id(scope, serial_no), actor):
        raise NotYours(
            said(
                "没有派给{unit_name}的工单 {serial_no}。请核对编号。",
                unit_name=word(_unit_name(scope, actor)),
                serial_no=serial_no,
            )
        )
    if reaches is Reach.ENTERED and not was_entered(scope, get_ticket_id(scope, serial_no), actor):
        raise NotYours(
            said(
                "没有{unit_name}代录的工单 {serial_no}。请核对编号。",
                unit_name=word(_unit_name(scope, actor)),
                serial_no=serial_no,
            )
        )


def refuse_unseen(scope: Scope, serial_no: str, *, actor: Actor) -> None:
    """Raise `NoSuchTicket` unless a system may look the ticket up: by its role, for its unit, or as who handed it in."""
    if Permission.SEE_TICKETS in actor.permissions:
        return
    ticket_id = get_ticket_id(scope, serial_no)
    if Permission.TAKE_IN in actor.permissions and was_entered(scope, ticket_id, actor):
        return
    if not is_shared(scope, ticket_id, actor) and not was_handed_in(scope, ticket_id, actor):
        raise NoSuchTicket(
            said(
                "没有编号为 {serial_no} 的工单。请核对编号，或确认它属于{name}。",
                serial_no=serial_no,
                name=scope.tenant.name,
            )
        )


def is_shared(scope: Scope, ticket_id: int, actor: Actor) -> bool:
    """Tell whether the actor's unit has a share in the ticket."""
    unit = directory(scope).unit_of_id(actor.unit_id) if actor.unit_id else None
    return unit is not None and has_share(scope, scope.session.get_one(Ticket, (scope.tenant.id, ticket_id)), unit)


def was_handed_in(scope: Scope, ticket_id: int, actor: Actor) -> bool:
    """Tell whether it was this actor that handed the ticket in."""
    handed_in = exists().where(
        TicketEvent.tenant_id == scope.tenant.id,
        TicketEvent.ticket_id == ticket_id,
        TicketEvent.seq == 1,
        TicketEvent.actor_kind == actor.kind,
        TicketEvent.actor_id == actor.id,
    )
    return bool(scope.session.scalar(select(handed_in)))


def _unit_name(scope: Scope, actor: Actor) -> str:
    unit = directory(scope).unit_of_id(actor.unit_id) if actor.unit_id else None
    return unit.name if unit else "您的单位"

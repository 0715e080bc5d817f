"""Keeping attempts to give a ticket back that were refused 试图退单: the refusal took everything back, so it is done afterwards."""

from datetime import datetime

from sqlalchemy import select

from core.journey.give_back import ReturnWindowOver, request_return
from core.journey.guarding import Objected
from core.kit.errors import Refused
from core.routing.models import ReturnAttempt
from core.routing.returns import NotReturnable
from core.routing.service import assignments_in_hand
from core.statistics.dirty import mark_dirty
from core.tenancy.scope import Scope
from core.tickets.service import lock_ticket
from core.tickets.timeline import Actor

KEPT = (Objected, NotReturnable, ReturnWindowOver)
"""Refusals that say no to giving back itself; one of a form that was not filled in is no attempt."""


def is_return_attempt(refusal: Refused) -> bool:
    """Tell whether somebody wanted to give a ticket back and may not."""
    return refusal.command == request_return.name and isinstance(refusal, KEPT)


def keep_return_attempt(scope: Scope, refusal: Refused, *, actor: Actor, serial_no: str, now: datetime) -> None:
    """Keep that the lead unit wanted to give the ticket back, once per command id; of others nothing is kept here.

    Raises `NoSuchTicket`.
    """
    ticket = lock_ticket(scope, serial_no)
    leads = (each for each in assignments_in_hand(scope, ticket) if each.role == "lead" and each.parent_id is None)
    lead = next((each for each in leads if actor.acts_for(each.unit_id)), None)
    if lead is None or _is_known(scope, ticket.id, refusal.command_id):
        return
    attempt = ReturnAttempt(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        unit_id=lead.unit_id,
        code=refusal.code,
        words=refusal.message,
        by=actor.name,
        by_id=actor.id,
        at=now,
        command_id=refusal.command_id,
    )
    scope.session.add(attempt)
    mark_dirty(scope, now)


def _is_known(scope: Scope, ticket_id: int, command_id: str | None) -> bool:
    same = select(ReturnAttempt.id).where(
        ReturnAttempt.tenant_id == scope.tenant.id,
        ReturnAttempt.ticket_id == ticket_id,
        ReturnAttempt.command_id == command_id,
    )
    return command_id is not None and scope.session.scalar(same) is not None

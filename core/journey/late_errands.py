"""Errands that are not answered in time: unit and desk are told at the due time, judged anew under the ticket's lock."""

from datetime import datetime

from core.coordination.errands import find_ticket_of, say_overdue
from core.kit.saying import said
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.service import lock_ticket_of_id, note
from core.tickets.timeline import SYSTEM, Order


def tell_if_late(scope: Scope, errand_id: int, *, now: datetime) -> None:
    """Tell unit and desk that the errand is late, unless it is answered; one that is gone is passed over."""
    ticket_id = find_ticket_of(scope, errand_id)
    if ticket_id is None:
        return
    ticket = lock_ticket_of_id(scope, ticket_id)
    if say_overdue(scope, ticket, errand_id, now=now):
        mark_ticket(scope, ticket)


def note_untold(scope: Scope, errand_id: int, reason: str, *, now: datetime) -> None:
    """Write into the ticket that nobody could be told of a late errand."""
    ticket_id = find_ticket_of(scope, errand_id)
    if ticket_id is not None:
        words = said("交办事项到期，多次没能告知承办单位：{reason}。请电话催办", reason=reason)
        note(scope, lock_ticket_of_id(scope, ticket_id), "errand", Order(SYSTEM, now), summary=words)

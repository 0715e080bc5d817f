"""Reading tickets: which one has a number, and the chains of all timelines."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import func, select

from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent

BATCH = 200


class NoSuchTicket(Refused):
    """No ticket has this serial number."""

    code = "no-such-ticket"


@dataclass(frozen=True, slots=True)
class Chain:
    """A ticket with its whole timeline in order, both as of one moment."""

    ticket: Ticket
    entries: tuple[TicketEvent, ...]


def get_ticket_id(scope: Scope, serial_no: str) -> int:
    """Return the id of the ticket with this number. Raises `NoSuchTicket`."""
    ticket_id = scope.session.scalar(
        select(Ticket.id).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
    )
    if ticket_id is None:
        raise NoSuchTicket(f"没有编号为 {serial_no} 的工单。请核对编号，或确认它属于{scope.tenant.name}。")
    return ticket_id


def count_tickets(scope: Scope) -> int:
    """Return how many tickets the tenant has."""
    count = select(func.count()).select_from(Ticket).where(Ticket.tenant_id == scope.tenant.id)
    return scope.session.scalar(count) or 0


def chains(scope: Scope, *, batch: int = BATCH) -> Iterator[Chain]:
    """Yield every ticket of the tenant with its timeline, in the order of ids, reading `batch` tickets at a time.

    A ticket and its entries come from one statement, so that one that moves meanwhile is seen before or after.
    """
    last = 0
    while True:
        some = (
            select(Ticket.id)
            .where(Ticket.tenant_id == scope.tenant.id, Ticket.id > last)
            .order_by(Ticket.id)
            .limit(batch)
            .subquery()
        )
        rows = scope.session.execute(
            select(Ticket, TicketEvent)
            .join(some, some.c.id == Ticket.id)
            .outerjoin(TicketEvent, (TicketEvent.tenant_id == Ticket.tenant_id) & (TicketEvent.ticket_id == Ticket.id))
            .where(Ticket.tenant_id == scope.tenant.id)
            .order_by(Ticket.id, TicketEvent.seq)
        ).all()
        if not rows:
            return
        for ticket, entries in groupby(rows, key=lambda row: row[0]):
            yield Chain(ticket, tuple(entry for _, entry in entries if entry is not None))
        last = rows[-1][0].id
        scope.session.expunge_all()

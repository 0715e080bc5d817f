"""Reading tickets: which one has a number, and the chains of all timelines."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import load_only

from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.legible import document, legible
from core.tickets.models import SealedHead, Ticket, TicketEvent
from core.tickets.timeline import Entry

BATCH = 200
_ENTRY = tuple(column.key for column in TicketEvent.__table__.columns)


class NoSuchTicket(Refused):
    """No ticket has this serial number."""

    code = "no-such-ticket"


@dataclass(frozen=True, slots=True)
class Chain:
    """A ticket with its whole timeline in order, both as of one moment, and its heads that were sealed before it.

    Of the ticket only what the timeline vouches for can be read: number, state, version and newest hash.
    """

    ticket: Ticket
    entries: tuple[Entry, ...]
    sealed: tuple[SealedHead, ...] = ()


def get_ticket_id(scope: Scope, serial_no: str) -> int:
    """Return the id of the ticket with this number. Raises `NoSuchTicket`."""
    ticket_id = scope.session.scalar(
        select(Ticket.id).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
    )
    if ticket_id is None:
        raise NoSuchTicket(
            said(
                "没有编号为 {serial_no} 的工单。请核对编号，或确认它属于{name}。",
                serial_no=serial_no,
                name=scope.tenant.name,
            )
        )
    return ticket_id


def find_version(scope: Scope, serial_no: str) -> int | None:
    """Return the version of the ticket with this number, None when there is none."""
    return scope.session.scalar(
        select(Ticket.version).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
    )


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
        ids = scope.session.scalars(
            select(Ticket.id)
            .where(Ticket.tenant_id == scope.tenant.id, Ticket.id > last)
            .order_by(Ticket.id)
            .limit(batch)
        ).all()
        if not ids:
            return
        yield from _chains_of(scope, ids)
        last = ids[-1]


def chain_of(scope: Scope, ticket_id: int) -> Chain:
    """Return one ticket with its timeline."""
    [chain] = _chains_of(scope, [ticket_id])
    return chain


def _chains_of(scope: Scope, ids: Sequence[int]) -> Iterator[Chain]:
    sealed = _sealed_heads_of(scope, ids)  # read first: the timelines that follow have at least what was sealed
    rows = scope.session.execute(
        select(Ticket, *legible(TicketEvent))
        .outerjoin(TicketEvent, (TicketEvent.tenant_id == Ticket.tenant_id) & (TicketEvent.ticket_id == Ticket.id))
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ids))
        .order_by(Ticket.id, TicketEvent.seq)
        .options(load_only(Ticket.serial_no, Ticket.state, Ticket.version, Ticket.head_hash, raiseload=True))
    ).all()
    scope.session.expunge_all()
    for ticket_id, group in groupby(rows, key=lambda row: row[0].id):
        of_ticket = list(group)
        entries = tuple(_entry(row) for row in of_ticket if row.seq is not None)
        yield Chain(of_ticket[0][0], entries, tuple(sealed[ticket_id]))


def _entry(row: Row[Any]) -> Entry:
    values: dict[str, Any] = dict(zip(_ENTRY, row[1:], strict=True))
    values["detail"] = document(values["detail"])
    return Entry(**values)


def _sealed_heads_of(scope: Scope, ids: Sequence[int]) -> dict[int, list[SealedHead]]:
    sealed: dict[int, list[SealedHead]] = defaultdict(list)
    for head in scope.session.scalars(
        select(SealedHead).where(SealedHead.tenant_id == scope.tenant.id, SealedHead.ticket_id.in_(ids))
    ):
        sealed[head.ticket_id].append(head)
    return sealed

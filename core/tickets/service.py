"""The only writer of a ticket's state and timeline."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import MOVES, STATE_LABELS, Command, State
from core.tickets.timeline import Actor, entry_hash


class NoSuchTicket(Refused):
    """No ticket has this serial number."""

    code = "no-such-ticket"


class MoveNotAllowed(Refused):
    """The table of moves does not lead from the ticket's state by this command."""

    code = "move-not-allowed"


class StaleVersion(Refused):
    """The ticket has moved on since the caller read it."""

    code = "stale-version"

    def __init__(self, message: str, *, since: list[TicketEvent]) -> None:
        super().__init__(message)
        self.since = since


def lock_ticket(scope: Scope, serial_no: str, *, seen_version: int | None = None) -> Ticket:
    """Return the ticket, locked until the transaction ends.

    `seen_version` is the version on which the caller decided. Raises `NoSuchTicket`, or `StaleVersion` with the
    entries written since.
    """
    ticket = scope.session.scalar(
        select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no).with_for_update()
    )
    return _checked(scope, ticket, serial_no, seen_version)


def lock_ticket_of_id(scope: Scope, ticket_id: int) -> Ticket:
    """Return the ticket with this id, locked until the transaction ends. Raises `NoSuchTicket`."""
    ticket = scope.session.scalar(
        select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.id == ticket_id).with_for_update()
    )
    return _checked(scope, ticket, str(ticket_id), None)


def already_done(scope: Scope, command_id: str | None) -> bool:
    """Tell whether a command with this id was carried out before (double click, retried call)."""
    if command_id is None:
        return False
    done = select(TicketEvent.seq).where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.command_id == command_id)
    return scope.session.scalar(done) is not None


def move(
    scope: Scope,
    ticket: Ticket,
    command: Command,
    *,
    actor: Actor,
    now: datetime,
    summary: str = "",
    detail: dict[str, Any] | None = None,
    command_id: str | None = None,
) -> None:
    """Change the ticket's state by one command and write its timeline entry. Raises `MoveNotAllowed`."""
    allowed = MOVES[command]
    if ticket.state not in allowed.sources:
        raise MoveNotAllowed(
            f"工单 {ticket.serial_no} 现为「{STATE_LABELS[State(ticket.state)]}」,不能{allowed.label}。请刷新后查看它的最新进展。"
        )
    before, ticket.state = ticket.state, allowed.target
    _write(scope, ticket, str(command), before, actor, now, summary or allowed.label, detail, command_id)


def begin(scope: Scope, ticket: Ticket, *, actor: Actor, now: datetime, summary: str, detail: dict[str, Any]) -> None:
    """Write the first timeline entry of a new ticket, which stands as registered."""
    assert ticket.version == 0
    _write(scope, ticket, str(Command.REGISTER), None, actor, now, summary, detail, None)


def note(
    scope: Scope,
    ticket: Ticket,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    summary: str,
    detail: dict[str, Any] | None = None,
    command_id: str | None = None,
) -> None:
    """Write a timeline entry that does not change the state; `kind` is one of `states.NOTE_LABELS`."""
    _write(scope, ticket, kind, ticket.state, actor, now, summary, detail, command_id)


def _write(
    scope: Scope,
    ticket: Ticket,
    kind: str,
    before: str | None,
    actor: Actor,
    now: datetime,
    summary: str,
    detail: dict[str, Any] | None,
    command_id: str | None,
) -> None:
    entry = TicketEvent(
        tenant_id=ticket.tenant_id,
        ticket_id=ticket.id,
        seq=ticket.version + 1,
        at=now,
        kind=kind,
        from_state=before,
        to_state=ticket.state,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        summary=summary,
        detail=detail or {},
        hash=b"",
        command_id=command_id,
    )
    entry.hash = entry_hash(ticket.head_hash, entry)
    ticket.version, ticket.head_hash = entry.seq, entry.hash
    scope.session.add(entry)


def _checked(scope: Scope, ticket: Ticket | None, name: str, seen_version: int | None) -> Ticket:
    if ticket is None:
        raise NoSuchTicket(f"没有编号为 {name} 的工单。请核对编号,或确认它属于本区。")
    if seen_version is not None and seen_version != ticket.version:
        since = scope.session.scalars(
            select(TicketEvent)
            .where(
                TicketEvent.tenant_id == ticket.tenant_id,
                TicketEvent.ticket_id == ticket.id,
                TicketEvent.seq > seen_version,
            )
            .order_by(TicketEvent.seq)
        ).all()
        raise StaleVersion(f"工单 {ticket.serial_no} 在您打开之后已有变动,请查看最新进展后再操作。", since=list(since))
    return ticket

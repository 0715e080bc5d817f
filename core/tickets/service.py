"""The only writer of a ticket's state and timeline."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select

from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.queries import NoSuchTicket
from core.tickets.states import MOVES, STATE_LABELS, Command, State
from core.tickets.timeline import Actor, Detail, entry_hash

DONE_BY_TIME = ("clock_mark", "escalate")
"""Timeline entries that only time makes; nobody decided anything."""


class MoveNotAllowed(Refused):
    """The table of moves does not lead from the ticket's state by this command."""

    code = "move-not-allowed"


class StaleVersion(Refused):
    """The ticket has moved on since the caller read it."""

    code = "stale-version"

    def __init__(self, message: str, *, since: list[TicketEvent]) -> None:
        super().__init__(message)
        self.since = since


class CommandReused(Refused):
    """The command id was already used for another ticket."""

    code = "command-reused"


def lock_ticket(scope: Scope, serial_no: str) -> Ticket:
    """Return the ticket as it stands now, locked until the transaction ends. Raises `NoSuchTicket`."""
    return _locked(scope, Ticket.serial_no == serial_no, serial_no)


def lock_ticket_of_id(scope: Scope, ticket_id: int) -> Ticket:
    """Return the ticket with this id, locked until the transaction ends. Raises `NoSuchTicket`."""
    return _locked(scope, Ticket.id == ticket_id, str(ticket_id))


def already_done(scope: Scope, ticket: Ticket, command_id: str | None) -> bool:
    """Tell whether the command with this id was carried out before (double click, retried call).

    Asked with the ticket locked, so that the second of two calls at the same moment waits for the first and sees it.
    Raises `CommandReused` when the id belongs to a command on another ticket.
    """
    if command_id is None:
        return False
    done_to = scope.session.scalar(
        select(TicketEvent.ticket_id).where(
            TicketEvent.tenant_id == scope.tenant.id, TicketEvent.command_id == command_id
        )
    )
    if done_to not in (None, ticket.id):
        raise CommandReused(f"命令编号 {command_id} 已用于另一张工单，本次没有执行。请为每次操作使用新的编号。")
    return done_to is not None


def refuse_stale(scope: Scope, ticket: Ticket, seen_version: int | None) -> None:
    """Raise `StaleVersion` with the entries written since, unless the caller decided on the ticket as it stands.

    That only time has passed (a light, a reminder) makes no decision stale. `seen_version` is the version on which the caller decided, None when that does not matter.
    """
    if seen_version is None or seen_version == ticket.version:
        return
    since = scope.session.scalars(
        select(TicketEvent)
        .where(
            TicketEvent.tenant_id == ticket.tenant_id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.seq > seen_version,
        )
        .order_by(TicketEvent.seq)
    ).all()
    if since and all(entry.kind in DONE_BY_TIME for entry in since):
        return
    for entry in since:  # they are read by the edge, when the transaction is over
        scope.session.expunge(entry)
    raise StaleVersion(f"工单 {ticket.serial_no} 在您打开之后已有变动，请查看最新进展后再操作。", since=list(since))


def check_state(ticket: Ticket, allowed: Collection[State], deed: str) -> None:
    """Raise `MoveNotAllowed`, naming the deed, unless the ticket stands in one of these states."""
    if ticket.state not in allowed:
        raise MoveNotAllowed(
            f"工单 {ticket.serial_no} 现为「{STATE_LABELS[State(ticket.state)]}」，不能{deed}。请刷新后查看它的最新进展。"
        )


def move(
    scope: Scope,
    ticket: Ticket,
    command: Command,
    *,
    actor: Actor,
    now: datetime,
    summary: str = "",
    detail: Detail | None = None,
    command_id: str | None = None,
) -> None:
    """Change the ticket's state by one command and write its timeline entry. Raises `MoveNotAllowed`."""
    allowed = MOVES[command]
    check_state(ticket, allowed.sources, allowed.label)
    before, ticket.state = ticket.state, allowed.target
    _write(scope, ticket, str(command), before, actor, now, summary or allowed.label, detail, command_id)


def begin(scope: Scope, ticket: Ticket, *, actor: Actor, now: datetime, summary: str, detail: Detail) -> None:
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
    detail: Detail | None = None,
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
    detail: Detail | None,
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
        detail=dict(detail or {}),
        hash=b"",
        command_id=command_id,
    )
    entry.hash = entry_hash(ticket.head_hash, entry)
    ticket.version, ticket.head_hash = entry.seq, entry.hash
    scope.session.add(entry)


def _locked(scope: Scope, which: ColumnElement[bool], name: str) -> Ticket:
    ticket = scope.session.scalar(
        select(Ticket)
        .where(Ticket.tenant_id == scope.tenant.id, which)
        .with_for_update()
        .execution_options(populate_existing=True)  # a ticket shown before it was locked may have moved since
    )
    if ticket is None:
        raise NoSuchTicket(f"没有编号为 {name} 的工单。请核对编号，或确认它属于本区。")
    return ticket

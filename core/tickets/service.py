"""The only writer of a ticket's state and timeline."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from core.kit.db import Base
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.access import asked_of, may
from core.people.roles import NotPermitted, Permission
from core.tenancy.scope import Scope
from core.tickets.models import CommandLog, Ticket, TicketEvent
from core.tickets.news import gather_step, tell_features
from core.tickets.queries import NoSuchTicket
from core.tickets.records import with_records
from core.tickets.states import MOVES, NOTE_LABELS, STATE_LABELS, Command, State
from core.tickets.timeline import Actor, Detail, Order, entry_hash

LONGEST_WAIT = timedelta(minutes=2)
"""How long a command may have waited for a ticket's lock, or two hosts' clocks may differ."""
DONE_BY_TIME = (
    "clock_mark",
    "escalate",
    "clock_started",
    "rule_failed",
    "given_to_person",
    "contact_revealed",
    "erased",
    "file_locked",
    "disclosure_prepared",
    "receipt_printed",
    "receipt_sent",
    "news",
)
"""Timeline entries that only time makes, that come with an entry of who did it, or that say who in a unit has the ticket or
looked at the contact or had it erased, or whether its resident wants to hear of steps: nobody decided anything on the ticket itself."""


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
    """The command id was already used for another command, or for another ticket."""

    code = "command-reused"


class BeforeItsTime(Refused):
    """The command carries a time before the ticket began."""

    code = "before-its-time"


class ReasonMissing(Refused):
    """What is done needs a reason, and none was given."""

    code = "reason-missing"


def lock_ticket(scope: Scope, serial_no: str) -> Ticket:
    """Return the ticket as it stands now, locked until the transaction ends. Raises `NoSuchTicket`."""
    return _locked(scope, Ticket.serial_no == serial_no, serial_no)


def lock_tickets(scope: Scope, serial_nos: Collection[str]) -> list[Ticket]:
    """Lock several tickets in the order of their ids, so that no two transactions wait for each other.

    Return those that exist.
    """
    return _locked_in_order(scope, Ticket.serial_no.in_(serial_nos))


def lock_attached(scope: Scope, master: Ticket) -> list[Ticket]:
    """Return the tickets attached to this one, locked in the order of their ids."""
    return _locked_in_order(scope, Ticket.master_id == master.id)


def lock_ticket_of_id(scope: Scope, ticket_id: int) -> Ticket:
    """Return the ticket with this id, locked until the transaction ends. Raises `NoSuchTicket`."""
    return _locked(scope, Ticket.id == ticket_id, str(ticket_id))


def find_result(scope: Scope, ticket: Ticket, command: str, command_id: str | None) -> CommandLog | None:
    """Return what came of the command with this id if it was carried out before (double click, retried call).

    Asked with the ticket locked, so that the second of two calls at the same moment waits for the first and sees it.
    Raises `CommandReused` when the id belongs to another command, or to one on another ticket.
    """
    if command_id is None:
        return None
    done = scope.session.get(CommandLog, (scope.tenant.id, command_id))
    if done is not None and (done.ticket_id, done.command) != (ticket.id, command):
        raise _reused(command_id)
    if done is not None:
        scope.session.vouch_for_earlier()
    return done


def keep_result(scope: Scope, ticket: Ticket, command: str, order: Order) -> None:
    """Keep what came of a command under its id. Raises `CommandReused` when another transaction just used the id."""
    if order.command_id is None:
        return
    kept = scope.session.execute(
        insert(CommandLog)
        .values(
            tenant_id=scope.tenant.id,
            command_id=order.command_id,
            ticket_id=ticket.id,
            command=command,
            version=ticket.version,
            state=ticket.state,
            at=order.now,
        )
        .on_conflict_do_nothing()
        .returning(CommandLog.command_id)
    )
    if kept.scalar() is None:
        raise _reused(order.command_id)


def refuse_actor(actor: Actor, permission: Permission, deed: str) -> None:
    """Raise `NotPermitted`, naming the deed and who may do it, unless the actor may."""
    if not may(actor.permissions, permission):
        raise NotPermitted(
            said(
                "「{deed}」由{asked}办理，{name}没有这项权限。需要时请联系安全管理员开通。",
                deed=word(deed),
                asked=word(asked_of(permission)),
                name=actor.name,
            )
        )


def refuse_early(ticket: Ticket, now: datetime) -> None:
    """Raise `BeforeItsTime` when `now` lies before the ticket's beginning."""
    if now < ticket.submitted_at:
        raise BeforeItsTime(
            said(
                "操作时间 {now:%Y-%m-%d %H:%M:%S%z} 早于工单 {serial_no} 的登记时间，没有执行。请检查系统时钟。",
                now=now,
                serial_no=ticket.serial_no,
            )
        )


def in_order(scope: Scope, ticket: Ticket, order: Order) -> Order:
    """Return the order with a time no earlier than the ticket's newest entry.

    Its time was read before it waited for the ticket's lock. What happened meanwhile, a mark that fired for instance,
    would otherwise lie after the command that found it done.
    """
    newest = scope.session.scalar(
        select(TicketEvent.at).where(
            TicketEvent.tenant_id == ticket.tenant_id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.seq == ticket.version,
        )
    )
    if newest is None or not order.now < newest <= order.now + LONGEST_WAIT:
        return order
    return replace(order, now=newest)


def reason_of(text: str, deed: str) -> str:
    """Return a reason without surrounding blanks. Raises `ReasonMissing` when nothing is left."""
    cleaned = text.strip()
    if not cleaned:
        raise ReasonMissing(said("{deed}要写明理由。请填写后再提交。", deed=word(deed)))
    return cleaned


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
    raise StaleVersion(
        said("工单 {serial_no} 在您打开之后已有变动，请查看最新进展后再操作。", serial_no=ticket.serial_no),
        since=list(since),
    )


def check_state(ticket: Ticket, allowed: Collection[State], deed: str) -> None:
    """Raise `MoveNotAllowed`, naming the deed, unless the ticket stands in one of these states."""
    if ticket.state not in allowed:
        raise MoveNotAllowed(
            said(
                "工单 {serial_no} 现为「{state}」，不能{deed}。请刷新后查看它的最新进展。",
                serial_no=ticket.serial_no,
                state=word(STATE_LABELS[State(ticket.state)]),
                deed=word(deed),
            )
        )


def move(
    scope: Scope,
    ticket: Ticket,
    command: Command,
    order: Order,
    *,
    to: State | None = None,
    summary: str = "",
    detail: Detail | None = None,
    records: Sequence[Base] = (),
) -> None:
    """Change the ticket's state by one command and write its timeline entry. Raises `MoveNotAllowed`.

    `to` says where to, for the moves that lead to several states. The entry vouches for `records`, which are written
    with it and never changed (`core.tickets.records`).
    """
    allowed = MOVES[command]
    check_state(ticket, allowed.sources, allowed.label)
    before = ticket.state
    if allowed.targets:
        target = to or allowed.targets[0]
        assert target in allowed.targets, f"{command} does not lead to {target}"
        ticket.state = target
    _write(scope, ticket, str(command), before, order, summary or allowed.label, with_records(detail, records))


def begin(scope: Scope, ticket: Ticket, order: Order, *, summary: str, detail: Detail) -> None:
    """Write the first timeline entry of a new ticket, which stands as registered."""
    assert ticket.version == 0
    _write(scope, ticket, str(Command.REGISTER), None, order, summary, detail)


def note(
    scope: Scope,
    ticket: Ticket,
    kind: str,
    order: Order,
    *,
    summary: str,
    detail: Detail | None = None,
    records: Sequence[Base] = (),
) -> None:
    """Write a timeline entry that does not change the state; `kind` is one of `states.NOTE_LABELS`.

    The entry vouches for `records`, which are written with it and never changed (`core.tickets.records`).
    """
    assert kind in NOTE_LABELS, kind
    _write(scope, ticket, kind, ticket.state, order, summary, with_records(detail, records))


def _write(
    scope: Scope, ticket: Ticket, kind: str, before: str | None, order: Order, summary: str, detail: Detail | None
) -> None:
    entry = TicketEvent(
        tenant_id=ticket.tenant_id,
        ticket_id=ticket.id,
        seq=ticket.version + 1,
        at=order.now,
        kind=kind,
        from_state=before,
        to_state=ticket.state,
        actor_kind=order.actor.kind,
        actor_id=order.actor.id,
        actor_name=order.actor.name,
        summary=summary,
        detail=dict(detail or {}),
        hash=b"",
        command_id=order.command_id,
    )
    entry.hash = entry_hash(ticket.head_hash, entry)
    ticket.version, ticket.head_hash = entry.seq, entry.hash
    scope.session.add(entry)
    tell_features(scope, entry)
    gather_step(scope, entry)


def _reused(command_id: str) -> CommandReused:
    return CommandReused(
        said("命令编号 {command_id} 已用于另一次操作，本次没有执行。请为每次操作使用新的编号。", command_id=command_id)
    )


def _locked_in_order(scope: Scope, which: ColumnElement[bool]) -> list[Ticket]:
    return list(
        scope.session.scalars(
            select(Ticket)
            .where(Ticket.tenant_id == scope.tenant.id, which)
            .order_by(Ticket.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _locked(scope: Scope, which: ColumnElement[bool], name: str) -> Ticket:
    ticket = scope.session.scalar(
        select(Ticket)
        .where(Ticket.tenant_id == scope.tenant.id, which)
        .with_for_update()
        .execution_options(populate_existing=True)  # a ticket shown before it was locked may have moved since
    )
    if ticket is None:
        raise NoSuchTicket(said("没有编号为 {name} 的工单。请核对编号，或确认它属于本区。", name=name))
    return ticket

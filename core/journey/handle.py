"""What a unit does with a ticket: sign it, note what happens, reply, or give it back."""

from datetime import datetime

from core.handling.service import sign as sign_for
from core.handling.service import submit_reply
from core.routing.service import check_unit, end_assignments, propose
from core.sla.service import AT_DISPATCH, cancel_clocks, stop_clock
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import already_done, lock_ticket, move, refuse_stale
from core.tickets.service import note as write_note
from core.tickets.states import Command
from core.tickets.timeline import Actor


def sign(
    scope: Scope,
    serial_no: str,
    *,
    unit_id: int | None,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    command_id: str | None = None,
) -> Ticket:
    """The lead unit signs for the ticket 签收. Raises `NotYours` and the refusals of moves."""
    ticket = lock_ticket(scope, serial_no)
    if already_done(scope, ticket, command_id):
        return ticket
    refuse_stale(scope, ticket, seen_version)
    assignment = check_unit(scope, ticket, unit_id)
    sign_for(scope, ticket, assignment, actor=actor, now=now, command_id=command_id)
    stop_clock(scope, ticket, "sign", at=now, now=now)
    scope.session.flush()
    return ticket


def arrive(scope: Scope, serial_no: str, *, unit_id: int | None, what: str, actor: Actor, now: datetime) -> Ticket:
    """Note that the unit is on site 到场; its on-site clock stops."""
    ticket = lock_ticket(scope, serial_no)
    check_unit(scope, ticket, unit_id)
    write_note(scope, ticket, "on_site", actor=actor, now=now, summary=what)
    stop_clock(scope, ticket, "on_site", at=now, now=now)
    scope.session.flush()
    return ticket


def note(scope: Scope, serial_no: str, *, what: str, actor: Actor, now: datetime) -> Ticket:
    """Note something that happened, without changing the state."""
    ticket = lock_ticket(scope, serial_no)
    write_note(scope, ticket, "note", actor=actor, now=now, summary=what)
    scope.session.flush()
    return ticket


def reply(
    scope: Scope,
    serial_no: str,
    *,
    unit_id: int | None,
    text: str,
    disposition: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    command_id: str | None = None,
) -> Ticket:
    """The lead unit hands in its reply; it waits for review, and no mark fires while it does."""
    ticket = lock_ticket(scope, serial_no)
    if already_done(scope, ticket, command_id):
        return ticket
    refuse_stale(scope, ticket, seen_version)
    assignment = check_unit(scope, ticket, unit_id)
    submit_reply(
        scope, ticket, assignment, text=text, disposition=disposition, actor=actor, now=now, command_id=command_id
    )
    scope.session.flush()
    return ticket


def give_back(
    scope: Scope,
    serial_no: str,
    *,
    unit_id: int | None,
    reason: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    command_id: str | None = None,
) -> Ticket:
    """The unit gives the ticket back 退单: it goes to the dispatch desk, never sideways.

    The unit's clocks are cancelled, the resident's runs on. The rules are asked again, this unit left out.
    """
    ticket = lock_ticket(scope, serial_no)
    if already_done(scope, ticket, command_id):
        return ticket
    refuse_stale(scope, ticket, seen_version)
    check_unit(scope, ticket, unit_id)
    move(
        scope,
        ticket,
        Command.RETURN,
        actor=actor,
        now=now,
        summary=f"退单：{reason}",
        detail={"reason": reason},
        command_id=command_id,
    )
    end_assignments(scope, ticket, "returned", now=now)
    ticket.bounce_count += 1
    ticket.lead_unit_id = None
    cancel_clocks(scope, ticket, AT_DISPATCH)
    scope.session.flush()
    propose(scope, ticket, now=now)
    mark_ticket(scope, ticket)
    return ticket

"""Concluding a ticket, asking the resident, and doing it again when they are not satisfied."""

from datetime import datetime

from core.evaluation.service import keep_rating, record_attempt
from core.handling.service import resume, review
from core.routing.service import end_assignments, lead_assignment, propose
from core.sla.service import AT_ACCEPTANCE, AT_DISPATCH, cancel_clocks, start_clocks, stop_clock
from core.statistics.dirty import mark_dirty, mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import already_done, lock_ticket, move, refuse_stale
from core.tickets.states import Command
from core.tickets.timeline import Actor


def pass_reply(
    scope: Scope,
    serial_no: str,
    *,
    note: str = "",
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    command_id: str | None = None,
) -> Ticket:
    """The reviewer passes the reply 审核通过: it goes to the resident and the ticket is concluded.

    All clocks stop at the moment the reply was handed in: the review's delay is not the unit's.
    Raises `NothingToReview`, `SameHands` and the refusals of moves.
    """
    ticket = lock_ticket(scope, serial_no)
    if already_done(scope, ticket, command_id):
        return ticket
    refuse_stale(scope, ticket, seen_version)
    reply = review(scope, ticket, passed=True, note=note, actor=actor, now=now)
    move(scope, ticket, Command.AUDIT_PASS, actor=actor, now=now, summary="审核通过，答复送达", command_id=command_id)
    end_assignments(scope, ticket, "done", now=now)
    conclude(scope, ticket, disposition=reply.disposition, replied_at=reply.submitted_at, now=now)
    mark_ticket(scope, ticket)
    return ticket


def return_reply(
    scope: Scope,
    serial_no: str,
    *,
    note: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    command_id: str | None = None,
) -> Ticket:
    """The reviewer gives the reply back 审核退回; the unit goes on, and so do its clocks."""
    ticket = lock_ticket(scope, serial_no)
    if already_done(scope, ticket, command_id):
        return ticket
    refuse_stale(scope, ticket, seen_version)
    review(scope, ticket, passed=False, note=note, actor=actor, now=now)
    move(scope, ticket, Command.AUDIT_RETURN, actor=actor, now=now, summary=f"审核退回：{note}", command_id=command_id)
    resume(lead_assignment(scope, ticket))
    scope.session.flush()
    return ticket


def conclude(scope: Scope, ticket: Ticket, *, disposition: str, replied_at: datetime, now: datetime) -> None:
    """Note the result on the ticket and stop its clocks at the moment of the reply."""
    ticket.disposition, ticket.replied_at, ticket.concluded_at = disposition, replied_at, now
    stop_clock(scope, ticket, "reply", at=replied_at, now=now)
    stop_clock(scope, ticket, "handle", at=replied_at, now=now)
    cancel_clocks(scope, ticket, AT_DISPATCH)
    mark_dirty(scope, ticket.accepted_at, replied_at, now)


def follow_up(scope: Scope, serial_no: str, *, outcome: str, remark: str = "", actor: Actor, now: datetime) -> Ticket:
    """Record one attempt to ask the resident 回访: reached, unreachable or refused."""
    ticket = lock_ticket(scope, serial_no)
    record_attempt(scope, ticket, outcome=outcome, remark=remark, actor=actor, now=now)
    scope.session.flush()
    return ticket


def rate(
    scope: Scope,
    serial_no: str,
    *,
    resolved: str,
    satisfaction: str,
    comment: str = "",
    now: datetime,
    command_id: str | None = None,
) -> Ticket:
    """Keep the resident's rating 评价 of this cycle; it can never be changed."""
    ticket = lock_ticket(scope, serial_no)
    if already_done(scope, ticket, command_id):
        return ticket
    keep_rating(
        scope,
        ticket,
        resolved=resolved,
        satisfaction=satisfaction,
        comment=comment,
        now=now,
        command_id=command_id,
    )
    mark_dirty(scope, now)
    scope.session.flush()
    return ticket


def redo(
    scope: Scope, serial_no: str, *, reason: str, actor: Actor, now: datetime, command_id: str | None = None
) -> Ticket:
    """Have a concluded ticket done again 重办: a new cycle with a clock of its own, back at the dispatch desk.

    The results of the cycle before stay as they are.
    """
    ticket = lock_ticket(scope, serial_no)
    if already_done(scope, ticket, command_id):
        return ticket
    move(scope, ticket, Command.REDO, actor=actor, now=now, summary=f"重办：{reason}", command_id=command_id)
    ticket.cycle_no += 1
    ticket.lead_unit_id = None
    ticket.concluded_at = ticket.replied_at = ticket.disposition = None
    start_clocks(scope, ticket, AT_ACCEPTANCE, now=now)
    propose(scope, ticket, now=now)
    mark_ticket(scope, ticket)
    return ticket

"""What the dispatch desk does with a ticket: correct its classification, dispatch it, answer it directly."""

from collections.abc import Sequence
from datetime import datetime

from core.classification.service import reclassify
from core.escalation.service import escalate
from core.handling.dispositions import DISPOSITION_LABELS
from core.handling.rules import usable_reply
from core.handling.service import add_reply
from core.hooks.values import Complexity, Nature, Trigger
from core.journey.conclude import conclude
from core.routing.service import BY_PERSON, propose
from core.routing.service import dispatch as dispatch_to
from core.sla.service import AT_ACCEPTANCE, AT_DISPATCH, cancel_clocks, running_clocks, start_clocks
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import already_done, check_state, lock_ticket, move, refuse_stale
from core.tickets.states import WAITING_FOR_DISPATCH, Command
from core.tickets.timeline import Actor


def dispatch(
    scope: Scope,
    serial_no: str,
    *,
    lead: str,
    co: Sequence[str] = (),
    reason: str = "",
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    command_id: str | None = None,
) -> Ticket:
    """Give the ticket to a unit 派单 and start the unit's clocks.

    Raises `NoSuchTicket`, `StaleVersion`, `NoSuchUnit`, `MoveNotAllowed`. The same `command_id` does it once.
    """
    ticket = lock_ticket(scope, serial_no)
    if already_done(scope, ticket, command_id):
        return ticket
    refuse_stale(scope, ticket, seen_version)
    dispatch_to(
        scope,
        ticket,
        lead=lead,
        co=co,
        rule_id=BY_PERSON,
        reason=reason or "受理席派单",
        actor=actor,
        now=now,
        command_id=command_id,
    )
    start_clocks(scope, ticket, AT_DISPATCH, now=now)
    if ticket.urgency == "urgent":
        cause = f"urgent/{ticket.id}/{ticket.version}"
        escalate(scope, ticket, Trigger("urgent"), cause=cause, due=ticket.next_due_at, now=now)
    mark_ticket(scope, ticket)
    return ticket


def answer_directly(
    scope: Scope,
    serial_no: str,
    *,
    text: str,
    disposition: str = "explained",
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    command_id: str | None = None,
) -> Ticket:
    """Answer without dispatch 直接答复; the ticket is concluded. Raises `ReplyUnusable` and the refusals of moves."""
    ticket = lock_ticket(scope, serial_no)
    if already_done(scope, ticket, command_id):
        return ticket
    refuse_stale(scope, ticket, seen_version)
    conclude_with_answer(scope, ticket, text=text, disposition=disposition, actor=actor, now=now, command_id=command_id)
    mark_ticket(scope, ticket)
    return ticket


def conclude_with_answer(
    scope: Scope,
    ticket: Ticket,
    *,
    text: str,
    disposition: str,
    actor: Actor,
    now: datetime,
    command_id: str | None = None,
) -> None:
    """Answer a ticket in hand and conclude it; shared by the desk and the import of history."""
    reply = usable_reply(text, disposition)
    move(
        scope,
        ticket,
        Command.ANSWER_DIRECTLY,
        actor=actor,
        now=now,
        summary=f"直接答复（{DISPOSITION_LABELS[disposition]}）",
        detail={"disposition": disposition},
        command_id=command_id,
    )
    add_reply(scope, ticket, text=reply, disposition=disposition, unit_id=None, actor=actor, now=now, state="approved")
    conclude(scope, ticket, disposition=disposition, replied_at=now, now=now)


def correct(
    scope: Scope,
    serial_no: str,
    *,
    nature: Nature,
    matter: str | None,
    complexity: Complexity,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> Ticket:
    """Correct what a ticket is about before it is dispatched: its clock and suggested unit follow.

    The reply clock is replaced by one of the new limit with the same beginning, never from now.
    Raises `NoSuchMatter` and the refusals of moves.
    """
    ticket = lock_ticket(scope, serial_no)
    refuse_stale(scope, ticket, seen_version)
    check_state(ticket, WAITING_FOR_DISPATCH, "更改分类")
    begun = min((clock.started_at for clock in running_clocks(scope, ticket) if clock.name == "reply"), default=now)
    reclassify(scope, ticket, nature=nature, matter=matter, complexity=complexity, actor=actor, now=now)
    cancel_clocks(scope, ticket, AT_ACCEPTANCE)
    start_clocks(scope, ticket, AT_ACCEPTANCE, now=begun)
    propose(scope, ticket, now=now)
    mark_ticket(scope, ticket)
    return ticket

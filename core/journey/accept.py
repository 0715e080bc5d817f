"""Accepting an appeal: register, accept, classify, start the clock, find the unit. One round trip to the database."""

from dataclasses import dataclass
from datetime import datetime

from core.classification.service import classify
from core.escalation.service import escalate
from core.hooks.values import Trigger
from core.intake.rules import Appeal
from core.intake.service import find_ticket_of, open_ticket
from core.kit.db import insert_pending
from core.kit.serials import access_code
from core.routing.service import dispatch, propose, watch
from core.sla.service import AT_ACCEPTANCE, AT_DISPATCH, start_clocks
from core.statistics.dirty import mark_dirty
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import move
from core.tickets.states import Command
from core.tickets.timeline import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the resident is told: the serial number 受理流水号 and the access code 提取码.

    `created` is False when the same message came in before; number and code are then those of that time.
    """

    ticket_id: int
    serial_no: str
    access_code: str
    state: str
    created: bool


def accept(scope: Scope, appeal: Appeal, *, actor: Actor, now: datetime) -> Accepted:
    """Take in an appeal and accept it 受理; dispatch it at once where a rule of the district says so.

    A matter that only words point to is no ground for that: then the rule's unit is suggested to the dispatcher.

    Raises `AppealUnusable`, `UnknownChannel`, `NoSuchMatter`. `core.kit.errors.Collision` means that the same message
    came in at the same moment: run again and the ticket is found.
    """
    known = find_ticket_of(scope, appeal.channel, appeal.external_id)
    if known is not None:
        return _told(scope, known, created=False)
    ticket = take_in(scope, appeal, actor=actor, now=now)
    choice = propose(scope, ticket, now=now)
    if choice.proposal and choice.proposal.direct and not ticket.matter_guessed:
        _dispatch_directly(scope, ticket, choice.proposal.unit, choice.proposal.co, choice.rule_id, choice.reason, now)
    if ticket.urgency == "urgent":
        escalate(scope, ticket, Trigger("urgent"), cause=f"urgent/{ticket.id}", due=ticket.next_due_at, now=now)
    insert_pending(scope.session)
    return _told(scope, ticket, created=True)


def take_in(scope: Scope, appeal: Appeal, *, actor: Actor, now: datetime) -> Ticket:
    """Do what acceptance and the import of history share: register, accept, classify, watchers, reply clock.

    The rows are pending in the session. `now` is the moment of acceptance.
    """
    ticket = open_ticket(scope, appeal, actor=actor, now=now)
    move(scope, ticket, Command.ACCEPT, actor=actor, now=now)
    ticket.accepted_at = now
    classify(scope, ticket, nature=appeal.nature, matter=appeal.matter, urgency=appeal.urgency, now=now)
    watch(scope, ticket, now=now)
    start_clocks(scope, ticket, AT_ACCEPTANCE, now=now)
    mark_dirty(scope, ticket.accepted_at, ticket.next_due_at)
    return ticket


def _dispatch_directly(
    scope: Scope, ticket: Ticket, unit: str, co: tuple[str, ...], rule_id: str, reason: str, now: datetime
) -> None:
    dispatch(scope, ticket, lead=unit, co=co, rule_id=rule_id, reason=reason, actor=SYSTEM, now=now)
    start_clocks(scope, ticket, AT_DISPATCH, now=now)


def _told(scope: Scope, ticket: Ticket, *, created: bool) -> Accepted:
    code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version)
    return Accepted(ticket.id, ticket.serial_no, code, str(ticket.state), created)

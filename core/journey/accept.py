"""Accepting an appeal: register, accept, classify, start the clock, find the unit. One round trip to the database."""

from dataclasses import dataclass
from datetime import datetime

from core.classification.service import classify
from core.escalation.service import escalate
from core.hooks.values import Trigger
from core.intake.rules import Appeal
from core.intake.service import find_ticket_of, open_ticket, refuse_another_text
from core.kit.db import insert_rows
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

    Raises `AppealUnusable`, `UnknownChannel`, `NoSuchMatter`, `MessageReused`. `core.kit.errors.Collision` means that
    the same message came in at the same moment: run again and the ticket is found.
    """
    known = find_ticket_of(scope, appeal.channel, appeal.external_id)
    if known is not None:
        refuse_another_text(known, appeal)
        return _told(scope, known, created=False)
    with scope.session.gathering() as rows:
        ticket = take_in(scope, appeal, actor=actor, now=now)
        find_unit(scope, ticket, now=now)
    insert_rows(scope.session, rows)
    return _told(scope, ticket, created=True)


def take_in(scope: Scope, appeal: Appeal, *, actor: Actor, now: datetime) -> Ticket:
    """Do what acceptance and the import of history share: register, accept, classify, watchers, reply clock.

    `now` is the moment of acceptance.
    """
    ticket = open_ticket(scope, appeal, actor=actor, now=now)
    move(scope, ticket, Command.ACCEPT, actor=actor, now=now)
    ticket.accepted_at = now
    classify(scope, ticket, nature=appeal.nature, matter=appeal.matter, urgency=appeal.urgency, now=now)
    watch(scope, ticket, now=now)
    start_clocks(scope, ticket, AT_ACCEPTANCE, now=now)
    mark_dirty(scope, ticket.accepted_at, ticket.next_due_at)
    return ticket


def find_unit(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Ask the rules whose the ticket is, dispatch it at once where they say so, and press for an urgent one.

    A matter that only words point to is no ground to dispatch: then the rule's unit is suggested to the dispatcher.
    """
    choice = propose(scope, ticket, now=now)
    if (chosen := choice.proposal) and chosen.direct and not ticket.matter_guessed:
        rule_id, reason = choice.rule_id, choice.reason
        dispatch(scope, ticket, lead=chosen.unit, co=chosen.co, rule_id=rule_id, reason=reason, actor=SYSTEM, now=now)
        start_clocks(scope, ticket, AT_DISPATCH, now=now)
    if ticket.urgency == "urgent":
        escalate(scope, ticket, Trigger("urgent"), cause=f"urgent/{ticket.id}", due=ticket.next_due_at, now=now)


def _told(scope: Scope, ticket: Ticket, *, created: bool) -> Accepted:
    code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version)
    return Accepted(ticket.id, ticket.serial_no, code, str(ticket.state), created)

"""Accepting an appeal: register, accept, classify, start the clock, find the unit. One round trip to the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast

from core.classification.service import classify
from core.escalation.service import escalate
from core.hooks.values import Nature, Trigger, Urgency
from core.intake.admission import note_grounds
from core.intake.channels import get_open_channel
from core.intake.clearances.service import ask_clearance, why_to_clear
from core.intake.drafting import completed
from core.intake.receipts import in_words, receipt_of
from core.intake.rejections import rejection_words
from core.intake.repeated import too_many_of_phone
from core.intake.rules import Appeal
from core.intake.service import find_ticket_of, open_ticket, refuse_another_text
from core.journey.command import command
from core.journey.filing import tell_filed
from core.journey.progress_news import telling_steps
from core.journey.resident_words import tell_with_page
from core.journey.rota import tell_on_duty
from core.kit.db import insert_rows
from core.kit.saying import said
from core.kit.serials import access_code
from core.routing.deciding import follow_rules, propose
from core.routing.referrals import may_direct, refer_if_elsewhere, units_of_ours
from core.routing.rules import goes_at_once
from core.routing.service import dispatch, watch
from core.sla.service import start_clock, turn_clocks
from core.statistics.dirty import mark_dirty
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import move, note, refuse_actor
from core.tickets.states import MOVES, Command, State
from core.tickets.timeline import SYSTEM, Actor, Order


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the resident is told: the serial number 受理流水号, the access code 提取码, and the receipt 受理回执 in words.

    `created` is False when the same message came in before; number and code are then those of that time.
    """

    ticket_id: int
    serial_no: str
    access_code: str
    state: str
    created: bool
    receipt: str


def accept(scope: Scope, appeal: Appeal, *, for_clearance: bool = False, actor: Actor, now: datetime) -> Accepted:
    """Take in an appeal and accept it 受理; dispatch it at once where a rule of the district says so.

    What a system hands in beyond what its phone is allowed is registered only: a person looks at it first. What an
    operator writes down waits for clearance 审定 by somebody else where they wish it, or the district does.

    Raises `NotPermitted`, `AppealUnusable`, `UnknownChannel`, `NoSuchMatter`, `MessageReused`.
    `core.kit.errors.Collision` means that the same message came in at the same moment: run again and the ticket is
    found.
    """
    work = partial(_accept_at_once, for_clearance=for_clearance)
    return taken_in(scope, appeal, actor=actor, now=now, work=work)


def register(scope: Scope, appeal: Appeal, *, actor: Actor, now: datetime) -> Accepted:
    """Take in an appeal without accepting it yet 登记: somebody looks first whether it can be accepted.

    Raises as `accept`.
    """
    return taken_in(scope, appeal, actor=actor, now=now, work=_register_only)


@command(Command.SUBMIT_REVIEW)
def submit_for_acceptance(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Hand a registered ticket to the one who decides on acceptance 提交受理审核."""
    move(scope, ticket, Command.SUBMIT_REVIEW, order)


@command(Command.ACCEPT)
def accept_registered(
    scope: Scope, ticket: Ticket, order: Order, *, nature: Nature | None = None, matter: str | None = None
) -> None:
    """Accept a registered ticket 受理, classify it and find its unit. Raises `NoSuchMatter`, `MoveNotAllowed`."""
    _accept(scope, ticket, order, nature=nature or cast(Nature, ticket.nature), matter=matter, urgency=None)
    send_on(scope, ticket, Order(order.actor, order.now), for_clearance=False)
    tell_filed(scope, ticket, now=order.now)


@command(Command.REJECT)
def reject(scope: Scope, ticket: Ticket, order: Order, *, reason_code: str, advice: str = "") -> None:
    """Do not accept a ticket 不予受理, and tell the resident why and which lawful way there is.

    `advice` replaces the way that stands with the reason. Raises `RejectionUnusable`, `MoveNotAllowed`.
    """
    words = rejection_words(reason_code, advice)
    move(
        scope,
        ticket,
        Command.REJECT,
        order,
        summary=said("不予受理：{words}", words=words),
        detail={"reason": reason_code, "words": words},
    )
    turn_clocks(scope, ticket, Command.REJECT, order)
    tell_with_page(
        scope,
        ticket,
        said("您的诉求 {serial_no} 未予受理：{words}", serial_no=ticket.serial_no, words=words),
        now=order.now,
    )


def taken_in(
    scope: Scope,
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    work: Callable[[Scope, Appeal, Actor, datetime], Ticket],
) -> Accepted:
    """Take in an appeal that may have come before, by `work`, which gets it in hand; what it writes goes in one round trip.

    Raises as `accept`, and what `work` refuses.
    """
    refuse_actor(actor, MOVES[Command.REGISTER].permission, MOVES[Command.REGISTER].label)
    known = find_ticket_of(scope, appeal.channel, appeal.external_id)
    if known is not None:
        refuse_another_text(known, appeal)
        scope.session.vouch_for_earlier()
        return _told(scope, known, receipt_of(scope, known), created=False)
    get_open_channel(scope, appeal.channel)
    with scope.session.gathering() as rows, telling_steps(scope, now=now):
        ticket = work(scope, appeal, actor, now)
        receipt = receipt_of(scope, ticket, now=now)
    insert_rows(scope.session, rows)
    return _told(scope, ticket, receipt, created=True)


def take_in(scope: Scope, appeal: Appeal, *, actor: Actor, now: datetime, waited_for_person: bool = False) -> Ticket:
    """Do what acceptance and the import of history share: register, accept, classify, watchers, reply clock.

    `now` is the moment of acceptance; how long a message lay before a person took it up is timed if it waited for one.
    """
    done = completed(scope, appeal)
    ticket = open_ticket(scope, done, actor=actor, now=now)
    waited = None
    if waited_for_person and ticket.submitted_at < now:
        waited = start_clock(scope, ticket, "accept", Order(actor, now), since=ticket.submitted_at)
    _accept(scope, ticket, Order(actor, now), nature=done.appeal.nature, matter=appeal.matter, urgency=appeal.urgency)
    mark_dirty(scope, ticket.submitted_at, ticket.accepted_at, ticket.next_due_at, waited.due_at if waited else None)
    return ticket


def find_unit(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Ask the rules whose the ticket is, dispatch it at once where they say so, and press for an urgent one.

    A matter that only words point to is no ground to dispatch, nor may a rule refer a ticket back to where it came
    from: then the rule's unit is suggested to the dispatcher.
    """
    choice = propose(scope, ticket, now=now)
    is_direct = goes_at_once(choice, matter_guessed=ticket.matter_guessed)
    if choice.lead and is_direct and may_direct(scope, ticket, choice.lead):
        order = Order(SYSTEM, now)
        assigned = dispatch(
            scope,
            ticket,
            lead=choice.lead,
            co=units_of_ours(scope, choice.co),
            rule_id=choice.rule_id,
            by=choice.by,
            reason=choice.reason,
            order=order,
        )
        turn_clocks(scope, ticket, Command.DISPATCH, order, assignments=assigned)
        refer_if_elsewhere(scope, ticket, assigned, order)
    if ticket.urgency == "urgent":
        escalate(scope, ticket, Trigger("urgent"), cause=f"urgent/{ticket.id}", due=ticket.next_due_at, now=now)
        tell_on_duty(scope, ticket, now=now)


def _accept_at_once(scope: Scope, appeal: Appeal, actor: Actor, now: datetime, *, for_clearance: bool) -> Ticket:
    ticket = accept_waiting(scope, appeal, actor, now)
    if ticket.state == State.ACCEPTED:
        send_on(scope, ticket, Order(actor, now), for_clearance=for_clearance)
    return ticket


def accept_waiting(scope: Scope, appeal: Appeal, actor: Actor, now: datetime) -> Ticket:
    """Accept an appeal without looking for its unit yet; of a system that hands in too much it is registered only."""
    if actor.kind == "agent" and (why := too_many_of_phone(scope, appeal.contact.phone, now=now)):
        ticket = _register_only(scope, appeal, actor, now)
        note(scope, ticket, "held_back", Order(SYSTEM, now), summary=why)
        return ticket
    return take_in(scope, appeal, actor=actor, now=now, waited_for_person=actor.kind == "staff")


def send_on(scope: Scope, ticket: Ticket, order: Order, *, for_clearance: bool) -> None:
    """Let an accepted ticket find its unit, or first wait for clearance; then its unit is only suggested."""
    because = why_to_clear(scope, ticket, order.actor, wished=for_clearance)
    if because is None:
        find_unit(scope, ticket, now=order.now)
        return
    ask_clearance(scope, ticket, order, because=because)
    propose(scope, ticket, now=order.now)


def _register_only(scope: Scope, appeal: Appeal, actor: Actor, now: datetime) -> Ticket:
    ticket = open_ticket(scope, completed(scope, appeal), actor=actor, now=now)
    note_grounds(scope, ticket, now=now)
    start_clock(scope, ticket, "accept", Order(actor, now), since=ticket.submitted_at)
    mark_dirty(scope, ticket.submitted_at)
    return ticket


def _accept(
    scope: Scope, ticket: Ticket, order: Order, *, nature: Nature | None, matter: str | None, urgency: Urgency | None
) -> None:
    move(scope, ticket, Command.ACCEPT, order)
    ticket.accepted_at = order.now
    classify(scope, ticket, nature=nature, matter=matter, urgency=urgency, now=order.now)
    follow_rules(scope, ticket, keeps_urgency=urgency is not None, now=order.now)
    note_grounds(scope, ticket, now=order.now)
    watch(scope, ticket, now=order.now)
    turn_clocks(scope, ticket, Command.ACCEPT, order)


def _told(scope: Scope, ticket: Ticket, receipt: str, *, created: bool) -> Accepted:
    code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version)
    return Accepted(
        ticket_id=ticket.id,
        serial_no=ticket.serial_no,
        access_code=code,
        state=str(ticket.state),
        created=created,
        receipt=in_words(receipt, serial_no=ticket.serial_no, access_code=code, tenant=scope.tenant.name),
    )

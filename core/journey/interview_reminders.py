"""The service centre presses the units 督促 for all that an interview left with them and that is not answered, in one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.escalation.letters import issue_letter, number_of
from core.escalation.models import Letter
from core.intake.interviews.models import Interview, InterviewQuestion
from core.intake.interviews.service import lock_interview
from core.kit import saying
from core.people.roles import Permission
from core.routing.service import BY_PERSON
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import in_order, lock_ticket, refuse_actor
from core.tickets.states import WITH_UNIT
from core.tickets.timeline import Actor, Order
from core.units.models import Unit
from core.units.queries import DirectoryUnit, directory

NAMED = 50
"""Tickets that a letter names by their numbers; the rest it counts."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A letter to a unit about what it has not answered; `number` is empty where it got one today already."""

    unit: str
    number: str
    open: int
    overdue: int


def press_units(scope: Scope, slug: str, *, words: str = "", actor: Actor, now: datetime) -> list[Pressed]:
    """Send each unit a reminder letter 提醒函 for all it has not answered of an interview, at most one a day each.

    The letter stands on the ticket that has waited longest, where the unit acknowledges it, and is told in the product and
    by SMS. Raises `NotPermitted`, `NoSuchInterview`.
    """
    refuse_actor(actor, Permission.DISPATCH, "督促答复微访谈的提问")
    interview = lock_interview(scope, slug)
    waiting = dict[int, list[Ticket]]()
    for ticket in _unanswered(scope, interview):
        assert ticket.lead_unit_id is not None
        waiting.setdefault(ticket.lead_unit_id, []).append(ticket)
    pressed = []
    for unit_id, tickets in waiting.items():
        unit = directory(scope).unit_of_id(unit_id)
        if unit is not None:
            pressed.append(_press(scope, interview, unit, tickets, words.strip(), actor=actor, now=now))
    return sorted(pressed, key=lambda each: (-each.overdue, -each.open, each.unit))


def _unanswered(scope: Scope, interview: Interview) -> Sequence[Ticket]:
    """Return the tickets of an interview that a unit has in hand, those due first before the others."""
    return scope.session.scalars(
        select(Ticket)
        .join(
            InterviewQuestion,
            (InterviewQuestion.tenant_id == Ticket.tenant_id) & (InterviewQuestion.ticket_id == Ticket.id),
        )
        .where(
            Ticket.tenant_id == scope.tenant.id,
            InterviewQuestion.interview_id == interview.id,
            InterviewQuestion.state == "filed",
            Ticket.state.in_(WITH_UNIT),
            Ticket.lead_unit_id.is_not(None),
        )
        .order_by(Ticket.next_due_at.asc().nulls_last(), Ticket.id)
    ).all()


def _press(
    scope: Scope,
    interview: Interview,
    unit: DirectoryUnit,
    tickets: Sequence[Ticket],
    words: str,
    *,
    actor: Actor,
    now: datetime,
) -> Pressed:
    overdue = sum(1 for ticket in tickets if ticket.light == "red")
    today = now.astimezone(scope.tenant.zone).date()
    cause = f"interview/{interview.id}/{unit.code}/{today}"
    sent = select(Letter.id).where(Letter.tenant_id == scope.tenant.id, Letter.cause == cause)
    if scope.session.scalar(sent) is not None:
        return Pressed(unit.name, "", len(tickets), overdue)
    text = _text(interview, unit, tickets, overdue, words)
    ticket = lock_ticket(scope, tickets[0].serial_no)
    letter = issue_letter(
        scope,
        ticket,
        in_order(scope, ticket, Order(actor, now)),
        unit=unit,
        kind="reminder",
        text=text,
        why=saying.said("微访谈“{topic}”还有 {number} 件没有答复", topic=interview.topic, number=len(tickets)),
        rule_id=BY_PERSON,
        by=BY_PERSON,
        cause=cause,
    )
    told = saying.said(
        "收到{number}：微访谈“{topic}”还有 {number_of_tickets} 件没有答复，其中超时 {overdue} 件",
        number=number_of(letter),
        topic=interview.topic,
        number_of_tickets=len(tickets),
        overdue=overdue,
    )
    say(scope, ticket_id=ticket.id, transport="inbox", text=told, to_unit_id=unit.id, now=now)
    has_phone = select(Unit.phone).where(Unit.tenant_id == scope.tenant.id, Unit.id == unit.id)
    if scope.session.scalar(has_phone):
        say(scope, ticket_id=ticket.id, transport="sms", text=told, to_unit_id=unit.id, now=now)
    mark_ticket(scope, ticket)
    return Pressed(unit.name, number_of(letter), len(tickets), overdue)


def _text(interview: Interview, unit: DirectoryUnit, tickets: Sequence[Ticket], overdue: int, words: str) -> str:
    numbers = saying.joined("、", (ticket.serial_no for ticket in tickets[:NAMED]))
    more = saying.said("等 {number} 件", number=len(tickets)) if len(tickets) > NAMED else ""
    said = saying.said(
        "{name}：微访谈“{topic}”中向你单位提出的问题，还有 {number} 件没有答复，"
        "其中超时 {overdue} 件。请抓紧核实办理，及时答复提问人。工单：{numbers}{more}。",
        name=unit.name,
        topic=interview.topic,
        number=len(tickets),
        overdue=overdue,
        numbers=numbers,
        more=more,
    )
    return saying.said("{said}{words}", said=said, words=words) if words else said

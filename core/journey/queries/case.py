"""One ticket as its page shows it: the appeal, who spoke (masked), its clocks, its units, its answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.intake.channels import channels_of
from core.journey.queries.answers import RatingLine, ReplyLine, attempts_to_ask, ratings_of, replies_of
from core.journey.queries.choices import NATURE_LABELS
from core.journey.queries.lights import Light, countdown, explained, settled
from core.routing.models import Assignment, RouteDecision
from core.sla.labels import CLOCK_LABELS
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, masked
from core.tickets.models import Ticket, TicketContact
from core.tickets.queries import NoSuchTicket
from core.tickets.sealing import opened
from core.tickets.states import STATE_LABELS, WAITING_FOR_DISPATCH, State
from core.units.queries import directory
from core.workdays.queries import timetable


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One running clock: its name, its dot, and its limit in words."""

    label: str
    light: Light
    explained: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """To whom the rules would give the ticket, and why; `unit_code` None when a person must decide."""

    unit_code: str | None
    unit_name: str
    co: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Involved:
    """The units that have to do with the ticket, by name."""

    lead: str | None
    co: tuple[str, ...]
    watching: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket with all that its pages show, the timeline excepted."""

    id: int
    serial_no: str
    version: int
    title: str
    text: str
    state: str
    state_label: str
    nature_id: str
    nature: str
    complexity: str
    channel: str
    mailbox: str
    place: str
    matter_code: str | None
    matter: str | None
    urgent: bool
    bounces: int
    cycle: int
    affected_count: int
    submitted_at: datetime
    light: Light
    clocks: tuple[ClockLine, ...]
    contact: Contact
    units: Involved
    suggestion: Suggestion | None
    replies: tuple[ReplyLine, ...]
    ratings: tuple[RatingLine, ...]
    attempts: int

    @property
    def reply(self) -> ReplyLine | None:
        """The newest answer of this cycle."""
        return next((reply for reply in self.replies if reply.cycle == self.cycle), None)

    @property
    def waits_for_dispatch(self) -> bool:
        return self.state in WAITING_FOR_DISPATCH


def get_case(scope: Scope, serial_no: str, *, now: datetime) -> Case:
    """Return the ticket with its contact masked. Raises `NoSuchTicket`."""
    ticket = scope.session.scalar(
        select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
    )
    if ticket is None:
        raise NoSuchTicket(f"没有编号为 {serial_no} 的工单。请核对编号，或确认它属于本区。")
    channel, duty = channels_of(scope).get(ticket.channel), directory(scope).find_duty(ticket.matter)
    replies = replies_of(scope, ticket.id)
    clocks = _clock_lines(scope, ticket, replies, now=now)
    return Case(
        id=ticket.id,
        serial_no=ticket.serial_no,
        version=ticket.version,
        title=ticket.title,
        text=ticket.text,
        state=ticket.state,
        state_label=STATE_LABELS[State(ticket.state)],
        nature_id=ticket.nature,
        nature=NATURE_LABELS[ticket.nature],
        complexity=ticket.complexity,
        channel=channel.label if channel else ticket.channel,
        mailbox=ticket.mailbox,
        place=ticket.place,
        matter_code=ticket.matter,
        matter=f"{duty.category} / {duty.subcategory}" if duty else None,
        urgent=ticket.urgency == "urgent",
        bounces=ticket.bounce_count,
        cycle=ticket.cycle_no,
        affected_count=ticket.affected_count,
        submitted_at=ticket.submitted_at,
        light=clocks[0].light if clocks else settled(ticket.state),
        clocks=clocks,
        contact=_contact(scope, ticket),
        units=_involved(scope, ticket),
        suggestion=_suggestion(scope, ticket),
        replies=replies,
        ratings=ratings_of(scope, ticket.id),
        attempts=attempts_to_ask(scope, ticket.id, cycle=ticket.cycle_no),
    )


def _clock_lines(scope: Scope, ticket: Ticket, replies: Sequence[ReplyLine], *, now: datetime) -> tuple[ClockLine, ...]:
    """Return the running clocks, the nearest due first."""
    calendar = timetable(scope)
    handed_in_at = next((reply.submitted_at for reply in replies if reply.state == "submitted"), None)
    clocks = scope.session.scalars(
        select(Clock)
        .where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id == ticket.id, Clock.state == "running")
        .order_by(Clock.due_at)
    )
    return tuple(
        ClockLine(
            CLOCK_LABELS[clock.name],
            countdown(calendar, clock, now=now, handed_in_at=handed_in_at),
            f"{explained(calendar, clock)}。依据：{clock.reason}",
        )
        for clock in clocks
    )


def _contact(scope: Scope, ticket: Ticket) -> Contact:
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.id))
    return masked(opened(scope.keys, row)) if row else Contact()


def _involved(scope: Scope, ticket: Ticket) -> Involved:
    assignments = scope.session.execute(
        select(Assignment.unit_id, Assignment.role)
        .where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.ticket_id == ticket.id,
            Assignment.cycle_no == ticket.cycle_no,
            Assignment.state != "returned",
        )
        .order_by(Assignment.id)
    )
    names: dict[str, list[str]] = {"lead": [], "co": [], "info": []}
    for unit_id, role in assignments:
        if unit := directory(scope).unit_of_id(unit_id):
            names[role].append(unit.name)
    return Involved(names["lead"][-1] if names["lead"] else None, tuple(names["co"]), tuple(names["info"]))


def _suggestion(scope: Scope, ticket: Ticket) -> Suggestion | None:
    """Return the newest decision of the rules or of a person, with its reason."""
    decision = scope.session.scalar(
        select(RouteDecision)
        .where(RouteDecision.tenant_id == scope.tenant.id, RouteDecision.ticket_id == ticket.id)
        .order_by(RouteDecision.id.desc())
        .limit(1)
    )
    if decision is None:
        return None
    unit = directory(scope).unit_of_id(decision.unit_id) if decision.unit_id else None
    chosen = [
        offer for offer in decision.candidates if unit and offer["unit"] == unit.code and not offer["passed_over"]
    ]
    co = tuple(str(code) for code in chosen[0]["co"]) if chosen else ()
    return Suggestion(unit.code if unit else None, unit.name if unit else "待判定", co, decision.reason)

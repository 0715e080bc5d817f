"""One ticket as its page shows it: the appeal, who spoke (masked), its clocks, its units, its answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import exists, select

from core.areas.shapes import Point
from core.classification.locating import area_words
from core.handling.dispositions import results_for
from core.hooks.values.words import APPELLANT_LABELS, NATURE_LABELS, RELATION_LABELS
from core.intake.channels import channels_of
from core.intake.screening.settings import invalid_label
from core.intake.sources.queries import source_book
from core.journey.queries.answers import RatingLine, ReplyLine, attempts_to_ask, ratings_of, replies_of
from core.journey.queries.lights import Light, explained, lights_of, settled
from core.journey.queries.stamps import stamp_words
from core.kit.saying import said
from core.people.roster.queries import name_of_head
from core.routing.models import Consultation, RouteDecision
from core.routing.returns import refused_returns
from core.sla.labels import CLOCK_LABELS
from core.sla.limits import UNLIT
from core.sla.live import LIVE
from core.sla.models import Clock
from core.statistics.behind import hands_of
from core.tenancy.scope import Scope
from core.tickets.answering import way_of
from core.tickets.contact import Contact, masked, unnamed
from core.tickets.models import Ticket, TicketContact
from core.tickets.queries import NoSuchTicket
from core.tickets.screening import INVALID
from core.tickets.sealing import opened
from core.tickets.states import IN_HAND, STATE_LABELS, WAITING_FOR_ACCEPTANCE, WAITING_FOR_DISPATCH, State
from core.tickets.withdrawal import WITHDRAWN_LABEL
from core.units.papers import papers_in
from core.units.queries import directory
from core.workdays.queries import timetable


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One live clock: its name, whose it is, its dot, and its limit in words."""

    name: str
    label: str
    subject: str
    subject_id: int
    is_running: bool
    is_over: bool
    has_room: bool
    """Whether it could end later without passing the clock above it."""
    light: Light
    explained: str

    @property
    def is_pressing(self) -> bool:
        """Whether somebody is late when it runs out."""
        return self.name not in UNLIT


@dataclass(frozen=True, slots=True)
class Suggestion:
    """To whom the rules would give the ticket, and why; `unit_code` None when a person must decide."""

    unit_code: str | None
    unit_name: str
    co: tuple[str, ...]
    reason: str
    by: str = ""
    """Whose rule it is, with version and revision, in words; empty = a person's."""


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
    point: Point | None
    area_code: str
    area: str
    """How people call the area it is from, empty = unknown."""
    matter_code: str | None
    matter: str | None
    urgent: bool
    bounces: int
    cycle: int
    affected_count: int
    appellant: str
    """Who appeals, in words; empty for one person, of whom nobody says so."""
    source: str
    relation: str
    """What the appellant said of their tie to the place, in words; empty = nothing."""
    screened: str
    redo_asked: bool
    """The resident wants it done again, and nobody has decided on that."""
    """Whether somebody doubts that it is a valid appeal, or two found that it is none; empty = nobody."""
    invalid_reason: str
    submitted_at: datetime
    light: Light
    clocks: tuple[ClockLine, ...]
    contact: Contact
    lead_id: int | None
    lead: str | None
    head: str
    """Who heads the lead unit 单位负责人 now, and answers for it; empty = nobody is named."""
    asked_first: str
    """Whom the resident asked first 首问, and `handled_first` who took it in hand first 首办; empty = nobody, or not known."""
    handled_first: str
    hands: int
    """How often it was given to another unit as lead."""
    returns_refused: int
    """How often its units wanted to give it back and might not."""
    suggestion: Suggestion | None
    is_consulted: bool
    answered_by: str
    """By which way the resident is answered, in words."""
    papers: tuple[str, ...]
    """What an application needs by the guide of its matter; empty = it lists nothing, or this is no application."""
    replies: tuple[ReplyLine, ...]
    ratings: tuple[RatingLine, ...]
    attempts: int

    @property
    def reply(self) -> ReplyLine | None:
        """The newest answer of this cycle."""
        return next((reply for reply in self.replies if reply.cycle == self.cycle), None)

    @property
    def results(self) -> dict[str, str]:
        """The results that an answer to it can name, with their labels."""
        return results_for(self.nature_id)

    @property
    def taken_in_words(self) -> str:
        """What was done with the appeal when it came in, so far."""
        return "登记" if self.state in WAITING_FOR_ACCEPTANCE else "受理"

    @property
    def may_be_compared(self) -> bool:
        """Whether it may be joined with another ticket, or lead one."""
        return self.state in IN_HAND

    @property
    def waits_for_dispatch(self) -> bool:
        """Whether it can be dispatched: nobody consults on whose it is."""
        return self.state in WAITING_FOR_DISPATCH and not self.is_consulted

    @property
    def of_ticket(self) -> tuple[ClockLine, ...]:
        """The clocks that are the ticket's own."""
        return tuple(clock for clock in self.clocks if clock.subject == "ticket")

    def of_assignment(self, assignment_id: int) -> tuple[ClockLine, ...]:
        """The clocks of a unit's share."""
        return self._of("assignment", assignment_id)

    def of_supervision(self, supervision_id: int) -> tuple[ClockLine, ...]:
        """The clock within which a supervision must be answered."""
        return self._of("supervision", supervision_id)

    def light_for(self, assignment_ids: Collection[int]) -> Light:
        """The dot as the unit sees it that has these shares: its own clocks and the resident's, the nearest due first."""
        felt = (
            clock
            for clock in self.clocks
            if clock.is_pressing
            and (clock.name == "reply" or (clock.subject == "assignment" and clock.subject_id in assignment_ids))
        )
        return next((clock.light for clock in felt), settled(self.state))

    def _of(self, subject: str, subject_id: int) -> tuple[ClockLine, ...]:
        return tuple(clock for clock in self.clocks if (clock.subject, clock.subject_id) == (subject, subject_id))


def get_case(scope: Scope, serial_no: str, *, now: datetime) -> Case:
    """Return the ticket with its contact masked, in the words too. Raises `NoSuchTicket`."""
    return _case(scope, _ticket(scope, serial_no), now=now)


def get_case_for_unit(scope: Scope, serial_no: str, *, now: datetime) -> Case:
    """Return the ticket as units see it: of who keeps the identity from them no name and no phone, not even masked.

    Raises `NoSuchTicket`.
    """
    ticket = _ticket(scope, serial_no)
    case, spoke = _case(scope, ticket, now=now), _who_spoke(scope, ticket)
    return replace(case, contact=Contact(keep_private=True)) if spoke.keep_private else case


def _ticket(scope: Scope, serial_no: str) -> Ticket:
    ticket = scope.session.scalar(
        select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
    )
    if ticket is None:
        raise NoSuchTicket(said("没有编号为 {serial_no} 的工单。请核对编号，或确认它属于本区。", serial_no=serial_no))
    return ticket


def _case(scope: Scope, ticket: Ticket, *, now: datetime) -> Case:
    spoke = _who_spoke(scope, ticket)
    channel, duty = channels_of(scope).get(ticket.channel), directory(scope).find_duty(ticket.matter, ticket.area)
    replies = replies_of(scope, ticket.id)
    clocks = _clock_lines(scope, ticket, replies, now=now)
    return Case(
        id=ticket.id,
        serial_no=ticket.serial_no,
        version=ticket.version,
        title=unnamed(ticket.title, spoke),
        text=unnamed(ticket.text, spoke),
        state=ticket.state,
        state_label=_state_label(ticket),
        nature_id=ticket.nature,
        nature=NATURE_LABELS[ticket.nature],
        complexity=ticket.complexity,
        channel=channel.label if channel else ticket.channel,
        mailbox=ticket.mailbox,
        place=unnamed(ticket.place, spoke),
        point=ticket.point,
        area_code=ticket.area or "",
        area=area_words(scope, ticket.area),
        matter_code=ticket.matter,
        matter=f"{duty.category} / {duty.subcategory}" if duty else None,
        urgent=ticket.urgency == "urgent",
        bounces=ticket.bounce_count,
        cycle=ticket.cycle_no,
        affected_count=ticket.affected_count,
        appellant=APPELLANT_LABELS[ticket.appellant] if ticket.appellant != "person" else "",
        source=source_book(scope).name_of(ticket.source),
        relation=RELATION_LABELS.get(ticket.relation, ""),
        screened=ticket.screened,
        redo_asked=ticket.redo_asked,
        invalid_reason=invalid_label(scope.hooks, ticket.invalid_reason),
        submitted_at=ticket.submitted_at,
        light=next((clock.light for clock in clocks if clock.is_pressing), settled(ticket.state)),
        clocks=clocks,
        contact=masked(spoke) if ticket.part_of_id is None else Contact(keep_private=False),
        lead_id=ticket.lead_unit_id,
        lead=directory(scope).name_of(ticket.lead_unit_id) if ticket.lead_unit_id else None,
        head=name_of_head(scope, ticket.lead_unit_id) if ticket.lead_unit_id else "",
        asked_first=directory(scope).name_of(ticket.asked_unit_id) if ticket.asked_unit_id else "",
        handled_first=directory(scope).name_of(ticket.first_unit_id) if ticket.first_unit_id else "",
        hands=hands_of(scope, [ticket.id]).get(ticket.id, 0),
        returns_refused=refused_returns(scope, ticket.id),
        suggestion=_suggestion(scope, ticket),
        is_consulted=ticket.state in WAITING_FOR_DISPATCH and _is_consulted(scope, ticket),
        answered_by="" if ticket.is_from_elsewhere else way_of(ticket.medium, spoke).words,
        papers=papers_in(duty.guide) if duty and ticket.nature == "application" else (),
        replies=replies,
        ratings=ratings_of(scope, ticket.id),
        attempts=attempts_to_ask(scope, ticket.id, cycle=ticket.cycle_no),
    )


def _state_label(ticket: Ticket) -> str:
    if ticket.withdrawn_reason:
        return WITHDRAWN_LABEL
    return "认定无效" if ticket.screened == INVALID else STATE_LABELS[State(ticket.state)]


def _clock_lines(scope: Scope, ticket: Ticket, replies: Sequence[ReplyLine], *, now: datetime) -> tuple[ClockLine, ...]:
    """Return the live clocks: the nearest due first, those that stand still last."""
    calendar = timetable(scope)
    handed_in_at = next((reply.submitted_at for reply in replies if reply.state == "submitted"), None)
    clocks = scope.session.scalars(
        select(Clock)
        .where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id == ticket.id, Clock.state.in_(LIVE))
        .order_by(Clock.due_at, Clock.id)
    ).all()
    lights = lights_of(scope, clocks, now=now, handed_in={ticket.id: handed_in_at})
    dues = {clock.id: clock.due_at for clock in clocks}
    return tuple(
        ClockLine(
            name=clock.name,
            label=CLOCK_LABELS[clock.name],
            subject=clock.subject,
            subject_id=clock.subject_id,
            is_running=clock.state == "running",
            has_room=clock.capped_by_id not in dues or clock.due_at != dues[clock.capped_by_id],
            is_over=clock.overdue_at is not None or (clock.due_at is not None and clock.due_at <= now),
            light=lights[clock.id],
            explained=said(
                "{explained}。依据：{reason}{by}",
                explained=explained(calendar, clock),
                reason=clock.reason,
                by=_by_words(scope, clock.by),
            ),
        )
        for clock in clocks
    )


def _by_words(scope: Scope, by: str) -> str:
    return said("（{stamp}）", stamp=stamp_words(scope, by)) if "@" in by else ""


def _who_spoke(scope: Scope, ticket: Ticket) -> Contact:
    """Return who spoke; of a part 分项, who spoke the whole."""
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.part_of_id or ticket.id))
    return opened(scope.keys, row) if row else Contact(keep_private=False)


def _suggestion(scope: Scope, ticket: Ticket) -> Suggestion | None:
    """Return the newest decision of the rules or of a person, with its reason."""
    decision = scope.session.scalar(
        select(RouteDecision)
        .where(RouteDecision.tenant_id == scope.tenant.id, RouteDecision.ticket_id == ticket.id)
        .order_by(RouteDecision.decided_at.desc(), RouteDecision.id.desc())
        .limit(1)
    )
    if decision is None:
        return None
    unit = directory(scope).unit_of_id(decision.unit_id) if decision.unit_id else None
    assignee = (decision.record or {}).get("assignee") or {}
    co = tuple(str(code) for code in assignee.get("co", ()))
    by = stamp_words(scope, decision.by) if "@" in decision.by else ""
    return Suggestion(unit.code if unit else None, unit.name if unit else "待判定", co, decision.reason, by)


def _is_consulted(scope: Scope, ticket: Ticket) -> bool:
    open_one = exists().where(
        Consultation.tenant_id == scope.tenant.id, Consultation.ticket_id == ticket.id, Consultation.state == "open"
    )
    return bool(scope.session.scalar(select(open_one)))

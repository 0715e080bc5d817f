"""A unit's tickets: what it must sign, handle, answer or merely see, as lead, co-unit or below another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from core.handling.models import Reply
from core.intake.channels import channels_of
from core.journey.queries.lights import Light, settled
from core.journey.queries.queue import lights_on, nearest_clocks
from core.journey.queries.units_on_case import role_words
from core.kit.saying import said
from core.people.models import Account
from core.routing.models import Assignment, Consultation
from core.routing.service import NotYours
from core.routing.states import ACTIVE, AssignmentState
from core.sla.limits import UNLIT
from core.sla.live import LIVE
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.contact import masked
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.states import STATE_LABELS, State
from core.units.queries import DirectoryUnit

UnitTab = Literal["to_sign", "in_hand", "pressing", "handed_in", "consulting", "watching", "done"]
TAB_LABELS: dict[UnitTab, str] = {
    "to_sign": "待签收",
    "in_hand": "办理中",
    "pressing": "临期与超期",
    "handed_in": "已提交",
    "consulting": "会商",
    "watching": "知会",
    "done": "已办结",
}
PAGE = 100
NEVER = datetime.max.replace(tzinfo=UTC)
IN_HAND = (AssignmentState.SIGNED, AssignmentState.RETURN_PENDING)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One ticket in a unit's list. `person` is who in the unit has it, None = the unit as a whole."""

    serial_no: str
    version: int
    title: str
    place: str
    channel: str
    state: str
    is_lead: bool
    role_label: str
    person: str | None
    to_sign: bool
    in_hand: bool
    asks_back: bool
    phone: str
    """The resident's, masked, where the unit may ask to see it; empty = none, or kept from units."""
    urgent: bool
    bounces: int
    cycle: int
    assigned_at: datetime
    light: Light


def unit_rows(
    scope: Scope, unit_id: int, tab: UnitTab, *, now: datetime, person: int | None = None
) -> tuple[UnitRow, ...]:
    """Return the unit's tickets under a tab, or those of one person of it: the nearest due first, the newest done first."""
    found = scope.session.execute(
        select(Ticket, Assignment, Reply.submitted_at.label("handed_in_at"), Account.name.label("person"))
        .join(Assignment, and_(Assignment.tenant_id == Ticket.tenant_id, Assignment.ticket_id == Ticket.id))
        .outerjoin(Account, and_(Account.tenant_id == Assignment.tenant_id, Account.id == Assignment.person_id))
        .outerjoin(
            Reply,
            and_(Reply.tenant_id == Ticket.tenant_id, Reply.ticket_id == Ticket.id, Reply.state == "submitted"),
        )
        .where(Ticket.tenant_id == scope.tenant.id, Assignment.unit_id == unit_id, *_under(tab), *_of(person))
        .order_by(Assignment.ended_at.desc() if tab == "done" else Ticket.next_due_at, Ticket.id)
        .limit(PAGE)
    ).all()
    handed_in = {row.Ticket.id: row.handed_in_at for row in found}
    clocks = nearest_clocks(scope, handed_in, unit_id=unit_id)
    lights = lights_on(scope, clocks, handed_in, now=now)
    phones = {} if tab == "done" else _phones(scope, [row.Ticket.id for row in found if _may_call(row.Ticket, unit_id)])
    rows = [
        _row(scope, row.Ticket, row.Assignment, row.person, lights.get(row.Ticket.id), phones.get(row.Ticket.id, ""))
        for row in found
    ]
    if tab == "done":
        return tuple(rows)
    dues = {row.Ticket.serial_no: clock.due_at for row in found if (clock := clocks.get(row.Ticket.id))}
    return tuple(sorted(rows, key=lambda row: dues.get(row.serial_no) or NEVER))


def in_unit_list(scope: Scope, unit_id: int, tab: UnitTab | None, *, person: int | None = None) -> ColumnElement[bool]:
    """Return the condition under which a ticket stands in the unit's list, under a tab, or None = under any."""
    return exists().where(
        Assignment.tenant_id == scope.tenant.id,
        Assignment.ticket_id == Ticket.id,
        Assignment.unit_id == unit_id,
        *(_under(tab) if tab else ()),
        *_of(person),
    )


def unit_counts(scope: Scope, unit_id: int, *, person: int | None = None) -> dict[UnitTab, int]:
    """Count the unit's tickets, or those of one person of it, under each tab that asks something of it."""
    tabs: tuple[UnitTab, ...] = ("to_sign", "in_hand", "pressing", "handed_in", "consulting", "watching")
    counted = scope.session.execute(
        select(*(func.count(Ticket.id.distinct()).filter(and_(*_under(tab))) for tab in tabs))
        .select_from(Assignment)
        .join(Ticket, and_(Ticket.tenant_id == Assignment.tenant_id, Ticket.id == Assignment.ticket_id))
        .where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.unit_id == unit_id,
            or_(Assignment.ended_at.is_(None), _is_consulted()),
            *_of(person),
        )
    ).one()
    return dict(zip(tabs, counted, strict=True))


@dataclass(frozen=True, slots=True)
class UnitsPart:
    """What a unit has to do with a ticket at present, by its newest share in it, and who of it has that share.

    `is_root` = it leads and answers to nobody but the desk.
    """

    unit_id: int
    assignment_id: int
    assignment_ids: tuple[int, ...]
    state: AssignmentState
    role_label: str
    is_root: bool
    is_watching: bool
    returnable: bool
    person_id: int | None

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def has_answered(self) -> bool:
        return self.state is AssignmentState.SUBMITTED

    @property
    def may_sign(self) -> bool:
        return self.state is AssignmentState.PENDING_SIGN

    @property
    def handles(self) -> bool:
        """Whether the unit has signed and not answered yet."""
        return self.state is AssignmentState.SIGNED

    @property
    def may_reply(self) -> bool:
        return self.is_root and self.handles

    @property
    def may_contribute(self) -> bool:
        return not self.is_root and self.handles


def part_of(scope: Scope, unit: DirectoryUnit, serial_no: str) -> UnitsPart:
    """Return the unit's part in the ticket. Raises `NotYours` when it is none of its business."""
    assignments: Sequence[Assignment] = scope.session.scalars(
        select(Assignment)
        .join(Ticket, and_(Ticket.tenant_id == Assignment.tenant_id, Ticket.id == Assignment.ticket_id))
        .where(Assignment.tenant_id == scope.tenant.id, Assignment.unit_id == unit.id, Ticket.serial_no == serial_no)
        .order_by(Assignment.id)
    ).all()
    if not assignments:
        raise NotYours(said("没有派给{name}的工单 {serial_no}。请核对编号。", name=unit.name, serial_no=serial_no))
    present = min(
        assignments,
        key=lambda each: (each.state not in ACTIVE, each.role == "info", _rank(each), -each.id),
    )
    return UnitsPart(
        unit_id=unit.id,
        assignment_id=present.id,
        assignment_ids=tuple(each.id for each in assignments),
        state=AssignmentState(present.state),
        role_label=role_words(present.role, is_below=present.parent_id is not None),
        is_root=present.role == "lead" and present.parent_id is None,
        is_watching=present.role == "info",
        returnable=present.returnable,
        person_id=present.person_id,
    )


def _rank(assignment: Assignment) -> tuple[bool, bool]:
    """Order a unit's shares as commands do: the one that leads stands for it."""
    return (assignment.role != "lead", assignment.parent_id is not None)


def _may_call(ticket: Ticket, unit_id: int) -> bool:
    return ticket.lead_unit_id == unit_id


def _phones(scope: Scope, ticket_ids: Sequence[int]) -> dict[int, str]:
    """Return the masked phones of residents who do not keep their identity from units."""
    rows = scope.session.scalars(
        select(TicketContact).where(
            TicketContact.tenant_id == scope.tenant.id,
            TicketContact.ticket_id.in_(ticket_ids),
            TicketContact.phone.is_not(None),
            TicketContact.keep_private.is_(False),
        )
    )
    return {row.ticket_id: masked(opened(scope.keys, row)).phone for row in rows}


def _row(
    scope: Scope, ticket: Ticket, assignment: Assignment, person: str | None, light: Light | None, phone: str
) -> UnitRow:
    channel = channels_of(scope).get(ticket.channel)
    works = assignment.role != "info"
    return UnitRow(
        serial_no=ticket.serial_no,
        version=ticket.version,
        title=ticket.title,
        place=ticket.place,
        channel=channel.label if channel else ticket.channel,
        state=STATE_LABELS[State(ticket.state)],
        is_lead=assignment.role == "lead" and assignment.parent_id is None,
        role_label=role_words(assignment.role, is_below=assignment.parent_id is not None),
        person=person,
        to_sign=works and assignment.state == AssignmentState.PENDING_SIGN,
        in_hand=works and assignment.state in IN_HAND,
        asks_back=assignment.state == AssignmentState.RETURN_PENDING,
        phone=phone if works else "",
        urgent=ticket.urgency == "urgent",
        bounces=ticket.bounce_count,
        cycle=ticket.cycle_no,
        assigned_at=assignment.assigned_at,
        light=light or settled(ticket.state),
    )


def _under(tab: UnitTab) -> list[ColumnElement[bool]]:
    match tab:
        case "to_sign":
            return [Assignment.state == AssignmentState.PENDING_SIGN]
        case "in_hand":
            return [Assignment.state.in_(IN_HAND)]
        case "pressing":
            return [Assignment.state.in_((AssignmentState.PENDING_SIGN, *IN_HAND)), _feels_a_light()]
        case "handed_in":
            return [Assignment.state == AssignmentState.SUBMITTED]
        case "consulting":
            return [_is_consulted(), _is_newest()]
        case "watching":
            return [Assignment.role == "info", Assignment.ended_at.is_(None)]
        case "done":
            return [Assignment.state == AssignmentState.DONE]


def _of(person: int | None) -> list[ColumnElement[bool]]:
    return [] if person is None else [Assignment.person_id == person]


def _feels_a_light() -> ColumnElement[bool]:
    """The resident's clock, or one of the unit's own, is yellow or red."""
    return exists().where(
        Clock.tenant_id == Assignment.tenant_id,
        Clock.ticket_id == Assignment.ticket_id,
        Clock.state.in_(LIVE),
        Clock.light != "green",
        Clock.name.not_in(UNLIT),
        or_(Clock.name == "reply", and_(Clock.subject == "assignment", Clock.subject_id == Assignment.id)),
    )


def _is_consulted() -> ColumnElement[bool]:
    """A consultation is open on a ticket in which the unit has, or had, a share."""
    return exists().where(
        Consultation.tenant_id == Assignment.tenant_id,
        Consultation.ticket_id == Assignment.ticket_id,
        Consultation.state == "open",
    )


def _is_newest() -> ColumnElement[bool]:
    """It is the newest share of the unit in the ticket, so that the ticket is listed once."""
    later = Assignment.__table__.alias("later")
    return ~exists().where(
        later.c.tenant_id == Assignment.tenant_id,
        later.c.ticket_id == Assignment.ticket_id,
        later.c.unit_id == Assignment.unit_id,
        later.c.id > Assignment.id,
    )

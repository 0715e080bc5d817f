"""A unit's tickets: what it must sign, handle, or merely see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, select

from core.handling.models import Reply
from core.intake.channels import channels_of
from core.journey.queries.lights import Light
from core.journey.queries.queue import light_of, nearest_clocks
from core.routing.models import Assignment
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import STATE_LABELS, State
from core.units.queries import DirectoryUnit

UnitTab = Literal["to_sign", "in_hand", "pressing", "handed_in", "watching", "done"]
TAB_LABELS: dict[UnitTab, str] = {
    "to_sign": "待签收",
    "in_hand": "办理中",
    "pressing": "临期与超期",
    "handed_in": "待审核",
    "watching": "协办与知会",
    "done": "已办结",
}
ROLE_LABELS = {"lead": "主办", "co": "协办", "info": "知会"}
PAGE = 100


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One ticket in a unit's list."""

    serial_no: str
    version: int
    title: str
    place: str
    channel: str
    state: str
    role: str
    role_label: str
    to_sign: bool
    in_hand: bool
    urgent: bool
    bounces: int
    cycle: int
    assigned_at: datetime
    light: Light


def unit_rows(scope: Scope, unit_id: int, tab: UnitTab, *, now: datetime) -> tuple[UnitRow, ...]:
    """Return the unit's tickets under a tab: the nearest due first, what is done the newest first."""
    found = scope.session.execute(
        select(Ticket, Assignment, Reply.submitted_at.label("handed_in_at"))
        .join(Assignment, and_(Assignment.tenant_id == Ticket.tenant_id, Assignment.ticket_id == Ticket.id))
        .outerjoin(
            Reply,
            and_(Reply.tenant_id == Ticket.tenant_id, Reply.ticket_id == Ticket.id, Reply.state == "submitted"),
        )
        .where(Ticket.tenant_id == scope.tenant.id, Assignment.unit_id == unit_id, *_under(tab))
        .order_by(Assignment.ended_at.desc() if tab == "done" else Ticket.next_due_at, Ticket.id)
        .limit(PAGE)
    ).all()
    clocks = nearest_clocks(scope, [row.Ticket.id for row in found])
    channels = channels_of(scope)
    return tuple(
        UnitRow(
            serial_no=row.Ticket.serial_no,
            version=row.Ticket.version,
            title=row.Ticket.title,
            place=row.Ticket.place,
            channel=channel.label if (channel := channels.get(row.Ticket.channel)) else row.Ticket.channel,
            state=STATE_LABELS[State(row.Ticket.state)],
            role=row.Assignment.role,
            role_label=ROLE_LABELS[row.Assignment.role],
            to_sign=row.Assignment.role == "lead" and row.Assignment.state == "pending_sign",
            in_hand=row.Assignment.role == "lead" and row.Assignment.state == "signed",
            urgent=row.Ticket.urgency == "urgent",
            bounces=row.Ticket.bounce_count,
            cycle=row.Ticket.cycle_no,
            assigned_at=row.Assignment.assigned_at,
            light=light_of(scope, row.Ticket, clocks.get(row.Ticket.id), now=now, handed_in_at=row.handed_in_at),
        )
        for row in found
    )


def unit_counts(scope: Scope, unit_id: int) -> dict[UnitTab, int]:
    """Count the unit's tickets under each tab that asks something of it."""
    tabs: tuple[UnitTab, ...] = ("to_sign", "in_hand", "pressing", "handed_in", "watching")
    counted = scope.session.execute(
        select(*(func.count().filter(and_(*_under(tab))) for tab in tabs))
        .select_from(Assignment)
        .join(Ticket, and_(Ticket.tenant_id == Assignment.tenant_id, Ticket.id == Assignment.ticket_id))
        .where(Assignment.tenant_id == scope.tenant.id, Assignment.unit_id == unit_id, Assignment.ended_at.is_(None))
    ).one()
    return dict(zip(tabs, counted, strict=True))


@dataclass(frozen=True, slots=True)
class UnitsPart:
    """What a unit has to do with a ticket at present."""

    may_sign: bool
    may_reply: bool
    may_note: bool


def part_of(scope: Scope, unit: DirectoryUnit, serial_no: str) -> UnitsPart:
    """Return what the unit can do with the ticket. Raises `NotYours` when it is none of its business."""
    assignment: Assignment | None = scope.session.scalar(
        select(Assignment)
        .join(Ticket, and_(Ticket.tenant_id == Assignment.tenant_id, Ticket.id == Assignment.ticket_id))
        .where(Assignment.tenant_id == scope.tenant.id, Assignment.unit_id == unit.id, Ticket.serial_no == serial_no)
        .order_by(Assignment.id.desc())
        .limit(1)
    )
    if assignment is None:
        raise NotYours(f"没有派给{unit.name}的工单 {serial_no}。请核对编号。")
    is_lead, state = assignment.role == "lead", assignment.state
    return UnitsPart(
        may_sign=is_lead and state == "pending_sign",
        may_reply=is_lead and state == "signed",
        may_note=assignment.role != "info" and state in ("pending_sign", "signed"),
    )


def _under(tab: UnitTab) -> list[ColumnElement[bool]]:
    lead = Assignment.role == "lead"
    match tab:
        case "to_sign":
            return [lead, Assignment.state == "pending_sign"]
        case "in_hand":
            return [lead, Assignment.state == "signed"]
        case "pressing":
            return [lead, Assignment.state.in_(("pending_sign", "signed")), Ticket.light != "green"]
        case "handed_in":
            return [lead, Assignment.state == "submitted"]
        case "watching":
            return [Assignment.role != "lead", Assignment.ended_at.is_(None)]
        case "done":
            return [Assignment.state == "done"]

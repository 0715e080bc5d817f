"""A lane as a list: its rows page by page, with the dot of each, and which ticket comes next."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, defer

from core.handling.models import Reply
from core.hooks.values.words import NATURE_LABELS
from core.intake.channels import channels_of
from core.journey.queries.lanes import Filters, LaneName, in_lane, narrowed
from core.journey.queries.lights import Light, lights_of, settled
from core.routing.models import Assignment
from core.sla.limits import UNLIT
from core.sla.live import LIVE
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.held import late_among
from core.tickets.models import Ticket
from core.tickets.states import STATE_LABELS, State
from core.units.queries import directory

PAGE = 50
_ORDER: dict[LaneName, tuple[InstrumentedAttribute[Any], bool]] = {
    "accept": (Ticket.submitted_at, False),
    "clearance": (Ticket.next_due_at, False),
    "dispatch": (Ticket.next_due_at, False),
    "returns": (Ticket.next_due_at, False),
    "consult": (Ticket.next_due_at, False),
    "review": (Ticket.next_due_at, False),
    "time": (Ticket.next_due_at, False),
    "follow_up": (Ticket.concluded_at, False),
    "redo": (Ticket.concluded_at, False),
    "untold": (Ticket.concluded_at, False),
    "tracking": (Ticket.concluded_at, False),
    "supervised": (Ticket.next_due_at, False),
    "errands": (Ticket.next_due_at, False),
    "disputes": (Ticket.submitted_at, False),
    "overruns": (Ticket.submitted_at, False),
    "all": (Ticket.submitted_at, True),
}
"""By what a lane is ordered, and whether the latest stands first."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One ticket of a lane. `unit` is the suggested one while it waits for dispatch, later the lead unit."""

    serial_no: str
    title: str
    state: str
    nature: str
    channel: str
    unit: str | None
    urgent: bool
    bounces: int
    cycle: int
    submitted_at: datetime
    light: Light
    is_late: bool = False
    """Whether somebody decided on it, and that was not carried out in time."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of a lane; `after` continues it, None at its end."""

    rows: tuple[QueueRow, ...]
    after: str | None


def queue(
    scope: Scope, lane: LaneName, filters: Filters, *, now: datetime, after: str = "", limit: int = PAGE
) -> Queue:
    """Return a page of the lane, ordered by its own column, mostly the nearest due first.

    `after` is the serial number behind which the page begins.
    """
    unit_id = Ticket.suggested_unit_id if lane == "dispatch" else Ticket.lead_unit_id
    statement = (
        select(Ticket, unit_id.label("unit_id"), Reply.submitted_at.label("handed_in_at"))
        .options(defer(Ticket.text, raiseload=True))
        .outerjoin(
            Reply,
            and_(Reply.tenant_id == Ticket.tenant_id, Reply.ticket_id == Ticket.id, Reply.state == "submitted"),
        )
        .where(*in_lane(scope, lane), *narrowed(scope, filters, now=now))
    )
    found = scope.session.execute(_from(scope, statement, lane, after).limit(limit + 1)).all()
    shown = found[:limit]
    handed_in = {row.Ticket.id: row.handed_in_at for row in shown}
    lights = lights_on(scope, nearest_clocks(scope, handed_in), handed_in, now=now)
    late = late_among(scope, list(handed_in), now=now)
    rows = tuple(
        _row(scope, row.Ticket, row.unit_id, lights.get(row.Ticket.id), is_late=row.Ticket.id in late) for row in shown
    )
    return Queue(rows, rows[-1].serial_no if len(found) > limit else None)


def rows_where(
    scope: Scope, conditions: Iterable[ColumnElement[bool]], *, limit: int, now: datetime
) -> list[tuple[QueueRow, Ticket]]:
    """Return tickets under these conditions as lists show them, the newest first."""
    found = scope.session.execute(
        select(Ticket, Ticket.lead_unit_id.label("unit_id"), Reply.submitted_at.label("handed_in_at"))
        .outerjoin(
            Reply,
            and_(Reply.tenant_id == Ticket.tenant_id, Reply.ticket_id == Ticket.id, Reply.state == "submitted"),
        )
        .where(*conditions)
        .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
        .limit(limit)
    ).all()
    handed_in = {row.Ticket.id: row.handed_in_at for row in found}
    lights = lights_on(scope, nearest_clocks(scope, handed_in), handed_in, now=now) if found else {}
    return [
        (_row(scope, row.Ticket, row.unit_id, lights.get(row.Ticket.id), is_late=False), row.Ticket) for row in found
    ]


def find_following(scope: Scope, lane: LaneName, filters: Filters, serial_no: str, *, now: datetime) -> str | None:
    """Return the serial number of the ticket below this one in the lane, or None when it is the last."""
    statement = select(Ticket.serial_no).where(*in_lane(scope, lane), *narrowed(scope, filters, now=now))
    following: str | None = scope.session.scalar(_from(scope, statement, lane, serial_no).limit(1))
    return following


def find_serial(scope: Scope, words: str) -> str | None:
    """Return the serial number when the words of a search are exactly one of this tenant's."""
    serial_no: str | None = scope.session.scalar(
        select(Ticket.serial_no).where(
            Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == words.replace(" ", "").upper()
        )
    )
    return serial_no


def nearest_clocks(scope: Scope, ticket_ids: Collection[int], *, unit_id: int | None = None) -> dict[int, Clock]:
    """Return for each ticket the live clock that is due first, one that stands still only when no other runs.

    With a unit those that it feels: the resident's, and its own.
    """
    felt: list[ColumnElement[bool]] = [Clock.name.not_in(UNLIT)]
    if unit_id is not None:
        own = exists().where(
            Assignment.tenant_id == Clock.tenant_id, Assignment.id == Clock.subject_id, Assignment.unit_id == unit_id
        )
        felt.append(or_(Clock.name == "reply", and_(Clock.subject == "assignment", own)))
    clocks = scope.session.scalars(
        select(Clock)
        .where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id.in_(ticket_ids), Clock.state.in_(LIVE), *felt)
        .order_by(Clock.due_at.desc().nulls_first(), Clock.id.desc())
    )
    return {clock.ticket_id: clock for clock in clocks}


def lights_on(
    scope: Scope, clocks: Mapping[int, Clock], handed_in: Mapping[int, datetime | None], *, now: datetime
) -> dict[int, Light]:
    """Return the dot of each ticket with a clock; where a reply was handed in, time stands still since then."""
    lights = lights_of(scope, list(clocks.values()), now=now, handed_in=handed_in)
    return {ticket_id: lights[clock.id] for ticket_id, clock in clocks.items()}


def _row(scope: Scope, ticket: Ticket, unit_id: int | None, light: Light | None, *, is_late: bool) -> QueueRow:
    unit = directory(scope).unit_of_id(unit_id) if unit_id else None
    channel = channels_of(scope).get(ticket.channel)
    return QueueRow(
        serial_no=ticket.serial_no,
        title=ticket.title,
        state=STATE_LABELS[State(ticket.state)],
        nature=NATURE_LABELS[ticket.nature],
        channel=channel.label if channel else ticket.channel,
        unit=unit.name if unit else None,
        urgent=ticket.urgency == "urgent",
        bounces=ticket.bounce_count,
        cycle=ticket.cycle_no,
        submitted_at=ticket.submitted_at,
        light=light or settled(ticket.state),
        is_late=is_late,
    )


def _from(scope: Scope, statement: Select[*tuple[Any, ...]], lane: LaneName, after: str) -> Select[*tuple[Any, ...]]:
    """Order a statement as the lane is, and begin behind the ticket `after` (keyset, so a late page costs no more)."""
    column, latest_first = _ORDER[lane]
    if after:
        last = scope.session.execute(
            select(column, Ticket.id).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == after)
        ).one_or_none()
        if last is not None:
            statement = statement.where(_beyond(column, *last, latest_first=latest_first))
    if latest_first:
        return statement.order_by(column.desc(), Ticket.id.desc())
    return statement.order_by(column, Ticket.id)


def _beyond(
    column: InstrumentedAttribute[Any], at: datetime | None, ticket_id: int, *, latest_first: bool
) -> ColumnElement[bool]:
    """Return the condition for tickets that stand behind this place; those on which no time runs stand last."""
    if at is None:
        return and_(column.is_(None), Ticket.id > ticket_id)
    if latest_first:
        return or_(column < at, and_(column == at, Ticket.id < ticket_id))
    return or_(column > at, column.is_(None), and_(column == at, Ticket.id > ticket_id))

"""Meetings and visits as pages show them: the list, one with its lines and what became of each, and the figures."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from core.classification.locating import area_words
from core.handling.models import Reply
from core.intake.outreach.kinds import kinds_of
from core.intake.outreach.labels import LINE_LABELS, OUTREACH_STATE_LABELS
from core.intake.outreach.models import Outreach, OutreachLine
from core.intake.outreach.rules import Said
from core.intake.outreach.service import lines_of, said_in
from core.journey.outreach import outreach_seen_by, refuse_entering
from core.journey.queries.lights import Light, settled
from core.journey.queries.queue import lights_on, nearest_clocks
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import ANSWERED, STATE_LABELS, State
from core.tickets.timeline import Actor
from core.units.queries import directory

PAGE = 50
CENTER = "community_center"
"""Kind of the units that are to hold meetings, where the district says how often."""


@dataclass(frozen=True, slots=True)
class OutreachRow:
    """A meeting or visit in a list: how many lines it has, and how many of them were answered."""

    id: int
    label: str
    subject: str
    held_at: datetime
    unit: str
    area: str
    state: str
    state_label: str
    lines: int
    drafts: int
    answered: int


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line that is still a draft, in the hands of those who enter it; `failure` is why it could not be taken in."""

    id: int
    number: int
    kind_label: str
    said: Said
    failure: str


@dataclass(frozen=True, slots=True)
class TakenLine:
    """A line that became a ticket, and how it stands. `reply` is what the resident was answered, empty = nothing yet."""

    number: int
    kind_label: str
    serial_no: str
    title: str
    place: str
    state: str
    state_label: str
    unit: str
    light: Light
    reply: str


@dataclass(frozen=True, slots=True)
class OutreachCase:
    """A meeting or visit with all its lines."""

    id: int
    kind: str
    label: str
    sort: str
    subject: str
    held_at: datetime
    unit: str
    area: str
    place: str
    host: str
    attendants: str
    opened_by: str
    state: str
    state_label: str
    submitted_by: str
    submitted_at: datetime | None
    closing: str
    closed_by: str
    closed_at: datetime | None
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime | None
    drafts: tuple[DraftLine, ...]
    taken: tuple[TakenLine, ...]
    returned: tuple[tuple[int, str], ...]
    """Number of the row in its file, and why it was returned."""
    on_the_spot: bool

    @property
    def waiting(self) -> int:
        """Drafts that have not failed."""
        return sum(1 for line in self.drafts if not line.failure)

    @property
    def answered(self) -> int:
        return sum(1 for line in self.taken if line.state in ANSWERED)


@dataclass(frozen=True, slots=True)
class OutreachFigures:
    """What one unit, or one area, did in a month. `wanted` is how many meetings the district asks of it, 0 = it does not say."""

    month: str
    name: str
    meetings: int
    visits: int
    lines: int
    answered: int
    on_the_spot: int
    wanted: int


def outreach_rows(scope: Scope, *, actor: Actor, before: int | None = None) -> Sequence[OutreachRow]:
    """Return the newest meetings and visits that the actor may see, or those before one. Raises `NotPermitted`."""
    refuse_entering(actor)
    own: list[ColumnElement[bool]] = [Outreach.tenant_id == scope.tenant.id]
    if Permission.ACCEPT not in actor.permissions:
        own.append(Outreach.unit_id == (actor.unit_id or 0))
    if before is not None:
        own.append(Outreach.id < before)
    rows = scope.session.scalars(select(Outreach).where(*own).order_by(Outreach.id.desc()).limit(PAGE + 1)).all()
    counts = _counts(scope, [row.id for row in rows])
    return [_row(scope, row, counts.get(row.id, {})) for row in rows]


def outreach_case(scope: Scope, outreach_id: int, *, actor: Actor, now: datetime) -> OutreachCase:
    """Return a meeting or visit with its lines. Raises `NotPermitted`, `NoSuchOutreach`."""
    outreach = outreach_seen_by(scope, outreach_id, actor)
    kind = kinds_of(scope).get(outreach.kind)
    return OutreachCase(
        id=outreach.id,
        kind=outreach.kind,
        label=outreach.label,
        sort=outreach.sort,
        subject=outreach.subject,
        held_at=outreach.held_at,
        unit=directory(scope).name_of(outreach.unit_id),
        area=area_words(scope, outreach.area),
        place=outreach.place,
        host=outreach.host,
        attendants=outreach.attendants,
        opened_by=outreach.opened_by,
        state=outreach.state,
        state_label=OUTREACH_STATE_LABELS[outreach.state],
        submitted_by=outreach.submitted_by,
        submitted_at=outreach.submitted_at,
        closing=outreach.closing,
        closed_by=outreach.closed_by,
        closed_at=outreach.closed_at,
        reason=outreach.reason,
        withdrawn_by=outreach.withdrawn_by,
        withdrawn_at=outreach.withdrawn_at,
        drafts=tuple(
            DraftLine(line.id, line.number, LINE_LABELS[line.kind], said_in(scope, line), line.failure)
            for line in lines_of(scope, outreach, "draft")
        ),
        taken=_taken(scope, outreach, now=now),
        returned=tuple((line.number, line.failure) for line in lines_of(scope, outreach, "returned")),
        on_the_spot=kind is not None and kind.on_the_spot,
    )


def tickets_of_outreach(scope: Scope, outreach: Outreach) -> Sequence[Ticket]:
    """Return the tickets that came of an occasion, in the order of its lines."""
    return scope.session.scalars(
        select(Ticket)
        .join(OutreachLine, and_(OutreachLine.tenant_id == Ticket.tenant_id, OutreachLine.ticket_id == Ticket.id))
        .where(OutreachLine.tenant_id == scope.tenant.id, OutreachLine.outreach_id == outreach.id)
        .order_by(OutreachLine.number, OutreachLine.id)
    ).all()


def outreach_figures(
    scope: Scope, first: date, last: date, *, by_area: bool, actor: Actor
) -> Sequence[OutreachFigures]:
    """Return what each unit, or area, did in each month between two days, both included, the newest month first.

    Withdrawn occasions count for nothing, nor do voided tickets. Raises `NotPermitted`.
    """
    refuse_entering(actor)
    zone = scope.tenant.zone
    since, until = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    month = func.to_char(func.timezone(str(zone), Outreach.held_at), "YYYY-MM")
    whose = Outreach.area if by_area else Outreach.unit_id
    counted = and_(OutreachLine.state == "taken_in", Ticket.state != "voided")
    conditions: list[ColumnElement[bool]] = [
        Outreach.tenant_id == scope.tenant.id,
        Outreach.held_at >= since,
        Outreach.held_at < until,
        Outreach.state.in_(("submitted", "closed")),
    ]
    if Permission.ACCEPT not in actor.permissions:
        conditions.append(Outreach.unit_id == (actor.unit_id or 0))
    statement = (
        select(
            month.label("month"),
            whose.label("whose"),
            func.count(Outreach.id.distinct()).filter(Outreach.sort == "meeting").label("meetings"),
            func.count(Outreach.id.distinct()).filter(Outreach.sort == "visit").label("visits"),
            func.count(Ticket.id).filter(counted).label("lines"),
            func.count(Ticket.id).filter(counted, Ticket.state.in_(ANSWERED)).label("answered"),
            func.count(Ticket.id).filter(counted, OutreachLine.kind == "answered").label("on_the_spot"),
        )
        .select_from(Outreach)
        .outerjoin(
            OutreachLine,
            and_(OutreachLine.tenant_id == Outreach.tenant_id, OutreachLine.outreach_id == Outreach.id),
        )
        .outerjoin(Ticket, and_(Ticket.tenant_id == OutreachLine.tenant_id, Ticket.id == OutreachLine.ticket_id))
        .where(*conditions)
        .group_by(month, whose)
        .order_by(month.desc(), whose)
    )
    wanted = 0 if by_area else sum(kind.monthly for kind in kinds_of(scope).values() if kind.sort == "meeting")
    rows = scope.session.execute(statement).all()
    found = [
        OutreachFigures(
            row.month,
            (area_words(scope, row.whose) or "未注明区域") if by_area else directory(scope).name_of(row.whose),
            row.meetings,
            row.visits,
            row.lines,
            row.answered,
            row.on_the_spot,
            wanted,
        )
        for row in rows
    ]
    if wanted:
        held = {(row.month, row.whose) for row in rows}
        found += _held_none(scope, first, last, held, wanted=wanted, actor=actor)
    return sorted(found, key=lambda each: each.month, reverse=True)


def _held_none(
    scope: Scope, first: date, last: date, held: Collection[tuple[str, int]], *, wanted: int, actor: Actor
) -> Iterator[OutreachFigures]:
    """Yield the community centres that held nothing in a month, where the district asks for meetings."""
    month = first.replace(day=1)
    while month <= last:
        for unit in directory(scope).units:
            is_seen = Permission.ACCEPT in actor.permissions or unit.id == actor.unit_id
            if unit.kind == CENTER and is_seen and (f"{month:%Y-%m}", unit.id) not in held:
                yield OutreachFigures(f"{month:%Y-%m}", unit.name, 0, 0, 0, 0, 0, wanted)
        month = (month + timedelta(days=31)).replace(day=1)


def _taken(scope: Scope, outreach: Outreach, *, now: datetime) -> tuple[TakenLine, ...]:
    lines = {line.ticket_id: line for line in lines_of(scope, outreach, "taken_in")}
    tickets = tickets_of_outreach(scope, outreach)
    masters = _masters(scope, tickets)
    ids = [ticket.id for ticket in tickets]
    replies = _replies(scope, ids)
    handed_in = {ticket_id: reply.submitted_at for ticket_id, reply in replies.items() if reply.state == "submitted"}
    lights = lights_on(scope, nearest_clocks(scope, ids), {each: handed_in.get(each) for each in ids}, now=now)
    units = directory(scope)
    taken = []
    for ticket in tickets:
        line, reply = lines[ticket.id], replies.get(ticket.id)
        lead = masters.get(ticket.master_id or 0, ticket.lead_unit_id)
        taken.append(
            TakenLine(
                line.number,
                LINE_LABELS[line.kind],
                ticket.serial_no,
                ticket.title,
                ticket.place,
                ticket.state,
                STATE_LABELS[State(ticket.state)],
                units.name_of(lead) if lead else "",
                lights.get(ticket.id) or settled(ticket.state),
                reply.text if reply and reply.state == "approved" and ticket.state in ANSWERED else "",
            )
        )
    return tuple(taken)


def _masters(scope: Scope, tickets: Sequence[Ticket]) -> Mapping[int, int | None]:
    """Return the lead units of the tickets with which some of these are handled, by id."""
    ids = {ticket.master_id for ticket in tickets if ticket.master_id}
    if not ids:
        return {}
    rows = scope.session.execute(
        select(Ticket.id, Ticket.lead_unit_id).where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ids))
    )
    return {row.id: row.lead_unit_id for row in rows}


def _replies(scope: Scope, ticket_ids: Sequence[int]) -> Mapping[int, Reply]:
    """Return the newest reply of each ticket."""
    rows = scope.session.scalars(
        select(Reply)
        .where(Reply.tenant_id == scope.tenant.id, Reply.ticket_id.in_(ticket_ids), Reply.state != "returned")
        .order_by(Reply.submitted_at, Reply.id)
    )
    return {row.ticket_id: row for row in rows}


def _counts(scope: Scope, ids: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    rows = scope.session.execute(
        select(
            OutreachLine.outreach_id,
            func.count().filter(OutreachLine.state.in_(("draft", "taken_in"))).label("lines"),
            func.count().filter(OutreachLine.state == "draft").label("drafts"),
            func.count().filter(Ticket.state.in_(ANSWERED)).label("answered"),
        )
        .outerjoin(Ticket, and_(Ticket.tenant_id == OutreachLine.tenant_id, Ticket.id == OutreachLine.ticket_id))
        .where(OutreachLine.tenant_id == scope.tenant.id, OutreachLine.outreach_id.in_(ids))
        .group_by(OutreachLine.outreach_id)
    )
    return {row.outreach_id: dict(row._mapping) for row in rows}


def _row(scope: Scope, row: Outreach, counts: Mapping[str, Any]) -> OutreachRow:
    return OutreachRow(
        row.id,
        row.label,
        row.subject,
        row.held_at,
        directory(scope).name_of(row.unit_id),
        area_words(scope, row.area),
        row.state,
        OUTREACH_STATE_LABELS[row.state],
        counts.get("lines", 0),
        counts.get("drafts", 0),
        counts.get("answered", 0),
    )

"""What needs a leader: at most twenty tickets, the gravest first, each with why; and what came of their instructions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select

from core.coordination.models import Reading
from core.escalation.labels import LEVEL_LABELS
from core.escalation.models import Instruction, Supervision
from core.journey.queries.lights import Light, settled
from core.journey.queries.queue import lights_on, nearest_clocks
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import CONCLUDED, OPEN, STATE_LABELS, WAITING_FOR_DISPATCH, State
from core.tickets.timeline import Actor
from core.units.mailboxes.queries import mailbox_book
from core.units.queries import DirectoryUnit, directory

MOST = 20
"""Nobody is given more to read at once."""
CROWD = 10
"""From so many people on, or so often given back, a ticket is hot."""
OFTEN_BACK = 2
GIST = 90
"""So many characters of an appeal stand in its brief."""
READABLE = timedelta(days=14)
"""How long a report on an instruction waits to be read."""
NEWS = ("clock_mark", "escalate", "instruction", "classify", "redo", "evaluate", "class_check", "meeting", "reopen")
"""Kinds of entries after which a ticket that was read is to be read again."""
LEVEL_OF_KIND = {
    "city_department": "department",
    "public_utility": "department",
    "central_body": "department",
    "street": "street",
    "community_center": "street",
}
"""Level of the leaders of a unit, by its kind; all others are a district's departments."""


@dataclass(frozen=True, slots=True)
class LeaderItem:
    """One ticket that needs the leader: why in words, the gravest first, and what was reported on an instruction."""

    id: int
    serial_no: str
    version: int
    title: str
    lead: str
    """The unit that leads, empty = it is not dispatched."""
    state: str
    reasons: tuple[str, ...]
    light: Light
    urgent: bool
    bounces: int
    cycle: int
    affected_count: int
    place: str
    gist: str
    """How the appeal begins, where that says more than its title."""
    since: datetime
    days: int
    """Whole days since it came in."""


@dataclass(frozen=True, slots=True)
class Brief:
    """How many tickets need the leader in all, and for which reasons; one may have several."""

    total: int
    by_reason: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OwnInstruction:
    """One of the leader's instructions: on which ticket, what was reported on it by when, and what may be done now."""

    serial_no: str
    title: str
    text: str
    given_at: datetime
    deadline: datetime | None
    to: str
    feedback: str
    feedback_by: str
    feedback_at: datetime | None
    is_late: bool
    may_instruct: bool
    """Whether something can still come of another instruction."""
    may_conclude: bool
    """Whether it is with no unit, so that the leader may answer it and so end it."""


def level_of(scope: Scope, actor: Actor) -> str:
    """Return the level on which somebody gives instructions: their unit's, of whoever has none the tenant's own."""
    unit = directory(scope).unit_of_id(actor.unit_id) if actor.unit_id else None
    if unit is None or unit.kind == "government":
        return "city" if scope.tenant.kind == "city" else "district"
    return LEVEL_OF_KIND.get(_root(scope, unit).kind, "bureau")


def level_words(level: str) -> str:
    """Say a level."""
    return LEVEL_LABELS[level]


def leader_items(scope: Scope, actor: Actor, *, now: datetime) -> tuple[LeaderItem, ...]:
    """Return the tickets that need this leader, at most `MOST`, the gravest first, then the nearest due.

    A leader of a unit is shown those that the unit and those below it lead, those written to its mailboxes, and those on
    which they, or others to their unit, gave instructions; whoever has no unit, all. What was read is
    left out until something new happens.
    """
    reasons = _reasons(scope, actor, now=now)
    weight = sum((case((condition, worth), else_=0) for _, condition, worth in reasons), start=literal(0))
    found = scope.session.execute(
        select(Ticket, *(condition.label(f"reason_{number}") for number, (_, condition, _) in enumerate(reasons)))
        .where(*_needing(scope, actor, [condition for _, condition, _ in reasons]))
        .order_by(weight.desc(), Ticket.next_due_at.nulls_last(), Ticket.id)
        .limit(MOST)
    ).all()
    tickets = [row.Ticket for row in found]
    clocks = nearest_clocks(scope, [ticket.id for ticket in tickets])
    lights = lights_on(scope, clocks, {}, now=now)
    units = directory(scope)
    return tuple(
        LeaderItem(
            id=ticket.id,
            serial_no=ticket.serial_no,
            version=ticket.version,
            title=ticket.title,
            lead=units.name_of(ticket.lead_unit_id) if ticket.lead_unit_id else "",
            state=STATE_LABELS[State(ticket.state)],
            reasons=tuple(label for (label, _, _), holds in zip(reasons, row[1:], strict=True) if holds),
            light=lights.get(ticket.id) or settled(ticket.state),
            urgent=ticket.urgency == "urgent",
            bounces=ticket.bounce_count,
            cycle=ticket.cycle_no,
            affected_count=ticket.affected_count,
            place=ticket.place,
            gist=_gist(ticket),
            since=ticket.submitted_at,
            days=max(0, (now - ticket.submitted_at).days),
        )
        for ticket, row in zip(tickets, found, strict=True)
    )


def leader_brief(scope: Scope, actor: Actor, *, now: datetime) -> Brief:
    """Count all that needs the leader, beyond what is shown at once."""
    reasons = _reasons(scope, actor, now=now)
    row = scope.session.execute(
        select(func.count(), *(func.count().filter(condition) for _, condition, _ in reasons)).where(
            *_needing(scope, actor, [condition for _, condition, _ in reasons])
        )
    ).one()
    counted = tuple((label, n) for (label, _, _), n in zip(reasons, row[1:], strict=True) if n)
    return Brief(row[0], counted)


def own_instructions(scope: Scope, actor: Actor, *, now: datetime, limit: int = 50) -> Sequence[OwnInstruction]:
    """Return the leader's instructions: those not reported on first, the overdue on top, then the newest."""
    is_open = Instruction.feedback_at.is_(None)
    rows = scope.session.execute(
        select(Instruction, Ticket.serial_no, Ticket.title, Ticket.lead_unit_id, Ticket.state)
        .join(Ticket, and_(Ticket.tenant_id == Instruction.tenant_id, Ticket.id == Instruction.ticket_id))
        .where(Instruction.tenant_id == scope.tenant.id, Instruction.recorded_by_id == actor.id)
        .order_by(
            is_open.desc(),
            and_(is_open, Instruction.deadline < now).desc().nulls_last(),
            Instruction.given_at.desc(),
        )
        .limit(limit)
    )
    units = directory(scope)
    return [
        OwnInstruction(
            serial_no=row.serial_no,
            title=row.title,
            text=row.Instruction.text,
            given_at=row.Instruction.given_at,
            deadline=row.Instruction.deadline,
            to=units.name_of(to) if (to := row.Instruction.unit_id or row.lead_unit_id) else "派单台",
            feedback=row.Instruction.feedback,
            feedback_by=row.Instruction.feedback_by or "",
            feedback_at=row.Instruction.feedback_at,
            is_late=row.Instruction.deadline is not None
            and (row.Instruction.feedback_at or now) > row.Instruction.deadline,
            may_instruct=row.state in (*OPEN, *CONCLUDED),
            may_conclude=row.state in WAITING_FOR_DISPATCH,
        )
        for row in rows
    ]


def _needing(scope: Scope, actor: Actor, reasons: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Ticket.tenant_id == scope.tenant.id,
        Ticket.state.in_((*OPEN, *CONCLUDED)),
        or_(*reasons),
        ~_is_read(scope, actor),
    ]
    if actor.unit_id:
        conditions.append(
            or_(
                Ticket.lead_unit_id.in_(_at_or_below(scope, actor.unit_id)),
                Ticket.mailbox.in_(_own_mailboxes(scope, actor)),
                _addressed(scope, actor),
                _handed_on(scope, actor),
            )
        )
    return conditions


def _reasons(scope: Scope, actor: Actor, *, now: datetime) -> list[tuple[str, ColumnElement[bool], int]]:
    """Return why a ticket needs a leader: the words, the condition, and how grave it is."""
    own = and_(
        Instruction.tenant_id == scope.tenant.id,
        Instruction.ticket_id == Ticket.id,
        Instruction.recorded_by_id == actor.id,
    )
    is_open = Ticket.state.in_(OPEN)
    red = exists().where(
        Supervision.tenant_id == scope.tenant.id,
        Supervision.ticket_id == Ticket.id,
        Supervision.state != "closed",
        Supervision.level == "red",
    )
    unreported = exists().where(own, Instruction.feedback_at.is_(None))
    return [
        ("批示逾期未反馈", exists().where(own, Instruction.feedback_at.is_(None), Instruction.deadline < now), 64),
        ("紧急", and_(is_open, Ticket.urgency == "urgent"), 32),
        ("红色督办", red, 16),
        ("他人转阅", _handed_on(scope, actor), 8),
        ("超期", and_(is_open, Ticket.light == "red"), 8),
        ("涉及人多", and_(is_open, Ticket.affected_count >= CROWD), 4),
        ("多次退单", and_(is_open, Ticket.bounce_count >= OFTEN_BACK), 4),
        ("写给本单位信箱", and_(is_open, Ticket.mailbox.in_(_own_mailboxes(scope, actor))), 2),
        ("批示已反馈", exists().where(own, Instruction.feedback_at > now - READABLE), 2),
        ("批示待反馈", unreported, 1),
    ]


def _is_read(scope: Scope, actor: Actor) -> ColumnElement[bool]:
    """The leader has read it, and nothing new has happened since."""
    newer = (
        exists()
        .where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == Ticket.id,
            or_(TicketEvent.kind.in_(NEWS), _is_to(actor)),
            TicketEvent.at > Reading.at,
        )
        .correlate(Ticket, Reading)
    )
    return exists().where(
        Reading.tenant_id == scope.tenant.id, Reading.ticket_id == Ticket.id, Reading.by_id == actor.id, ~newer
    )


def _own_mailboxes(scope: Scope, actor: Actor) -> list[str]:
    """Return the names of the leaders' mailboxes that belong to the leader's unit."""
    unit = directory(scope).unit_of_id(actor.unit_id) if actor.unit_id else None
    return [each.name for each in mailbox_book(scope).mailboxes if unit is not None and each.owner == unit.code]


def _addressed(scope: Scope, actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        Instruction.tenant_id == scope.tenant.id,
        Instruction.ticket_id == Ticket.id,
        or_(Instruction.recorded_by_id == actor.id, Instruction.unit_id == actor.unit_id),
    )


def _handed_on(scope: Scope, actor: Actor) -> ColumnElement[bool]:
    """Another leader has handed it on to this one."""
    return exists().where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == Ticket.id, _is_to(actor))


def _is_to(actor: Actor) -> ColumnElement[bool]:
    return and_(TicketEvent.kind == "handed_on", TicketEvent.detail["to"].as_string() == str(actor.id))


def _gist(ticket: Ticket) -> str:
    text = " ".join(ticket.text.split())
    title = ticket.title.rstrip("…")
    if text == title:
        return ""
    return text if len(text) <= GIST else f"{text[: GIST - 1]}…"


def _at_or_below(scope: Scope, unit_id: int) -> list[int]:
    found, level = [unit_id], [unit_id]
    units = directory(scope).units
    while level:
        level = [unit.id for unit in units if unit.parent_id in level and unit.id not in found]
        found += level
    return found


def _root(scope: Scope, unit: DirectoryUnit) -> DirectoryUnit:
    """Return the unit itself, of a section the first one above that is none."""
    units, seen = directory(scope), {unit.id}
    while unit.kind == "section" and unit.parent_id and unit.parent_id not in seen:
        above = units.unit_of_id(unit.parent_id)
        if above is None:
            break
        unit = above
        seen.add(unit.id)
    return unit

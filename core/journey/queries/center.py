"""The tickets that a community centre took in, as it follows them; and whether anything fell back on the community."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, select

from core.evaluation.models import HomeVisit
from core.intake.counters.labels import KIND_LABELS, PRESENT_LABELS, VISIT_LABELS
from core.intake.counters.models import CounterEntry
from core.intake.counters.service import entry_of
from core.journey.queries.lights import Light, settled
from core.journey.queries.progress import Progress, progress_of
from core.journey.queries.queue import lights_on, nearest_clocks
from core.kit.serials import access_code
from core.routing.models import Assignment
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent, Trespass
from core.tickets.queries import get_ticket_id
from core.tickets.states import CONCLUDED, OPEN, STATE_LABELS, State
from core.units.models import Unit
from core.units.queries import directory
from core.units.taking_in import TakesInOnly, taking_in_only

CenterTab = Literal["open", "answered", "all"]
TAB_LABELS: dict[CenterTab, str] = {"open": "办理中", "answered": "已答复", "all": "全部"}
PAGE = 200
FEW = 50
KEPT_OFF = "kept_off"


@dataclass(frozen=True, slots=True)
class CenterRow:
    """A ticket in a centre's list. `due` is when the next limit runs out, None = none runs."""

    serial_no: str
    title: str
    place: str
    state: str
    unit: str
    kind: str
    by: str
    written_at: datetime
    due: datetime | None
    light: Light


@dataclass(frozen=True, slots=True)
class EntryLine:
    """How the centre took a ticket in, in words."""

    kind: str
    present: str
    no_phone: bool
    by: str
    written_at: datetime
    entered_at: datetime

    @property
    def was_late(self) -> bool:
        """Whether it was written down without network and sent later."""
        return self.entered_at > self.written_at


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit at the resident's home."""

    outcome: str
    found: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What stands on a receipt beside number and code."""

    title: str
    center: str
    phone: str
    """The centre's, empty = not known."""
    by: str
    kind: str
    no_phone: bool
    written_at: datetime
    progress: Progress


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody, or a rule, wanted a unit that only takes in to handle a ticket."""

    at: datetime
    serial_no: str
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Fallback:
    """Whether anything falls back on units that only take in.

    `units` is how many there are, `taken_in` the tickets that centres wrote down, `carried` the shares that units which
    only take in have in hand now, `attempts` who or what wanted to give them some, the newest first.
    """

    units: int
    why: str
    taken_in: int
    carried: int
    attempts: tuple[Attempt, ...]


def center_rows(scope: Scope, unit_id: int, tab: CenterTab, *, now: datetime) -> tuple[CenterRow, ...]:
    """Return the tickets that the centre took in under a tab: the newest first, at most `PAGE`."""
    found = scope.session.execute(
        select(Ticket, CounterEntry)
        .join(CounterEntry, _joined())
        .where(Ticket.tenant_id == scope.tenant.id, CounterEntry.unit_id == unit_id, *_under(tab))
        .order_by(Ticket.id.desc())
        .limit(PAGE)
    ).all()
    clocks = nearest_clocks(scope, [ticket.id for ticket, _ in found])
    lights = lights_on(scope, clocks, {}, now=now)
    units = directory(scope)
    return tuple(
        CenterRow(
            serial_no=ticket.serial_no,
            title=ticket.title,
            place=ticket.place,
            state=STATE_LABELS[State(ticket.state)],
            unit=units.name_of(ticket.lead_unit_id) if ticket.lead_unit_id else "",
            kind=KIND_LABELS[entry.kind],
            by=entry.by,
            written_at=entry.written_at,
            due=clocks[ticket.id].due_at if ticket.id in clocks else None,
            light=lights.get(ticket.id) or settled(ticket.state),
        )
        for ticket, entry in found
    )


def center_counts(scope: Scope, unit_id: int) -> dict[CenterTab, int]:
    """Count what stands under each tab."""
    tabs: tuple[CenterTab, ...] = ("open", "answered", "all")
    counted = scope.session.execute(
        select(*(func.count().filter(*_under(tab)) if _under(tab) else func.count() for tab in tabs))
        .select_from(CounterEntry)
        .join(Ticket, _joined())
        .where(CounterEntry.tenant_id == scope.tenant.id, CounterEntry.unit_id == unit_id)
    ).one()
    return dict(zip(tabs, counted, strict=True))


def entry_line(scope: Scope, ticket_id: int) -> EntryLine | None:
    """Return how a centre took the ticket in, None = it came in another way."""
    entry = entry_of(scope, ticket_id)
    if entry is None:
        return None
    return EntryLine(
        KIND_LABELS[entry.kind],
        PRESENT_LABELS[entry.present],
        entry.no_phone,
        entry.by,
        entry.written_at,
        entry.entered_at,
    )


def visits_of(scope: Scope, ticket_id: int) -> tuple[VisitLine, ...]:
    """Return the visits to the resident's home, the newest first."""
    rows = scope.session.scalars(
        select(HomeVisit)
        .where(HomeVisit.tenant_id == scope.tenant.id, HomeVisit.ticket_id == ticket_id)
        .order_by(HomeVisit.id.desc())
    )
    return tuple(VisitLine(VISIT_LABELS[row.outcome], row.found, row.by, row.at) for row in rows)


def steps_at_center(scope: Scope, serial_no: str, *, now: datetime) -> Progress:
    """Return how the ticket stands, as its resident is told. Raises `NoSuchTicket`."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, serial_no)))
    return progress_of(scope, ticket, now=now)


def slip_of(scope: Scope, serial_no: str, *, now: datetime) -> SlipFacts:
    """Return what stands on the receipt of a ticket that a centre took in. Raises `NoSuchTicket`."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, serial_no)))
    entry = scope.session.get_one(CounterEntry, (scope.tenant.id, ticket.id))
    phone = scope.session.get_one(Unit, (scope.tenant.id, entry.unit_id)).phone
    return SlipFacts(
        title=ticket.title,
        center=directory(scope).name_of(entry.unit_id),
        phone=phone,
        by=entry.by,
        kind=KIND_LABELS[entry.kind],
        no_phone=entry.no_phone,
        written_at=entry.written_at,
        progress=progress_of(scope, ticket, now=now),
    )


def code_of(scope: Scope, serial_no: str) -> str:
    """Return the access code of a ticket, which is stored nowhere. Raises `NoSuchTicket`."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, serial_no)))
    return access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version)


def fallback(scope: Scope) -> Fallback | None:
    """Return what falls back on units that only take in, and who wanted it to; None where every unit may be given tickets."""
    only = taking_in_only(scope)
    if not only:
        return None
    units = {unit.id for unit in directory(scope).units if unit.kind in only}
    carried = scope.session.scalar(
        select(func.count()).where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.unit_id.in_(units),
            Assignment.role.in_(("lead", "co")),
            Assignment.ended_at.is_(None),
        )
    )
    taken_in = scope.session.scalar(select(func.count()).where(CounterEntry.tenant_id == scope.tenant.id))
    attempts = sorted([*_by_people(scope), *_by_rules(scope)], key=lambda each: each.at, reverse=True)
    return Fallback(len(units), next(iter(only.values())), taken_in or 0, carried or 0, tuple(attempts[:FEW]))


def _by_people(scope: Scope) -> list[Attempt]:
    rows = scope.session.scalars(
        select(Trespass)
        .where(Trespass.tenant_id == scope.tenant.id, Trespass.code == TakesInOnly.code)
        .order_by(Trespass.at.desc())
        .limit(FEW)
    )
    return [Attempt(row.at, row.serial_no, row.actor_name, row.message) for row in rows]


def _by_rules(scope: Scope) -> list[Attempt]:
    rows = scope.session.execute(
        select(TicketEvent.at, TicketEvent.summary, Ticket.serial_no)
        .join(Ticket, and_(Ticket.tenant_id == TicketEvent.tenant_id, Ticket.id == TicketEvent.ticket_id))
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.kind == KEPT_OFF)
        .order_by(TicketEvent.at.desc())
        .limit(FEW)
    )
    return [Attempt(row.at, row.serial_no, "派单规则或职责清单", row.summary) for row in rows]


def _joined() -> ColumnElement[bool]:
    return and_(Ticket.tenant_id == CounterEntry.tenant_id, Ticket.id == CounterEntry.ticket_id)


def _under(tab: CenterTab) -> tuple[ColumnElement[bool], ...]:
    match tab:
        case "open":
            return (Ticket.state.in_(OPEN),)
        case "answered":
            return (Ticket.state.in_(CONCLUDED),)
    return ()

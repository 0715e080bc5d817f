"""The steps of tickets as everybody follows them 全程公开: a list, and one ticket; in fixed words, with nothing that somebody wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from core.disclosure.flow import is_followed
from core.disclosure.models import Disclosure, OpenFlow
from core.disclosure.steps import TO_UNIT, Step, steps_of
from core.hooks import specs
from core.hooks.values.words import NATURE_LABELS
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import OPEN, STATE_LABELS, WAITING_FOR_DISPATCH, State
from core.units.queries import directory

PAGE = 20
LIGHT_LABELS = {"green": "在时限内", "yellow": "时限将到", "red": "已超时限"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for among the tickets that can be followed; empty = all."""

    category: str = ""
    unit: str = ""
    nature: str = ""


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A ticket in the list: never who spoke, what was said, or where."""

    public_no: str
    title: str
    nature: str
    unit: str
    stands: str
    light: str
    light_label: str
    accepted_on: date


@dataclass(frozen=True, slots=True)
class Flows:
    """A page of tickets that can be followed, the newest first, and what can be chosen to narrow them."""

    lines: tuple[FlowLine, ...]
    page: int
    has_more: bool
    categories: tuple[str, ...]
    units: tuple[tuple[str, str], ...]
    natures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """One ticket with its steps, those of the last hours left out where the district says so."""

    line: FlowLine
    steps: tuple[Step, ...]
    delay_hours: int
    due_on: date | None
    has_case: bool
    """Its answer is public too, under the same number."""


@dataclass(frozen=True, slots=True)
class _AsSeen:
    """Where a ticket stood by what is shown of it, and the code of the unit that had it; empty = the desk."""

    state: State
    unit: str


NOT_YET = _AsSeen(State.ACCEPTED, "")


def has_flows(scope: Scope) -> bool:
    """Tell whether the district lets anybody follow tickets."""
    return bool(scope.hooks.answerers_of(specs.flow_decision))


def open_flows_page(scope: Scope, asked: Asked, *, page: int, now: datetime) -> Flows:
    """Return a page of the tickets that everybody may follow. What cannot be looked for is passed over."""
    units = directory(scope)
    wanted = _followed(scope, now)
    if asked.category:
        codes = [duty.code for duty in units.duties.values() if duty.category == asked.category]
        wanted = wanted.where(Ticket.matter.in_(codes))
    if asked.unit:
        unit = units.find_unit(asked.unit)
        wanted = wanted.where(Ticket.lead_unit_id == (unit.id if unit else 0))
    if asked.nature:
        wanted = wanted.where(Ticket.nature == asked.nature)
    rows = scope.session.execute(
        wanted.order_by(OpenFlow.shown_from.desc(), OpenFlow.id.desc()).offset(PAGE * (page - 1)).limit(PAGE + 1)
    ).all()
    seen = _seen(scope, [ticket.id for _, ticket in rows[:PAGE]], now)
    return Flows(
        tuple(_line(scope, row, ticket, seen.get(ticket.id, NOT_YET)) for row, ticket in rows[:PAGE]),
        page,
        len(rows) > PAGE,
        tuple(sorted({duty.category for duty in units.duties.values()})),
        tuple(sorted(((unit.code, unit.name) for unit in units.units), key=lambda each: each[1])),
        tuple(NATURE_LABELS.items()),
    )


def find_flow(scope: Scope, public_no: str, *, now: datetime) -> Followed | None:
    """Return one ticket that everybody may follow by its public number, None = there is none, or no more."""
    found = scope.session.execute(_followed(scope, now).where(OpenFlow.public_no == public_no)).one_or_none()
    if found is None:
        return None
    row, ticket = found
    return Followed(
        _line(scope, row, ticket, _seen(scope, [ticket.id], now).get(ticket.id, NOT_YET)),
        _steps(scope, ticket, until=now - row.delay),
        row.delay_hours,
        _due(scope, ticket),
        _has_case(scope, ticket),
    )


def _followed(scope: Scope, now: datetime) -> Any:
    joined = and_(Ticket.tenant_id == OpenFlow.tenant_id, Ticket.id == OpenFlow.ticket_id)
    return select(OpenFlow, Ticket).join(Ticket, joined).where(OpenFlow.tenant_id == scope.tenant.id, *is_followed(now))


def _seen(scope: Scope, ticket_ids: Sequence[int], now: datetime) -> dict[int, _AsSeen]:
    """Return where tickets stood, and with whom, by the entries that everybody may see by now."""
    shown = TicketEvent.at <= now - func.make_interval(0, 0, 0, 0, OpenFlow.delay_hours)
    entries = (
        select(TicketEvent.ticket_id, TicketEvent.to_state, TicketEvent.detail["lead"].astext)
        .join(OpenFlow, and_(OpenFlow.tenant_id == TicketEvent.tenant_id, OpenFlow.ticket_id == TicketEvent.ticket_id))
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id.in_(ticket_ids), shown)
        .ext(distinct_on(TicketEvent.ticket_id))
        .order_by(TicketEvent.ticket_id, TicketEvent.seq.desc())
    )
    stood = {ticket_id: State(state) for ticket_id, state, _ in scope.session.execute(entries)}
    given = {
        ticket_id: lead
        for ticket_id, _, lead in scope.session.execute(entries.where(TicketEvent.kind.in_(tuple(TO_UNIT))))
    }
    return {ticket_id: _AsSeen(state, given.get(ticket_id) or "") for ticket_id, state in stood.items()}


def _line(scope: Scope, row: OpenFlow, ticket: Ticket, seen: _AsSeen) -> FlowLine:
    units = directory(scope)
    duty = units.find_duty(ticket.matter, ticket.area)
    is_open = ticket.state in OPEN and seen.state in OPEN
    unit = units.find_unit(seen.unit) if seen.unit and seen.state not in WAITING_FOR_DISPATCH else None
    return FlowLine(
        public_no=row.public_no,
        title=row.title or (f"{duty.category}：{duty.subcategory}" if duty else "还没有分类的事项"),
        nature=NATURE_LABELS[ticket.nature],
        unit=unit.name if unit else units.desk.name,
        stands=STATE_LABELS[seen.state],
        light=ticket.light if is_open else "",
        light_label=LIGHT_LABELS[ticket.light] if is_open else "",
        accepted_on=(ticket.accepted_at or ticket.submitted_at).astimezone(scope.tenant.zone).date(),
    )


def _steps(scope: Scope, ticket: Ticket, *, until: datetime) -> tuple[Step, ...]:
    units = directory(scope)
    entries = scope.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket.id, TicketEvent.at <= until)
        .order_by(TicketEvent.seq)
    )
    return steps_of(entries, lambda code: unit.name if (unit := units.find_unit(code)) else "")


def _due(scope: Scope, ticket: Ticket) -> date | None:
    due = scope.session.scalar(
        select(Clock.due_at)
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.ticket_id == ticket.id,
            Clock.name == "reply",
            Clock.cycle_no == ticket.cycle_no,
        )
        .order_by(Clock.id.desc())
        .limit(1)
    )
    return due.astimezone(scope.tenant.zone).date() if due and ticket.state in OPEN else None


def _has_case(scope: Scope, ticket: Ticket) -> bool:
    published = select(Disclosure.id).where(
        Disclosure.tenant_id == scope.tenant.id,
        Disclosure.ticket_id == ticket.id,
        Disclosure.state == "published",
        Disclosure.cycle_no == ticket.cycle_no,
    )
    return scope.session.scalar(published) is not None

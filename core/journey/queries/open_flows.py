"""The steps of tickets as everybody follows them 全程公开: a list, and one ticket; in fixed words, with nothing that somebody wrote.

Where a ticket stands, with whom, and how its time runs are read from the entries whose delay is over, in the lists and their
filters too, so that nothing tells of a step before.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from core.disclosure.countdown import TELLING, Countdown, countdown_of
from core.disclosure.flow import is_followed
from core.disclosure.models import Disclosure, OpenFlow
from core.disclosure.steps import TO_UNIT, Step, steps_of
from core.hooks import specs
from core.hooks.values.words import NATURE_LABELS
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import ANSWERED, OPEN, STATE_LABELS, WAITING_FOR_DISPATCH, State
from core.units.queries import Directory, directory

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
    """Where a ticket stood by what is shown of it, the code of the unit that had it, empty = the desk, and its countdown."""

    state: State
    unit: str
    countdown: Countdown | None = None

    @property
    def runs(self) -> Countdown | None:
        """The countdown while the answer was not there."""
        return self.countdown if self.state in OPEN else None


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
        wanted = wanted.where(_was_with(units, asked.unit, now))
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
    seen = _seen(scope, [ticket.id], now).get(ticket.id, NOT_YET)
    due = seen.runs.due_at if seen.runs else None
    return Followed(
        _line(scope, row, ticket, seen),
        _steps(scope, ticket, until=now - row.delay),
        row.delay_hours,
        due.astimezone(scope.tenant.zone).date() if due else None,
        seen.state in ANSWERED and _has_case(scope, ticket),
    )


def _followed(scope: Scope, now: datetime) -> Any:
    joined = and_(Ticket.tenant_id == OpenFlow.tenant_id, Ticket.id == OpenFlow.ticket_id)
    return select(OpenFlow, Ticket).join(Ticket, joined).where(OpenFlow.tenant_id == scope.tenant.id, *is_followed(now))


def _is_shown(now: datetime) -> ColumnElement[bool]:
    """Return the condition under which the delay of an entry of a ticket that can be followed is over."""
    return TicketEvent.at <= now - func.make_interval(0, 0, 0, 0, OpenFlow.delay_hours)


def _was_with(units: Directory, code: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition under which what is shown of a ticket names the unit of this code as the one that has it."""
    own = (TicketEvent.tenant_id == OpenFlow.tenant_id, TicketEvent.ticket_id == OpenFlow.ticket_id, _is_shown(now))
    newest = TicketEvent.seq.desc()
    given = select(TicketEvent.detail["lead"].astext).where(*own, TicketEvent.kind.in_(tuple(TO_UNIT))).order_by(newest)
    lead = func.coalesce(given.limit(1).correlate(OpenFlow).scalar_subquery(), "")
    stood = select(TicketEvent.to_state).where(*own).order_by(newest).limit(1).correlate(OpenFlow).scalar_subquery()
    if code == units.desk.code:
        return or_(lead.in_(("", code)), stood.is_(None), stood.in_(WAITING_FOR_DISPATCH))
    return and_(lead == code, stood.not_in(WAITING_FOR_DISPATCH))


def _seen(scope: Scope, ticket_ids: Sequence[int], now: datetime) -> dict[int, _AsSeen]:
    """Return where tickets stood, with whom, and how their time ran, by the entries that everybody may see by now."""
    flows = and_(OpenFlow.tenant_id == TicketEvent.tenant_id, OpenFlow.ticket_id == TicketEvent.ticket_id)
    shown = (TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id.in_(ticket_ids), _is_shown(now))
    entries = (
        select(TicketEvent.ticket_id, TicketEvent.to_state, TicketEvent.detail["lead"].astext)
        .join(OpenFlow, flows)
        .where(*shown)
        .ext(distinct_on(TicketEvent.ticket_id))
        .order_by(TicketEvent.ticket_id, TicketEvent.seq.desc())
    )
    stood = {ticket_id: State(state) for ticket_id, state, _ in scope.session.execute(entries)}
    given = {
        ticket_id: lead
        for ticket_id, _, lead in scope.session.execute(entries.where(TicketEvent.kind.in_(tuple(TO_UNIT))))
    }
    told: defaultdict[int, list[TicketEvent]] = defaultdict(list)
    of_clocks = select(TicketEvent).join(OpenFlow, flows).where(*shown, TicketEvent.kind.in_(TELLING))
    for entry in scope.session.scalars(of_clocks.order_by(TicketEvent.ticket_id, TicketEvent.seq)):
        told[entry.ticket_id].append(entry)
    return {
        ticket_id: _AsSeen(state, given.get(ticket_id) or "", countdown_of(told[ticket_id]))
        for ticket_id, state in stood.items()
    }


def _line(scope: Scope, row: OpenFlow, ticket: Ticket, seen: _AsSeen) -> FlowLine:
    units = directory(scope)
    duty = units.find_duty(ticket.matter, ticket.area)
    unit = units.find_unit(seen.unit) if seen.unit and seen.state not in WAITING_FOR_DISPATCH else None
    return FlowLine(
        public_no=row.public_no,
        title=row.title
        or (
            said("{category}：{subcategory}", category=duty.category, subcategory=duty.subcategory)
            if duty
            else "还没有分类的事项"
        ),
        nature=NATURE_LABELS[ticket.nature],
        unit=unit.name if unit else units.desk.name,
        stands=STATE_LABELS[seen.state],
        light=seen.runs.light if seen.runs else "",
        light_label=LIGHT_LABELS[seen.runs.light] if seen.runs else "",
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


def _has_case(scope: Scope, ticket: Ticket) -> bool:
    published = select(Disclosure.id).where(
        Disclosure.tenant_id == scope.tenant.id,
        Disclosure.ticket_id == ticket.id,
        Disclosure.state == "published",
        Disclosure.cycle_no == ticket.cycle_no,
    )
    return scope.session.scalar(published) is not None

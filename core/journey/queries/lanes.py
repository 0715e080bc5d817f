"""The lanes of the desk: what waits for a decision of whom; which tickets belong, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from core.coordination.models import Errand
from core.escalation.models import Supervision
from core.evaluation.models import Dispute, OverdueCause
from core.evaluation.queries import asked_enough
from core.evaluation.telling.models import Untold
from core.handling.models import Tracking
from core.intake.clearances.models import OPEN as WAITING
from core.intake.clearances.models import Clearance
from core.intake.sources.queries import source_book
from core.routing.models import Consultation, ReturnRequest
from core.sla.models import ExtensionRequest, PauseRequest
from core.statistics.periods import YEARS
from core.statistics.places import areas_within
from core.tenancy.scope import Scope
from core.tickets.contact import normal_phone
from core.tickets.held import being_decided
from core.tickets.models import FROM_ELSEWHERE, Ticket, TicketContact
from core.tickets.states import OPEN, WAITING_FOR_ACCEPTANCE, WAITING_FOR_DISPATCH, State
from core.units.queries import directory

LaneName = Literal[
    "accept",
    "clearance",
    "dispatch",
    "returns",
    "consult",
    "review",
    "time",
    "follow_up",
    "redo",
    "untold",
    "tracking",
    "supervised",
    "errands",
    "disputes",
    "overruns",
    "all",
]
LANES: tuple[LaneName, ...] = get_args(LaneName)
COUNTED = 1_000
"""Counting stops here: nobody needs to know by how much more."""
SEARCH_DAYS = 180
STATES: dict[LaneName, tuple[State, ...]] = {
    "accept": WAITING_FOR_ACCEPTANCE,
    "dispatch": WAITING_FOR_DISPATCH,
    "review": (State.SUBMITTED,),
    "follow_up": (State.CONCLUDED,),
}
"""Lanes of the tickets that stand in certain states; the others are of those with a certain record."""
Recorded = (
    Clearance
    | Consultation
    | Dispute
    | Errand
    | ExtensionRequest
    | OverdueCause
    | PauseRequest
    | ReturnRequest
    | Supervision
    | Tracking
    | Untold
)


@dataclass(frozen=True, slots=True)
class Filters:
    """By what a lane is narrowed; empty = by nothing. `unit` is a code, `tab` one of those counted in `TabCounts`, or a light.

    Figures lead here with more: `matter` and `area` are codes (an area with what lies in it), `since` and `until` local days
    of acceptance such as `2026-03-01`, the last included; one that is no date is passed over.
    """

    q: str = ""
    channel: str = ""
    source: str = ""
    nature: str = ""
    unit: str = ""
    tab: str = ""
    matter: str = ""
    area: str = ""
    since: str = ""
    until: str = ""

    @property
    def any(self) -> bool:
        return any(getattr(self, name) for name in self.__annotations__)

    @property
    def given(self) -> dict[str, str]:
        """By what it is narrowed."""
        return {name: value for name in self.__annotations__ if (value := getattr(self, name))}

    @property
    def of_figures(self) -> dict[str, str]:
        """What figures that lead here have narrowed it to."""
        return {name: value for name in ("matter", "area", "since", "until") if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class TabCounts:
    """How many tickets of a lane stand under each tab."""

    everything: int
    pressing: int
    urgent: int
    returned: int


def in_lane(scope: Scope, lane: LaneName) -> list[ColumnElement[bool]]:
    """Return the conditions under which a ticket stands in the lane."""
    conditions: list[ColumnElement[bool]] = [Ticket.tenant_id == scope.tenant.id]
    if lane != "all":
        conditions.append(~being_decided())
    if lane in STATES:
        conditions.append(Ticket.state.in_(STATES[lane]))
    match lane:
        case "clearance":
            conditions.append(_has(Clearance, Clearance.state.in_(WAITING)))
        case "tracking":
            conditions.append(_has(Tracking, Tracking.state == "open"))
        case "dispatch":
            conditions.append(~_has(Consultation, Consultation.state == "open"))
            conditions.append(~_has(Clearance, Clearance.state.in_(WAITING)))
        case "returns":
            conditions.append(_has(ReturnRequest, ReturnRequest.state == "pending"))
        case "consult":
            conditions.append(_has(Consultation, Consultation.state == "open"))
        case "time":
            extending = _has(ExtensionRequest, ExtensionRequest.state == "pending")
            conditions.append(or_(extending, _has(PauseRequest, PauseRequest.state == "pending")))
        case "follow_up":
            conditions += [~asked_enough(scope), Ticket.channel != FROM_ELSEWHERE]  # the sender asks its resident
        case "redo":
            conditions.append(Ticket.redo_asked == true())
        case "untold":
            conditions.append(_has(Untold, Untold.state == "open"))
        case "supervised":
            conditions.append(_has(Supervision, Supervision.state != "closed"))
        case "errands":
            conditions.append(_has(Errand, Errand.answered_at.is_(None)))
        case "disputes":
            conditions.append(_has(Dispute, Dispute.state == "open"))
        case "overruns":
            conditions.append(_has(OverdueCause, OverdueCause.found == ""))
    return conditions


def narrowed(scope: Scope, filters: Filters, *, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions that the filters add."""
    conditions: list[ColumnElement[bool]] = []
    if filters.channel:
        conditions.append(Ticket.channel == filters.channel)
    if filters.source:
        conditions.append(Ticket.source.in_(source_book(scope).words_of(filters.source)))
    if filters.nature:
        conditions.append(Ticket.nature == filters.nature)
    if filters.unit:
        unit = directory(scope).find_unit(filters.unit)
        conditions.append(Ticket.lead_unit_id == (unit.id if unit else 0))
    if filters.matter:
        conditions.append(Ticket.matter == filters.matter)
    if filters.area:
        conditions.append(Ticket.area.in_(areas_within(scope, [filters.area])))
    if (since := _day(filters.since)) is not None:
        conditions.append(Ticket.accepted_at >= datetime.combine(since, time(), scope.tenant.zone))
    if (until := _day(filters.until)) is not None:
        conditions.append(Ticket.accepted_at < datetime.combine(until + timedelta(days=1), time(), scope.tenant.zone))
    match filters.tab:
        case "pressing":
            conditions += [Ticket.light != "green", Ticket.state.in_(OPEN)]
        case "red" | "yellow" | "green" as light:
            conditions += [Ticket.light == light, Ticket.state.in_(OPEN)]
        case "urgent":
            conditions.append(Ticket.urgency == "urgent")
        case "returned":
            conditions.append(Ticket.bounce_count > 0)
    if filters.q:
        conditions.append(_mentions(scope, filters.q, now=now))
    return conditions


def _day(words: str) -> date | None:
    """Read a day; None for what is none, and for those so far off that no instant could be made of them."""
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def lights_of_open(scope: Scope) -> dict[str, int]:
    """Count the tickets whose residents wait by their light, the gravest first."""
    counted = [func.count().filter(Ticket.light == light).label(light) for light in ("red", "yellow", "green")]
    row = scope.session.execute(
        select(*counted).where(Ticket.tenant_id == scope.tenant.id, Ticket.state.in_(OPEN))
    ).one()
    return {light: getattr(row, light) for light in ("red", "yellow", "green")}


def tab_counts(scope: Scope, lane: LaneName) -> TabCounts:
    """Count a lane by its tabs, each up to `COUNTED`."""
    standing = (
        select(Ticket.light, Ticket.urgency, Ticket.bounce_count).where(*in_lane(scope, lane)).limit(COUNTED).subquery()
    )
    row = scope.session.execute(
        select(
            func.count().label("everything"),
            func.count().filter(standing.c.light != "green").label("pressing"),
            func.count().filter(standing.c.urgency == "urgent").label("urgent"),
            func.count().filter(standing.c.bounce_count > 0).label("returned"),
        ).select_from(standing)
    ).one()
    return TabCounts(row.everything, row.pressing, row.urgent, row.returned)


def lane_counts(scope: Scope, lanes: Sequence[LaneName]) -> dict[LaneName, int]:
    """Count what waits in these lanes, each up to `COUNTED`, in one statement."""
    if not lanes:
        return {}
    counted = [
        select(func.count())
        .select_from(select(Ticket.id).where(*in_lane(scope, lane)).limit(COUNTED).subquery())
        .scalar_subquery()
        for lane in lanes
    ]
    return dict(zip(lanes, scope.session.execute(select(*counted)).one(), strict=True))


def _has(table: type[Recorded], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.tenant_id == Ticket.tenant_id, table.ticket_id == Ticket.id, condition)


def _mentions(scope: Scope, words: str, *, now: datetime) -> ColumnElement[bool]:
    """Find the resident's phone when the words are one, else words in title, place or text of the last half year."""
    phone = normal_phone(words)
    if phone.isdigit() and len(phone) >= 7:
        phone_hash = scope.keys.lookup_hash(phone, tenant_id=scope.tenant.id, field="phone")
        return exists().where(
            TicketContact.tenant_id == Ticket.tenant_id,
            TicketContact.ticket_id == Ticket.id,
            TicketContact.phone_hash == phone_hash,
        )
    anywhere = or_(
        Ticket.title.icontains(words, autoescape=True),
        Ticket.place.icontains(words, autoescape=True),
        Ticket.text.icontains(words, autoescape=True),
    )
    return and_(Ticket.submitted_at > now - timedelta(days=SEARCH_DAYS), anywhere)

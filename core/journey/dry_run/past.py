"""A past ticket as it is tried again: what was said, what people did with it and when, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.areas.shapes import Point
from core.hooks.values import TicketView, Urgency
from core.routing.models import Assignment
from core.tenancy.facts import TenantFacts
from core.units.queries import Directory
from core.workdays.queries import CalendarInForce


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when tickets are tried: the tenant, its units and duty list, its calendar in force, and today."""

    tenant: TenantFacts
    units: Directory
    calendar: CalendarInForce
    today: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the timeline that tells what somebody did."""

    seq: int
    at: datetime
    kind: str
    from_state: str | None
    to_state: str
    actor_kind: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Extended:
    """More time that a unit was granted."""

    assignment_id: int
    days: int


@dataclass(frozen=True, slots=True)
class Held:
    """A time in which a unit's clock stood still; without an end it does today."""

    id: int
    assignment_id: int
    reason: str
    days: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Really:
    """What really happened: the unit that handled it, when it was answered, whether late, what the resident said, how often it was returned.

    `is_overdue` None = not known yet: the resident's clock still runs, or never did.
    """

    unit: str
    answered_at: datetime | None
    is_overdue: bool | None
    satisfaction: str
    returns: int = 0


@dataclass(frozen=True)
class Past:
    """A ticket that was accepted. What it is about (`view`) is taken as known today from the first moment.

    `said_urgency` is what a person said of its urgency, None = nobody did. `reply_since` is given for a part 分项, whose
    clock began with that of the whole. `replied_at` is when the answer that concluded a cycle was handed in.
    `is_guessed`: only words of the duty list tell what it is about, or nothing does. `point` is where it was put on the
    map; `is_area_said`: a person said in which area. `has_phone`: the resident can be called. `is_from_elsewhere`: another tenant referred it here.
    """

    view: TicketView
    said_urgency: Urgency | None
    is_guessed: bool
    point: Point | None
    is_area_said: bool
    accepted_at: datetime
    reply_since: datetime | None
    is_part: bool
    is_from_elsewhere: bool
    has_phone: bool
    entries: tuple[Entry, ...]
    assignments: Mapping[int, Assignment]
    replied_at: Mapping[int, datetime]
    extended: Mapping[int, Extended]
    held: Mapping[int, Held]
    really: Really

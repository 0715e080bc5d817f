"""Looking from a city's number at the tickets behind it 下钻到工单: with the district's grant, masked, and kept in both logs.

Counts cross the border by `core.tenancy.across`; no ticket does. A list of tickets is read in the district's own
transaction, which opens on its own grant and writes into its own security log first (docs/decisions/0037).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from core.disclosure.hiding import hide, no_names_of
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.statistics.behind import counted_rows
from core.statistics.days import Span
from core.statistics.gathered.models import CityMatter
from core.statistics.granting.models import CityGrant
from core.statistics.granting.queries import grant_in_force
from core.statistics.measures import MEASURES, Measure
from core.tenancy.ending import refuse_suspended
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By, note_done
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.service import reason_of, refuse_actor
from core.tickets.states import STATE_LABELS, State
from core.tickets.timeline import Actor
from core.units.queries import directory

MOST = 100
"""Tickets of one look; how many there are is told besides."""
NOT_SHOWN = "（标题没能遮盖，不显示）"


class NotAMember(Refused):
    """The district does not belong to the city, or does so no more."""

    code = "not-a-member"


class NoGrant(Refused):
    """The district has not let the city look at single tickets, or not today."""

    code = "no-city-grant"


class UnknownMeasure(Refused):
    """There is no such number to look behind."""

    code = "unknown-measure"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a city's page: which measure, of which days, and of what alone."""

    measure: str
    span: Span
    unit_id: int | None = None
    nature: str = ""
    channel: str = ""
    category: str = ""
    """By its name in the city's list."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a city may look at a district's tickets today, and by which grant."""

    number: int
    until: date
    why: str


@dataclass(frozen=True, slots=True)
class MaskedTicket:
    """A ticket as the city sees it: its number, its hidden title, its matter, whose it is, and how it stands."""

    serial_no: str
    title: str
    category: str
    unit: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look showed: the tickets, newest first, of how many in all, and by which grant."""

    grant: int
    until: date
    total: int
    tickets: Sequence[MaskedTicket]


def member_of(installation: Installation, city: str, district: str) -> TenantFacts:
    """Return a district of the city. Raises `NotAMember`."""
    found = next((each for each in installation.members(city) if each.slug == district), None)
    if found is None:
        raise NotAMember("这个区（市）县不归本市汇总，或已经不再归本市。请从区县列表里选。")
    return found


def measure_named(key: str) -> Measure:
    """Return what a number counts. Raises `UnknownMeasure`."""
    if key not in MEASURES:
        raise UnknownMeasure("没有这个统计项，看不了它背后的工单。请从数字旁的链接进入。")
    return MEASURES[key]


def standing_of(installation: Installation, city: str, district: str, *, now: datetime) -> Standing | None:
    """Tell whether a district lets the city look today, as its own row says; nothing else of it is read.

    Raises `NotAMember`, `TenantSuspended`.
    """
    facts = member_of(installation, city, district)
    refuse_suspended(facts)

    def ask(scope: Scope) -> Standing | None:
        grant = grant_in_force(scope, city, _today(scope, now))
        return Standing(grant.number, grant.valid_until, grant.why) if grant else None

    return installation.run(district, ask)


def look(
    scope: Scope,
    installation: Installation,
    district: str,
    cell: Cell,
    *,
    why: str,
    actor: Actor,
    address: str,
    now: datetime,
) -> Looked:
    """Show the tickets behind a number of a district, masked; `scope` is the city's own.

    The district's transaction commits with its entry in the log before anything is shown: a look that its own log does
    not tell of cannot happen; one of which only the district's log tells can, when the city's fails afterwards.
    Raises `NotPermitted`, `ReasonMissing`, `UnknownMeasure`, `NotAMember`, `NoGrant`, `TenantSuspended`.
    """
    refuse_actor(actor, Permission.SEE_CITY, "查看区县工单")
    because, measure = reason_of(why, "查看区县工单"), measure_named(cell.measure)
    city, facts = scope.tenant, member_of(installation, scope.tenant.slug, district)
    refuse_suspended(facts)
    categories = _categories(scope, facts.id)
    visitor = By(said("{city} {name}", city=city.name, name=actor.name), None, address, because)

    def read(theirs: Scope) -> Looked:
        grant = grant_in_force(theirs, city.slug, _today(theirs, now), locked=True)
        if grant is None:
            raise NoGrant(
                said(
                    "{district}没有授权市级查看单件工单，这里只看得到汇总数。需要时请{district}的系统管理员在“市级看到的本区”"
                    "（/admin/city）里授权，写明用途和期限。",
                    district=theirs.tenant.name,
                )
            )
        looked = _masked(theirs, grant, measure, cell, categories)
        detail = _detail(cell, looked) | {
            "city": city.slug,
            "account": actor.id,
            "tickets": [each.serial_no for each in looked.tickets],
        }
        note_done(theirs, "city_looked", visitor, subject=measure.label, detail=detail, now=now)
        return looked

    looked = installation.run(district, read)
    by = By(actor.name, actor.id, address, because)
    detail = _detail(cell, looked) | {"district": district, "measure": measure.key}
    note_done(scope, "city_looked", by, subject=facts.name, detail=detail, now=now)
    return looked


def _masked(scope: Scope, grant: CityGrant, measure: Measure, cell: Cell, categories: Mapping[str, str]) -> Looked:
    def rows(*columns: Any) -> Select[Any]:
        return _narrowed(counted_rows(scope, measure, cell.span, cell.unit_id, *columns), cell, categories)

    total: int = scope.session.scalar(rows(func.count())) or 0
    found = scope.session.execute(
        rows(Ticket, measure.anchor.instant.label("at"))
        .order_by(measure.anchor.instant.desc(), Ticket.id.desc())
        .limit(MOST)
    ).all()
    contacts = _contacts(scope, [ticket for ticket, _ in found])
    units, no_names = directory(scope), no_names_of(scope)

    def title_of(ticket: Ticket) -> str:
        contact = contacts.get(ticket.part_of_id or ticket.id, Contact())
        hidden, has_failed = hide(scope, ticket.title, contact, no_names=no_names)
        return NOT_SHOWN if has_failed else hidden

    return Looked(
        grant.number,
        grant.valid_until,
        total,
        [
            MaskedTicket(
                ticket.serial_no,
                title_of(ticket),
                categories.get(ticket.matter or "", ""),
                units.name_of(ticket.lead_unit_id) if ticket.lead_unit_id else "",
                STATE_LABELS[State(ticket.state)],
                at,
            )
            for ticket, at in found
        ],
    )


def _narrowed(asked: Select[Any], cell: Cell, categories: Mapping[str, str]) -> Select[Any]:
    if cell.nature:
        asked = asked.where(Ticket.nature == cell.nature)
    if cell.channel:
        asked = asked.where(Ticket.channel == cell.channel)
    if cell.category:
        of_it = [matter for matter, category in categories.items() if category == cell.category]
        asked = asked.where(Ticket.matter.in_(of_it))
    return asked


def _categories(scope: Scope, district_id: int) -> Mapping[str, str]:
    """Return under which category of the city's list each of a district's matters counts, as the city's pages have it."""
    named = select(CityMatter.matter, CityMatter.category)
    rows = scope.session.execute(
        named.where(CityMatter.tenant_id == scope.tenant.id, CityMatter.district_id == district_id)
    )
    return dict(rows.all())


def _contacts(scope: Scope, tickets: Sequence[Ticket]) -> dict[int, Contact]:
    """Return who spoke, by the ticket that knows it: only so can their name be taken out of the title."""
    of = {ticket.part_of_id or ticket.id for ticket in tickets}
    kept = select(TicketContact).where(TicketContact.tenant_id == scope.tenant.id, TicketContact.ticket_id.in_(of))
    return {row.ticket_id: opened(scope.keys, row) for row in scope.session.scalars(kept)}


def _detail(cell: Cell, looked: Looked) -> dict[str, object]:
    narrowed = {"unit": cell.unit_id, "nature": cell.nature, "channel": cell.channel, "category": cell.category}
    return {
        "grant": looked.grant,
        "from": str(cell.span.first),
        "until": str(cell.span.last),
        "shown": len(looked.tickets),
        "total": looked.total,
        **{name: value for name, value in narrowed.items() if value},
    }


def _today(scope: Scope, now: datetime) -> date:
    return now.astimezone(scope.tenant.zone).date()

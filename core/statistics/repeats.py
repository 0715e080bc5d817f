"""What came again after it was concluded 办结后反复: the same matter, from the same resident or the same place, within days."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from core.statistics.days import ONE_DAY, Span
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketContact

MEANING = (
    "当期受理的诉求中，同一事项此前已有办结的诉求、距办结不超过所设天数，且诉求人的电话相同或填写的地点相同的；"
    "重办不另计，拆单的分项不计，未分类的不计"
)


@dataclass(frozen=True, slots=True)
class CameAgain:
    """An appeal that came again, and whose the one was that had been concluded before it."""

    serial_no: str
    accepted_at: datetime
    matter: str
    area: str
    unit_id: int | None
    """The unit that has it now."""
    concluded_by: int | None
    channel: str
    nature: str


def came_again(scope: Scope, span: Span, *, within_days: int, concluded_by: int | None = None) -> list[CameAgain]:
    """Return the appeals of a period that came again within so many days after one was concluded, the newest first.

    Each is held against the one concluded last before it. With `concluded_by` only those that had been this unit's.
    """
    zone, within = scope.tenant.zone, timedelta(days=within_days)
    begins = datetime.combine(span.first, time(), zone)
    ends = datetime.combine(span.last + ONE_DAY, time(), zone)
    concluded = _concluded(scope, begins - within, ends)
    found = []
    for row in scope.session.execute(_spoken(scope, Ticket.accepted_at >= begins, Ticket.accepted_at < ends)):
        before = _newest_before(row, concluded)
        if before is None or before.concluded_at <= row.accepted_at - within:
            continue
        if concluded_by in (None, before.lead_unit_id):
            found.append(
                CameAgain(
                    serial_no=row.serial_no,
                    accepted_at=row.accepted_at,
                    matter=row.matter,
                    area=row.area,
                    unit_id=row.lead_unit_id,
                    concluded_by=before.lead_unit_id,
                    channel=row.channel,
                    nature=row.nature,
                )
            )
    return sorted(found, key=lambda each: (each.accepted_at, each.serial_no), reverse=True)


def _concluded(scope: Scope, since: datetime, until: datetime) -> Mapping[tuple[str, object], list[Row[Any]]]:
    """Return what was concluded after `since` and before `until`, the first first, by what it can be known again by."""
    # Held against each other here and not by the database: which of two ways it joins them decides between a part of a
    # second and minutes, and it guesses wrong on a table that has just been filled.
    concluded: dict[tuple[str, object], list[Row[Any]]] = defaultdict(list)
    asked = _spoken(scope, Ticket.concluded_at > since, Ticket.concluded_at < until)
    for row in scope.session.execute(asked.order_by(Ticket.concluded_at, Ticket.id)):
        for known_by in _known_by(row):
            concluded[known_by].append(row)
    return concluded


def _newest_before(row: Row[Any], concluded: Mapping[tuple[str, object], list[Row[Any]]]) -> Row[Any] | None:
    """Return the one that was concluded last, of those that the appeal is like, when it was accepted."""
    candidates: list[Row[Any]] = []
    for known_by in _known_by(row):
        alike = concluded.get(known_by, [])
        place = bisect_right(alike, row.accepted_at, key=lambda each: each.concluded_at)
        earlier = (each for each in reversed(alike[:place]) if each.id != row.id)
        if (newest := next(earlier, None)) is not None:
            candidates.append(newest)
    return max(candidates, key=lambda each: (each.concluded_at, each.id), default=None)


def _known_by(row: Row[Any]) -> Iterator[tuple[str, object]]:
    """Yield what an appeal is known again by: its matter with the telephone number, and with the place."""
    if row.phone_hash is not None:
        yield row.matter, row.phone_hash
    if row.place:
        yield row.matter, row.place


def _spoken(scope: Scope, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return appeals with what tells of the resident and the place."""
    spoke = and_(TicketContact.tenant_id == Ticket.tenant_id, TicketContact.ticket_id == Ticket.id)
    return (
        select(
            Ticket.id,
            Ticket.serial_no,
            Ticket.accepted_at,
            Ticket.concluded_at,
            Ticket.matter,
            func.coalesce(Ticket.area, "").label("area"),
            Ticket.place,
            Ticket.lead_unit_id,
            Ticket.channel,
            Ticket.nature,
            TicketContact.phone_hash,
        )
        .select_from(Ticket)
        .outerjoin(TicketContact, spoke)
        .where(
            Ticket.tenant_id == scope.tenant.id,
            Ticket.part_of_id.is_(None),
            Ticket.matter.is_not(None),
            *conditions,
        )
    )

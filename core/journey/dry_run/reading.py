"""Reading past tickets: those of a sample in their order, and all that is known of each, a part at a time.

However many tickets a part has, the number of statements is the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import select

from core.evaluation.answers import SATISFACTION_LABELS
from core.evaluation.models import Rating
from core.handling.models import Reply
from core.hooks.values import Urgency
from core.journey.dry_run.commands import MOVING, NOTED
from core.journey.dry_run.past import Entry, Extended, Held, Past, Place, Really
from core.routing.models import Assignment
from core.sla.live import LIVE
from core.sla.models import Clock, ExtensionRequest, PauseRequest
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketContact, TicketEvent
from core.tickets.states import Command
from core.tickets.views import view_of
from core.units.queries import directory
from core.workdays.queries import current_calendar

KINDS = (*Command, *MOVING, *NOTED, "brought_in", "classify", "extension", "pause", "instruction")
"""Entries that tell what somebody did."""
URGENT_BY_RULE = "紧急（"
"""Stands in the entry of a classification that a rule found urgent, where it does not say what was given."""
AREA_SAID = "；区域改为"
"""Stands in the entry of a classification by which a person said in which area it is."""
T = TypeVar("T")


def place_of(scope: Scope, *, today: datetime) -> Place:
    """Return where tickets of this tenant are tried, and as of when."""
    return Place(scope.tenant, directory(scope), current_calendar(scope), today)


def pasts_of(scope: Scope, tickets: Sequence[Ticket]) -> list[Past]:
    """Return what is known of each of these tickets, in their order."""
    ids = [ticket.id for ticket in tickets]
    entries = _entries(scope, ids)
    assignments = _by_ticket(_rows(scope, Assignment, ids))
    extended = _by_ticket(_rows(scope, ExtensionRequest, ids, ExtensionRequest.state == "approved"))
    held = _by_ticket(_rows(scope, PauseRequest, ids, PauseRequest.state.in_(("holding", "ended"))))
    clocks = _by_ticket(_rows(scope, Clock, ids, Clock.name == "reply"))
    replies, ratings, phones = _replies(scope, ids), _ratings(scope, ids), _with_phone(scope, ids)
    return [
        _past(
            scope,
            ticket,
            entries[ticket.id],
            assignments[ticket.id],
            clocks[ticket.id],
            replied_at=replies[ticket.id],
            extended={row.id: Extended(row.assignment_id, row.days_granted or 0) for row in extended[ticket.id]},
            held={row.id: _held(row) for row in held[ticket.id]},
            satisfaction=ratings.get((ticket.id, ticket.cycle_no), ""),
            has_phone=ticket.id in phones,
        )
        for ticket in tickets
    ]


def _past(
    scope: Scope,
    ticket: Ticket,
    told: Sequence[tuple[Entry, str]],
    assignments: Sequence[Assignment],
    clocks: Sequence[Clock],
    *,
    replied_at: dict[int, datetime],
    extended: dict[int, Extended],
    held: dict[int, Held],
    satisfaction: str,
    has_phone: bool,
) -> Past:
    assert ticket.accepted_at is not None
    is_part = ticket.part_of_id is not None
    since = min((clock.started_at for clock in clocks), default=None)
    unit = directory(scope).name_of(ticket.lead_unit_id) if ticket.lead_unit_id else ""
    return Past(
        view=view_of(scope, ticket),
        said_urgency=_said_urgency(ticket, told),
        is_guessed=_is_guessed(ticket, told),
        point=ticket.point,
        is_area_said=any(AREA_SAID in summary for entry, summary in told if entry.kind == "classify"),
        accepted_at=ticket.accepted_at,
        reply_since=since if is_part else None,
        is_part=is_part,
        is_from_elsewhere=ticket.is_from_elsewhere,
        has_phone=has_phone,
        entries=tuple(entry for entry, _ in told if entry.kind != "classify"),
        assignments={row.id: row for row in assignments},
        replied_at=replied_at,
        extended=extended,
        held=held,
        really=Really(unit, ticket.replied_at, _was_overdue(ticket, clocks), satisfaction, ticket.bounce_count),
    )


def _said_urgency(ticket: Ticket, told: Iterable[tuple[Entry, str]]) -> Urgency | None:
    """Return what a person said of the urgency, the latest that holds today; None where the rules decided it."""
    has_said = False
    for entry, summary in told:
        if entry.kind != "classify":
            continue
        detail = entry.detail
        if "given" in detail:
            has_said |= "urgency" in detail["given"]
        elif ("reason" in detail and "urgency" in detail) or (
            detail.get("urgency") == "urgent" and URGENT_BY_RULE not in summary
        ):
            has_said = True
    return cast(Urgency, ticket.urgency) if has_said else None


def _is_guessed(ticket: Ticket, told: Iterable[tuple[Entry, str]]) -> bool:
    """Tell whether only words of the duty list pointed to what it is about, or nothing did: no person, no feature."""
    details = [entry.detail for entry, _ in told if entry.kind == "classify"]
    if any("complexity" in detail or "matter" in detail.get("given", ()) for detail in details):
        return False
    by_words = any(detail.get("words") for detail in details)
    return ticket.matter is None or (ticket.matter_guessed and by_words)


def _was_overdue(ticket: Ticket, clocks: Iterable[Clock]) -> bool | None:
    """Tell whether the resident was answered late in the present cycle; None when that is not known yet."""
    known = [
        clock
        for clock in clocks
        if clock.cycle_no == ticket.cycle_no and clock.state not in ("superseded", "cancelled")
    ]
    if any(clock.overdue_at is not None or clock.state == "breached" for clock in known):
        return True
    return False if known and all(clock.state not in LIVE for clock in known) else None


def _entries(scope: Scope, ids: Collection[int]) -> defaultdict[int, list[tuple[Entry, str]]]:
    rows = scope.session.execute(
        select(
            TicketEvent.ticket_id,
            TicketEvent.seq,
            TicketEvent.at,
            TicketEvent.kind,
            TicketEvent.from_state,
            TicketEvent.to_state,
            TicketEvent.actor_kind,
            TicketEvent.detail,
            TicketEvent.summary,
        )
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id.in_(ids), TicketEvent.kind.in_(KINDS))
        .order_by(TicketEvent.ticket_id, TicketEvent.seq)
    )
    found: defaultdict[int, list[tuple[Entry, str]]] = defaultdict(list)
    for ticket_id, *told, summary in rows:
        found[ticket_id].append((Entry(*told), summary))
    return found


def _replies(scope: Scope, ids: Collection[int]) -> defaultdict[int, dict[int, datetime]]:
    """Return when the answer of each cycle that counts was handed in, by ticket and cycle."""
    rows = scope.session.execute(
        select(Reply.ticket_id, Reply.cycle_no, Reply.submitted_at)
        .where(Reply.tenant_id == scope.tenant.id, Reply.ticket_id.in_(ids), Reply.state == "approved")
        .order_by(Reply.id)
    )
    found: defaultdict[int, dict[int, datetime]] = defaultdict(dict)
    for ticket_id, cycle_no, submitted_at in rows:
        found[ticket_id][cycle_no] = submitted_at
    return found


def _ratings(scope: Scope, ids: Collection[int]) -> dict[tuple[int, int], str]:
    rows = scope.session.execute(
        select(Rating.ticket_id, Rating.cycle_no, Rating.satisfaction).where(
            Rating.tenant_id == scope.tenant.id, Rating.ticket_id.in_(ids)
        )
    )
    return {(ticket_id, cycle_no): SATISFACTION_LABELS[said] for ticket_id, cycle_no, said in rows}


def _with_phone(scope: Scope, ids: Collection[int]) -> set[int]:
    return set(
        scope.session.scalars(
            select(TicketContact.ticket_id).where(
                TicketContact.tenant_id == scope.tenant.id,
                TicketContact.ticket_id.in_(ids),
                TicketContact.phone.is_not(None),
            )
        )
    )


def _held(row: PauseRequest) -> Held:
    assert row.decided_at is not None
    return Held(row.id, row.assignment_id, row.reason_code, row.days, row.decided_at, row.ended_at)


def _rows(scope: Scope, table: Any, ids: Collection[int], *conditions: Any) -> list[Any]:
    return list(
        scope.session.scalars(
            select(table)
            .where(table.tenant_id == scope.tenant.id, table.ticket_id.in_(ids), *conditions)
            .order_by(table.id)
        )
    )


def _by_ticket(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(row)
    return found

"""What features make of a ticket that waits for dispatch: is it known, is it several, can it be answered at once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from core.hooks import specs
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import STATE_LABELS, WAITING_FOR_DISPATCH, WITH_UNIT, State
from core.tickets.views import view_of

RECENT = timedelta(days=30)
MOST_CANDIDATES = 50
MOST_SHOWN = 5
NAMED, SURE = "来件里写着它的受理流水号", 95
IN_HAND = (*WAITING_FOR_DISPATCH, *WITH_UNIT, State.SUBMITTED)
"""States in which a ticket may be the master of another."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another ticket that may be about the same thing, and why."""

    serial_no: str
    title: str
    state_label: str
    reason: str
    score: int


@dataclass(frozen=True, slots=True)
class Hints:
    """What may be done instead of dispatching: the likeliest duplicates first, parts to split into, an answer."""

    duplicates: tuple[Duplicate, ...] = ()
    parts: tuple[str, ...] = ()
    parts_reason: str = ""
    reply: str = ""
    reply_reason: str = ""


NO_HINTS = Hints()


def hints_on(scope: Scope, ticket_id: int, *, now: datetime) -> Hints:
    """Ask for hints on a ticket that waits for dispatch; there are none on any other. Nothing is stored."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    if ticket.state not in WAITING_FOR_DISPATCH:
        return NO_HINTS
    parts = reply = None
    if ticket.part_of_id is None and not ticket.part_count:
        parts = scope.hooks.ask(specs.suggest_split, ticket=view_of(scope, ticket)).first
    if not ticket.is_attached:
        reply = scope.hooks.ask(specs.suggest_reply, ticket=view_of(scope, ticket)).first
    return Hints(
        duplicates=_duplicates(scope, ticket, now=now),
        parts=parts.parts if parts else (),
        parts_reason=parts.reason if parts else "",
        reply=reply.text if reply else "",
        reply_reason=reply.reason if reply else "",
    )


def _duplicates(scope: Scope, ticket: Ticket, *, now: datetime) -> tuple[Duplicate, ...]:
    if ticket.part_of_id or ticket.part_count:
        return ()
    found = {known.serial_no: _duplicate(known, NAMED, SURE) for known in _named_in(scope, ticket)}
    for hint in _said_by_features(scope, ticket, now=now):
        if hint.serial_no not in found or found[hint.serial_no].score < hint.score:
            found[hint.serial_no] = hint
    return tuple(sorted(found.values(), key=lambda each: -each.score)[:MOST_SHOWN])


def _said_by_features(scope: Scope, ticket: Ticket, *, now: datetime) -> Iterator[Duplicate]:
    if not scope.hooks.answerers_of(specs.find_duplicates):
        return
    candidates = {each.serial_no: each for each in _candidates(scope, ticket, now=now)}
    if not candidates:
        return
    views = tuple(view_of(scope, each) for each in candidates.values())
    for feature, hint in scope.hooks.ask(specs.find_duplicates, ticket=view_of(scope, ticket), candidates=views):
        known = candidates.get(hint.serial_no)
        if known is None:
            scope.hooks.refuse(feature, specs.find_duplicates, "提到的工单不在所给的工单之中")
        else:
            yield _duplicate(known, hint.reason, hint.score)


def _named_in(scope: Scope, ticket: Ticket) -> Sequence[Ticket]:
    """Return tickets in hand whose numbers stand in the words of this one, as in an answer to what we wrote."""
    spelt = re.compile(rf"(?<![A-Za-z0-9]){re.escape(scope.tenant.serial_prefix)}[0-9]{{13}}(?![0-9])")
    numbers = set(spelt.findall(f"{ticket.title}\n{ticket.text}")) - {ticket.serial_no}
    if not numbers:
        return ()
    return scope.session.scalars(
        select(Ticket).where(
            Ticket.tenant_id == scope.tenant.id,
            Ticket.serial_no.in_(sorted(numbers)[:MOST_CANDIDATES]),
            Ticket.state.in_(IN_HAND),
            Ticket.part_of_id.is_(None),
            Ticket.part_count == 0,
        )
    ).all()


def _duplicate(known: Ticket, reason: str, score: int) -> Duplicate:
    return Duplicate(known.serial_no, known.title, STATE_LABELS[State(known.state)], reason, score)


def _candidates(scope: Scope, ticket: Ticket, *, now: datetime) -> list[Ticket]:
    """Return tickets in hand that came in lately and speak of the same matter or the same place, the newest first."""
    same: list[ColumnElement[bool]] = []
    if ticket.matter:
        same.append(Ticket.matter == ticket.matter)
    if ticket.place:
        same.append(Ticket.place == ticket.place)
    if not same:
        return []
    return list(
        scope.session.scalars(
            select(Ticket)
            .where(
                Ticket.tenant_id == scope.tenant.id,
                Ticket.id != ticket.id,
                Ticket.state.in_(IN_HAND),
                Ticket.submitted_at > now - RECENT,
                Ticket.part_of_id.is_(None),
                Ticket.part_count == 0,
                or_(*same),
            )
            .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
            .limit(MOST_CANDIDATES)
        )
    )

"""Which tickets in hand may be about the same thing 疑似重复 as an appeal, before it is filed and afterwards."""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from core.areas.shapes import Point
from core.classification.locating import area_words
from core.classification.rules import suggest_matter
from core.disclosure.models import Disclosure
from core.hooks import specs
from core.hooks.values import Alike
from core.intake.joining import distinct_from
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import IN_HAND, STATE_LABELS, State
from core.units.queries import directory

RECENT = timedelta(days=30)
NEAR_METRES = 500
MOST_CANDIDATES = 50
MOST_SHOWN = 5
TOKEN_LENGTH = 24
NAMED, SURE = "来件里写着它的受理流水号", 95
DEGREE_METRES = 111_320
"""A degree of latitude; one of longitude is shorter by the cosine of the latitude."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another ticket that may be about the same thing, and why. `matter` and `area` are in words, empty = unknown."""

    ticket_id: int
    serial_no: str
    title: str
    state_label: str
    reason: str
    score: int
    matter: str
    area: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """An appeal as far as it is written: nothing is filed. Without a matter, it is the one that the words point to."""

    text: str
    title: str = ""
    place: str = ""
    matter: str = ""
    point: Point | None = None


def alike_to_draft(scope: Scope, written: Written, *, now: datetime) -> tuple[Duplicate, ...]:
    """Return what may be the same thing as an appeal that is being written, the likeliest first. Nothing is stored."""
    if not written.text.strip():
        return ()
    matter = written.matter or _matter_in(scope, written)
    draft = Alike(
        serial_no="",
        title=written.title.strip(),
        text=written.text.strip(),
        place=written.place.strip(),
        matter=matter or None,
        area="",
        submitted_at=now,
    )
    return _likeliest(scope, draft, written.point, [], now=now)


def alike_in_public(scope: Scope, written: Written, *, now: datetime) -> tuple[Duplicate, ...]:
    """Return what may be the same thing, as far as a stranger may be told that it is there: not against the wish of who
    brought it. Of each no more than matter, area, day and state is for a stranger's eyes.
    """
    found = alike_to_draft(scope, written, now=now)
    closed = set(
        scope.session.scalars(
            select(Disclosure.ticket_id).where(
                Disclosure.tenant_id == scope.tenant.id,
                Disclosure.ticket_id.in_([each.ticket_id for each in found]),
                Disclosure.wish == "closed",
            )
        )
        if found
        else ()
    )
    return tuple(each for each in found if each.ticket_id not in closed)


def token_of(scope: Scope, serial_no: str) -> str:
    """Return what a page says instead of the number of somebody else's ticket: it can be sent back, and nothing learnt of it."""
    return scope.keys.lookup_hash(serial_no, tenant_id=scope.tenant.id, field="alike").hex()[:TOKEN_LENGTH]


def master_chosen(scope: Scope, written: Written, token: str, *, now: datetime) -> str:
    """Return the number of the ticket that was chosen among those alike, empty = none was, or it is no longer in hand."""
    found = alike_to_draft(scope, written, now=now) if token else ()
    return next((each.serial_no for each in found if token_of(scope, each.serial_no) == token), "")


def alike_to(scope: Scope, ticket: Ticket, *, now: datetime, with_unit: int | None = None) -> tuple[Duplicate, ...]:
    """Return what may be the same thing as a ticket, the likeliest first; nothing for one that was split, or is a part.

    What somebody found to be another thing is left out. `with_unit`: only what this unit has in hand.
    """
    if ticket.part_of_id or ticket.part_count:
        return ()
    apart = distinct_from(scope, ticket)
    known = [_duplicate(scope, each, NAMED, SURE) for each in _named_in(scope, ticket) if each.id not in apart]
    return _likeliest(scope, _alike(ticket), ticket.point, known, with_unit=with_unit, apart=apart, now=now)


def _likeliest(
    scope: Scope,
    appeal: Alike,
    point: Point | None,
    known: Sequence[Duplicate],
    *,
    now: datetime,
    with_unit: int | None = None,
    apart: Collection[int] = (),
) -> tuple[Duplicate, ...]:
    found = {each.serial_no: each for each in known}
    for hint in _said_by_features(scope, appeal, point, with_unit=with_unit, apart=apart, now=now):
        if hint.serial_no not in found or found[hint.serial_no].score < hint.score:
            found[hint.serial_no] = hint
    return tuple(sorted(found.values(), key=lambda each: -each.score)[:MOST_SHOWN])


def _said_by_features(
    scope: Scope, appeal: Alike, point: Point | None, *, with_unit: int | None, apart: Collection[int], now: datetime
) -> Iterator[Duplicate]:
    if not scope.hooks.answerers_of(specs.find_duplicates):
        return
    found = _candidates(scope, appeal, point, with_unit, now=now)
    candidates = {each.serial_no: each for each in found if each.id not in apart}
    if not candidates:
        return
    views = tuple(replace(_alike(each), metres=_metres(point, each.point)) for each in candidates.values())
    for feature, hint in scope.hooks.ask(specs.find_duplicates, appeal=appeal, candidates=views):
        known = candidates.get(hint.serial_no)
        if known is None:
            scope.hooks.refuse(feature, specs.find_duplicates, "提到的工单不在所给的工单之中")
        else:
            yield _duplicate(scope, known, hint.reason, hint.score)


def _candidates(
    scope: Scope, appeal: Alike, point: Point | None, with_unit: int | None, *, now: datetime
) -> list[Ticket]:
    """Return tickets in hand that came in lately at the same place, nearby, or on the same matter, the newest first.

    Each way has an index of its own, so that none of them reads more than it returns.
    """
    ways: list[ColumnElement[bool]] = []
    if appeal.place:
        ways.append(Ticket.place == appeal.place)
    if point is not None:
        ways.append(_around(point))
    if appeal.matter:
        ways.append(Ticket.matter == appeal.matter)
    of_unit = [] if with_unit is None else [Ticket.lead_unit_id == with_unit]
    found: dict[int, Ticket] = {}
    for way in ways:
        rows = scope.session.scalars(
            select(Ticket)
            .where(
                Ticket.tenant_id == scope.tenant.id,
                Ticket.serial_no != appeal.serial_no,
                Ticket.state.in_(IN_HAND),
                Ticket.submitted_at > now - RECENT,
                Ticket.part_of_id.is_(None),
                Ticket.part_count == 0,
                *of_unit,
                way,
            )
            .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
            .limit(MOST_CANDIDATES)
        )
        found.update((ticket.id, ticket) for ticket in rows)
    newest = sorted(found.values(), key=lambda ticket: (ticket.submitted_at, ticket.id), reverse=True)
    return newest[:MOST_CANDIDATES]


def _around(point: Point) -> ColumnElement[bool]:
    high = NEAR_METRES / DEGREE_METRES
    wide = high / max(math.cos(math.radians(point.y)), 0.01)
    return Ticket.latitude.between(point.y - high, point.y + high) & Ticket.longitude.between(
        point.x - wide, point.x + wide
    )


def _metres(one: Point | None, other: Point | None) -> int | None:
    """Return how far two points lie apart, None where one is missing; right for the distances that are asked of here."""
    if one is None or other is None:
        return None
    wide = (one.x - other.x) * math.cos(math.radians((one.y + other.y) / 2))
    return round(math.hypot(wide, one.y - other.y) * DEGREE_METRES)


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


def _matter_in(scope: Scope, written: Written) -> str:
    suggestion = suggest_matter(written.title, written.text, directory(scope).keywords)
    return suggestion.matter if suggestion else ""


def _alike(ticket: Ticket) -> Alike:
    return Alike(
        serial_no=ticket.serial_no,
        title=ticket.title,
        text=ticket.text,
        place=ticket.place,
        matter=ticket.matter,
        area=ticket.area or "",
        submitted_at=ticket.submitted_at,
    )


def _duplicate(scope: Scope, known: Ticket, reason: str, score: int) -> Duplicate:
    duty = directory(scope).find_duty(known.matter)
    return Duplicate(
        known.id,
        known.serial_no,
        known.title,
        STATE_LABELS[State(known.state)],
        reason,
        score,
        matter=duty.subcategory if duty else "",
        area=area_words(scope, known.area) if known.area else "",
        submitted_at=known.submitted_at,
    )

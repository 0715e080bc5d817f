"""One search for everything: number, phone, name, place, words, and the initials of a unit or an area, within one's reach."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core.journey.queries.lanes import SEARCH_DAYS
from core.journey.queries.queue import QueueRow, rows_where
from core.kit.errors import Refused
from core.kit.initials import initials
from core.kit.saying import Said, said
from core.people.roles import Permission
from core.routing.models import Assignment
from core.statistics.places import area_label, areas_within
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.contact import Contact, normal_name, normal_phone, unnamed
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import name_hash, opened
from core.tickets.timeline import Actor
from core.units.catalogue.queries import gazetteer_in_force
from core.units.queries import directory

Narrowing = tuple[str, str] | None
"""By which field and value the lane of all tickets is narrowed to those of a group."""
LONGEST = 100
SHORTEST_NUMBER = 4
SHORTEST_PHONE = 7
SHORTEST_INITIALS = 2
MOST = 20
"""Tickets that are shown of a group."""
MOST_NUMBERS = 200
"""Numbers with the same part in them, of which the newest are shown."""
MOST_NAMED = 5
"""Units, and areas, that a search may mean."""
AROUND = 24
"""Characters that are shown before the first of the words in the text of an appeal."""


class SearchUnusable(Refused):
    """Nothing can be looked for by these words."""

    code = "search-unusable"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether it is one that was looked for."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket that was found: as lists show it, with what was looked for marked; `extract` empty = not in the text."""

    row: QueueRow
    number: Sequence[Piece]
    title: Sequence[Piece]
    place: Sequence[Piece]
    extract: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Group:
    """Tickets that were found in one way; with `narrows` the lane of all tickets shows all of them."""

    label: str
    hits: Sequence[Hit]
    narrows: Narrowing
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody may find: with `sees_all` every ticket of the tenant, else those in which the unit has a share."""

    actor: Actor
    sees_all: bool
    may_ask_names: bool

    @classmethod
    def of(cls, actor: Actor) -> "Reach":
        held = actor.permissions
        return cls(actor, Permission.SEE_TICKETS in held, {Permission.SEE_TICKETS, Permission.REVEAL} <= held)


def search(scope: Scope, words: str, actor: Actor, *, now: datetime, address: str = "") -> list[Group]:
    """Return what is found by these words, each ticket once, in the first way that it was found in.

    By name only whole names are found, and only by who may look at contacts; that it was done is kept, the name is not.
    Raises `SearchUnusable`.
    """
    words = _usable(words)
    reach, terms = Reach.of(actor), words.split()[:5]
    exact = [*_by_number(scope, words), *_by_phone(scope, reach, words), *_by_name(scope, reach, words)]
    named = [*_by_unit(scope, reach, words), *_by_area(scope, words)]
    found: list[Group] = []
    seen: set[str] = set()

    def keep(
        label: str, rows: Sequence[tuple[QueueRow, tuple[str, str]]], narrows: Narrowing, *, is_whole: bool
    ) -> None:
        shown = [each for each in rows if each[0].serial_no not in seen]
        seen.update(row.serial_no for row, _ in shown)
        if shown:
            hits = [_hit(row, place_and_text, terms) for row, place_and_text in shown]
            found.append(Group(label, hits, narrows if reach.sees_all else None, is_whole))

    for label, condition, narrows in (*exact, *named):
        rows = rows_where(scope, [condition, *_within(scope, reach)], limit=MOST + 1, now=now)
        if rows and label is NAMED:
            _keep(scope, actor, len(rows), now=now, address=address)
        keep(label, _in_sight(scope, reach, rows[:MOST], ()), narrows, is_whole=len(rows) <= MOST)
    if found and words.replace(" ", "").isascii() and any(map(str.isdigit, words)):
        return found  # a number that was found is no word of a text
    rows = rows_where(scope, [_in_words(terms, now), *_within(scope, reach)], limit=MOST + 1, now=now)
    legible = _in_sight(scope, reach, rows[:MOST], terms)
    at_place = [each for each in legible if all(term.casefold() in each[1][0].casefold() for term in terms)]
    keep(said("地点"), at_place, ("q", words), is_whole=len(rows) <= MOST)
    keep(said("标题和内容"), legible, ("q", words), is_whole=len(rows) <= MOST)
    return found


def _usable(words: str) -> str:
    if "\x00" in words or not words.replace("\t", " ").isprintable():
        raise SearchUnusable("要找的内容里有无法查找的字符。请删除后再搜。")
    words = " ".join(words.split())
    if not words:
        raise SearchUnusable("还没有写要找什么。编号、电话、姓名、地点、内容，或单位、区域的拼音首字母，都可以。")
    if len(words) > LONGEST:
        raise SearchUnusable(
            said(
                "要找的内容有 {count} 个字，太长了。请只写关键的几个词，最多 {most} 个字。",
                count=f"{len(words):,}",
                most=LONGEST,
            )
        )
    return words


Way = tuple[Said, ColumnElement[bool], Narrowing]
"""How tickets are found: what that is called, and under which condition."""
NAMED = said("诉求人姓名")


def _by_number(scope: Scope, words: str) -> Iterator[Way]:
    number = words.replace(" ", "").replace("-", "").upper()
    if len(number) >= SHORTEST_NUMBER and number.isascii() and number.isalnum() and any(map(str.isdigit, number)):
        known = scope.session.scalars(  # out of the index of numbers alone
            select(Ticket.serial_no)
            .where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no.contains(number, autoescape=True))
            .limit(MOST_NUMBERS)
        ).all()
        if known:
            yield said("编号"), Ticket.serial_no.in_(known), None


def _by_phone(scope: Scope, reach: Reach, words: str) -> Iterator[Way]:
    phone = normal_phone(words)
    if reach.sees_all and phone.isascii() and phone.isdigit() and len(phone) >= SHORTEST_PHONE:
        known_by = scope.keys.lookup_hash(phone, tenant_id=scope.tenant.id, field="phone")
        yield said("诉求人电话"), _contact(TicketContact.phone_hash == known_by), ("q", words)


def _by_name(scope: Scope, reach: Reach, words: str) -> Iterator[Way]:
    name = normal_name(words)
    if reach.may_ask_names and len(name) >= 2 and not any(map(str.isdigit, name)):
        known_by = name_hash(scope.keys, words, tenant_id=scope.tenant.id)
        yield NAMED, _contact(TicketContact.name_hash == known_by), None


def _by_unit(scope: Scope, reach: Reach, words: str) -> Iterator[Way]:
    """Find what units lead of which the initials, or a part of the name, was written."""
    if not reach.sees_all:
        return
    meant = [unit for unit in directory(scope).units if _means(words, unit.name, unit.initials or initials(unit.name))]
    for unit in meant[:MOST_NAMED]:
        yield said("主办：{unit}", unit=unit.name), Ticket.lead_unit_id == unit.id, ("unit", unit.code)


def _by_area(scope: Scope, words: str) -> Iterator[Way]:
    """Find what lies in areas of which the initials, or a part of the name, was written."""
    meant = [area for area in gazetteer_in_force(scope).areas.nodes if _means(words, area.name, initials(area.name))]
    for area in meant[:MOST_NAMED]:
        within = areas_within(scope, [area.code])
        yield said("区域：{area}", area=area_label(scope, area.code)), Ticket.area.in_(within), ("area", area.code)


def _means(words: str, name: str, name_initials: str) -> bool:
    if words.isascii():
        return words.isalpha() and len(words) >= SHORTEST_INITIALS and name_initials.startswith(words.lower())
    return len(words) >= 2 and words in name


def _in_words(terms: Sequence[str], now: datetime) -> ColumnElement[bool]:
    """Return the condition that each of the words stands in title, place or text of what came in the last half year.

    One that has no small and capital letters is compared as it stands, which takes a fraction of the time.
    """
    columns: tuple[InstrumentedAttribute[str], ...] = (Ticket.title, Ticket.place, Ticket.text)

    def stands_in(column: InstrumentedAttribute[str], term: str) -> ColumnElement[bool]:
        has_case = term.lower() != term.upper()
        return column.icontains(term, autoescape=True) if has_case else column.contains(term, autoescape=True)

    each = [or_(*(stands_in(column, term) for column in columns)) for term in terms]
    return and_(Ticket.submitted_at > now - timedelta(days=SEARCH_DAYS), *each)


def _contact(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(TicketContact.tenant_id == Ticket.tenant_id, TicketContact.ticket_id == Ticket.id, condition)


def _within(scope: Scope, reach: Reach) -> Iterator[ColumnElement[bool]]:
    yield Ticket.tenant_id == scope.tenant.id
    if not reach.sees_all:
        yield exists().where(
            Assignment.tenant_id == Ticket.tenant_id,
            Assignment.ticket_id == Ticket.id,
            Assignment.unit_id == (reach.actor.unit_id or 0),
        )


def _in_sight(
    scope: Scope, reach: Reach, rows: Sequence[tuple[QueueRow, Ticket]], terms: Sequence[str]
) -> list[tuple[QueueRow, tuple[str, str]]]:
    """Return the rows, each with place and text, as far as the visitor may read them.

    To a unit they read without the resident's name and phone, as its pages show them; what was looked for must stand in
    what is left: a search is no way to learn who somebody is that stays private.
    """
    if reach.sees_all:
        return [(row, (ticket.place, ticket.text)) for row, ticket in rows]
    spoke = {
        contact.ticket_id: opened(scope.keys, contact)
        for contact in scope.session.scalars(
            select(TicketContact).where(
                TicketContact.tenant_id == scope.tenant.id, TicketContact.ticket_id.in_([each.id for _, each in rows])
            )
        )
    }
    found = []
    for row, ticket in rows:
        contact = spoke.get(ticket.id, Contact())
        title, place, text = (unnamed(words, contact) for words in (ticket.title, ticket.place, ticket.text))
        legible = f"{title}\n{place}\n{text}".casefold()
        if all(term.casefold() in legible for term in terms):
            found.append((replace(row, title=title), (place, text)))
    return found


def _hit(row: QueueRow, place_and_text: tuple[str, str], terms: Sequence[str]) -> Hit:
    """Mark what was looked for; of a text that says no more than the title nothing is shown."""
    place, text = place_and_text
    number = "".join(terms).replace("-", "").upper()
    return Hit(
        row,
        tuple(_marked(row.serial_no, [number])),
        tuple(_marked(row.title, terms)),
        tuple(_marked(place, terms)),
        tuple(_marked(_extract(text, terms) if text != row.title else "", terms)),
    )


def _extract(text: str, terms: Sequence[str]) -> str:
    places = [place for term in terms if (place := text.casefold().find(term.casefold())) >= 0]
    if not places:
        return ""
    begin, end = max(0, min(places) - AROUND), min(places) + 3 * AROUND
    return ("…" if begin else "") + text[begin:end].replace("\n", " ") + ("…" if end < len(text) else "")


def _marked(text: str, terms: Sequence[str]) -> Iterator[Piece]:
    """Yield the text in pieces, those that were looked for apart."""
    wanted = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True) if term)
    for piece in re.split(f"({wanted})", text, flags=re.IGNORECASE) if wanted else [text]:
        if piece:
            yield Piece(piece, bool(re.fullmatch(wanted, piece, flags=re.IGNORECASE)) if wanted else False)


def _keep(scope: Scope, actor: Actor, found: int, *, now: datetime, address: str) -> None:
    """Keep in the security log that somebody found tickets by a resident's name: how many, and not by which name."""
    note_security(
        scope,
        "found_by_name",
        actor=actor.name,
        actor_id=actor.id,
        address=address,
        detail={"found": min(found, MOST)},
        now=now,
    )

"""Tickets side by side 并列比对: who, where, when and what of each, with what differs from the leading one marked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select

from core.intake.joining import distinct_from
from core.journey.queries.alike import Duplicate, alike_to
from core.journey.queries.case import Case, get_case
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketContact
from core.tickets.states import IN_HAND, WAITING_FOR_DISPATCH

MOST, FEWEST = 5, 2
"""Tickets that are put side by side."""
TOKEN = re.compile(r"[0-9A-Za-z]+|[^\W_]", re.UNICODE)
"""A number or a word of letters, or one character of Chinese; signs and blanks differ in nothing."""


class TooManyToCompare(Refused):
    """More tickets were named than can be read side by side."""

    code = "too-many-to-compare"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of a text, and whether it says what the others do not."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One ticket beside others. `same_phone` and the other facts: whether it says the same as the one that leads.

    `may_lead` and `may_join`: whether others can be joined to it, or it to another, where it stands.
    """

    case: Case
    title: tuple[Stretch, ...]
    text: tuple[Stretch, ...]
    place: tuple[Stretch, ...]
    same_phone: bool
    same_area: bool
    same_matter: bool
    same_day: bool
    why: str
    attached: int
    apart: bool
    may_lead: bool
    may_join: bool


def candidates_beside(scope: Scope, serial_no: str, *, now: datetime) -> tuple[Duplicate, ...]:
    """Return what may be the same thing as a ticket, as many as fit beside it. Raises `NoSuchTicket`."""
    case = get_case(scope, serial_no, now=now)
    return alike_to(scope, scope.session.get_one(Ticket, (scope.tenant.id, case.id)), now=now)[: MOST - 1]


def compared(scope: Scope, serial_nos: Sequence[str], *, lead: str, now: datetime) -> tuple[Column, ...]:
    """Return the tickets in the order given; what differs is said against `lead`, or the first where it is none of them.

    Raises `NoSuchTicket`, `TooManyToCompare`.
    """
    numbers = list(dict.fromkeys(serial_nos))
    if len(numbers) > MOST:
        raise TooManyToCompare(
            said("一次最多并列 {most} 件，您选了 {count} 件。请减少后再比对。", most=MOST, count=len(numbers))
        )
    cases = [get_case(scope, number, now=now) for number in numbers]
    if not cases:
        return ()
    leading = next((case for case in cases if case.serial_no == lead), cases[0])
    tickets = {ticket.id: ticket for ticket in _tickets(scope, cases)}
    phones, apart = _phones(scope, cases), distinct_from(scope, tickets[leading.id])
    why = {each.serial_no: each.reason for each in alike_to(scope, tickets[leading.id], now=now)}
    attached = _attached(scope, cases)
    return tuple(
        _column(scope, case, leading, cases, tickets[case.id], phones, why, attached, apart=case.id in apart)
        for case in cases
    )


def marked(text: str, others: Iterable[str]) -> tuple[Stretch, ...]:
    """Return a text in stretches: what no two signs in a row of any other text say as well differs.

    The stretches together are the text. Numbers and words of letters are compared whole.
    """
    pairs, words = set[tuple[str, str]](), set[str]()
    for other in others:
        words_said = [match[0].casefold() for match in TOKEN.finditer(other)]
        words.update(words_said)
        pairs.update(pairwise(words_said))
    return tuple(_stretches(text, pairs, words))


def _stretches(text: str, pairs: set[tuple[str, str]], words: set[str]) -> Iterator[Stretch]:
    tokens = list(TOKEN.finditer(text))
    spoken = [token[0].casefold() for token in tokens]
    differs = [
        word not in words if word.isascii() else pairs.isdisjoint(pairwise(spoken[max(0, at - 1) : at + 2]))
        for at, word in enumerate(spoken)
    ]
    begin = end = 0
    for at, token in enumerate(tokens):
        if not differs[at]:
            continue
        if token.start() > end or begin == end:
            if begin < end:
                yield Stretch(text[begin:end], differs=True)
            if token.start() > end:
                yield Stretch(text[end : token.start()], differs=False)
            begin = token.start()
        end = token.end()
    if begin < end:
        yield Stretch(text[begin:end], differs=True)
    if end < len(text):
        yield Stretch(text[end:], differs=False)


def _column(
    scope: Scope,
    case: Case,
    leading: Case,
    cases: Sequence[Case],
    ticket: Ticket,
    phones: dict[int, bytes],
    why: dict[str, str],
    attached: dict[int, int],
    *,
    apart: bool,
) -> Column:
    against = [each for each in cases if each is not case] if case is leading else [leading]
    zone, is_whole = scope.tenant.zone, ticket.part_of_id is None and not ticket.part_count
    return Column(
        case=case,
        title=marked(case.title, [f"{each.title}\n{each.text}" for each in against]),
        text=marked(case.text, [f"{each.title}\n{each.text}" for each in against]),
        place=marked(case.place, [each.place for each in against]),
        same_phone=case is not leading and case.id in phones and phones[case.id] == phones.get(leading.id),
        same_area=case.area_code == leading.area_code,
        same_matter=case.matter_code == leading.matter_code,
        same_day=case.submitted_at.astimezone(zone).date() == leading.submitted_at.astimezone(zone).date(),
        why=why.get(case.serial_no, ""),
        attached=attached.get(case.id, 0),
        apart=apart,
        may_lead=is_whole and not ticket.is_attached and ticket.state in IN_HAND,
        may_join=is_whole and ticket.state in WAITING_FOR_DISPATCH and not attached.get(case.id),
    )


def _tickets(scope: Scope, cases: Sequence[Case]) -> Sequence[Ticket]:
    ids = [case.id for case in cases]
    return scope.session.scalars(select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ids))).all()


def _phones(scope: Scope, cases: Sequence[Case]) -> dict[int, bytes]:
    rows = scope.session.execute(
        select(TicketContact.ticket_id, TicketContact.phone_hash).where(
            TicketContact.tenant_id == scope.tenant.id,
            TicketContact.ticket_id.in_([case.id for case in cases]),
            TicketContact.phone_hash.is_not(None),
        )
    )
    return {ticket_id: phone for ticket_id, phone in rows if phone is not None}


def _attached(scope: Scope, cases: Sequence[Case]) -> dict[int, int]:
    """Return how many are joined to each already."""
    counted: dict[int, int] = {}
    rows = scope.session.scalars(
        select(Ticket.master_id).where(
            Ticket.tenant_id == scope.tenant.id, Ticket.master_id.in_([case.id for case in cases])
        )
    )
    for master_id in rows:
        if master_id is not None:
            counted[master_id] = counted.get(master_id, 0) + 1
    return counted

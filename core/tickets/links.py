"""Links for one purpose 专用链接: what a message to a resident carries, so that one thing can be done about one ticket without number and code.

A link is a signature and nothing is stored: it names the ticket by its serial number, says what it is for and on which day
it was made, and is signed for this tenant, ticket, purpose, day, cycle and version of the access code. So it opens nothing
else, and a new access code ends it as it ends the old code. Fourteen characters stand beside the number.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal

from sqlalchemy import select

from core.kit.keys import CROCKFORD
from core.tenancy.scope import Scope
from core.tickets.messages import contact_of
from core.tickets.models import Ticket
from core.tickets.states import MOVES, Command

Purpose = Literal["rate", "stop-news", "follow", "email"]
"""What a link is for: rate the handling 评价, be told of no more steps 不再推送, open one's own page at the number 查进展, say whose the
e-mail address is that was left 确认邮箱."""
LETTERS: Mapping[Purpose, str] = {"rate": "R", "stop-news": "S", "follow": "F", "email": "E"}
GOOD_FOR: Mapping[Purpose, timedelta] = {
    "rate": timedelta(days=60),
    "stop-news": timedelta(days=365),
    "follow": timedelta(days=365),
    "email": timedelta(days=60),
}
"""How long a link of each purpose is good, from the day on which it was made; a rating link ends with its rating before."""
FIRST_DAY = date(2020, 1, 1)
DAY_LENGTH, SIGNATURE_LENGTH = 3, 11
"""Characters of the day, good until 2109, and of the signature: 55 bits, of which nobody may guess many."""
_NOBODY = (0, 0, 1)
"""Id, version of the code and cycle of a ticket that nobody has."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that we made: for which ticket and what, and whether it has ended since, so that this can be said kindly."""

    ticket: Ticket
    purpose: Purpose
    cycle_no: int
    """The cycle of handling in which it was made."""
    is_over: bool
    is_old: bool = False
    """It has ended because of its age."""


def link_token(scope: Scope, ticket: Ticket, purpose: Purpose, *, now: datetime) -> str:
    """Return the last part of a link's address: the number, a dash, and what only we can make for it."""
    day = _day_of(scope, now)
    whose = (ticket.id, ticket.code_version, ticket.cycle_no)
    signature = _sign(scope, whose, purpose, day, about=_about(scope, ticket, purpose))
    return f"{ticket.serial_no}-{LETTERS[purpose]}{day}{signature}"


def ticket_of_link(scope: Scope, token: str, purpose: Purpose, *, now: datetime) -> Ticket | None:
    """Return the ticket for which this link may do this now; None for another purpose, tenant or ticket, and for an ended one."""
    link = read_link(scope, token, now=now)
    return link.ticket if link is not None and link.purpose == purpose and not link.is_over else None


def read_link(scope: Scope, token: str, *, now: datetime) -> Link | None:
    """Return what the link is for if we made it for this tenant, ended or not; None otherwise. Counts nothing.

    A number that nobody has takes as long as one that somebody has.
    """
    number, _, rest = token.strip().upper().rpartition("-")
    letter, day, signature = rest[:1], rest[1 : 1 + DAY_LENGTH], rest[1 + DAY_LENGTH :]
    purpose = next((each for each, its in LETTERS.items() if its == letter), None)
    if purpose is None or len(signature) != SIGNATURE_LENGTH or not all(each in CROCKFORD for each in rest):
        return None
    ticket = scope.session.scalar(select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == number))
    id_, version, newest = (ticket.id, ticket.code_version, ticket.cycle_no) if ticket else _NOBODY
    about = _about(scope, ticket, purpose)
    signed = [
        cycle
        for cycle in range(1, newest + 1)
        if hmac.compare_digest(_sign(scope, (id_, version, cycle), purpose, day, about=about), signature)
    ]
    if ticket is None or not signed:
        return None
    made = FIRST_DAY + timedelta(days=_read_day(day))
    is_old = now.astimezone(scope.tenant.zone).date() > made + GOOD_FOR[purpose]
    is_rated = purpose == "rate" and (signed[0] < newest or ticket.state not in MOVES[Command.EVALUATE].sources)
    return Link(ticket, purpose, signed[0], is_over=is_old or is_rated, is_old=is_old)


def _day_of(scope: Scope, now: datetime) -> str:
    days = (now.astimezone(scope.tenant.zone).date() - FIRST_DAY).days
    return "".join(CROCKFORD[(days >> 5 * place) & 31] for place in reversed(range(DAY_LENGTH)))


def _read_day(day: str) -> int:
    return sum(CROCKFORD.index(each) << 5 * place for place, each in enumerate(reversed(day)))


def _about(scope: Scope, ticket: Ticket | None, purpose: Purpose) -> str:
    """Return what a link holds of beside the ticket: one about an e-mail address ends when another one is left."""
    if ticket is None or purpose != "email":
        return ""
    contact = contact_of(scope, ticket)
    return contact.email_hash.hex() if contact is not None and contact.email_hash else ""


def _sign(scope: Scope, whose: tuple[int, int, int], purpose: Purpose, day: str, *, about: str) -> str:
    key = scope.keys.derive("resident-link", scope.tenant.id, number=1)
    id_, version, cycle = whose
    digest = hmac.digest(key, f"{purpose}/{id_}/{version}/{cycle}/{day}/{about}".encode(), sha256)
    number = int.from_bytes(digest[:8], "big")
    return "".join(CROCKFORD[(number >> 5 * place) & 31] for place in range(SIGNATURE_LENGTH))

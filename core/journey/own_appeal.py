"""One's own appeal 本人查询: found by serial number and access code together, without an account, and pressed for.

A wrong number and a wrong code are answered alike. Failures are counted for the address and for the number; after some of
them a proof of work is asked for, and an address that goes on guessing waits. Nobody can shut another out of their appeal:
what was guessed at asks for a proof, and opens to whoever brings it.
"""

import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from core.journey.command import command
from core.kit import saying
from core.kit.errors import Refused
from core.kit.serials import CODE_LENGTH, access_code
from core.people.roles import Permission
from core.tenancy.rates import allowed, count, counted, key_of
from core.tenancy.scope import Scope
from core.tickets.links import Link, read_link
from core.tickets.messages import say
from core.tickets.models import Ticket, TicketEvent
from core.tickets.service import check_state, note
from core.tickets.states import OPEN
from core.tickets.timeline import Order
from core.units.queries import directory

URGED = "urged"
"""Kind of the timeline's entry about a resident who asks when it will be done."""
NEWS_WISH = "news"
"""Kind of the timeline's entry about a resident who wants to be told of steps no more, or again."""
PROOF_AFTER = 3
"""Failures from an address, or of a number, after which a proof of work is asked for."""
WAIT_AFTER = 30
"""Failures from an address within a quarter of an hour after which it waits."""
A_DAY = timedelta(days=1)
LONGEST_WORDS = 500
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
"""How a code is read that somebody copied by hand: the letters that could be mistaken are never in it."""
BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212·•.,，。、:：]")
"""What people put between the groups of a number or code, or take along with it."""
NO_NUMBER = "-"


class UrgedAlready(Refused):
    """The resident has asked for it as often within a day as the district allows."""

    code = "urged-already"


class NewsAsWished(Refused):
    """The resident is told of the appeal's steps, or of the answer alone, as they wish already."""

    code = "news-as-wished"


class WordsTooLong(Refused):
    """What the resident wrote is longer than what is read."""

    code = "words-too-long"


@dataclass(frozen=True, slots=True)
class NotFound:
    """No appeal was opened: number or code is `wrong` (never which), it must be proved, or the address waits."""

    reason: Literal["wrong", "proof-needed", "throttled"]


def needs_proof(scope: Scope, serial_no: str, *, address: str, now: datetime) -> bool:
    """Tell whether the next attempt must carry a proof of work."""
    return max(_failures(scope, serial_no, address, now=now)) >= PROOF_AFTER


def find_own(
    scope: Scope, serial_no: str, code: str, *, address: str, is_proved: bool, now: datetime
) -> Ticket | NotFound:
    """Return the appeal with this number if the code is its own. A failure is counted, so the caller must commit."""
    if (refused := refused_look(scope, serial_no, address=address, is_proved=is_proved, now=now)) is not None:
        return refused
    ticket = find_by_number(scope, serial_no)
    # Without a ticket the same is reckoned for one that nobody has: both take the same time.
    id_, version = (ticket.id, ticket.code_version) if ticket else (0, 0)
    right = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=id_, version=version)
    if hmac.compare_digest(right.encode(), read_code(code).encode()) and ticket is not None:
        return ticket
    note_failure(scope, serial_no, address=address, now=now)
    return NotFound("wrong")


def find_by_link(scope: Scope, token: str, *, address: str, now: datetime) -> Link | NotFound:
    """Return what the link of a message is for; one that we did not make is counted as a wrong code is: the caller must commit.

    A proof of work is asked of nobody here: a link is too long to be guessed.
    """
    number = token.strip().rpartition("-")[0]
    if (refused := refused_look(scope, number, address=address, is_proved=True, now=now)) is not None:
        return refused
    link = read_link(scope, token, now=now)
    if link is None:
        note_failure(scope, number, address=address, now=now)
        return NotFound("wrong")
    return link


def find_by_number(scope: Scope, number: str) -> Ticket | None:
    """Return the ticket with this number, however it was typed. That somebody knows it opens nothing."""
    return scope.session.scalar(
        select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == read_number(number))
    )


def refused_look(scope: Scope, number: str, *, address: str, is_proved: bool, now: datetime) -> NotFound | None:
    """Return why nobody looks under this number from the address now, None where they may."""
    if _failures(scope, number, address, now=now)[0] >= WAIT_AFTER:
        return NotFound("throttled")
    if not is_proved and needs_proof(scope, number, address=address, now=now):
        return NotFound("proof-needed")
    return None


def note_failure(scope: Scope, number: str, *, address: str, now: datetime) -> None:
    """Count that nothing was opened under this number, from this address."""
    for kind, whose in _whose(number, address).items():
        count(scope, kind, key_of(scope, kind, whose), now=now)


def read_number(typed: str) -> str:
    """Return a serial number as it is kept, however it was typed: in groups, in small or full-width letters."""
    return BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper()


def read_code(typed: str) -> str:
    """Return an access code as it is reckoned, however it was copied; too long a one as it was typed."""
    if len(typed) > 4 * CODE_LENGTH:
        return typed
    return BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper().translate(READ_AS)


@command(Permission.SPEAK, "催办")
def urge(scope: Scope, ticket: Ticket, order: Order, *, words: str = "") -> None:
    """The resident asks when it will be done 催办: kept in the timeline and told to whoever has it in hand.

    Raises `UrgedAlready`, `WordsTooLong`, `MoveNotAllowed` where it has been answered.
    """
    keep_urging(scope, ticket, order, words=words, by="诉求人")


def keep_urging(scope: Scope, ticket: Ticket, order: Order, *, words: str, by: str) -> None:
    """Keep that somebody, in words, urges for the resident, and tell whoever has it in hand. Raises as `urge`."""
    check_state(ticket, OPEN, "催办")
    said = usable_words(words)
    refuse_more_urging(scope, ticket, now=order.now)
    note(
        scope,
        ticket,
        URGED,
        order,
        summary=saying.said(
            "{by}催办{said}", by=saying.word(by), said=saying.said("：{said}", said=said) if said else ""
        ),
    )
    units = directory(scope)
    unit = (units.unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None) or units.desk
    words = saying.said(
        "{by}对工单 {serial_no}「{title}」催办{said}，请尽快办理",
        by=saying.word(by),
        serial_no=ticket.serial_no,
        title=ticket.title,
        said=saying.said("：{said}", said=said) if said else "",
    )
    say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=unit.id, now=order.now)


@command(Permission.SPEAK, "选择是否推送进展")
def wish_news(scope: Scope, ticket: Ticket, order: Order, *, stopped: bool) -> None:
    """The resident wants to be told of the answer alone 不再推送, or of each step again. Kept in the timeline.

    Raises `NewsAsWished` where it is so already: ask `has_stopped_news` first.
    """
    if ticket.news_stopped == stopped:
        now_told = "只通知答复" if stopped else "每办一步都通知"
        raise NewsAsWished(
            saying.said(
                "工单 {serial_no} 现在就是{now_told}，没有改动，无需再选。",
                serial_no=ticket.serial_no,
                now_told=saying.word(now_told),
            )
        )
    ticket.news_stopped = stopped
    words = "诉求人不再接收进展推送，只通知答复" if stopped else "诉求人恢复接收进展推送"
    note(scope, ticket, NEWS_WISH, order, summary=words)


def has_stopped_news(scope: Scope, serial_no: str) -> bool:
    """Tell whether the resident wants to be told of the answer alone, and of no other step."""
    stopped = select(Ticket.news_stopped).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
    return bool(scope.session.scalar(stopped))


def usable_words(words: str) -> str:
    """Return what a resident adds to a deed, without blanks around it. Raises `WordsTooLong`."""
    usable = words.strip()
    if len(usable) > LONGEST_WORDS:
        raise WordsTooLong(
            saying.said(
                "补充的话有 {number} 个字，最多 {longest} 个字。请精简后再提交。",
                number=len(usable),
                longest=LONGEST_WORDS,
            )
        )
    return usable


def refuse_more_urging(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Raise `UrgedAlready` where the resident has urged as often within 24 hours as the district allows. 0 is no limit."""
    most = allowed(scope, "urges_per_day")
    done = scope.session.scalar(
        select(func.count()).where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind == URGED,
            TicketEvent.at > now - A_DAY,
        )
    )
    if most and (done or 0) >= most:
        raise UrgedAlready(
            saying.said("24 小时内已催办 {done} 次，承办单位已收到，这一次没有再发。请稍后再看办理进展。", done=done)
        )


def _failures(scope: Scope, serial_no: str, address: str, *, now: datetime) -> tuple[int, int]:
    """Return how often nothing was opened from the address, and for the number."""
    of = _whose(serial_no, address)
    from_address, of_number = (counted(scope, kind, key_of(scope, kind, whose), now=now) for kind, whose in of.items())
    return from_address, of_number


def _whose(serial_no: str, address: str) -> dict[Literal["lookups-from-address", "lookups-of-number"], str]:
    return {"lookups-from-address": address, "lookups-of-number": read_number(serial_no) or NO_NUMBER}

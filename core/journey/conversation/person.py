"""What is known of a WeChat user: their tickets and what was said last, with nobody else speaking for them meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from core.intake.models import WechatMessage
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketContact
from core.tickets.states import OPEN, State

REMEMBERED = timedelta(days=3)
"""So long a question of the conversation waits for its answer."""


def speak_in_turn(scope: Scope, person: bytes) -> None:
    """Let two messages of one person be read one after the other, whichever process does it."""
    lock = func.hashtextextended(person.hex(), scope.tenant.id)
    scope.session.execute(select(func.pg_advisory_xact_lock(lock)))


def find_last(scope: Scope, person: bytes, *which: ColumnElement[bool], since: datetime) -> WechatMessage | None:
    """Return the last message of the person since then, of those that are asked for."""
    return scope.session.scalar(
        select(WechatMessage)
        .where(
            WechatMessage.tenant_id == scope.tenant.id,
            WechatMessage.person == person,
            WechatMessage.at >= since,
            *which,
        )
        .order_by(WechatMessage.at.desc(), WechatMessage.id.desc())
        .limit(1)
    )


def said_since(scope: Scope, person: bytes, *, since: datetime) -> int:
    """Return how many messages the person sent since then."""
    said = select(func.count()).where(
        WechatMessage.tenant_id == scope.tenant.id, WechatMessage.person == person, WechatMessage.at >= since
    )
    return scope.session.scalar(said) or 0


def waiting_for_words(scope: Scope, person: bytes, *, since: datetime) -> Sequence[WechatMessage]:
    """Return photos, recordings and places that were sent since then before there was an appeal they belong to."""
    return scope.session.scalars(
        select(WechatMessage)
        .where(
            WechatMessage.tenant_id == scope.tenant.id,
            WechatMessage.person == person,
            WechatMessage.at >= since,
            WechatMessage.ticket_id.is_(None),
            WechatMessage.kind.in_(("image", "voice", "location")),
        )
        .order_by(WechatMessage.at, WechatMessage.id)
    ).all()


def find_joinable(scope: Scope, person: bytes, *, since: datetime) -> Ticket | None:
    """Return the open ticket that the person wrote about last, if that was since then."""
    last = find_last(scope, person, WechatMessage.ticket_id.is_not(None), since=since)
    ticket = scope.session.get(Ticket, (scope.tenant.id, last.ticket_id)) if last else None
    return ticket if ticket is not None and ticket.state in OPEN else None


def tickets_of(scope: Scope, person: bytes, states: Sequence[State], *, most: int) -> Sequence[Ticket]:
    """Return the person's tickets in these states, the newest first."""
    return scope.session.scalars(
        select(Ticket)
        .join(TicketContact, (TicketContact.tenant_id == Ticket.tenant_id) & (TicketContact.ticket_id == Ticket.id))
        .where(
            Ticket.tenant_id == scope.tenant.id,
            TicketContact.wechat_hash == person,
            Ticket.state.in_(states),
        )
        .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
        .limit(most)
    ).all()

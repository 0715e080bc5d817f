"""What is said to people about a ticket: a row and its delivery job, in the transaction of the event."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select

from core.kit.outbox import enqueue
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.hours import by_day, chosen_hours, hours_of
from core.tickets.models import Message, Ticket, TicketContact

DELIVER = "deliver"
"""Kind of the job that delivers one message."""
BY_DAY = "by_day"
"""Key in that job's payload: true when the message is not to wake anybody."""
OR_SMS = "or_sms"
"""Key in that job's payload: see `OrSms`."""
RECEIPT = "receipt"
"""How `news` of a message begins that gives a resident number and code again."""
CODE_HERE = "{access_code}"
"""Where the access code stands in such a message: it is kept nowhere, and put in as the message is sent."""
Transport = Literal["sms", "mail", "inbox", "wechat", "weibo"]
IN_TURN: tuple[Transport, ...] = ("wechat", "sms", "weibo", "mail")
"""Ways to a resident who chose none, the first they left an address for is taken."""
OrSms = Literal["never", "by_day", "at_once"]
"""When an SMS goes out instead of what WeChat, Weibo or a mail server refuses for good."""


def say(
    scope: Scope,
    *,
    ticket_id: int,
    transport: Transport,
    text: str,
    to_unit_id: int | None,
    now: datetime,
    at_night: bool = False,
    or_sms: OrSms | None = None,
    news: str | None = None,
) -> None:
    """Say something to a unit, or with `to_unit_id` None to the resident.

    A note in the product's own mailbox is there at once; the others are delivered by a job, by day unless `at_night`.
    `or_sms` says whether an SMS takes the place of what WeChat refuses for good; None = it does, in the same hours. `news` names
    the step of the ticket that is told.
    """
    message = Message(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket_id,
        transport=transport,
        text=text,
        to_unit_id=to_unit_id,
        created_at=now,
        news=news,
    )
    scope.session.add(message)
    if transport == "inbox":
        message.state, message.sent_at = "sent", now
    else:
        enqueue(
            scope.session,
            DELIVER,
            dedup_key=f"{DELIVER}/{message.id}",
            payload={"message_id": message.id, BY_DAY: not at_night} | ({OR_SMS: or_sms} if or_sms else {}),
            now=now,
            run_after=now if at_night else may_go_at(scope, message, now=now),
        )


def may_go_at(scope: Scope, message: Message, *, now: datetime) -> datetime:
    """Return when what is not urgent may go out: now, or when the hours begin that the district set, or its resident chose."""
    hours = hours_of(scope.hooks)
    if message.to_unit_id is None and (contact := _contact(scope, message.ticket_id)) is not None:
        hours = chosen_hours(contact.tell_hours) or hours
    return by_day(now, scope.tenant.zone, hours)


def tell_resident(
    scope: Scope, ticket: Ticket, text: str, *, now: datetime, at_night: bool = False, news: str | None = None
) -> None:
    """Tell the resident by the way that `transport_to` names; who has none finds it under number and code.

    What WeChat, Weibo or the mail server refuses for good goes by SMS where there is a phone. `at_night` is for what answers
    somebody who just wrote. Nothing is sent about a ticket that another tenant referred here: its resident knows one number,
    that tenant's.
    """
    if ticket.is_from_elsewhere:
        return
    transport = transport_to(contact_of(scope, ticket))
    if transport is not None:
        say(
            scope,
            ticket_id=ticket.id,
            transport=transport,
            text=text,
            to_unit_id=None,
            now=now,
            at_night=at_night,
            news=news,
        )


def tell_not_arrived(scope: Scope, receipt: str, why: str) -> None:
    """Keep that a message did not arrive which a gateway had taken under this number; one that is unknown is left."""
    message = scope.session.scalar(
        select(Message)
        .where(Message.tenant_id == scope.tenant.id, Message.receipt == receipt, Message.state == "sent")
        .with_for_update()
    )
    if message is not None:
        message.state, message.failure = "failed", said("微信收下后没有送达（{why}）。请改用别的方式告知。", why=why)


def contact_of(scope: Scope, ticket: Ticket) -> TicketContact | None:
    """Return who spoke, of a ticket of this transaction too; None = nobody left anything."""
    return _contact(scope, ticket.id)


def _contact(scope: Scope, ticket_id: int) -> TicketContact | None:
    fresh = (row for row in scope.session.fresh if isinstance(row, TicketContact) and row.ticket_id == ticket_id)
    return next(fresh, None) or scope.session.get(TicketContact, (scope.tenant.id, ticket_id))


def ways_to(contact: TicketContact | Contact | None) -> tuple[Transport, ...]:
    """Return by which transports who left this contact can be told short words, the one to take by itself first."""
    if contact is None:
        return ()
    known = {"wechat": contact.wechat, "sms": contact.phone, "weibo": contact.weibo, "mail": contact.email}
    return tuple(way for way in IN_TURN if known[way])


def chosen_way(contact: TicketContact | Contact | None) -> Transport | None:
    """Return the way that the resident chose, where they left what it needs; None = they chose none, or no news at all."""
    return next((way for way in ways_to(contact) if contact is not None and contact.tell_by == way), None)


def transport_to(contact: TicketContact | None) -> Transport | None:
    """Return by which transport short words reach who left this contact: as they chose 告知方式, else in WeChat if they wrote
    by it, by SMS if they left a phone, below what they wrote on Weibo, by e-mail.

    None = by none, or they do not want to be told: they look themselves.
    """
    if contact is None or contact.tell_by == "none":
        return None
    return chosen_way(contact) or next(iter(ways_to(contact)), None)


def put_again(scope: Scope, message: Message, *, now: datetime) -> None:
    """Let a failed message be sent again, under its old id; it must be locked by whoever asks."""
    message.state, message.failure = "waiting", None
    enqueue(
        scope.session,
        DELIVER,
        dedup_key=f"{DELIVER}/{message.id}/{scope.new_id()}",
        payload={"message_id": message.id},
        now=now,
    )

"""What is said to people about a ticket: a row and its delivery job, in the transaction of the event."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.kit.outbox import enqueue
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Message, Ticket, TicketContact

DELIVER = "deliver"
"""Kind of the job that delivers one message."""
BY_DAY = "by_day"
"""Key in that job's payload: true when the message is not to wake anybody."""
OR_SMS = "or_sms"
"""Key in that job's payload: see `OrSms`."""
DAY_BEGINS, DAY_ENDS = time(8), time(21)
"""Between these, in the district's time, people may be sent what is not urgent."""
Transport = Literal["sms", "mail", "inbox", "wechat", "weibo"]
OrSms = Literal["never", "by_day", "at_once"]
"""When an SMS goes out instead of what WeChat or Weibo refuses for good."""


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
            run_after=now if at_night else by_day(now, scope.tenant.zone),
        )


def by_day(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant itself when it lies in the hours in which people may be disturbed, else when they begin."""
    local = instant.astimezone(zone)
    if DAY_BEGINS <= local.time() < DAY_ENDS:
        return instant
    morning = local.date() + timedelta(days=local.time() >= DAY_ENDS)
    return datetime.combine(morning, DAY_BEGINS, zone).astimezone(UTC)


def tell_resident(
    scope: Scope, ticket: Ticket, text: str, *, now: datetime, at_night: bool = False, news: str | None = None
) -> None:
    """Tell the resident in WeChat if they wrote by it, else by SMS if they left a phone, else below what they wrote on Weibo.

    Who did none of it finds it under number and code. What WeChat refuses for good goes by SMS where there is a phone.
    `at_night` is for what answers somebody who just wrote. Nothing is sent about a ticket that another tenant referred
    here: its resident knows one number, that tenant's.
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
    fresh = (row for row in scope.session.fresh if isinstance(row, TicketContact) and row.ticket_id == ticket.id)
    return next(fresh, None) or scope.session.get(TicketContact, (scope.tenant.id, ticket.id))


def transport_to(contact: TicketContact | None) -> Transport | None:
    """Return by which transport short words reach who left this contact, None = by none."""
    if contact is None:
        return None
    if contact.wechat is not None:
        return "wechat"
    if contact.phone is not None:
        return "sms"
    return "weibo" if contact.weibo is not None else None

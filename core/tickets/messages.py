"""What is said to people about a ticket: a row and its delivery job, in the transaction of the event."""

from datetime import datetime
from typing import Literal

from core.kit.outbox import enqueue
from core.tenancy.scope import Scope
from core.tickets.models import Message

DELIVER = "deliver"
"""Kind of the job that delivers one message."""
Transport = Literal["sms", "mail", "inbox"]


def say(
    scope: Scope, *, ticket_id: int, transport: Transport, text: str, to_unit_id: int | None, now: datetime
) -> None:
    """Say something to a unit, or with `to_unit_id` None to the resident.

    A note in the product's own mailbox is there at once; the others are delivered by a job.
    """
    message = Message(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket_id,
        transport=transport,
        text=text,
        to_unit_id=to_unit_id,
        created_at=now,
    )
    scope.session.add(message)
    if transport == "inbox":
        message.state, message.sent_at = "sent", now
    else:
        enqueue(
            scope.session,
            DELIVER,
            dedup_key=f"{DELIVER}/{message.id}",
            payload={"message_id": message.id},
            now=now,
        )

"""What other systems pushed and residents mailed, as people see it: what waits for somebody to enter it, and one item with its content."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from core.hooks import specs
from core.hooks.values import InboundPayload
from core.intake.channels import channels_of
from core.intake.inbound import STATE_LABELS, UNDECIDED, get_item, payload_of
from core.intake.mail.reading import MailUnreadable, is_mail
from core.intake.mail.settings import find_mailbox
from core.intake.models import InboundItem
from core.intake.readable import readable
from core.journey.inbound.mail import mail_of
from core.journey.queries.lanes import COUNTED
from core.journey.queries.stamps import stamp_words
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of a list, without its content. `why` says why it needs a person; `tickets` are serial numbers."""

    number: int
    channel: str
    received_at: datetime
    state: str
    why: str
    is_vouched_for: bool
    tickets: tuple[str, ...]

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of an appeal before a person has read it."""

    text: str
    title: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """One item with its content as a person reads it, and what a ticket entered from it begins with."""

    line: ItemLine
    channel_id: str
    message_id: str
    vouched_by: str
    text: str
    beginning: Beginning
    is_mail: bool
    decided_by: str
    decided_at: datetime | None
    reason: str

    @property
    def needs_person(self) -> bool:
        """Whether a person may still enter it, or say that it is no appeal."""
        return self.line.state in UNDECIDED


def takes_items(scope: Scope) -> bool:
    """Tell whether anything comes to the tenant by itself: a feature may vouch for what is pushed, or mails are fetched."""
    return bool(scope.hooks.answerers_of(specs.authenticate_inbound)) or find_mailbox(scope.hooks) is not None


def count_in(scope: Scope, state: str = "needs_person") -> int:
    """Count what waits for somebody to enter it, or is in another state, up to `COUNTED`."""
    waiting = select(InboundItem.id).where(InboundItem.tenant_id == scope.tenant.id, InboundItem.state == state)
    return scope.session.scalar(select(func.count()).select_from(waiting.limit(COUNTED).subquery())) or 0


def item_lines(
    scope: Scope,
    *,
    states: Sequence[str] = ("needs_person",),
    numbers: Collection[int] | None = None,
    limit: int | None = MOST_ROWS,
) -> tuple[ItemLine, ...]:
    """Return the items in these states, or of these numbers whatever their state; what was pushed first on top."""
    which = InboundItem.state.in_(states) if numbers is None else InboundItem.id.in_(numbers)
    items = scope.session.scalars(
        select(InboundItem)
        .options(defer(InboundItem.body, raiseload=True))
        .where(InboundItem.tenant_id == scope.tenant.id, which)
        .order_by(InboundItem.received_at, InboundItem.id)
        .limit(limit)
    ).all()
    serials = _serials_of(scope, items)
    return tuple(_line(scope, item, serials) for item in items)


def opened_item(scope: Scope, item_id: int) -> OpenedItem:
    """Return one item, opened. Raises `NoSuchItem`."""
    item = get_item(scope, item_id)
    payload = payload_of(scope, item)
    text = readable(payload)
    return OpenedItem(
        line=_line(scope, item, _serials_of(scope, [item])),
        channel_id=item.channel,
        message_id=item.message_id if item.vouched_by else "",
        vouched_by=stamp_words(scope, item.vouched_by) if item.vouched_by else "",
        text=text,
        beginning=_beginning(scope, payload, text),
        is_mail=is_mail(item.content_type),
        decided_by=item.decided_by,
        decided_at=item.decided_at,
        reason=item.reason,
    )


def find_mail(scope: Scope, item_id: int) -> bytes | None:
    """Return the bytes of an item as they came if it is a mail. Raises `NoSuchItem`."""
    item = get_item(scope, item_id)
    return payload_of(scope, item).body if is_mail(item.content_type) else None


def _beginning(scope: Scope, payload: InboundPayload, text: str) -> Beginning:
    if is_mail(payload.content_type):
        try:
            mail = mail_of(scope, payload)
        except MailUnreadable:
            return Beginning("")
        return Beginning(mail.text, mail.subject, mail.name)
    return Beginning(text)


def _serials_of(scope: Scope, items: Sequence[InboundItem]) -> dict[int, str]:
    ids = {ticket_id for item in items for ticket_id in item.tickets.values()}
    if not ids:
        return {}
    rows = scope.session.execute(
        select(Ticket.id, Ticket.serial_no).where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ids))
    )
    return {row.id: row.serial_no for row in rows}


def _line(scope: Scope, item: InboundItem, serials: dict[int, str]) -> ItemLine:
    channel = channels_of(scope).get(item.channel)
    return ItemLine(
        number=item.id,
        channel=channel.label if channel else item.channel,
        received_at=item.received_at,
        state=item.state,
        why=item.failure,
        is_vouched_for=bool(item.vouched_by),
        tickets=tuple(serials[ticket_id] for ticket_id in item.tickets.values() if ticket_id in serials),
    )

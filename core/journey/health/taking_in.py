"""Whether appeals come in: channels that have fallen silent, and what came in and waits for a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.intake.channels import DESK, FILE, REFERRAL, open_channels_of
from core.intake.models import InboundItem
from core.journey.health.signs import Asked, Sign
from core.kit.saying import said, word
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

LOOKED_BACK = timedelta(days=90)
LEAST = 10
"""Appeals by which a channel is known to be in use."""
AT_LEAST = timedelta(days=3)
"""No channel is silent before a weekend is over."""
TIMES = 6
"""So many times its usual interval without an appeal, and a channel is silent: by chance once in four hundred times."""
BY_HAND = frozenset({DESK.id, FILE.id, REFERRAL.id})
"""Channels by which nothing comes by itself."""
WAITED = timedelta(days=1)


def channels_speak(asked: Asked) -> Iterator[Sign]:
    """Tell of the channels by which nothing has come for much longer than usual."""
    labels = {channel.id: channel.label for channel in open_channels_of(asked.scope).values()}
    for channel, count, last_at in _arrivals(asked.scope, asked.now):
        usual, since = LOOKED_BACK / count, asked.now - last_at
        if channel in labels and channel not in BY_HAND and count >= LEAST and since > max(AT_LEAST, TIMES * usual):
            yield Sign(
                "over",
                said(
                    "渠道“{label}”{days} 天没有来件了，平时{usual}。",
                    label=word(labels[channel]),
                    days=since // timedelta(days=1),
                    usual=word(_usual(usual)),
                ),
                href="/admin/channels",
                mend="查看渠道",
            )


def nothing_waits(asked: Asked) -> Iterator[Sign]:
    """Tell of what came in, could not be read by itself, and has waited for a person for more than a day."""
    waiting, oldest = asked.scope.session.execute(
        select(func.count(), func.min(InboundItem.received_at)).where(
            InboundItem.tenant_id == asked.scope.tenant.id, InboundItem.state == "needs_person"
        )
    ).one()
    if oldest is None or asked.now - oldest < WAITED:
        return
    may_enter = {Permission.SEE_TICKETS, Permission.ACCEPT} <= set(asked.actor.permissions)
    yield Sign(
        "soon",
        said(
            "{waiting:,} 件来件读不出来，等人录入，最早一件等了 {days} 天。",
            waiting=waiting,
            days=(asked.now - oldest) // timedelta(days=1),
        ),
        href="/desk/inbound" if may_enter else "/admin/channels",
        mend="去录入" if may_enter else "查看渠道",
        remedy="" if may_enter else "请受理席在“待人工录入”里登记，或查明为什么读不出来。",
    )


def _arrivals(scope: Scope, now: datetime) -> Sequence[tuple[str, int, datetime]]:
    """Return the channels by which appeals came lately: how many, and when the last one."""
    rows = scope.session.execute(
        select(Ticket.channel, func.count(), func.max(Ticket.submitted_at))
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.submitted_at >= now - LOOKED_BACK)
        .group_by(Ticket.channel)
        .order_by(Ticket.channel)
    )
    return [(channel, count, last_at) for channel, count, last_at in rows]


def _usual(interval: timedelta) -> str:
    per_day = timedelta(days=1) / interval
    if per_day >= 1:
        return said("每天约 {count:.0f} 件", count=per_day)
    return said("约 {days:.0f} 天一件", days=interval / timedelta(days=1))

"""The ways out 发送方式 as an administrator sees them: what was sent by each lately, what failed and why, and what went last, masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from core.journey.channels_seen import LATELY, LOOKED_BACK, MOST_SHOWN, Tone, hidden
from core.journey.settings.administering import administering
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Message, Ticket
from core.tickets.timeline import Actor
from core.units.queries import directory

LONGEST_WORDS = 60
WAYS: Mapping[str, str] = {
    "sms": "短信",
    "mail": "邮件",
    "wechat": "微信通知",
    "weibo": "微博评论",
    "inbox": "站内信",
}
"""What goes out, by transport, as the house calls it."""
STATES: Mapping[str, tuple[str, Tone]] = {
    "waiting": ("等待发出", "waits"),
    "sent": ("已发出", "ok"),
    "failed": ("没有发出", "bad"),
}


class NoSuchWay(Refused):
    """Nothing is sent by a way of this name."""

    code = "no-such-way"


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way out: how many messages were written lately, how many failed, and when one last went out."""

    id: str
    label: str
    written: int
    failed: int
    last_at: datetime | None

    @property
    def failed_percent(self) -> int | None:
        """How many of them failed, in whole percent; None where there were none."""
        return round(100 * self.failed / self.written) if self.written else None


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: when, to whom in words, what it begins with, how it stands, and of which ticket."""

    at: datetime
    to: str
    words: str
    state: str
    tone: Tone
    why: str
    serial_no: str


def ways_out(scope: Scope, *, actor: Actor, now: datetime) -> Sequence[WayOut]:
    """Return the ways out in their order. Raises `NotPermitted`."""
    administering(actor, "查看发送方式")
    since = now - LATELY
    rows = scope.session.execute(
        select(
            Message.transport,
            func.count(case((Message.created_at >= since, 1))),
            func.count(case(((Message.created_at >= since) & (Message.state == "failed"), 1))),
            func.max(Message.sent_at),
        )
        .where(Message.tenant_id == scope.tenant.id, Message.created_at >= now - LOOKED_BACK)
        .group_by(Message.transport)
    )
    found = {transport: (written, failed, last) for transport, written, failed, last in rows}
    zone = scope.tenant.zone
    return [
        WayOut(way, label, written, failed, last.astimezone(zone) if last else None)
        for way, label in WAYS.items()
        for written, failed, last in [found.get(way, (0, 0, None))]
    ]


def find_way(scope: Scope, way: str, *, actor: Actor, now: datetime) -> WayOut:
    """Return one way out. Raises `NotPermitted`, `NoSuchWay`."""
    for each in ways_out(scope, actor=actor, now=now):
        if each.id == way:
            return each
    raise NoSuchWay("没有这种发送方式。请从渠道页里选。")


def last_sent(scope: Scope, way: str, *, now: datetime) -> Sequence[Sent]:
    """Return the messages that were written last for a way out, the newest first; what they say is cut and masked."""
    rows = scope.session.execute(
        select(Message, Ticket.serial_no)
        .join(Ticket, (Ticket.tenant_id == Message.tenant_id) & (Ticket.id == Message.ticket_id))
        .where(
            Message.tenant_id == scope.tenant.id,
            Message.transport == way,
            Message.created_at >= now - LOOKED_BACK,
        )
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(MOST_SHOWN)
    )
    units, zone = directory(scope), scope.tenant.zone
    return [
        Sent(
            at=message.created_at.astimezone(zone),
            to=units.name_of(message.to_unit_id) if message.to_unit_id else "诉求人",
            words=hidden(message.text)[:LONGEST_WORDS],
            state=STATES[message.state][0],
            tone=STATES[message.state][1],
            why=message.failure or "",
            serial_no=serial_no,
        )
        for message, serial_no in rows
    ]

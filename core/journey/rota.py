"""The desk at every hour 7×24 值守: who is there now, which hours of the coming week nobody covers, and who is told of what is urgent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.intake.channels import channels_of
from core.kit.saying import joined, said, word
from core.people.roster.duty import OnDuty, duties_between, on_duty_at
from core.people.roster.settings import is_round_the_clock
from core.people.roster.shifts import Gap, Shift, gaps
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Message, Ticket
from core.units.queries import directory

AHEAD = timedelta(days=7)
MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Watch:
    """The watch at the desk as it stands: whether it is to be kept at every hour, who is there, and the gaps of the coming week."""

    is_declared: bool
    on_duty: tuple[OnDuty, ...]
    gaps: tuple[Gap, ...]


def watch_of(scope: Scope, *, now: datetime) -> Watch:
    """Return who sits at the desk now, and when nobody does within the coming week."""
    coming = duties_between(scope, now, now + AHEAD)
    shifts = [Shift(each.person, each.begins_at, each.ends_at, each.label) for each in coming]
    return Watch(
        is_round_the_clock(scope.hooks), tuple(on_duty_at(scope, now)), gaps(shifts, since=now, until=now + AHEAD)
    )


def gap_words(found: Sequence[Gap], zone: ZoneInfo) -> str:
    """Say when nobody sits at the desk, "" where somebody always does."""
    if not found:
        return ""
    spans = [
        said(
            "{begins_at:%m-%d %H:%M} 至 {ends_at:%m-%d %H:%M}",
            begins_at=each.begins_at.astimezone(zone),
            ends_at=each.ends_at.astimezone(zone),
        )
        for each in found
    ]
    more = said("，另有 {number} 段", number=len(spans) - MOST_TOLD) if len(spans) > MOST_TOLD else ""
    return said(
        "今起七天有 {number} 段没有人值守：{spans}{more}。请系统管理员排班，或关闭 7×24 小时值守。",
        number=len(spans),
        spans=joined("；", spans[:MOST_TOLD]),
        more=more,
    )


def tell_on_duty(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Text whoever sits at the desk that something urgent came in, at any hour, where the desk is watched at every hour.

    Not where a rule of the district does so anyhow.
    """
    if not is_round_the_clock(scope.hooks):
        return
    desk = directory(scope).desk.id
    told = (row for row in scope.session.fresh if isinstance(row, Message) and row.ticket_id == ticket.id)
    if any(row.transport == "sms" and row.to_unit_id == desk for row in told):
        return
    channel = channels_of(scope).get(ticket.channel)
    say(
        scope,
        ticket_id=ticket.id,
        transport="sms",
        text=said(
            "紧急诉求 {serial_no}“{title}”（{label}），请当班立即处理",
            serial_no=ticket.serial_no,
            title=ticket.title,
            label=word(channel.label) if channel else ticket.channel,
        ),
        to_unit_id=desk,
        now=now,
        at_night=True,
    )

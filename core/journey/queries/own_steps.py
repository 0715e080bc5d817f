"""The steps of one's own appeal 办到哪一步了: the newest first, in plain words for its resident, with how long each took.

Of an appeal that is handled together with others 并单 the steps of the one that leads are shown among its own: nothing of
who brought that one, nor its number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.disclosure.steps import PLAIN_STEPS, TO_UNIT, steps_of
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.queries import NoSuchTicket, get_ticket_id
from core.units.queries import directory

OWN_WORDS: Mapping[str, str] = {
    **PLAIN_STEPS,
    "register": "已收到您的反映",
    "attach": "和同一件事的其他反映一并办理",
    "follow_up": "已回访您",
    "evaluate": "您已评价",
    "urged": "您催办了",
    "supplemented": "您补充了情况",
    "completion_asked": "请您补充情况",
    "withdraw": "您撤回了这件诉求",
    "redo_asked": "您要求重办",
    "redo_declined": "没有重办，原因已告诉您",
}
"""What is said to the resident where it is said otherwise to everybody."""
OF_THE_LEAD = (
    *TO_UNIT,
    "sign",
    "return",
    "sub_dispatch",
    "on_site",
    "submit_result",
    "audit_return",
    "supervision",
)
"""Kinds of entries of the ticket that leads which are steps of those handled with it too."""


@dataclass(frozen=True, slots=True)
class OwnStep:
    """One step: when, what in words, how long it took since the step before, empty = it was the first, or done at once."""

    at: datetime
    when: str
    """The moment in plain words."""
    words: str
    took: str


def own_steps(scope: Scope, ticket: Ticket, entries: Sequence[TicketEvent], *, now: datetime) -> tuple[OwnStep, ...]:
    """Return the steps of an appeal, whose own entries are given, the newest first."""
    units = directory(scope)

    def name_of(code: str) -> str:
        unit = units.find_unit(code)
        return unit.name if unit else ""

    lead_id = find_lead_id(scope, ticket, entries)
    led = _entries_of_lead(scope, lead_id) if lead_id else []
    steps = steps_of(sorted((*entries, *led), key=lambda each: each.at), name_of, spoken=OWN_WORDS)
    before: list[datetime | None] = [None, *(step.at for step in steps)]
    shown = (
        OwnStep(
            step.at,
            when_in_words(step.at, now=now, zone=scope.tenant.zone),
            step.words,
            took_in_words(step.at - since) if since else "",
        )
        for step, since in zip(steps, before, strict=False)
    )
    return tuple(reversed(list(shown)))


def find_lead_id(scope: Scope, ticket: Ticket, entries: Sequence[TicketEvent]) -> int | None:
    """Return the ticket that leads this one, or with which it was answered; None = it is handled by itself."""
    if ticket.master_id is not None:
        return ticket.master_id
    attached = [entry for entry in entries if entry.kind in ("attach", "detach")]
    if not attached or attached[-1].kind == "detach":
        return None
    try:
        return get_ticket_id(scope, str(attached[-1].detail["master"]))
    except NoSuchTicket:
        return None


def when_in_words(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """Write a moment as one says it: `今天 10:41`, `3 月 12 日 10:24`, with the year where it is another one."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return said("今天 {time:%H:%M}", time=local)
    if local.year == today.year:
        return said("{month} 月 {day} 日 {time:%H:%M}", month=local.month, day=local.day, time=local)
    return said("{time:%Y} 年 {month} 月 {day} 日", month=local.month, day=local.day, time=local)


def took_in_words(span: timedelta) -> str:
    """Write how long a step took, as the clock on the wall counts: `2 分钟`, `3 小时 5 分钟`, `2 天`; "" = it was done at once."""
    minutes = int(span.total_seconds() // 60)
    if not minutes:
        return ""
    hours, rest = divmod(minutes, 60)
    if hours >= 24:
        return said("{days} 天", days=hours // 24)
    if hours:
        return (
            said("{hours} 小时 {minutes} 分钟", hours=hours, minutes=rest)
            if rest
            else said("{hours} 小时", hours=hours)
        )
    return said("{minutes} 分钟", minutes=minutes)


def _entries_of_lead(scope: Scope, lead_id: int) -> list[TicketEvent]:
    return list(
        scope.session.scalars(
            select(TicketEvent)
            .where(
                TicketEvent.tenant_id == scope.tenant.id,
                TicketEvent.ticket_id == lead_id,
                TicketEvent.kind.in_(OF_THE_LEAD),
            )
            .order_by(TicketEvent.seq)
        )
    )

"""The timeline 流转记录 as people read it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import TicketEvent
from core.tickets.service import StaleVersion
from core.tickets.states import MOVES, NOTE_LABELS, Command


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry: when, what, who, and anything more there is to say."""

    at: datetime
    what: str
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry written since somebody read the ticket, as another system is told."""

    seq: int
    at: datetime
    kind: str
    who: str
    words: str


def timeline_of(scope: Scope, ticket_id: int) -> tuple[TimelineEntry, ...]:
    """Return the ticket's timeline, the newest entry first."""
    events = scope.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket_id)
        .order_by(TicketEvent.seq.desc())
    )
    return tuple(_entry(event) for event in events)


def refusal_in_words(refusal: Refused) -> str:
    """Say a refusal; to somebody whose page is out of date, also what happened last."""
    if not isinstance(refusal, StaleVersion) or not refusal.since:
        return refusal.message
    entry = _entry(refusal.since[-1])
    return f"{refusal.message}最近一次变动：{entry.who}{entry.what}" + (f"（{entry.words}）。" if entry.words else "。")


def happened_since(refusal: Refused) -> tuple[Happened, ...]:
    """Return what happened since the version that a refused command was decided on, the oldest entry first."""
    if not isinstance(refusal, StaleVersion):
        return ()
    return tuple(Happened(event.seq, event.at, event.kind, event.actor_name, event.summary) for event in refusal.since)


def _entry(event: TicketEvent) -> TimelineEntry:
    label = NOTE_LABELS.get(event.kind) or MOVES[Command(event.kind)].label
    return TimelineEntry(event.at, label, event.actor_name, "" if event.summary == label else event.summary)

"""The timeline 流转记录 as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.journey.queries.stamps import stamp_words
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.models import TicketEvent
from core.tickets.service import StaleVersion
from core.tickets.states import MOVES, NOTE_LABELS, Command


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry: when, what, who, anything more there is to say, and the rules of features that decided."""

    at: datetime
    what: str
    who: str
    words: str
    rules: tuple[str, ...] = ()


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
    return tuple(_entry(event, _rules(scope, event.detail)) for event in events)


def refusal_in_words(refusal: Refused) -> str:
    """Say a refusal; to somebody whose page is out of date, also what happened last."""
    if not isinstance(refusal, StaleVersion) or not refusal.since:
        return refusal.message
    entry = _entry(refusal.since[-1])
    return said("{message}最近一次变动：{who}{what}", message=refusal.message, who=entry.who, what=entry.what) + (
        said("（{words}）。", words=word(entry.words)) if entry.words else "。"
    )


def happened_since(refusal: Refused) -> tuple[Happened, ...]:
    """Return what happened since the version that a refused command was decided on, the oldest entry first."""
    if not isinstance(refusal, StaleVersion):
        return ()
    return tuple(Happened(event.seq, event.at, event.kind, event.actor_name, event.summary) for event in refusal.since)


def _entry(event: TicketEvent, rules: tuple[str, ...] = ()) -> TimelineEntry:
    label = NOTE_LABELS.get(event.kind) or MOVES[Command(event.kind)].label
    return TimelineEntry(event.at, label, event.actor_name, "" if event.summary == label else event.summary, rules)


def _rules(scope: Scope, detail: Mapping[str, Any]) -> tuple[str, ...]:
    """Say which rules of features an entry tells of, each once; the core's and a person's are said by its words."""
    told = [detail, *detail.get("rules", ()), *detail.get("clocks", ()), *detail.get("exempt", ())]
    ruled = [(str(each["by"]), str(each["rule_id"])) for each in told if each.get("by") and each.get("rule_id")]
    return tuple(
        said("{stamp}，规则 {rule_id}", stamp=stamp_words(scope, by), rule_id=rule_id)
        for by, rule_id in dict.fromkeys(ruled)
        if "@" in by
    )

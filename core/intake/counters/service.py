"""Counter entries as records: which centre took a ticket in, and keeping that it did. Flushes, never commits."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select

from core.intake.counters.models import CounterEntry
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor

FIELD = "counter_entry.content"


def find_entry(scope: Scope, unit_id: int, message_id: str) -> CounterEntry | None:
    """Return the entry that the centre sent under this id before, if it did."""
    return scope.session.scalar(
        select(CounterEntry).where(
            CounterEntry.tenant_id == scope.tenant.id,
            CounterEntry.unit_id == unit_id,
            CounterEntry.message_id == message_id,
        )
    )


def entry_of(scope: Scope, ticket_id: int) -> CounterEntry | None:
    """Return how a centre took the ticket in, None = it came in another way."""
    return scope.session.get(CounterEntry, (scope.tenant.id, ticket_id))


def was_entered(scope: Scope, ticket_id: int, actor: Actor) -> bool:
    """Tell whether it was the actor's centre that took the ticket in."""
    entered = exists().where(
        CounterEntry.tenant_id == scope.tenant.id,
        CounterEntry.ticket_id == ticket_id,
        CounterEntry.unit_id == actor.unit_id,
    )
    return actor.unit_id is not None and bool(scope.session.scalar(select(entered)))


def content_mark(scope: Scope, said: Mapping[str, object], files: Sequence[bytes]) -> str:
    """Return a keyed digest of all that was sent: the same again is known, and nobody learns anything from it."""
    sums = [hashlib.sha256(each).hexdigest() for each in files]
    plain = json.dumps({"said": said, "files": sums}, ensure_ascii=False, sort_keys=True, default=str)
    digest = hashlib.sha256(plain.encode()).hexdigest()
    return scope.keys.lookup_hash(digest, tenant_id=scope.tenant.id, field=FIELD).hex()


def keep_entry(
    scope: Scope,
    ticket: Ticket,
    *,
    unit_id: int,
    kind: str,
    present: str,
    no_phone: bool,
    message_id: str,
    content: str,
    actor: Actor,
    written_at: datetime,
    now: datetime,
) -> CounterEntry:
    """Keep which centre took the ticket in, who wrote it down, where, and who was there."""
    entry = CounterEntry(
        tenant_id=scope.tenant.id,
        ticket_id=ticket.id,
        unit_id=unit_id,
        kind=kind,
        present=present,
        no_phone=no_phone,
        message_id=message_id,
        content=content,
        by=actor.name,
        by_id=actor.id,
        written_at=written_at,
        entered_at=now,
    )
    scope.session.add(entry)
    scope.session.flush()
    return entry

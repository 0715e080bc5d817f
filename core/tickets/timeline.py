"""The timeline: what an entry's hash covers, and the check that nothing was changed, dropped or put in between."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TypeAlias

from core.tickets.models import Ticket, TicketEvent

Plain: TypeAlias = "str | int | Sequence[Plain] | Mapping[str, Plain] | None"
Detail: TypeAlias = Mapping[str, Plain]
"""What an entry says for machines. No fractions: the database may write them back otherwise than they were hashed."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `id` is the account's, None for the system and for residents; `name` is shown in the timeline."""

    kind: str
    name: str
    id: int | None = None


SYSTEM = Actor("system", "系统")
RESIDENT = Actor("resident", "诉求人")


def entry_hash(previous: bytes, entry: TicketEvent) -> bytes:
    """Return the SHA-256 of the previous entry's hash and everything this entry says, in one canonical form."""
    content = {
        "tenant": entry.tenant_id,
        "ticket": entry.ticket_id,
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": entry.kind,
        "from": entry.from_state,
        "to": entry.to_state,
        "actor": [entry.actor_kind, entry.actor_id, entry.actor_name],
        "summary": entry.summary,
        "detail": entry.detail,
        "command": entry.command_id,
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + canonical.encode()).digest()


def first_broken_entry(ticket: Ticket, entries: Iterable[TicketEvent]) -> int | None:
    """Return the sequence number of the first entry that does not fit, or None when the chain is whole.

    `entries` in order of their sequence. A dropped tail shows against the ticket's version and newest hash, a change
    of state without an entry against the state that the last one led to.
    """
    previous, expected, state = b"", 1, ""
    for entry in entries:
        if entry.seq != expected or entry_hash(previous, entry) != entry.hash:
            return expected
        previous, expected, state = entry.hash, expected + 1, entry.to_state
    whole = (expected - 1, previous, state) == (ticket.version, ticket.head_hash, ticket.state)
    return None if whole else expected

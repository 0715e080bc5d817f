"""The timeline: what an entry's hash covers, and the check that nothing was changed, dropped or put in between."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from core.people.roles import Permission
from core.tickets.models import Ticket, TicketEvent

Plain: TypeAlias = "str | int | Sequence[Plain] | Mapping[str, Plain] | None"
Detail: TypeAlias = Mapping[str, Plain]
"""What an entry says for machines. No fractions: the database may write them back otherwise than they were hashed."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `id` is the account's, None for the system and for residents; `name` is shown in the timeline.

    `permissions` is what the actor may do, `unit_id` the unit for which; the system itself acts for every unit.
    """

    kind: str
    name: str
    id: int | None = None
    unit_id: int | None = None
    permissions: frozenset[Permission] = frozenset()

    def acts_for(self, unit_id: int) -> bool:
        """Tell whether what this actor does counts as the unit's."""
        return self.kind == "system" or self.unit_id == unit_id


@dataclass(frozen=True, slots=True)
class Order:
    """One command as it was given: by whom, when, on which version of the ticket, and under which id.

    `seen_version` None = it does not matter what happened since; `command_id` None = it cannot be repeated safely.
    """

    actor: Actor
    now: datetime
    seen_version: int | None = None
    command_id: str | None = None


HISTORY_NAME = "历史数据"
"""Name of what does the deeds of an imported past."""
SYSTEM = Actor("system", "系统", permissions=frozenset(Permission))
RESIDENT = Actor("resident", "诉求人", permissions=frozenset({Permission.SPEAK}))


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a timeline as it is read to be proved: plain values, many of them."""

    tenant_id: int
    ticket_id: int
    seq: int
    at: datetime
    kind: str
    from_state: str | None
    to_state: str
    actor_kind: str
    actor_id: int | None
    actor_name: str
    summary: str
    detail: Any
    hash: bytes
    command_id: str | None


Written: TypeAlias = TicketEvent | Entry
"""An entry, as the row that was written or as it is read to be proved."""


def entry_hash(previous: bytes, entry: Written, *, place: int | None = None) -> bytes:
    """Return the SHA-256 of the previous entry's hash and everything this entry says, in one canonical form.

    With `place` as if it stood there: an entry that was moved fits where it was written and nowhere else.
    """
    content = {
        "tenant": entry.tenant_id,
        "ticket": entry.ticket_id,
        "seq": place or entry.seq,
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


def first_broken_entry(ticket: Ticket, entries: Iterable[Written]) -> int | None:
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

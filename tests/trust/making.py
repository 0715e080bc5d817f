"""Making timelines that are whole, in memory, for tests that spoil them."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import inspect

from core.tickets.models import SealedHead, Ticket, TicketEvent
from core.tickets.tampering import Finding, tampering_with
from core.tickets.timeline import entry_hash
from tests.builders import beijing

TENANT, TICKET = 1, 700
START = beijing("2026-03-12 10:00")
STATES = ("registered", "accepted", "dispatched", "in_progress", "submitted", "concluded", "following_up", "evaluated")
KINDS = ("register", "accept", "dispatch", "sign", "submit_result", "audit_pass", "follow_up", "evaluate")


def make_entry(number: int, before: bytes, **columns: Any) -> TicketEvent:
    """Return an entry that fits after this hash."""
    place = (number - 1) % len(KINDS)
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "ticket_id": TICKET,
        "seq": number,
        "at": START + timedelta(minutes=number),
        "kind": KINDS[place],
        "from_state": STATES[place - 1] if number > 1 else None,
        "to_state": STATES[place],
        "actor_kind": "staff",
        "actor_id": 40 + number,
        "actor_name": "坐席甲",
        "summary": f"第 {number} 步",
        "detail": {"step": number},
        "hash": b"",
        "command_id": None,
        **columns,
    }
    entry = TicketEvent(**values)
    entry.hash = entry_hash(before, entry)
    return entry


@dataclass
class Story:
    """A ticket as far as its timeline vouches for it, with its entries."""

    ticket: Ticket
    entries: list[TicketEvent]

    def findings(self, *, sealed: Sequence[SealedHead] = (), broken_seals: Sequence[int] = ()) -> list[Finding]:
        return tampering_with(self.ticket, self.entries, sealed=sealed, broken_seals=broken_seals)

    def told(self, *, sealed: Sequence[SealedHead] = (), broken_seals: Sequence[int] = ()) -> list[tuple[Any, ...]]:
        """Return what is found, each as fault, number of the entry, and words."""
        found = self.findings(sealed=sealed, broken_seals=broken_seals)
        return [(finding.fault, finding.entry, finding.words) for finding in found]

    def sealed_at(self, number: int, *, seal: int = 1) -> SealedHead:
        """Return the head that a seal after this entry has."""
        entry = self.entries[number - 1]
        return SealedHead(
            tenant_id=TENANT,
            ticket_id=TICKET,
            seq=number,
            seal_number=seal,
            serial_no=self.ticket.serial_no,
            hash=entry.hash,
        )

    def rewrite(self, since: int) -> None:
        """Compute all hashes anew from this entry on, and bring the ticket in line, as one who knows how could."""
        before = self.entries[since - 2].hash if since > 1 else b""
        for entry in self.entries[since - 1 :]:
            entry.hash = before = entry_hash(before, entry)
        self.ticket.version, self.ticket.head_hash = len(self.entries), before
        self.ticket.state = self.entries[-1].to_state

    def renumber(self) -> None:
        """Close gaps in the numbers and leave the hashes as they are."""
        for number, entry in enumerate(self.entries, 1):
            entry.seq = number


def make_story(length: int = 6) -> Story:
    """Return a ticket with this many entries, all whole."""
    entries: list[TicketEvent] = []
    for number in range(1, length + 1):
        entries.append(make_entry(number, entries[-1].hash if entries else b""))
    ticket = Ticket(
        tenant_id=TENANT,
        id=TICKET,
        serial_no="T-0001",
        state=entries[-1].to_state,
        channel="desk",
        medium="phone",
        title="",
        text="",
        nature="help",
        submitted_at=START,
        version=length,
        head_hash=entries[-1].hash,
    )
    return Story(ticket, entries)


def copied(entry: TicketEvent, **columns: Any) -> TicketEvent:
    """Return a copy of an entry with these columns changed."""
    values = {column.key: copy.deepcopy(getattr(entry, column.key)) for column in inspect(TicketEvent).columns}
    return TicketEvent(**{**values, **columns})

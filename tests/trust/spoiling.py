"""Doing harm to evidence as the owner of the database could, and auditing it afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import ForeignKeyConstraint, Table

from core.journey.audit import Audit, KeptSeal, audit_tenant, audit_ticket
from core.journey.sealing import seal_now
from core.kit.db import Base
from core.tickets.models import Seal, TicketEvent
from core.tickets.timeline import entry_hash
from tests.builders import beijing
from tests.journey.walking import Walk


@dataclass
class Proven(Walk):
    """One ticket of one district, which can be sealed and audited."""

    def seal(self, at: str = "2026-03-14 00:00") -> Seal:
        return self.run(lambda scope: seal_now(scope, now=beijing(at)))

    def audit(self, *, kept: KeptSeal | None = None) -> Audit:
        return self.run(lambda scope: audit_tenant(scope, kept=kept))

    def found(self, *, kept: KeptSeal | None = None) -> list[tuple[Any, ...]]:
        """Return all findings in the district, each as fault, serial number, number of entry or seal, and words."""
        found = self.audit(kept=kept).findings
        assert all(each.serial_no != self.serial_no for each in found) or self.found_in_ticket()
        return [
            (each.fault.value, each.serial_no, each.seal if each.entry is None else each.entry, each.words)
            for each in found
        ]

    def found_in_ticket(self) -> list[tuple[Any, ...]]:
        found = self.run(lambda scope: audit_ticket(scope, self.serial_no)).findings
        return [
            (each.fault.value, each.serial_no, each.seal if each.entry is None else each.entry, each.words)
            for each in found
        ]


class Owner:
    """The owner of the database at work on the walk's ticket: no policy and no missing privilege is in the way."""

    def __init__(self, url: str, walk: Proven) -> None:
        self._url = url
        self._walk = walk
        self._tenant = walk.installation.tenant(walk.slug).id
        self._ticket = walk.ticket().id

    def do(self, statement: str, **values: Any) -> int:
        """Carry out a statement; `OURS` is the condition that a row is the ticket's, `DISTRICT` that it is the district's."""
        with psycopg.connect(self._url) as connection:
            return self._execute(connection, statement, values)

    def _execute(self, connection: psycopg.Connection[Any], statement: str, values: dict[str, Any]) -> int:
        ours = "tenant_id = %(tenant)s AND ticket_id = %(ticket)s"
        here = "tenant_id = %(tenant)s"
        written = statement.replace("OURS", ours).replace("DISTRICT", here)
        return connection.execute(written, {"tenant": self._tenant, "ticket": self._ticket, **values}).rowcount

    def swap(self, first: int, second: int) -> None:
        """Let two entries change places."""
        with psycopg.connect(self._url) as connection:
            for seq, other in ((first, -1), (second, first), (-1, second)):
                move = "UPDATE ticket_event SET seq = %(other)s WHERE OURS AND seq = %(seq)s"
                assert self._execute(connection, move, {"seq": seq, "other": other}) == 1

    def put_in(self, place: int, *, at: datetime) -> None:
        """Put an entry in at this place, with a right hash, and move those after it."""
        entries = self._walk.entries()
        added = TicketEvent(
            tenant_id=self._tenant,
            ticket_id=self._ticket,
            seq=place,
            at=at,
            kind="note",
            from_state=entries[place - 1].from_state,
            to_state=entries[place - 1].from_state or "",
            actor_kind="staff",
            actor_id=41,
            actor_name="某人",
            summary="已电话联系",
            detail={},
            hash=b"",
        )
        added.hash = entry_hash(entries[place - 2].hash, added)
        columns = [column.key for column in TicketEvent.__table__.columns if column.key != "detail"]
        names, marks = ", ".join(columns), ", ".join(f"%({name})s" for name in columns)
        with psycopg.connect(self._url) as connection:
            self._execute(connection, "UPDATE ticket_event SET seq = -seq WHERE OURS AND seq >= %(p)s", {"p": place})
            self._execute(connection, "UPDATE ticket_event SET seq = 1 - seq WHERE OURS AND seq < 0", {})
            connection.execute(
                f"INSERT INTO ticket_event ({names}, detail) VALUES ({marks}, '{{}}')",
                {name: getattr(added, name) for name in columns},
            )

    def rewrite(self, since: int, **columns: Any) -> None:
        """Change an entry and compute its hash and all later ones anew, the ticket's too."""
        entries = self._walk.entries()
        for name, value in columns.items():
            setattr(entries[since - 1], name, value)
        before = entries[since - 2].hash
        with psycopg.connect(self._url) as connection:
            for entry in entries[since - 1 :]:
                before = entry_hash(before, entry)
                change = "UPDATE ticket_event SET summary = %(words)s, hash = %(hash)s WHERE OURS AND seq = %(seq)s"
                self._execute(connection, change, {"words": entry.summary, "hash": before, "seq": entry.seq})
            change = "UPDATE ticket SET head_hash = %(hash)s WHERE DISTRICT AND id = %(ticket)s"
            self._execute(connection, change, {"hash": before})

    def delete_ticket(self) -> None:
        """Delete the ticket with all its rows, but not what was sealed of it."""
        with psycopg.connect(self._url) as connection:
            for table in reversed(Base.metadata.sorted_tables):
                if (where := _belongs(table)) and table.name != "sealed_head":
                    self._execute(connection, f'DELETE FROM "{table.name}" WHERE {where}', {})
            self._execute(connection, "DELETE FROM ticket WHERE DISTRICT AND id = %(ticket)s", {})

    def column(self, name: str, *, seq: int) -> Any:
        """Return one column of an entry."""
        with psycopg.connect(self._url, row_factory=dict_row) as connection:
            query = f"SELECT {name} FROM ticket_event WHERE tenant_id = %s AND ticket_id = %s AND seq = %s"
            row = connection.execute(query, [self._tenant, self._ticket, seq]).fetchone()
        assert row is not None
        return row[name]


def _belongs(table: Table) -> str:
    """Return the condition that a row is the ticket's, or a child's of such a row; empty when it can be neither."""
    if "ticket_id" in table.columns:
        return "OURS"
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint) and "ticket_id" in constraint.referred_table.columns:
            parent = constraint.referred_table.name
            [column] = [name for name in constraint.column_keys if name != "tenant_id"]
            return f'DISTRICT AND {column} IN (SELECT id FROM "{parent}" WHERE OURS)'
    return ""

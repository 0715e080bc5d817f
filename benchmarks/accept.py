"""One accept journey against a hand-written insert of the same rows: `python -m benchmarks.accept [seconds]`.

The hand-written side knows nothing: it writes the rows of one accepted ticket again and again with psycopg, one
transaction of plain prepared statements each, under the same role, row-level security and durable commit.
Both sides take turns, so that whatever else the machine does falls on both.
"""

import itertools
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import text

from benchmarks.place import measuring_place
from core.intake.rules import Appeal
from core.journey.accept import accept
from core.people.roles import permissions_of
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.timeline import Actor

TENANT = "sandbox"
ROUND_SECONDS = 1.0
APPEAL = Appeal(
    channel="desk",
    text="小区门口道路坑洼，雨天积水，老人孩子出行不便，希望尽快修补。" * 4,
    place="示范路 1 号",
    contact=Contact("示范人", "13800000000"),
)
OPERATOR = Actor("staff", "坐席", permissions=permissions_of(["operator"]))
ROWS_OF_TICKET = {
    "ticket": "id = :ticket",
    "ticket_contact": "ticket_id = :ticket",
    "intake_event": "ticket_id = :ticket",
    "ticket_event": "ticket_id = :ticket",
    "route_decision": "ticket_id = :ticket",
    "assignment": "ticket_id = :ticket",
    "sla_clock": "ticket_id = :ticket",
    "sla_timer": "clock_id IN (SELECT id FROM sla_clock WHERE ticket_id = :ticket)",
    "dirty_day": "mark BETWEEN :ticket AND :ticket + 40",
}


def journey(installation: Installation) -> None:
    installation.run(TENANT, lambda scope: accept(scope, APPEAL, actor=OPERATOR, now=datetime.now(UTC)))


def rows_of_one(installation: Installation) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows that one accepted ticket consists of."""
    done = installation.run(TENANT, lambda scope: accept(scope, APPEAL, actor=OPERATOR, now=datetime.now(UTC)))
    with installation.scope(TENANT) as scope:
        return [
            (table, dict(row._mapping))
            for table, where in ROWS_OF_TICKET.items()
            for row in scope.session.execute(text(f"SELECT * FROM {table} WHERE {where}"), {"ticket": done.ticket_id})
        ]


def by_hand(url: str, rows: list[tuple[str, dict[str, Any]]]) -> Callable[[], None]:
    """Return a function that inserts the rows with fresh ids in one transaction."""
    connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)
    fresh = itertools.count(10**12)
    statements = [
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Placeholder, row)),
        )
        for table, row in rows
    ]
    tenant_id = rows[0][1]["tenant_id"]
    enter = f"SET LOCAL app.tenant = '{tenant_id}'"

    def once() -> None:
        ticket, clock, mark = next(fresh), next(fresh), uuid.uuid4().hex
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(enter)
            for statement, (table, row) in zip(statements, rows, strict=True):
                values = {
                    name: Jsonb(value) if isinstance(value, dict | list) else value for name, value in row.items()
                }
                for owner in ("ticket_id", "subject_id"):
                    if owner in values:
                        values[owner] = ticket
                if "clock_id" in values:
                    values["clock_id"] = clock
                if "id" in values:
                    values["id"] = {"ticket": ticket, "sla_clock": clock}.get(table) or next(fresh)
                if table == "ticket":
                    values["serial_no"] = mark
                elif table == "intake_event":
                    values["external_id"] = mark
                elif table == "dirty_day":
                    values["mark"] = next(fresh)
                cursor.execute(statement, values)

    return once


def per_second(work: Callable[[], None], seconds: float) -> float:
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        work()
        done += 1
    return done / (time.perf_counter() - begun)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with measuring_place() as (installation, services):
        rows = rows_of_one(installation)
        hand = by_hand(services.database_url, rows)
        ours, theirs = [], []
        for work in (hand, lambda: journey(installation)):
            per_second(work, ROUND_SECONDS)
        for _ in range(max(1, int(seconds / 2 / ROUND_SECONDS))):
            theirs.append(per_second(hand, ROUND_SECONDS))
            ours.append(per_second(lambda: journey(installation), ROUND_SECONDS))
        hand_rate, our_rate = sum(theirs) / len(theirs), sum(ours) / len(ours)
        print(f"rows per ticket        {len(rows)}")
        print(f"by hand with psycopg   {hand_rate:8.0f} tickets/s")
        print(f"accept journey         {our_rate:8.0f} tickets/s")
        print(f"ratio                  {our_rate / hand_rate:8.2f}   (aim 0.4)")


if __name__ == "__main__":
    main()

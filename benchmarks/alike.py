"""How long it takes to find what may be the same thing, among 100,000 tickets: `python -m benchmarks.alike [tickets]`.

One district whose tickets came in evenly over the last year; of each hundred, three are in hand. Places and points are spread
over 2,000 spots, matters over the duty list. Asked is what the page of a new ticket asks while it is written. On two cores
that others used as well, median and 95th percentile: by place 3.4 and 9.7 ms, by point 4.6 and 11.8, by matter 1.1 and 5.7,
by all three 4.9 and 13.3.
"""

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

import psycopg

from benchmarks.place import measuring_place
from core.areas.shapes import Point
from core.intake.rules import Appeal
from core.journey.accept import accept
from core.journey.queries.alike import Written, alike_to_draft
from core.people.roles import permissions_of
from core.tickets.timeline import Actor
from core.units.queries import directory

TENANT = "pingshan"
ROUNDS = 200
OPERATOR = Actor("staff", "坐席", permissions=permissions_of(["operator"]))
TEXT = "金牛路公交站前有一个大坑，下雨积水，电动车摔了两次，请尽快来修补。"
COPIED = """
    INSERT INTO ticket ({columns})
    SELECT {values} FROM ticket, generate_series(1, %(tickets)s) copy WHERE ticket.serial_no = %(serial)s
"""


def main() -> None:
    """Fill a district and ask."""
    tickets = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with measuring_place() as (installation, services):
        appeal = Appeal(channel="desk", text=TEXT, place="幸福路 1 号", point=Point(114.35, 22.69))
        now = datetime.now(UTC)
        first = installation.run(TENANT, lambda scope: accept(scope, appeal, actor=OPERATOR, now=now))
        with installation.scope(TENANT) as scope:
            matters = sorted(directory(scope).duties)
        assert services.owner_url
        fill(services.owner_url, first.serial_no, matters, tickets)
        for name, written in {
            "place": Written(TEXT, place="幸福路 77 号", matter="none"),
            "point": Written(TEXT, matter="none", point=Point(114.35, 22.69)),
            "matter": Written(TEXT, matter=matters[0]),
            "all three": Written(TEXT, place="幸福路 77 号", point=Point(114.35, 22.69)),
        }.items():
            spent = []
            for _ in range(ROUNDS):
                with installation.scope(TENANT) as scope:
                    begun = time.perf_counter()
                    found = alike_to_draft(scope, written, now=now + timedelta(minutes=1))
                    spent.append((time.perf_counter() - begun) * 1000)
            spent.sort()
            print(
                f"{name:10} {statistics.median(spent):6.1f} ms, 95th {spent[int(ROUNDS * 0.95)]:6.1f} ms, {len(found)} found"
            )


def fill(owner_url: str, serial: str, matters: list[str], tickets: int) -> None:
    """Copy one ticket so many times, each at its own place, time, matter and state."""
    own = {
        "id": "ticket.id + 1000000000 + copy",
        "serial_no": "ticket.serial_no || copy",
        "state": "CASE WHEN copy %% 100 < 3 THEN 'dispatched' ELSE 'archived' END",
        "submitted_at": "ticket.submitted_at - copy * interval '1 year' / %(tickets)s",
        "place": "'幸福路 ' || copy %% 2000 || ' 号'",
        "longitude": "114.30 + 0.0001 * (copy %% 2000)",
        "latitude": "22.65 + 0.00004 * (copy %% 2000)",
        "matter": "(%(matters)s::text[])[1 + copy %% %(matter_count)s]",
        "title": "ticket.title",
    }
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            "SELECT set_config('app.tenant', (SELECT id::text FROM tenant WHERE slug = %s), false)", [TENANT]
        )
        columns = [
            row[0]
            for row in connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'ticket' AND table_schema = 'public'"
            )
        ]
        statement = COPIED.format(
            columns=", ".join(columns), values=", ".join(own.get(column, f"ticket.{column}") for column in columns)
        )
        begun = time.perf_counter()
        connection.execute(
            statement.encode(),
            {"tickets": tickets, "serial": serial, "matters": matters, "matter_count": len(matters)},
        )
        connection.execute("ANALYZE ticket")
        print(f"{tickets:,} tickets in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()

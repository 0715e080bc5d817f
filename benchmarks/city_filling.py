"""A city of many districts with a year of tickets made by SQL, for `benchmarks.city`.

One ticket that was led through a unit's hands by the product is copied, with its dispatch, reply clock and reply, into every
district, each copy with a day, unit, matter, channel and outcome of its own, and every second one with a rating. Cubes are counted from these tickets by the
product itself.
"""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.dry_run import TENANT, live
from core.statistics.dirty import mark_everything
from core.statistics.service import refresh_all
from core.tenancy.models import CityMember, Tenant
from core.tenancy.scope import Installation
from core.units.models import Unit

CITY = "bench-city"
UNITS, CATEGORIES, MATTERS = 24, 14, 84
DAYS = 400
"""So many days before `LAST` the tickets came in on."""
LAST = date(2026, 3, 31)
CHANNELS = ("hotline", "web", "wechat", "desk", "mail", "api")
COPIED = ("ticket", "assignment", "sla_clock", "reply")
APART = 1_000_000
"""Between the ids of two tickets' rows of the same kind."""
SHIFT = "copy * interval '1 day' * {days} / %(tickets)s"
OWN = {
    "ticket": {
        "serial_no": "p.serial_no || '-' || copy",
        "channel": "(%(channels)s::text[])[1 + copy %% 6]",
        "nature": "(ARRAY['complaint','help','help','inquiry','suggestion'])[1 + copy * 7 %% 5]",
        "matter": "'m' || copy * 31 %% {matters}",
        "lead_unit_id": "%(unit)s + copy * 13 %% {units}",
        "state": "CASE WHEN copy %% 11 = 0 THEN 'in_progress' ELSE p.state END",
        "replied_at": "CASE WHEN copy %% 11 > 0 THEN p.replied_at - {shift} + copy %% 9 * interval '1 day' END",
        "concluded_at": "CASE WHEN copy %% 11 > 0 THEN p.concluded_at - {shift} + copy %% 9 * interval '1 day' END",
    },
    "assignment": {"unit_id": "%(unit)s + copy * 13 %% {units}"},
    "sla_clock": {
        "overdue_at": "CASE WHEN copy %% 17 = 0 THEN p.due_at - {shift} END",
        "stopped_at": "p.due_at - {shift} + (CASE WHEN copy %% 17 = 0 THEN 1 ELSE -1 END) * interval '1 hour'",
        "state": "CASE WHEN copy %% 17 = 0 THEN 'breached' ELSE 'met' END",
    },
    "reply": {"unit_id": "%(unit)s + copy * 13 %% {units}"},
}
RATED = """
    INSERT INTO rating (tenant_id, id, ticket_id, cycle_no, resolved, satisfaction, comment, at)
    SELECT tenant_id, id + 500000000000, id, 1, CASE WHEN id * 7 %% 10 < 9 THEN 'yes' ELSE 'no' END,
        CASE WHEN id * 3 %% 20 < 1 + tenant_id %% 4 THEN 'dissatisfied' ELSE 'satisfied' END, '', concluded_at + interval '1 day'
    FROM ticket WHERE tenant_id = %s AND concluded_at IS NOT NULL AND id %% 2 = 0
"""


def found(installation: Installation, owner_url: str, districts: int) -> list[str]:
    """Make a city of so many districts with their units, and return their short names."""
    slugs = [f"bench{number:03}" for number in range(districts)]
    with installation.database.transaction(None) as session:
        tenants = [
            Tenant(
                slug=slug,
                name=f"{number + 1}号区",
                kind="district",
                zone="Asia/Shanghai",
                serial_prefix=f"B{number:03}",
            )
            for number, slug in enumerate(slugs)
        ]
        city = Tenant(slug=CITY, name="量尺市", kind="city", zone="Asia/Shanghai", serial_prefix="BCTY")
        session.add_all([*tenants, city])
        session.flush()
        session.add_all(CityMember(city_id=city.id, district_id=tenant.id) for tenant in tenants)
    for slug in slugs:
        with installation.scope(slug) as scope:
            first = scope.tenant.id * 1000
            scope.session.add_all(
                Unit(tenant_id=scope.tenant.id, id=first + n, code=f"u{n}", name=f"{n}号单位", kind="street")
                for n in range(UNITS)
            )
    return slugs


def fill(installation: Installation, owner_url: str, slugs: Sequence[str], tickets: int) -> None:
    """Copy the one ticket into all districts, so many in all, evenly."""
    live(installation, datetime.combine(LAST, datetime.min.time(), UTC) - timedelta(days=5), 1)
    each = tickets // len(slugs)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        patterns = _patterns(connection)
        _without_references(connection)
        for slug in slugs:
            (tenant,) = connection.execute("SELECT id FROM tenant WHERE slug = %s", [slug]).fetchone() or (0,)
            with connection.transaction():
                connection.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant)])
                base = tenant * 100_000_000
                for place, table in enumerate(COPIED):
                    _copy(connection, table, patterns[table], tenant, base, place, each)
                connection.execute(RATED, [tenant])
                connection.execute(
                    "INSERT INTO cube_matter (tenant_id, matter, category, subcategory) "
                    "SELECT %s, 'm' || n, '第' || n %% %s || '类', '事项' || n FROM generate_series(0, %s) n",
                    [tenant, CATEGORIES, MATTERS - 1],
                )
        connection.execute("ANALYZE ticket, assignment, sla_clock, reply, rating")


def count(installation: Installation, slugs: Sequence[str]) -> float:
    """Count all districts' cubes from the tickets; return the seconds that it took."""
    begun = time.perf_counter()
    for slug in slugs:
        installation.run(slug, mark_everything)
        with installation.scope(slug) as scope:
            scope.session.connection().exec_driver_sql(
                "INSERT INTO dirty_day (tenant_id, day, mark) SELECT DISTINCT tenant_id, timezone('Asia/Shanghai', t)::date, 0 "
                "FROM (SELECT tenant_id, accepted_at t FROM ticket UNION ALL SELECT tenant_id, concluded_at FROM ticket "
                "UNION ALL SELECT tenant_id, at FROM rating) x WHERE t IS NOT NULL ON CONFLICT DO NOTHING"
            )
        refresh_all(installation, slug)
    return time.perf_counter() - begun


def _patterns(connection: psycopg.Connection[Any]) -> dict[str, dict[str, Any]]:
    connection.execute(
        "SELECT set_config('app.tenant', (SELECT id::text FROM tenant WHERE slug = %s), false)", [TENANT]
    )
    (ticket,) = connection.execute("SELECT max(id) FROM ticket").fetchone() or (0,)
    narrowed = {
        "ticket": "id = %s",
        "assignment": "ticket_id = %s AND role = 'lead' AND parent_id IS NULL",
        "sla_clock": "ticket_id = %s AND name = 'reply' AND subject = 'ticket'",
        "reply": "ticket_id = %s",
    }
    found = {}
    for table, where in narrowed.items():
        row = connection.execute(
            f"SELECT to_jsonb(t) FROM {table} t WHERE {where} LIMIT 1".encode(), [ticket]
        ).fetchone()
        assert row is not None, table
        found[table] = row[0]
    return found


def _without_references(connection: psycopg.Connection[Any]) -> None:
    """Drop the references of the tables that are filled: what they refer to is not made."""
    named = connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [[*COPIED, "rating"]],
    ).fetchall()
    for table, name in named:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'.encode())


def _copy(
    connection: psycopg.Connection[Any],
    table: str,
    pattern: dict[str, Any],
    tenant: int,
    base: int,
    place: int,
    each: int,
) -> None:
    columns = list(pattern)
    own = {"tenant_id": str(tenant), "id": f"{base + place * 10_000_000} + copy"}
    if "ticket_id" in pattern:
        own["ticket_id"] = f"{base} + copy"
    if "subject_id" in pattern:
        own["subject_id"] = f"{base} + copy"
    if "assignment_id" in pattern:
        own["assignment_id"] = f"{base + 10_000_000} + copy"
    shift = SHIFT.format(days=DAYS)
    for name, value in pattern.items():
        if isinstance(value, str) and len(value) > 18 and value[10:11] == "T":
            own[name] = f"p.{name} - {shift}"
    for name, words in OWN[table].items():
        own[name] = words.format(shift=shift, matters=MATTERS, units=UNITS)
    values = ", ".join(own.get(name, f"p.{name}") for name in columns)
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "
        f"FROM jsonb_populate_record(NULL::{table}, %(pattern)s) p, generate_series(1, %(tickets)s) copy".encode(),
        {"pattern": Jsonb(pattern), "tickets": each, "channels": list(CHANNELS), "unit": tenant * 1000},
    )

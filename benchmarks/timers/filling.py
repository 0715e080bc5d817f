"""Filling the tables with tickets under way: one is walked through the journeys, the others are its copies.

The copies are made by the owner of the schema, in sets; they have no timeline and no contact data. Every copy has the
ids of its original, moved to a range of its own, so what belonged together belongs together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import sql

from benchmarks.verdicts import Owner, one
from core.intake.rules import Appeal
from core.journey.accept import accept
from core.journey.desk import dispatch
from core.journey.handle import sign
from core.people.roles import permissions_of
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor, Order
from core.units.queries import DirectoryUnit, directory

TEXT = "小区门口路灯整段不亮，夜间出行不便，希望尽快修复。"
COPIES_FROM = 10**12
STRIDE = 10_000
"""Ids that one copy has at its disposal; its original's lie around the middle of them."""
TABLES = {
    "ticket": "id = {ticket}",
    "assignment": "ticket_id = {ticket}",
    "sla_clock": "ticket_id = {ticket} AND state IN ('running', 'paused')",
    "sla_timer": "clock_id IN (SELECT id FROM sla_clock WHERE tenant_id = {tenant} AND ticket_id = {ticket})",
}
OWN_IDS = ("id", "ticket_id", "clock_id", "subject_id", "capped_by_id", "superseded_by_id", "parent_id")


@dataclass(frozen=True, slots=True)
class District:
    """A tenant with a ticket in hand that can be copied, and the people who work on it."""

    slug: str
    tenant_id: int
    ticket_id: int
    operator: Actor
    clerk: Actor
    reviewer: Actor


def walk_originals(installation: Installation, slugs: Sequence[str]) -> list[District]:
    """Walk one ticket of each of these districts to where its unit has it in hand."""
    return [installation.run(slug, _walk_original) for slug in slugs]


def _walk_original(scope: Scope) -> District:
    now = datetime.now(UTC)
    unit = _some_unit(scope)
    operator = Actor("staff", "坐席", 1, None, permissions_of(["operator"]))
    clerk = Actor("staff", "承办", 2, unit.id, permissions_of(["clerk"]))
    reviewer = Actor("staff", "审核", 3, None, permissions_of(["reviewer"]))
    serial_no = accept(scope, Appeal(channel="desk", text=TEXT), actor=operator, now=now).serial_no
    dispatch(scope, serial_no, Order(operator, now), lead=unit.code, reason="核实后判定")
    ticket: Ticket = sign(scope, serial_no, Order(clerk, now))
    return District(scope.tenant.slug, scope.tenant.id, ticket.id, operator, clerk, reviewer)


def _some_unit(scope: Scope) -> DirectoryUnit:
    return next(unit for unit in directory(scope).units if unit.kind != "dispatch_desk" and not unit.refers_to)


@dataclass(frozen=True, slots=True)
class Shift:
    """By how many seconds the copies' times differ from the original's: copy n by `first + (n * step) mod span`."""

    first: float = 0
    span: int = 1
    step: int = 7919

    def applied_to(self, column: sql.Identifier) -> sql.Composed:
        """Return the column's value in a copy."""
        seconds = sql.SQL("({} + copy * {} %% {})").format(self.first, self.step, self.span)
        return sql.SQL("{} + {} * interval '1 second'").format(column, seconds)


def copy_ticket(
    owner: Owner, district: District, *, first: int, last: int, shift: Shift, tables: Iterable[str] = TABLES
) -> None:
    """Make the copies numbered `first` to `last` of the district's original, with their clocks and timers."""
    with owner.transaction():
        for table in tables:
            _copy_rows(owner, table, _place(table, district), district.ticket_id, first, last, shift)


def timers_of_original(owner: Owner, district: District) -> int:
    """Return how many timers each copy brings."""
    return one(owner, f"SELECT count(*) FROM sla_timer WHERE {_place('sla_timer', district)}")


def _copy_rows(owner: Owner, table: str, where: str, ticket_id: int, first: int, last: int, shift: Shift) -> None:
    columns = dict(
        owner.execute(
            """SELECT attname, atttypid::regtype::text FROM pg_attribute
               WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped""",
            [table],
        ).fetchall()
    )
    moved = sql.SQL("%(base)s::bigint + copy * %(stride)s + {} - %(original)s")
    values: dict[str, sql.Composable] = {name: sql.Identifier(name) for name in columns}
    for name, kind in columns.items():
        if name in OWN_IDS:
            values[name] = moved.format(sql.Identifier(name))
        elif kind == "timestamp with time zone":
            values[name] = shift.applied_to(sql.Identifier(name))
    if table == "ticket":
        values |= {
            "serial_no": sql.SQL("serial_no || '-' || copy"),
            "head_hash": sql.SQL("''"),
            "version": sql.SQL("0"),
        }
    statement = sql.SQL(
        "INSERT INTO {} ({}) SELECT {} FROM {}, generate_series(%(first)s::bigint, %(last)s::bigint) copy WHERE {}"
    ).format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(values.values()),
        sql.Identifier(table),
        sql.SQL(where),
    )
    numbers = {"base": COPIES_FROM, "stride": STRIDE, "original": ticket_id, "first": first, "last": last}
    owner.execute(statement, numbers)


def _place(table: str, district: District) -> str:
    """Return which rows of the table are the original's."""
    where = TABLES[table].format(ticket=district.ticket_id, tenant=district.tenant_id)
    return f"tenant_id = {district.tenant_id} AND {where}"

"""What a tenant consists of, as the database's catalogue has it: tables of the core and of plugins, parents first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier

TABLES = """
    SELECT c.oid, n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attnum),
           array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (n.nspname = 'public' OR n.nspname LIKE 'plugin\\_%')
    GROUP BY c.oid, n.nspname, c.relname HAVING bool_or(a.attname = 'tenant_id') ORDER BY n.nspname, c.relname"""
REFERENCES = """
    SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid
    ORDER BY conrelid::regclass::text, confrelid::regclass::text"""
KEYS = """
    SELECT i.indrelid, array_agg(a.attname::text ORDER BY array_position(i.indkey::int2[], a.attnum))
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
    WHERE i.indisprimary GROUP BY i.indrelid"""
VERSIONED = """
    SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'alembic_version' AND (n.nspname = 'public' OR n.nspname LIKE 'plugin\\_%') ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class TenantTable:
    """A table with rows of tenants: its columns but for computed ones, their types, and its primary key."""

    schema: str
    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> Identifier:
        return Identifier(self.schema, self.name)

    @property
    def column_list(self) -> Composed:
        return SQL(", ").join(map(Identifier, self.columns))


def tables_of_tenants(connection: Connection[Any]) -> Sequence[TenantTable]:
    """Return every table with rows of tenants, each after those to which it refers."""
    keys = dict(connection.execute(KEYS).fetchall())
    found: dict[int, TenantTable] = {
        oid: TenantTable(schema, name, tuple(columns), tuple(types), tuple(keys[oid]))
        for oid, schema, name, columns, types in connection.execute(TABLES)
    }
    parents: dict[int, list[int]] = {oid: [] for oid in found}
    for child, parent in connection.execute(REFERENCES):
        if child in found and parent in found:
            parents[child].append(parent)
    return [found[oid] for oid in TopologicalSorter(parents).static_order()]


def revisions(connection: Connection[Any]) -> Mapping[str, Sequence[str]]:
    """Return which migrations the core's schema and each plugin's have behind them."""
    found = {}
    for (schema,) in connection.execute(VERSIONED).fetchall():
        query = SQL("SELECT version_num FROM {} ORDER BY 1").format(Identifier(schema, "alembic_version"))
        found[schema] = [number for (number,) in connection.execute(query)]
    return found

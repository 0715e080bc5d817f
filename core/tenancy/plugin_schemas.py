"""The database schemas of plugins: opened, found wanting, compared with what is declared, and removed for good.

A schema carries in its comment for which migrations it was made. A plugin whose migrations have not been carried out
is seen without asking the plugin.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Integer, column, create_engine, func, select, table, text
from sqlalchemy.schema import CreateSchema, DropSchema

from core.hooks.manifest import Manifest
from core.hooks.tables import schema_of
from core.kit.db import Database, as_psycopg
from core.kit.errors import Refused
from core.kit.policies import APP_ROLE
from core.tenancy.catalogue import faults_of

VERSION_TABLE = "alembic_version"
SCHEMAS = """
    SELECT nspname, coalesce(obj_description(oid, 'pg_namespace'), '')
    FROM pg_namespace WHERE nspname = ANY (:schemas)"""
OUTSIDE = """
    SELECT n.nspname || '.' || c.relname, md5(concat_ws(
        '|', c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relacl,
        (SELECT string_agg(concat_ws(' ', a.attname, a.atttypid, a.attnotnull, a.attacl), ',' ORDER BY a.attnum)
         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT string_agg(concat_ws(' ', p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid)), ',' ORDER BY p.polname)
         FROM pg_policy p WHERE p.polrelid = c.oid),
        (SELECT string_agg(k.conname, ',' ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid)))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', :schema) AND n.nspname NOT LIKE 'pg\\_%'"""
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relkind IN ('r', 'p') AND c.relname <> :version_table ORDER BY c.relname"""


class NoSchema(Refused):
    """The plugin has no tables in this database."""

    code = "no-plugin-schema"


class SchemaUnsafe(Refused):
    """A plugin's migrations would leave tables by which tenants could reach each other's rows, or touch the core's."""

    code = "plugin-schema-unsafe"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(
            f"迁移后的数据表不能保证各租户互相隔离（{'；'.join(faults)}）。请用 create_tenant_table 建表。"
        )
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Purge:
    """What a purge removes, or would remove: the schema, and of each table how many rows of how many tenants."""

    schema: str
    rows: Mapping[str, int]
    tenants: Mapping[str, int]
    is_done: bool

    @property
    def words(self) -> str:
        """One sentence for the person who asked."""
        tables = "、".join(f"{name}（{self.tenants[name]} 个租户 {count} 行）" for name, count in self.rows.items())
        did = "已删除" if self.is_done else "将删除"
        return f"{did}数据库模式 {self.schema} 和其中的表：{tables or '无'}。删除后不能恢复。"


def fingerprint(manifest: Manifest) -> str:
    """Return what stands for the plugin's migrations as they lie in its folder; empty without migrations."""
    if manifest.migrations is None:
        return ""
    written = hashlib.sha256()
    for path in migration_files(manifest):
        written.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return written.hexdigest()[:16]


def migration_files(manifest: Manifest) -> list[Path]:
    """Return the files of the plugin's migrations, in order of their names."""
    return sorted((manifest.folder / (manifest.migrations or ".")).glob("*.py")) if manifest.migrations else []


def open_schema(connection: Connection, plugin_id: str) -> None:
    """Make the plugin's schema unless it is there, and let the application's role in, to its tables as granted."""
    schema = schema_of(plugin_id)
    connection.execute(CreateSchema(schema, if_not_exists=True))
    connection.execute(text(f'GRANT USAGE ON SCHEMA "{schema}" TO {APP_ROLE}'))


def remember(connection: Connection, plugin_id: str, mark: str) -> None:
    """Note in the schema for which migrations it was made."""
    assert mark.isalnum() or not mark
    connection.execute(text(f"""COMMENT ON SCHEMA "{schema_of(plugin_id)}" IS '{mark}'"""))


def outside_of(connection: Connection, plugin_id: str) -> Mapping[str, str]:
    """Return every table, view, index and sequence outside the plugin's schema, each with a mark of how it is made."""
    found = connection.execute(text(OUTSIDE), {"schema": schema_of(plugin_id)})
    return {row[0]: row[1] for row in found}


def refuse_unsafe(connection: Connection, plugin_id: str, outside: Mapping[str, str]) -> None:
    """Raise `SchemaUnsafe` for a fault in the plugin's schema, or when anything outside it is not as it was before."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    faults = [str(fault) for fault in faults_of(raw, schema=schema_of(plugin_id))]
    now = outside_of(connection, plugin_id)
    touched = sorted(name for name in outside.keys() | now.keys() if outside.get(name) != now.get(name))
    faults += [f"{name} is outside the plugin's schema and was touched" for name in touched]
    if faults:
        raise SchemaUnsafe(faults)


def unprepared(database: Database, manifests: Iterable[Manifest]) -> Mapping[str, str]:
    """Return the plugins whose tables are not as their migrations say, each with a sentence for administrators."""
    migrated = {manifest.id: fingerprint(manifest) for manifest in manifests if manifest.migrations}
    if not migrated:
        return {}
    with database.engine.connect() as connection:
        remembered = _remembered(connection, [schema_of(plugin) for plugin in migrated])
    return {
        plugin: f"插件 {plugin} 的数据表还没有更新到当前版本。请运行 huiying plugin migrate {plugin} 并查看原因。"
        for plugin, mark in migrated.items()
        if remembered.get(schema_of(plugin)) != mark
    }


def purge(owner_url: str, plugin_id: str, *, dry_run: bool) -> Purge:
    """Remove the plugin's schema with all rows of all tenants, for good, or say what would be removed.

    The plugin need not be installed any more. Its settings and what was decided by its features stay on record.
    Raises `NoSchema`.
    """
    schema = schema_of(plugin_id)
    engine = create_engine(as_psycopg(owner_url))
    try:
        with engine.begin() as connection:
            if schema not in _remembered(connection, [schema]):
                raise NoSchema(f"数据库里没有插件 {plugin_id} 的表（模式 {schema}），没有可以删除的。")
            named = connection.execute(text(TABLES), {"schema": schema, "version_table": VERSION_TABLE})
            counts = {name: _count(connection, schema, name) for name in named.scalars().all()}
            if not dry_run:
                connection.execute(text("SET LOCAL lock_timeout = '3s'"))
                connection.execute(DropSchema(schema, cascade=True))
    finally:
        engine.dispose()
    rows = {name: count for name, (count, _) in counts.items()}
    return Purge(schema, rows, {name: tenants for name, (_, tenants) in counts.items()}, is_done=not dry_run)


def _count(connection: Connection, schema: str, name: str) -> tuple[int, int]:
    tenant_id = column("tenant_id", Integer)
    rows = select(func.count(), func.count(tenant_id.distinct())).select_from(table(name, tenant_id, schema=schema))
    counted, tenants = connection.execute(rows).one()
    return counted, tenants


def _remembered(connection: Connection, schemas: list[str]) -> Mapping[str, str]:
    found = connection.execute(text(SCHEMAS), {"schemas": schemas})
    return {row[0]: row[1] for row in found}

"""D: a plugin's own tables come, change and go without touching anything else, and keep districts apart."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module

from sqlalchemy import create_engine, text

from core.conformance.rule import BRONZE, SILVER, rule
from core.conformance.subject import Blocked, NotApplicable, Subject
from core.hooks.manifest import Manifest
from core.hooks.tables import tables_of
from core.kit.db import as_psycopg
from core.migrations import PluginNotMigrated, differences, migrate_plugin, revisions_of
from core.tenancy.plugin_schemas import NoSchema, SchemaUnsafe, purge

FOREIGN = "refers from a plugin to a table of the core that is not promised to stay"
"""How the catalogue says that a table refers to what may go."""
OBJECTS = """
    SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
    UNION ALL SELECT 'relation ' || oid::regclass::text FROM pg_class WHERE relkind <> 't'
    UNION ALL SELECT 'function ' || oid::regprocedure::text FROM pg_proc
    UNION ALL SELECT 'type ' || oid::regtype::text FROM pg_type WHERE typtype <> 'b' OR typcategory <> 'A'
    UNION ALL SELECT 'extension ' || extname FROM pg_extension
    UNION ALL SELECT 'role ' || rolname FROM pg_roles
    UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'policy ' || polrelid::regclass::text || ' ' || polname FROM pg_policy"""
"""Everything that a migration could leave behind, by name."""


@rule("D1", BRONZE, "数据表能从空库建起，逐版更新，全部退回再重建")
def migrations_go_and_come(subject: Subject) -> Iterator[str]:
    if _unsafe(subject):
        raise Blocked("D2", "D3")
    if failure := _failure(subject):
        yield failure.message


@rule("D2", BRONZE, "表只在自己的模式里，每张表按租户隔离，不碰别的表")
def tables_keep_districts_apart(subject: Subject) -> Iterator[str]:
    unsafe = _unsafe(subject)
    yield from (fault for fault in (unsafe.faults if unsafe else ()) if FOREIGN not in fault)


@rule("D3", BRONZE, "只引用核心承诺保留的表（工单、单位）和自己的表")
def references_will_stay(subject: Subject) -> Iterator[str]:
    unsafe = _unsafe(subject)
    yield from (fault for fault in (unsafe.faults if unsafe else ()) if FOREIGN in fault)


@rule("D4", SILVER, "代码声明的表和迁移建成的一样")
def declared_is_made(subject: Subject) -> Iterator[str]:
    for source in subject.sources:
        if source.path.name != "__main__.py":
            import_module(source.module(subject.package))
    declared = [table.name for table in tables_of(subject.manifest.id).tables.values() if table.schema]
    own = [name for name in declared if name]
    if subject.manifest.migrations is None:
        if not own:
            raise NotApplicable("没有自己的表")
        yield f"声明了表 {'、'.join(own)}，清单没有写 migrations"
        return
    refuse_unmigrated(subject)
    for difference in differences(subject.scratch().owner_url, subject.manifest.id):
        yield f"迁移和声明不一致：{difference}"


@rule("D5", BRONZE, "清除插件后什么也不留下，别的一样不变")
def purge_leaves_nothing(subject: Subject) -> Iterator[str]:
    refuse_unmigrated(subject)
    owner_url = subject.scratch().owner_url
    purge(owner_url, subject.manifest.id, dry_run=False)
    before, after = _before(subject), _objects(owner_url)
    yield from (f"清除后还留着 {what}" for what in sorted(after - before))
    yield from (f"清除把 {what} 也删掉了" for what in sorted(before - after))


def _with_tables(subject: Subject) -> Manifest:
    if subject.manifest.migrations is None:
        raise NotApplicable("没有自己的表")
    return subject.manifest


@cache
def _failure(subject: Subject) -> PluginNotMigrated | None:
    """Make the tables step by step, take them back and make them again; return what went wrong."""
    manifest, owner_url = _with_tables(subject), subject.scratch().owner_url
    assert _before(subject)
    try:
        for revision in revisions_of(manifest):
            migrate_plugin(owner_url, manifest, revision)
        for revision in ("base", "heads"):
            migrate_plugin(owner_url, manifest, revision)
    except PluginNotMigrated as failure:
        return failure
    except (Exception, SystemExit) as error:
        return PluginNotMigrated(manifest.id, f"迁移文件读不出来：{type(error).__name__} {error}")
    return None


def _unsafe(subject: Subject) -> SchemaUnsafe | None:
    """Return the failure of the migrations when it is that they keep nothing apart."""
    cause = getattr(_failure(subject), "__cause__", None)
    return cause if isinstance(cause, SchemaUnsafe) else None


def refuse_unmigrated(subject: Subject) -> None:
    """Make the plugin's tables. Raises `Blocked` where they cannot be made."""
    if _unsafe(subject):
        raise Blocked("D2", "D3")
    if _failure(subject):
        raise Blocked("D1")
    migrate_plugin(subject.scratch().owner_url, subject.manifest)


def _objects(owner_url: str) -> set[str]:
    engine = create_engine(as_psycopg(owner_url))
    try:
        with engine.connect() as connection:
            return set(connection.execute(text(OBJECTS)).scalars())
    finally:
        engine.dispose()


@cache
def _before(subject: Subject) -> set[str]:
    """Return everything that there is in the database before the plugin's first migration."""
    owner_url = subject.scratch().owner_url
    with suppress(NoSchema):
        purge(owner_url, subject.manifest.id, dry_run=False)
    return _objects(owner_url)

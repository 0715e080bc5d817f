"""Runs plugins' migrations, each plugin's in its own schema with a version table of its own.

So a plugin that is gone leaves nothing that the core's migrations would stumble over, and one whose migrations fail is
put aside alone.
"""

import logging
from argparse import Namespace
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from core.hooks.manifest import ENTRY_POINT_GROUP, Manifest
from core.hooks.roster import read_manifests
from core.hooks.tables import schema_of, tables_of
from core.kit.db import as_psycopg
from core.kit.errors import Refused
from core.migrations.folders import migrations_folder
from core.migrations.giving_way import try_again
from core.tenancy.plugin_schemas import VERSION_TABLE, migration_files

log = logging.getLogger(__name__)


class PluginNotMigrated(Refused):
    """A plugin's tables could not be brought to their newest version; what was begun is undone."""

    code = "plugin-not-migrated"

    def __init__(self, plugin_id: str, message: str) -> None:
        super().__init__(message)
        self.plugin_id = plugin_id


def installed_manifests() -> list[Manifest]:
    """Return the manifests of the installed plugins that fit this product; none is imported."""
    return read_manifests(entry_points(group=ENTRY_POINT_GROUP))[0]


def migrate_plugins(owner_url: str, manifests: Iterable[Manifest]) -> list[PluginNotMigrated]:
    """Bring every plugin's tables to their newest version. Returns those that could not be, and why; never raises it."""
    failed = []
    for manifest in manifests:
        try:
            migrate_plugin(owner_url, manifest)
        except PluginNotMigrated as error:
            failed.append(error)
    return failed


def migrate_plugin(owner_url: str, manifest: Manifest, revision: str = "heads") -> None:
    """Bring a plugin's tables to this version, all or nothing. Raises `PluginNotMigrated`.

    Also undone are migrations that leave a table by which districts could reach each other's rows, or that touch
    anything outside the plugin's schema.
    """
    if manifest.migrations is None:
        return
    try:
        if not migration_files(manifest):
            raise FileNotFoundError(f"{manifest.migrations} 文件夹中没有迁移文件")
        go = command.downgrade if revision == "base" else command.upgrade
        try_again(lambda: go(_config(manifest, owner_url), revision))
    except (Exception, SystemExit) as error:
        log.error("the migrations of plugin %s failed", manifest.id, exc_info=error)
        raise PluginNotMigrated(
            manifest.id,
            f"插件 {manifest.id} 的数据表更新失败，已全部撤销，该插件暂停使用，其他功能不受影响。原因：{_first_line(error)}",
        ) from error


def revisions_of(manifest: Manifest) -> list[str]:
    """Return the plugin's migrations in the order in which they run."""
    script = ScriptDirectory.from_config(_config(manifest, ""))
    return [each.revision for each in script.walk_revisions("base", "heads")][::-1]


def write_migration(manifest: Manifest, owner_url: str, message: str) -> Path:
    """Write an empty migration into the plugin's folder, to be filled in, and return it."""
    script = command.revision(_config(manifest, owner_url), message, rev_id=f"{len(migration_files(manifest)) + 1:04}")
    assert script is not None
    assert not isinstance(script, list)
    return Path(script.path)


def differences(owner_url: str, plugin_id: str) -> list[Any]:
    """Return what differs between the declared tables of an imported plugin and those its migrations made."""
    schema = schema_of(plugin_id)

    def is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or (name != VERSION_TABLE and getattr(_object, "schema", None) == schema)

    engine = create_engine(as_psycopg(owner_url))
    options = {
        "compare_type": True,
        "include_schemas": True,
        "include_name": lambda name, kind, _parents: kind != "schema" or name == schema,
        "include_object": is_ours,
        "version_table_schema": schema,
    }
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables_of(plugin_id)))
    finally:
        engine.dispose()


def _config(manifest: Manifest, owner_url: str) -> Config:
    config = Config(cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(migrations_folder() / "plugins"))
    config.set_main_option("version_locations", str(manifest.folder / (manifest.migrations or "")))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(owner_url=owner_url, manifest=manifest)
    return config


def _first_line(error: BaseException) -> str:
    said = error.message if isinstance(error, Refused) else str(getattr(error, "orig", None) or error)
    return next(iter(said.strip().splitlines()), "") or type(error).__name__

"""Bringing the schema to its newest version: the core's migrations first, then each installed plugin's."""

from core.migrations.folders import edition, migrations_folder
from core.migrations.plugins import (
    PluginNotMigrated,
    differences,
    installed_manifests,
    migrate_plugin,
    migrate_plugins,
    revisions_of,
    write_migration,
)
from core.migrations.running import migrate_core

__all__ = [
    "PluginNotMigrated",
    "differences",
    "edition",
    "installed_manifests",
    "migrate_core",
    "migrate_plugin",
    "migrate_plugins",
    "migrations_folder",
    "revisions_of",
    "write_migration",
]

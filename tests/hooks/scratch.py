"""Plugins made for one test: a folder with a manifest and migrations, as somebody outside this repository would ship it."""

from pathlib import Path
from textwrap import dedent, indent

from core.hooks.manifest import MANIFEST, Manifest, read_manifest

MANIFEST_TEXT = """
id = "{id}"
version = "1.0.0"
api = ">=1.0,<2"
label = "试验"
summary = "供测试"
licence = "MIT"
contact = "test@example.invalid"
changelog = "CHANGELOG.md"
migrations = "migrations"

[[feature]]
id = "{id}.trial"
label = "试验"
summary = "供测试"
answers = "trial.answers"
"""
MIGRATION = """
from core.hooks.migrations import create_tenant_table, drop_tenant_table, op, schema_of
from core.hooks.tables import *
from core.hooks.tables import Column, Integer, Text

revision = "{revision}"
down_revision = {down!r}


def upgrade():
{upgrade}


def downgrade():
{downgrade}
"""


def make_plugin(folder: Path, plugin_id: str) -> Manifest:
    """Return the manifest of a plugin in the folder, which has no migrations yet."""
    (folder / "migrations").mkdir(parents=True)
    (folder / MANIFEST).write_text(MANIFEST_TEXT.format(id=plugin_id), encoding="utf-8")
    return read_manifest(folder / MANIFEST)


def write_step(manifest: Manifest, revision: str, upgrade: str, downgrade: str = "pass") -> None:
    """Write the next migration of the plugin, after the last one there is."""
    folder = manifest.folder / "migrations"
    before = max((path.stem for path in folder.glob("*.py")), default=None)
    steps = {
        name: indent(dedent(step).strip(), "    ") for name, step in (("upgrade", upgrade), ("downgrade", downgrade))
    }
    text = MIGRATION.format(revision=revision, down=before, **steps)
    (folder / f"{revision}.py").write_text(text, encoding="utf-8")

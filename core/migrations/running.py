"""Runs the core's migrations as the owner of the schema."""

from alembic import command
from alembic.config import Config

from core.migrations.folders import migrations_folder
from core.migrations.giving_way import try_again


def migrate_core(owner_url: str) -> None:
    """Bring the core's schema to its newest version, while the product works on it. Raises `TablesInUse`."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["owner_url"] = owner_url
    try_again(lambda: command.upgrade(config, "heads"))

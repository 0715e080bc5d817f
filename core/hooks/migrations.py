"""What a plugin's migrations need: tables made as the core's are, so that the database keeps districts apart in them.

Further steps (a new column, a new index) are alembic's own operations `op`, with `schema=schema_of(plugin_id)`.
"""

from alembic import op
from sqlalchemy import MetaData, Table

from core.hooks.tables import Item, build_table, schema_of
from core.kit.db import Base
from core.kit.policies import allow, keep_apart

__all__ = ["create_tenant_table", "drop_tenant_table", "op", "schema_of"]

WORK = ("SELECT", "INSERT", "UPDATE", "DELETE")
RECORD = ("SELECT", "INSERT")


def create_tenant_table(plugin_id: str, name: str, *items: Item, evidence: bool = False) -> Table:
    """Make a table of the plugin, as `tenant_table` declares it, with its policy and the application's rights.

    Write the columns out, rather than import the declaration: a migration says what was made that day.
    Raises `TableNotAllowed`.
    """
    metadata = MetaData(schema=schema_of(plugin_id), naming_convention=Base.metadata.naming_convention)
    table = build_table(metadata, plugin_id, name, items, evidence=evidence)
    table.create(op.get_bind(), checkfirst=False)
    for statement in keep_apart(name, schema=schema_of(plugin_id)):
        op.execute(statement)
    op.execute(allow(name, *(RECORD if evidence else WORK), schema=schema_of(plugin_id)))
    return table


def drop_tenant_table(plugin_id: str, name: str) -> None:
    """Remove a table of the plugin with all its rows."""
    op.drop_table(name, schema=schema_of(plugin_id))

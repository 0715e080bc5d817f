"""Runs the migrations of one plugin, as the owner of the schema, and keeps only what keeps districts apart."""

from alembic import context
from sqlalchemy import create_engine

from core.hooks.tables import schema_of, tables_of
from core.kit.db import as_psycopg
from core.migrations.giving_way import give_way
from core.tenancy.plugin_schemas import VERSION_TABLE, fingerprint, open_schema, outside_of, refuse_unsafe, remember

manifest = context.config.attributes["manifest"]
schema = schema_of(manifest.id)
engine = create_engine(as_psycopg(str(context.config.attributes["owner_url"])))
try:
    give_way(engine)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=tables_of(manifest.id),
            version_table=VERSION_TABLE,
            version_table_schema=schema,
        )
        with context.begin_transaction():
            open_schema(connection, manifest.id)
            outside = outside_of(connection, manifest.id)
            context.run_migrations()
            refuse_unsafe(connection, manifest.id, outside)
            is_newest = set(context.get_context().get_current_heads()) == set(context.script.get_heads())
            remember(connection, manifest.id, fingerprint(manifest) if is_newest else "")
finally:
    engine.dispose()

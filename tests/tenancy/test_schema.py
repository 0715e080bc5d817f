"""The migrated schema is the one the models describe."""

import pkgutil
from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

import core
from core.kit.db import Base


def test_models_and_migrations_describe_the_same_schema(owner: Engine) -> None:
    for module in pkgutil.walk_packages(core.__path__, "core."):
        if module.name.endswith(".models") or module.name == "core.kit.outbox":
            import_module(module.name)

    with owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []

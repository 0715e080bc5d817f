"""An installation for the length of one command: its services, schema and shipped tenants are there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import entry_points

import click

import core.files.models
import core.people.models
import core.units.models
import core.workdays.models  # noqa: F401 -- other tables refer to these, whichever of them a command writes
from core.embedded.services import Services, ensure
from core.hooks.roster import Roster
from core.kit.db import Database
from core.kit.errors import Refused
from core.kit.keys import Keyring
from core.migrations import PluginNotMigrated, edition, installed_manifests, migrate_core, migrate_plugins
from core.process import file_store
from core.tenancy.plugin_schemas import unprepared
from core.tenancy.scope import Installation

PREPARE_GROUP = "huiying.prepare"
"""Packages above the core that bring facts of their own, called once when an installation is prepared."""


class OwnerUnknown(Refused):
    """A database of one's own is used, and its owner's address is not set."""

    code = "owner-unknown"


@contextmanager
def installed() -> Iterator[Installation]:
    """Open the installation: start the services brought along unless they run, and prepare an empty one.

    Raises `DatabaseDown`, `UnsafeRole`, `KeysUnusable`.
    """
    with ensure(prepare=prepare, edition=edition(installed_manifests())) as services:
        installation = open_installation(services)
        try:
            yield installation
        finally:
            installation.database.engine.dispose()


@contextmanager
def as_owner() -> Iterator[str]:
    """Have the database's address as the owner of its schema. Raises `OwnerUnknown` where nobody named it."""
    with ensure(prepare=prepare, edition=edition(installed_manifests())) as services:
        if services.owner_url is None:
            raise OwnerUnknown("改动数据表要用数据库的所有者账户。请设置 DATABASE_OWNER_URL 后再试。")
        yield services.owner_url


def open_installation(services: Services) -> Installation:
    """Return the installation behind these services. Raises `UnsafeRole` when the role could see all tenants."""
    database = Database(services.database_url)
    database.refuse_unsafe_role()
    return Installation(
        database,
        Keyring.load(services.home / "keys.json"),
        Roster.installed(partial(unprepared, database)),
        files=file_store(services.home),
    )


def prepare(services: Services) -> None:
    """Bring schema and shipped facts up to date; harmless when they are."""
    if services.owner_url:
        migrate(services.owner_url)
    installation = open_installation(services)
    try:
        for point in sorted(entry_points(group=PREPARE_GROUP), key=lambda point: point.name):
            point.load()(installation)
    finally:
        installation.database.engine.dispose()


def migrate(owner_url: str) -> list[PluginNotMigrated]:
    """Bring the schema to its newest version, as its owner: the core's, then each installed plugin's.

    A plugin whose migrations fail is said, returned and left behind; nothing else waits for it.
    """
    migrate_core(owner_url)
    failed = migrate_plugins(owner_url, installed_manifests())
    for failure in failed:
        click.echo(failure.message, err=True)
    return failed


def say_json(value: object) -> None:
    """Print one JSON object as the last line, for machines."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))

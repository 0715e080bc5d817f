"""A long-running process of an installation: its database, keys and roster, named in the environment."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.hooks.roster import Roster
from core.kit.db import Database
from core.kit.file_store import FileStore
from core.kit.keys import Keyring
from core.tenancy.plugin_schemas import unprepared
from core.tenancy.scope import Installation


def installation_from_environment(*, on_wake: Callable[[], None]) -> Installation:
    """Open the installation that DATABASE_URL and HUIYING_HOME name; `on_wake` hints at jobs after a commit.

    Raises `DatabaseDown`, `UnsafeRole`, `KeysUnusable`, `FilesAway`; KeyError for a missing variable, which `huiying up` always sets.
    """
    database = Database(os.environ["DATABASE_URL"])
    database.refuse_unsafe_role()
    home = Path(os.environ["HUIYING_HOME"])
    return Installation(
        database,
        Keyring.load(home / "keys.json"),
        Roster.installed(partial(unprepared, database)),
        files=file_store(home),
        on_wake=on_wake,
    )


def file_store(home: Path) -> FileStore:
    """Open where files lie: what HUIYING_FILES names, or a folder below the home. Raises `FilesAway`."""
    return FileStore(
        os.environ.get("HUIYING_FILES") or str(home / "files"), endpoint=os.environ.get("HUIYING_FILES_ENDPOINT", "")
    )

"""A long-running process of an installation: its database, keys and roster, named in the environment."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy.exc import OperationalError

from core.hooks.roster import Roster
from core.kit.db import Database, DatabaseDown, database_down_in_words
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
    try:
        roster = Roster.installed(partial(unprepared, database))
    except OperationalError as error:  # it went away since: whoever waits for it waits on
        raise DatabaseDown(database_down_in_words(error)) from error
    return Installation(database, Keyring.load(home / "keys.json"), roster, files=file_store(home), on_wake=on_wake)


def file_store(home: Path) -> FileStore:
    """Open where files lie: what HUIYING_FILES names, or a folder below the home. Raises `FilesAway`."""
    return FileStore(
        os.environ.get("HUIYING_FILES") or str(home / "files"), endpoint=os.environ.get("HUIYING_FILES_ENDPOINT", "")
    )

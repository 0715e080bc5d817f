"""A long-running process of an installation: its database, keys and roster, named in the environment."""

import os
from pathlib import Path

from core.hooks.roster import Roster
from core.jobs.hints import waker
from core.kit.db import Database
from core.kit.keys import Keyring
from core.tenancy.scope import Installation


def installation_from_environment() -> Installation:
    """Open the installation that DATABASE_URL, REDIS_URL and HUIYING_HOME name.

    Raises `DatabaseDown`, `UnsafeRole`, `KeysUnusable`; KeyError for a missing variable, which `huiying up` always sets.
    """
    database = Database(os.environ["DATABASE_URL"])
    database.refuse_unsafe_role()
    keys = Keyring.load(Path(os.environ["HUIYING_HOME"]) / "keys.json")
    return Installation(database, keys, Roster.installed(), on_wake=waker(os.environ["REDIS_URL"]))

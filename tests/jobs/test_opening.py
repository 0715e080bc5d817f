"""Opening an installation while the database is going away: it is said that it is down, so that whoever opens it waits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.kit.db import Database, DatabaseDown
from core.process import installation_from_environment
from tests.jobs.conftest import OwnDatabase


@pytest.fixture
def closing(database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database closes right after the first thing that a process asks of it."""
    ask_first = Database.refuse_unsafe_role

    def ask_and_close(asked: Database) -> None:
        ask_first(asked)
        database.close()

    monkeypatch.setattr(Database, "refuse_unsafe_role", ask_and_close)
    yield
    database.open()


@pytest.mark.usefixtures("closing")
def test_a_database_that_goes_away_while_a_process_starts_is_waited_for(
    database: OwnDatabase, keys_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("HUIYING_HOME", str(keys_home))

    with pytest.raises(DatabaseDown):
        installation_from_environment(on_wake=lambda: None)

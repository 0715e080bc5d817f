"""Ids come in blocks: one whose fetching the database may forget, because nothing was committed after it, is not used any further."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from core.kit.db import ID_BLOCK, Database
from tests.servers import TestServers


class KilledError(Exception):
    """What ends a transaction here, as a server that was killed would."""


@pytest.fixture
def database(servers: TestServers) -> Iterator[Database]:
    opened = Database(servers.database_url)
    yield opened
    opened.engine.dispose()


def broken(database: Database) -> int:
    """Take an id in a transaction that ends badly."""
    taken = 0
    with suppress(KilledError), database.transaction(None) as session:
        taken = session.new_id()
        raise KilledError
    return taken


def test_a_block_that_was_fetched_in_vain_is_left_alone(database: Database) -> None:
    lost = broken(database)
    with database.transaction(None) as session:
        assert session.new_id() >= lost + ID_BLOCK


def test_a_block_whose_fetching_was_committed_is_used_up(database: Database) -> None:
    with database.transaction(None) as session:
        first = session.new_id()
    assert broken(database) == first + 1
    with database.transaction(None) as session:
        assert session.new_id() == first + 2

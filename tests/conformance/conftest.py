"""A database for examinations, apart from the other tests': the kit makes and purges plugins' schemas in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.conformance.scratch import Scratch
from tests.conformance.planting import Ground
from tests.servers import TestServers


@pytest.fixture(scope="session")
def scratch(servers: TestServers) -> Callable[[], Scratch]:
    """What the kit is given to make its database with."""
    made = Scratch(*servers.another_database("conformance"))
    return lambda: made


@pytest.fixture
def ground(tmp_path: Path, scratch: Callable[[], Scratch]) -> Iterator[Ground]:
    """A folder in which plugins are planted; they are forgotten afterwards."""
    ground = Ground(tmp_path, scratch)
    yield ground
    ground.clear()

"""An installation and, for each test, a district of its own with people who have accounts."""

from collections.abc import Iterator

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_installation
from tests.tasks.asking import Desk, make_desk


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def desk(installation: Installation) -> Desk:
    return make_desk(installation)

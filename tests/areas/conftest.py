"""Districts that publish gazetteers."""

from collections.abc import Iterator

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_installation


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()

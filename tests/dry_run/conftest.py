"""An installation with the features that come with the product."""

from collections.abc import Iterator

import pytest

from core.hooks.roster import Roster
from core.tenancy.scope import Installation
from tests.builders import make_installation


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    yield installation
    installation.database.engine.dispose()

"""An installation without features, and a district in it with the road and the park unit."""

from collections.abc import Iterator

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation
from tests.judge.case import Case


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def walk(installation: Installation) -> Case:
    """A ticket still to be taken in, in a district of its own."""
    return Case(installation, make_district(installation, duties=[{"code": "road", "keywords": ["坑洼"]}]))

"""A district with the road and the park unit, in an installation without features."""

from collections.abc import Iterator

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def district(installation: Installation) -> str:
    return make_district(installation, duties=[{"code": "road", "keywords": ["坑洼"]}])

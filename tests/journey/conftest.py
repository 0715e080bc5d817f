"""An installation without features, and a district in it with the road and the park unit."""

from collections.abc import Iterator

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation
from tests.journey.walking import Walk


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="session")
def district(installation: Installation) -> str:
    return make_district(
        installation,
        duties=[
            {"code": "road", "keywords": ["坑洼"]},
            {"code": "park", "lead": "parks", "subcategory": "园林", "keywords": ["枯树"]},
        ],
    )


@pytest.fixture
def walk(installation: Installation, district: str) -> Walk:
    """A ticket still to be taken in, in the district shared by tests that look at their own ticket only."""
    return Walk(installation, district)

"""An installation without features, and in a district of its own a ticket whose resident is dissatisfied, and a pool."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation
from tests.panels.making import PanelCase


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def case(installation: Installation, tmp_path: Path) -> PanelCase:
    """The road unit says that it mended the road, the resident that it did not; two members of each group in the pool."""
    case = PanelCase(installation, make_district(installation, duties=[{"code": "road", "keywords": ["坑洼"]}]))
    case.answered_badly()
    case.hire(tmp_path)
    return case

"""An installation without features, and a district of its own with one ticket in the hands of its unit."""

from collections.abc import Iterator

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation
from tests.press.pressing import Pressing


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def alone(installation: Installation) -> Pressing:
    units = [("roads-north", "道路北段", "section"), ("discipline", "纪委监委", "discipline")]
    walk = Pressing(installation, make_district(installation, units=units, parents={"roads-north": "roads"}))
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10")
    return walk

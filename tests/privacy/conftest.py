"""A district whose residents left their names and phones."""

from collections.abc import Iterator

import pytest
from flask import Flask

from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import make_district, make_installation
from tests.journey.walking import Walk


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="session")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture
def walk(installation: Installation) -> Walk:
    return Walk(installation, make_district(installation))

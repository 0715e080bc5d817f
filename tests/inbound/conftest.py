"""A district that a wire pushes to, the application that takes it, and a worker that does what is due."""

from collections.abc import Iterator

import pytest
from flask import Flask

from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import make_installation
from tests.inbound.making import Wire, make_wired_district


@pytest.fixture(scope="session")
def the_wire() -> Wire:
    return Wire()


@pytest.fixture
def wire(the_wire: Wire) -> Wire:
    """The feature, working as it should at the beginning of each test."""
    the_wire.mend()
    return the_wire


@pytest.fixture(scope="session")
def session_installation(database_url: str, the_wire: Wire) -> Iterator[Installation]:
    installation = make_installation(database_url, features=[the_wire.feature()])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def installation(session_installation: Installation, wire: Wire) -> Installation:
    return session_installation


@pytest.fixture(scope="session")
def session_app(session_installation: Installation) -> Flask:
    return create_app(session_installation)


@pytest.fixture
def app(session_app: Flask, wire: Wire) -> Flask:
    return session_app


@pytest.fixture
def slug(installation: Installation) -> str:
    """A district with the feature on."""
    return make_wired_district(installation)

"""Two districts in a database of their own, to be attacked: what is asked for here changes what there is."""

from collections.abc import Iterator

import pytest
from flask import Flask

from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import make_installation
from tests.permissions.places import Place, make_place, place_feature
from tests.servers import TestServers


@pytest.fixture(scope="session")
def addresses(servers: TestServers) -> tuple[str, str]:
    """The database as the application's role, and as the owner of the schema."""
    return servers.another_database("attacks")


@pytest.fixture(scope="session")
def installation(addresses: tuple[str, str]) -> Iterator[Installation]:
    installation = make_installation(addresses[0], features=[place_feature()])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="session")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture(scope="session")
def places(installation: Installation, app: Flask) -> tuple[Place, Place]:
    """Two districts; the second has more of what each counts for itself."""
    return make_place(installation, app, more=0), make_place(installation, app, more=1)

"""Two districts in a database of their own, to be attacked: what is asked for here changes what there is."""

import pytest

from tests.permissions.conftest import app, installation, places
from tests.servers import TestServers

__all__ = ["app", "installation", "places"]


@pytest.fixture(scope="session")
def addresses(servers: TestServers) -> tuple[str, str]:
    """The database as the application's role, and as the owner of the schema."""
    return servers.another_database("attacks")

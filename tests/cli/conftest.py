"""Commands run against the test database instead of the services brought along."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.cli import audit, hosts, people, privacy, syslog
from core.tenancy.scope import Installation
from tests.builders import make_installation


@pytest.fixture(scope="session")
def opened(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def installation(opened: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    @contextmanager
    def installed() -> Iterator[Installation]:
        yield opened

    for command in (audit, hosts, people, privacy, syslog):
        monkeypatch.setattr(command, "installed", installed)
    return opened

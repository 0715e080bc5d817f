"""A district with tickets, and somebody who owns the database and means harm."""

from collections.abc import Iterator

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation
from tests.trust.spoiling import Owner, Proven


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def walk(installation: Installation) -> Proven:
    """A district with three tickets; the walk stands at the last of them, which was answered and rated."""
    walk = Proven(installation, make_district(installation))
    for _ in range(3):
        walk.take_in()
    walk.dispatch()
    walk.sign(command_id=f"sign-{walk.serial_no}")
    walk.reply()
    walk.pass_reply()
    walk.rate()
    return walk


@pytest.fixture
def owner(owner_url: str, walk: Proven) -> Owner:
    return Owner(owner_url, walk)

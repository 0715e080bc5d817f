"""A district with a duty list by areas and routing rules, and tickets in it on which it was decided in many ways."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from core.cli import route
from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation
from tests.decisions.making import UNITS, Run, begin
from tests.journey.walking import Walk


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="session")
def district(installation: Installation) -> str:
    slug = make_district(installation, units=UNITS)
    installation.run(slug, begin)
    installation.forget()
    return slug


@pytest.fixture
def walk(installation: Installation, district: str) -> Walk:
    """A ticket still to be taken in."""
    return Walk(installation, district)


@pytest.fixture
def run(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `huiying route …` on the test database."""

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(route, "installed", installed)
    return lambda *words: CliRunner().invoke(route.route, words)

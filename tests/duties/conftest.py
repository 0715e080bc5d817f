"""Districts that publish duty lists."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_installation
from tests.duties.commanding import District, answer_at_the_command_line, make_administered


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def district(installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> District:
    """A district with units, areas and administrators, whose commands find it."""
    answer_at_the_command_line(installation, monkeypatch)
    return make_administered(installation, tmp_path)


@pytest.fixture
def other(installation: Installation, tmp_path: Path) -> District:
    """Another district of the same kind."""
    return make_administered(installation, tmp_path)

"""The database of an examination is made for it, is nobody else's, and is gone afterwards."""

import tempfile
from pathlib import Path

import psycopg
import pytest

from core.conformance.postgres import PREFIX, scratch_database


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def test_a_database_of_the_environment_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@elsewhere/important")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@elsewhere/important")
    before = folders()

    with scratch_database() as scratch:
        made = folders() - before
        with psycopg.connect(scratch.owner_url) as connection:
            tenants = connection.execute("SELECT count(*) FROM tenant").fetchone()

    assert tenants == (0,)
    assert len(made) == 1
    assert folders() == before
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(scratch.database_url, connect_timeout=2)

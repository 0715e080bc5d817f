"""Telling errors apart, and speaking of them without personal data."""

import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.jobs.trouble import is_database_gone
from core.kit.trouble import where
from core.tenancy.scope import Installation
from tests.builders import make_district
from tests.jobs.conftest import OwnDatabase


def test_an_unexpected_error_is_told_by_its_kind_and_place_alone() -> None:
    with pytest.raises(ValueError) as caught:
        int("电话 138 0000 0001")

    told = where(caught.value)
    assert told.startswith("ValueError(tests/jobs/test_trouble.py:")
    assert "138" not in told


@pytest.mark.parametrize(
    ("statement", "gone"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", True),
        ("SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)", False),
        ("SET LOCAL idle_in_transaction_session_timeout = 50", False),
        ("SELECT 1 / 0", False),
    ],
)
def test_a_database_that_is_gone_is_told_from_work_that_failed(
    installation: Installation, statement: str, gone: bool
) -> None:
    district = make_district(installation)

    def work() -> None:
        with installation.scope(district) as scope:
            for part in statement.split(";"):
                scope.session.execute(text(part))
            time.sleep(0.2)
            scope.session.execute(text("SELECT 1"))

    with pytest.raises(DBAPIError) as caught:
        work()

    assert is_database_gone(caught.value) is gone


def test_a_database_that_lets_nobody_in_is_gone(installation: Installation, database: OwnDatabase) -> None:
    district = make_district(installation)
    database.close()
    installation.database.engine.dispose()

    with pytest.raises(DBAPIError) as caught, installation.scope(district):
        pass

    assert is_database_gone(caught.value)

"""No answer of a shipped feature may fail: the core would leave it out and only log it."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _no_feature_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []

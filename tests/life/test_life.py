"""Random lives, short enough for every run; `python -m benchmarks.life` lives longer."""

from collections.abc import Iterator

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_installation
from tests.life.limits import LENIENT, LIMITS
from tests.life.machine import Life
from tests.life.orders import unknown_commands


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=(LIMITS, LENIENT))
    yield installation
    installation.database.engine.dispose()


def test_random_lives_give_every_command_that_the_product_knows() -> None:
    assert unknown_commands() == set()


@pytest.mark.parametrize("number", range(4))
def test_every_invariant_holds_after_every_step_of_random_lives(installation: Installation, number: int) -> None:
    """The same lives in every run: what a change breaks is this change's; new lives are looked for by the benchmark."""
    Life(installation, number).live(steps=30)

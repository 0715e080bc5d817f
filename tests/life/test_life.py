"""Random lives, short enough for every run; `python -m benchmarks.life` lives longer."""

from collections.abc import Iterator

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

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


@pytest.mark.parametrize("lives", range(3))
def test_every_invariant_holds_after_every_step_of_random_lives(installation: Installation, lives: int) -> None:
    """The same lives in every run: what a change breaks is this change's; new lives are looked for by the benchmark."""
    Life.installation = installation

    # A failing life is told as it was found: making it shorter would take minutes on a real database.
    told_at_once = settings(
        max_examples=3, stateful_step_count=40, deadline=None, database=None, phases=[Phase.generate]
    )
    run_state_machine_as_test(seed(lives)(Life), settings=told_at_once)

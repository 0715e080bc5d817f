"""Our packages have plain names; so nobody else may bring packages of these names, and ours are the ones imported."""

from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.migrations import migrations_folder

ROOT = Path(__file__).parents[2]
OURS = ("core", "plugins", "tenants")


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_brings_a_package_of_our_name(name: str) -> None:
    assert {owner.lower() for owner in packages_distributions().get(name, [])} <= {"huiying"}


@pytest.mark.parametrize("name", [*OURS, "tests"])
def test_the_package_that_is_imported_is_the_one_in_this_checkout(name: str) -> None:
    spec = find_spec(name)

    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")


def test_the_migrations_that_are_run_are_the_ones_in_this_checkout() -> None:
    assert migrations_folder() == ROOT / "migrations"

"""A database of each test's own: the drain looks at all tenants of an installation."""

import pytest

from core.tenancy.scope import Installation
from tests.jobs.conftest import database, installation, keys_home, one_database
from tests.referral.making import Places, make_places

__all__ = ["database", "installation", "keys_home", "one_database", "places"]


@pytest.fixture
def places(installation: Installation) -> Places:
    """A city with units that stand for two districts, of which one has a unit that stands for the other."""
    return make_places(installation)

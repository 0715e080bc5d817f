"""Districts that administer their features."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation, make_ticket
from tests.settings.making import LIGHT, NOW, District, gate, light

UNITS = [("panel", "纪检监察组", "discipline"), ("audit", "审计处", "district_department")]
DUTIES = [{"code": "A1", "category": "道路", "subcategory": "路面"}]


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=[light(), gate()])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def make(installation: Installation) -> Callable[..., District]:
    """Make a district that has taken in one ticket, by default with the light on at its defaults."""

    def make(
        features: dict[str, Any] | None = None,
        *,
        within: Installation = installation,
        with_ticket: bool = True,
        **more: Any,
    ) -> District:
        on = {LIGHT: {}} if features is None else features
        slug = make_district(within, features=on, units=UNITS, duties=DUTIES, **more)
        if with_ticket:
            make_ticket(within, slug, now=NOW)
        return District(within, slug)

    return make


@pytest.fixture
def district(make: Callable[..., District]) -> District:
    return make()

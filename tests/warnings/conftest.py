"""An installation with a feature that watches, and a district with nine quiet weeks behind it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.hooks import WarningRules
from core.tenancy.scope import Installation
from tests.builders import beijing, make_district, make_feature, make_installation, make_ticket
from tests.judge.case import Case

WATCHES = make_feature("test.watch", warning_rules=lambda: [WarningRules(least=5, urgent_least=3)])
TODAY = "2026-06-22 06:00"
"""A Monday; the seven days looked at are those from 15 to 21 June."""


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=[WATCHES])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def quiet(installation: Installation) -> Case:
    """A district with one appeal about roads a week, by persons, for nine weeks up to 14 June."""
    duties = [
        {"code": "road", "keywords": ["坑洼"]},
        {"code": "noise", "category": "环境", "subcategory": "噪声", "keywords": ["噪声"]},
    ]
    slug = make_district(installation, features={"test.watch": {}}, duties=duties)
    for week in range(9):
        make_ticket(installation, slug, now=beijing("2026-06-10 10:00") - timedelta(weeks=week), matter="road")
    return Case(installation, slug)

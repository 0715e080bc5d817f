"""An installation in which whoever lets a reply run over is held to account."""

from collections.abc import Iterator

import pytest

from core.tenancy.scope import Installation
from tests.accountability.accusing import Accused, accuse, make_accused, rules, spare
from tests.builders import make_feature, make_installation


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    feature = make_feature("accuse", escalation_steps=accuse, exemptions=spare, accountability_rules=rules)
    installation = make_installation(database_url, features=[feature])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def accused(installation: Installation) -> Accused:
    return make_accused(installation)

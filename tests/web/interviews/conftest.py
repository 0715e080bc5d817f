"""A district that holds interviews, with one that is on, and people of each kind at a browser."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from core.web import create_app
from tests.interviews.asking import make_house, open_session
from tests.journey.walking import Walk
from tests.web.making import Visitor, make_account


@dataclass(frozen=True)
class Studio:
    """The district, and the application that serves it."""

    walk: Walk
    app: Flask

    def visitor(self, role: str, unit: str | None = None) -> Visitor:
        """Return somebody of the staff, signed in."""
        visitor = Visitor(self.app)
        login = make_account(self.walk.installation, self.walk.slug, f"{role}-{unit}", [role], name="张丽", unit=unit)
        assert visitor.sign_in(login).status_code == 303
        return visitor

    @property
    def public(self) -> str:
        """The address of the public pages of interviews."""
        return f"/public/{self.walk.slug}/interviews"


@pytest.fixture
def studio(database_url: str) -> Iterator[Studio]:
    """A district in which the interview `first` is on."""
    walk = make_house(database_url)
    open_session(walk)
    yield Studio(walk, create_app(walk.installation))
    walk.installation.database.engine.dispose()

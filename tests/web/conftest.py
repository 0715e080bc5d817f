"""Fixtures of the pages: the real application on the real database, with staff of each role."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import make_district, make_installation
from tests.web.browser import served
from tests.web.making import Visitor, make_account, put_below


@dataclass(frozen=True)
class House:
    """A district with staff, and the application that serves it."""

    installation: Installation
    app: Flask
    slug: str
    operator: str
    reviewer: str
    supervisor: str
    clerk: str
    gardener: str
    crew: str

    def login_of(self, who: str) -> str:
        """Return how somebody of the staff signs in; `chief` is one who both dispatches and supervises."""
        if who == "chief":
            return make_account(self.installation, self.slug, "chief", ["operator", "supervisor"], name="总值班")
        login: str = getattr(self, who)
        return login

    def visitor(self, login: str | None = None) -> Visitor:
        """Return somebody at a browser, signed in when a login is given."""
        visitor = Visitor(self.app)
        if login:
            assert visitor.sign_in(login).status_code == 303
        return visitor


@pytest.fixture(scope="session")
def installation(database_url: str) -> Installation:
    return make_installation(database_url)


@pytest.fixture(scope="session")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture
def make_house(installation: Installation, app: Flask) -> Callable[..., House]:
    """Return a function that makes a district with staff at each seat, and clerks of roads, of its crew below, and of parks."""

    def make() -> House:
        road = {"code": "road", "keywords": ["道路", "坑洼"], "limit": ["wd_eod", 5]}
        slug = make_district(installation, units=[("crew", "道路养护队", "section")], duties=[road])
        put_below(installation, slug, "crew", above="roads")
        return House(
            installation,
            app,
            slug,
            operator=make_account(installation, slug, "operator", ["operator"], name="张丽"),
            reviewer=make_account(installation, slug, "reviewer", ["reviewer"], name="何审"),
            clerk=make_account(installation, slug, "clerk", ["clerk"], name="李工", unit="roads"),
            supervisor=make_account(installation, slug, "supervisor", ["supervisor"], name="杜督"),
            crew=make_account(installation, slug, "crewman", ["clerk"], name="周工", unit="crew"),
            gardener=make_account(installation, slug, "gardener", ["clerk"], name="林工", unit="parks"),
        )

    return make


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    """The address of the running application."""
    with served(app) as address:
        yield address

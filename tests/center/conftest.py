"""Fixtures of the community centre: Pingshan's features as they are shipped, a centre with workers, a desk and a unit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from core.hooks.roster import Roster
from core.tenancy.scope import Installation
from core.tickets.timeline import Actor
from core.units.models import Unit
from core.units.queries import directory
from core.web import create_app
from tests.builders import make_actor, make_district, make_installation
from tests.web.browser import served
from tests.web.making import Visitor, make_account

FEATURES = ("pingshan.entrance", "pingshan.catalogue", "pingshan.community")
ROAD = {"code": "road", "keywords": ["坑洼"], "limit": ["wd_eod", 5]}
PHONE = "0755-00000000"


@dataclass(frozen=True)
class CenterHouse:
    """A district with two centres and their workers, and the application that serves it."""

    installation: Installation
    app: Flask
    slug: str
    worker: str
    neighbour: str
    operator: str
    supervisor: str
    clerk: str

    def visitor(self, login: str | None = None) -> Visitor:
        """Return somebody at a browser, signed in when a login is given."""
        visitor = Visitor(self.app)
        if login:
            assert visitor.sign_in(login).status_code == 303
        return visitor

    def actor(self, unit: str = "cc-one") -> Actor:
        """Return a worker of the centre, as the timeline names them."""
        with self.installation.scope(self.slug) as scope:
            found = directory(scope).get_unit(unit)
            return make_actor(f"社工（{found.name}）", "community-worker", id=77, unit_id=found.id)


@pytest.fixture(scope="session")
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=list(Roster.installed().features.values()))


@pytest.fixture(scope="session")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture
def make_house(installation: Installation, app: Flask) -> Callable[..., CenterHouse]:
    """Return a function that makes such a district, with other features or settings where a test needs them."""

    def make(**settings: dict[str, object]) -> CenterHouse:
        features = {each: settings.get(each.partition(".")[2], {}) for each in FEATURES}
        centers = [
            ("cc-one", "一号社区党群服务中心", "community_center"),
            ("cc-two", "二号社区党群服务中心", "community_center"),
        ]
        slug = make_district(installation, features=features, units=centers, duties=[ROAD])
        with installation.scope(slug) as scope:
            for unit in scope.session.query(Unit).filter(Unit.kind == "community_center"):
                unit.phone = PHONE
        installation.forget()

        def account(login: str, role: str, name: str, unit: str | None = None) -> str:
            return make_account(installation, slug, login, [role], name=name, unit=unit)

        return CenterHouse(
            installation,
            app,
            slug,
            worker=account("worker", "community-worker", "古月明", "cc-one"),
            neighbour=account("neighbour", "community-worker", "水长东", "cc-two"),
            operator=account("operator", "operator", "张丽"),
            supervisor=account("supervisor", "supervisor", "杜督"),
            clerk=account("clerk", "clerk", "李工", "roads"),
        )

    return make


@pytest.fixture
def house(make_house: Callable[..., CenterHouse]) -> CenterHouse:
    return make_house()


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    with served(app) as where:
        yield where

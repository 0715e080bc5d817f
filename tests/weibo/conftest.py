"""Weibo's API beside a district that has an account there."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from core.hooks.roster import Roster
from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation
from tests.weibo.double import WeiboApi, weibo_api
from tests.weibo.making import District, set_weibo


@pytest.fixture(scope="session")
def session_installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def installation(session_installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation that works for the tenants of this test alone."""
    before = {tenant.slug for tenant in session_installation.tenants()}
    every = session_installation.tenants
    monkeypatch.setattr(session_installation, "tenants", lambda: [each for each in every() if each.slug not in before])
    return session_installation


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeiboApi]:
    with weibo_api() as api:
        monkeypatch.setenv("HUIYING_OUTSIDE_HOSTS", urlsplit(api.url).netloc)
        yield api


@pytest.fixture
def district(installation: Installation, api: WeiboApi) -> District:
    slug = make_district(installation)
    set_weibo(installation, slug, api)
    return District(installation, slug, api)

"""WeChat's API beside a district that has an account there."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask

from core.hooks.roster import Roster
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import make_district, make_installation
from tests.jobs.outside import SmsReceiver, sms_receiver
from tests.wechat.client import Resident
from tests.wechat.double import WeChatApi, wechat_api
from tests.wechat.making import OPENID, set_wechat


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
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeChatApi]:
    with wechat_api() as api:
        monkeypatch.setenv("HUIYING_OUTSIDE_HOSTS", urlsplit(api.url).netloc)
        api.subscribers.add(OPENID)
        yield api


@pytest.fixture
def sms() -> Iterator[SmsReceiver]:
    with sms_receiver() as receiver:
        receiver.expects_now = False
        yield receiver


@pytest.fixture
def district(installation: Installation, api: WeChatApi) -> str:
    slug = make_district(installation)
    set_wechat(installation, slug, api)
    return slug


@pytest.fixture(scope="session")
def session_app(session_installation: Installation) -> Flask:
    return create_app(session_installation)


@pytest.fixture
def resident(
    session_app: Flask, installation: Installation, district: str, monkeypatch: pytest.MonkeyPatch
) -> Resident:
    monkeypatch.setattr(installation.database, "clock", installation.database.clock)
    return Resident(session_app.test_client(), installation, district)

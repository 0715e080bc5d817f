"""Accounts over the API: in the hands of the systems of those who administer system and security, and of no other."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from core.journey.people import issue_token, list_tokens
from core.journey.sign_in import SignedIn, resume, sign_in
from core.people.service import open_account
from core.tenancy.scope import Installation
from core.tenancy.security_log import security_events
from core.web import create_app
from tests.builders import make_district, make_installation

PASSWORD = "一句只有测试才知道的长话"


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url)


@pytest.fixture(scope="module")
def client(installation: Installation) -> FlaskClient:
    return create_app(installation).test_client()


@pytest.fixture
def slug(installation: Installation) -> str:
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        open_account(scope, login="zhangli", name="张丽", password=PASSWORD, roles=["leader"], now=datetime.now(UTC))
    return slug


def headers(installation: Installation, slug: str, role: str) -> dict[str, str]:
    with installation.scope(slug) as scope:
        token = issue_token(scope, f"{role} system", role=role, now=datetime.now(UTC))
    return {"Authorization": f"Bearer {token}"}


def enter(installation: Installation, slug: str) -> str:
    with installation.scope(slug) as scope:
        outcome = sign_in(scope, login="zhangli", password=PASSWORD, address="10.0.0.8", now=datetime.now(UTC))
    assert isinstance(outcome, SignedIn)
    return outcome.token


def test_the_system_of_a_security_administrator_lists_and_ends_the_sessions_of_somebody(
    installation: Installation, client: FlaskClient, slug: str
) -> None:
    token, allowed = enter(installation, slug), headers(installation, slug, "security-administrator")
    (listed,) = client.get("/api/v1/accounts", headers=allowed).get_json()
    assert listed == {
        "login": "zhangli",
        "name": "张丽",
        "roles": ["leader"],
        "unit": "",
        "active": True,
        "second_factor": False,
        "standing": "",
    }
    (session,) = client.get("/api/v1/accounts/zhangli/sessions", headers=allowed).get_json()
    assert session["address"] == "10.0.0.8"
    assert token not in str(session)

    assert client.delete("/api/v1/accounts/zhangli/sessions", headers=allowed).get_json() == {"ended": 1}
    assert installation.run(slug, lambda scope: resume(scope, token, now=datetime.now(UTC))) is None
    assert client.get("/api/v1/accounts/zhangli/sessions", headers=allowed).get_json() == []
    with installation.scope(slug) as scope:
        (event,) = security_events(scope, kind="session_revoked")
        assert (event.actor, event.subject) == ("security-administrator system", "zhangli")


def test_no_other_system_sees_accounts_and_nobody_those_of_another_district(
    installation: Installation, client: FlaskClient, slug: str
) -> None:
    token = enter(installation, slug)
    operator = headers(installation, slug, "operator")
    stranger = headers(installation, make_district(installation), "security-administrator")
    for path in ("/api/v1/accounts", "/api/v1/accounts/zhangli/sessions"):
        assert client.get(path, headers=operator).status_code == 403
    assert client.get("/api/v1/accounts", headers=stranger).get_json() == []
    assert client.get("/api/v1/accounts/zhangli/sessions", headers=stranger).status_code == 404
    for refused, status in ((operator, 403), (stranger, 404)):
        assert client.delete("/api/v1/accounts/zhangli/sessions", headers=refused).status_code == status
    assert installation.run(slug, lambda scope: resume(scope, token, now=datetime.now(UTC))) is not None


def test_a_token_opens_nothing_after_its_days_and_tells_when_it_was_used(
    installation: Installation, client: FlaskClient, slug: str
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    with installation.scope(slug) as scope:
        over = issue_token(scope, "过期的系统", role="administrator", days=29, now=long_ago)
        good = issue_token(scope, "在用的系统", role="administrator", days=31, now=long_ago)
    for token, status in ((over, 401), (good, 200)):
        answer = client.get("/api/v1/accounts", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
    with installation.scope(slug) as scope:
        used = {each.label: each.last_used_at is not None for each in list_tokens(scope)}
    assert used == {"过期的系统": False, "在用的系统": True}

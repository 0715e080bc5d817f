"""Fixtures of the API: the real application on the real database, with systems that hold tokens of each role."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.journey.people import issue_token
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import make_district, make_installation


@dataclass(frozen=True)
class System:
    """Another system at work, under the token that it was given."""

    client: FlaskClient
    token: str

    def hand_in(self, text: str = "道路坑洼，出行不便", **more: Any) -> str:
        """Hand in an appeal and return its serial number."""
        answer = self._post("/api/v1/tickets", {"text": text, **more}, key=None)
        assert answer.status_code == 201, answer.get_json()
        serial_no: str = answer.get_json()["serial_no"]
        return serial_no

    def command(self, serial_no: str, name: str, *, key: str | None = None, **arguments: Any) -> TestResponse:
        """Give a command on a ticket."""
        return self._post(f"/api/v1/tickets/{serial_no}/commands/{name}", arguments, key=key)

    def done(self, serial_no: str, name: str, *, key: str | None = None, **arguments: Any) -> dict[str, Any]:
        """Give a command that must be carried out, and return the answer."""
        answer = self.command(serial_no, name, key=key, **arguments)
        assert answer.status_code == 200, answer.get_json()
        told: dict[str, Any] = answer.get_json()
        return told

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self._headers(None)).get_json()

    def _post(self, path: str, body: Mapping[str, Any], *, key: str | None) -> TestResponse:
        return self.client.post(
            path, data=json.dumps(body), content_type="application/json", headers=self._headers(key)
        )

    def _headers(self, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})


@dataclass(frozen=True)
class Systems:
    """The systems of one district."""

    installation: Installation
    slug: str
    client: FlaskClient

    def of(self, role: str | None = None, unit: str | None = None) -> System:
        """Return a system with a fresh token for this role and unit."""
        with self.installation.scope(self.slug) as scope:
            label = f"{role}-{unit}-{scope.new_id()}"
            token = issue_token(scope, label, role=role, unit=unit, now=datetime.now(UTC))
        return System(self.client, token)


@pytest.fixture(scope="session")
def installation(database_url: str) -> Installation:
    return make_installation(database_url)


@pytest.fixture(scope="session")
def client(installation: Installation) -> FlaskClient:
    return create_app(installation).test_client()


@pytest.fixture
def systems(installation: Installation, client: FlaskClient) -> Systems:
    return Systems(installation, make_district(installation), client)

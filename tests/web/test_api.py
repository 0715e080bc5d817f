"""The API as another system uses it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.people.service import issue_token, revoke_token
from tests.web.conftest import House

PATH = "/api/v1/tickets"


@pytest.fixture
def token(house: House) -> str:
    with house.installation.scope(house.slug) as scope:
        return issue_token(scope, "网格平台", now=datetime.now(UTC))


@pytest.fixture
def client(house: House) -> FlaskClient:
    return house.app.test_client()


def hand_in(client: FlaskClient, token: str, body: Any, **headers: str) -> TestResponse:
    """Hand in an appeal; `body` is sent as it is when it is text."""
    return client.post(
        PATH,
        data=body if isinstance(body, str) else json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"}
        | {name.replace("_", "-"): value for name, value in headers.items()},
    )


def test_an_appeal_is_accepted_and_can_be_looked_up(client: FlaskClient, token: str) -> None:
    accepted = hand_in(client, token, {"text": "路灯整段不亮已一周。", "place": "建设路", "urgency": "urgent"})
    assert accepted.status_code == 201
    receipt = accepted.get_json()
    assert set(receipt) == {"serial_no", "access_code", "state", "receipt"}
    assert receipt["serial_no"] in receipt["receipt"]
    assert receipt["access_code"] in receipt["receipt"]

    found = client.get(f"{PATH}/{receipt['serial_no']}", headers={"Authorization": f"Bearer {token}"})
    assert found.status_code == 200
    assert found.get_json() | {"submitted_at": "", "version": 0} == {
        "serial_no": receipt["serial_no"],
        "title": "路灯整段不亮已一周。",
        "state": "accepted",
        "state_label": "已受理",
        "urgent": True,
        "submitted_at": "",
        "lead_unit": None,
        "head": "",
        "asked_first": "受理中心",
        "handled_first": "",
        "hands": 0,
        "relation": "",
        "verified": "",
        "nature": "求助",
        "told": False,
        "reply": None,
        "version": 0,
    }


def test_the_same_key_gives_the_same_receipt(client: FlaskClient, token: str) -> None:
    first, second = (hand_in(client, token, {"text": "道路坑洼"}, Idempotency_Key="k-1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json() == second.get_json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": 7}, "text"),
        ({"text": "井盖\x00丢失"}, "text"),
        ('{"text": "井盖\\ud800丢失"}', "text"),
        ({"text": "长" * 20_001}, "text"),
        ({"text": "短", "title": "长" * 201}, "title"),
        ({"text": "短", "nature": "other"}, "nature"),
        ({"text": "短", "affected_count": 1.5}, "affected_count"),
        ({"text": "短", "longitude": 114.3}, "latitude"),
        ({"text": "短", "latitude": 22.7}, "longitude"),
        ({"text": "短", "longitude": 22.7, "latitude": 114.3}, "latitude"),
        ({"text": "短", "longitude": "东", "latitude": 22.7}, "longitude"),
        ('{"text": "短", "longitude": NaN, "latitude": 22.7}', "longitude"),
        ('{"text": "短", "longitude": 1e999, "latitude": 22.7}', "longitude"),
        ({"text": "短", "submitted_at": "2026-03-12T10:00:00"}, "submitted_at"),
        ({"text": "短", "unknown": 1}, "unknown"),
        ({"text": "短", "contact": {"phone": "1\x00"}}, "contact"),
    ],
)
def test_what_cannot_be_used_is_said_field_by_field(client: FlaskClient, token: str, body: Any, field: str) -> None:
    answer = hand_in(client, token, body)
    problem = answer.get_json()
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert problem["code"] == "validation-failed"
    assert list(problem["errors"]) == [field]
    assert "。" in str(problem["errors"][field])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{not json", 400, "json-unusable"),
        ({"text": "   "}, 422, "appeal-unusable"),
        ({"text": "短", "channel": "telegraph"}, 422, "unknown-channel"),
        ({"text": "短", "matter": "no-such"}, 422, "no-such-matter"),
        ("[]", 422, "validation-failed"),
    ],
)
def test_refusals_carry_a_stable_code(client: FlaskClient, token: str, body: Any, status: int, code: str) -> None:
    answer = hand_in(client, token, body)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


@pytest.mark.parametrize("token", ["", "hy_", "hy__", "hy_nowhere_abc", "hy_{slug}_guess"])
def test_without_a_good_token_nothing_is_told(house: House, client: FlaskClient, token: str) -> None:
    answer = hand_in(client, token.format(slug=house.slug), {"text": None})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "token-unusable")


def test_a_revoked_token_opens_nothing(house: House, client: FlaskClient, token: str) -> None:
    with house.installation.scope(house.slug) as scope:
        revoke_token(scope, "网格平台", now=datetime.now(UTC))
    assert hand_in(client, token, {"text": "道路坑洼"}).status_code == 401


def test_a_token_does_not_see_the_tickets_of_another_district(client: FlaskClient, token: str, make_house: Any) -> None:
    other = make_house()
    with other.installation.scope(other.slug) as scope:
        theirs = issue_token(scope, "外区平台", now=datetime.now(UTC))
    serial_no = hand_in(client, theirs, {"text": "道路坑洼"}).get_json()["serial_no"]
    answer = client.get(f"{PATH}/{serial_no}", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no-such-ticket")


def test_a_signed_in_browser_cannot_be_made_to_use_the_api(house: House) -> None:
    operator = house.visitor(house.operator)
    assert operator.client.post(PATH, json={"text": "伪造"}).status_code == 401


def test_the_description_is_there(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    assert {"/api/v1/tickets", "/api/v1/tickets/{serial_no}", "/api/v1/commands"} <= set(described["paths"])

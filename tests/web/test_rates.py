"""Who comes too often waits, nobody else does, and no appeal is lost by it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.journey.queries.lanes import tab_counts
from core.people.service import issue_token
from core.tenancy.models import SecurityEvent
from core.tickets.models import Ticket, TicketEvent
from tests.builders import set_rates
from tests.web.conftest import House

NOW = datetime(2026, 3, 12, 2, 0, 20, tzinfo=UTC)
PHONE = "13800000001"


@pytest.fixture(autouse=True)
def at_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute ends while a test counts."""
    monkeypatch.setattr("core.web.rates.clock", lambda: NOW)


def allow(house: House, **rates: int) -> None:
    """Let these rates hold in the tenant, and no others."""
    set_rates(house.installation, house.slug, now=NOW, **rates)


def token_of(house: House, label: str = "网格平台") -> str:
    with house.installation.scope(house.slug) as scope:
        return issue_token(scope, label, now=datetime.now(UTC))


def call(house: House, token: str, **appeal: Any) -> TestResponse:
    """Hand in an appeal; without a text it cannot be used."""
    headers = {"Authorization": f"Bearer {token}"}
    return house.app.test_client().post("/api/v1/tickets", json=appeal, headers=headers)


def held_back(house: House) -> list[tuple[str, str, Any]]:
    """Return what the security log tells of having been held back."""
    with house.installation.scope(house.slug) as scope:
        told = select(SecurityEvent).where(
            SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.kind == "held_back"
        )
        return [(each.actor, each.address, each.detail["of"]) for each in scope.session.scalars(told)]


def test_a_system_that_calls_too_often_waits_and_no_other_does(make_house: Any) -> None:
    house, neighbour = make_house(), make_house()
    allow(house, system_per_minute=3)
    token, other, next_door = token_of(house), token_of(house, "热线平台"), token_of(neighbour)

    statuses = [call(house, token).status_code for _ in range(3)]  # refused calls count as well
    answer = call(house, token, text="路灯不亮")
    call(house, token, text="路灯不亮")

    assert statuses == [422] * 3
    assert (answer.status_code, answer.headers["Retry-After"], answer.get_json()["code"]) == (
        429,
        "41",
        "too-many-requests",
    )
    assert "41 秒后再试" in answer.get_json()["detail"]
    assert call(house, other, text="路灯不亮").status_code == 201
    assert call(neighbour, next_door, text="路灯不亮").status_code == 201
    assert held_back(house) == [("网格平台", "127.0.0.1", "这个接口令牌的调用")]


def test_all_systems_of_a_tenant_together_have_a_limit(make_house: Any) -> None:
    house, neighbour = make_house(), make_house()
    allow(house, systems_per_minute=2)
    tokens = [token_of(house, label) for label in ("甲平台", "乙平台", "丙平台")]

    assert [call(house, token, text="路灯不亮").status_code for token in tokens] == [201, 201, 429]
    assert call(neighbour, token_of(neighbour), text="路灯不亮").status_code == 201


def test_guessing_at_tokens_counts_for_the_address(house: House) -> None:
    allow(house, stranger_per_minute=2)

    statuses = [call(house, f"hy_{house.slug}_guess{number}", text="路灯不亮").status_code for number in range(4)]

    assert statuses == [401, 401, 429, 429]
    assert call(house, token_of(house), text="路灯不亮").status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("get", "/sign-in?at={slug}", {}),
        ("post", "/sign-in", {"login": "nobody@{slug}", "password": "x"}),
        ("get", "/set-password/{slug}/no-such-link", {}),
        ("get", "/sign-in/oidc/{slug}/nobody", {}),
        ("get", "/sign-in/code", {}),
    ],
)
def test_requests_without_signing_in_are_limited_by_address(
    house: House, method: str, path: str, form: dict[str, str]
) -> None:
    allow(house, stranger_per_minute=2)
    house.app.config["WTF_CSRF_ENABLED"] = False
    try:
        client = house.app.test_client(use_cookies=False)
        step = {"Cookie": f"huiying_step={house.slug}:none"}
        sent = {name: value.format(slug=house.slug) for name, value in form.items()}
        where = path.format(slug=house.slug)
        answers = [client.open(where, method=method, data=sent, headers=step) for _ in range(3)]
        stranger = {"REMOTE_ADDR": "203.0.113.7"}
        elsewhere = client.open(where, method=method, data=sent, headers=step, environ_base=stranger)
    finally:
        house.app.config["WTF_CSRF_ENABLED"] = True

    assert [answer.status_code == 429 for answer in (*answers, elsewhere)] == [False, False, True, False]
    assert "这个地址的请求太多" in answers[2].get_data(as_text=True)
    assert answers[2].headers["Retry-After"] == "41"


def test_an_appeal_beyond_what_its_phone_is_allowed_is_kept_and_waits_for_a_person(house: House) -> None:
    allow(house, phone_per_day=2)
    token = token_of(house)
    spellings = (PHONE, f"+86 {PHONE}", "138-0000-0001", "13800000002")

    answers = [
        call(house, token, text=f"路灯不亮，第 {number} 次", contact={"phone": spelt})
        for number, spelt in enumerate(spellings)
    ]

    assert [answer.status_code for answer in answers] == [201] * 4
    assert [answer.get_json()["state"] for answer in answers] == ["accepted", "accepted", "registered", "accepted"]
    with house.installation.scope(house.slug) as scope:
        held = scope.session.scalars(
            select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.state == "registered")
        ).one()
        why = scope.session.scalars(
            select(TicketEvent.summary).where(
                TicketEvent.tenant_id == scope.tenant.id,
                TicketEvent.ticket_id == held.id,
                TicketEvent.kind == "held_back",
            )
        ).one()
        assert tab_counts(scope, "accept").everything == 1
    assert why == "同一电话 24 小时内第 3 件，超过自动受理的 2 件。诉求已登记，请核对后受理或不予受理"
    operator = house.visitor(house.operator)
    assert why in operator.get(f"/t/{held.serial_no}").get_data(as_text=True)


def test_what_a_person_takes_in_is_not_held_back(house: House) -> None:
    allow(house, phone_per_day=1)
    operator = house.visitor(house.operator)
    for number in range(3):
        operator.get("/desk/new")
        page = operator.post("/desk/new", text=f"第 {number} 件", phone=PHONE, channel="desk")
        assert page.status_code == 200
    with house.installation.scope(house.slug) as scope:
        assert tab_counts(scope, "accept").everything == 0


def test_the_same_message_again_is_no_further_appeal(house: House) -> None:
    allow(house, phone_per_day=1)
    token = token_of(house)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "m-1"}
    sent = {"text": "路灯不亮", "contact": {"phone": PHONE}}
    client = house.app.test_client()

    answers = [client.post("/api/v1/tickets", json=sent, headers=headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert {answer.get_json()["state"] for answer in answers} == {"accepted"}


def test_the_next_day_a_phone_is_taken_in_as_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(house, phone_per_day=1)
    token = token_of(house)

    def at(moment: datetime) -> str:
        monkeypatch.setattr("core.web.api.calls.clock", lambda: moment)
        answer = call(house, token, text=f"路灯不亮 {moment}", contact={"phone": PHONE})
        state: str = answer.get_json()["state"]
        return state

    now = datetime.now(UTC)
    assert [at(now - timedelta(hours=hours)) for hours in (30, 20, 1)] == ["accepted", "registered", "registered"]
    assert at(now + timedelta(hours=25)) == "accepted"

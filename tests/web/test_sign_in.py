"""Signing in and out, and what a session is worth."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.journey.sign_in import NotSignedIn, SignedIn, StepNeeded, resume, sign_in, sign_out
from core.people.rules import FAILURES_PER_LOGIN
from core.people.service import close_account, set_password
from tests.web.conftest import House
from tests.web.making import PASSWORD, Visitor

NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)


def enter(
    house: House, *, login: str = "operator", password: str = PASSWORD, now: datetime = NOW
) -> SignedIn | StepNeeded | NotSignedIn:
    """Try to sign in below the pages, at a chosen time."""
    return house.installation.run(
        house.slug, lambda scope: sign_in(scope, login=login, password=password, address="10.0.0.1", now=now)
    )


def holds(house: House, token: str, *, now: datetime) -> bool:
    """Tell whether the token still opens a session."""
    return house.installation.run(house.slug, lambda scope: resume(scope, token, now=now)) is not None


def test_signing_in_leads_to_the_page_of_the_role(house: House) -> None:
    for login, home in ((house.operator, "/desk"), (house.reviewer, "/desk?lane=review"), (house.clerk, "/unit")):
        visitor = house.visitor(login)
        assert visitor.get("/").location == home


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    visitor = Visitor(house.app)
    visitor.get("/sign-in")
    response = visitor.post("/sign-in", login=house.operator, password=PASSWORD)
    cookie = next(value for value in response.headers.getlist("Set-Cookie") if value.startswith("huiying_staff="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie

    secure = Visitor(house.app)
    secure.client.get("/sign-in", base_url="https://localhost")
    page = secure.client.get("/sign-in", base_url="https://localhost")
    secure.page = page.get_data(as_text=True)
    answer = secure.client.post(
        "/sign-in",
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
        data={"csrf_token": secure.hidden("csrf_token"), "login": house.operator, "password": PASSWORD},
    )
    assert all("Secure" in value for value in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("login", ["operator@{slug}", "nobody@{slug}", "operator@no-such-district", "operator"])
def test_an_unknown_login_reads_like_a_wrong_password(house: House, login: str) -> None:
    visitor = Visitor(house.app)
    answer = visitor.sign_in(login.format(slug=house.slug), "不是这个密码")
    assert answer.status_code == 422
    assert "账号或密码不对" in visitor.page


def test_guessing_is_stopped_even_for_the_right_password_and_begins_anew_later(house: House) -> None:
    for _ in range(FAILURES_PER_LOGIN):
        assert enter(house, password="不是这个密码") == NotSignedIn("wrong")
    assert enter(house) == NotSignedIn("throttled")
    assert isinstance(enter(house, now=NOW + timedelta(minutes=16)), SignedIn)


def test_guessing_at_a_login_that_does_not_exist_is_stopped_alike(house: House) -> None:
    for _ in range(FAILURES_PER_LOGIN):
        assert enter(house, login="nobody") == NotSignedIn("wrong")
    assert enter(house, login="nobody") == NotSignedIn("throttled")


def test_a_session_ends_after_half_an_hour_of_silence(house: House) -> None:
    entered = enter(house)
    assert isinstance(entered, SignedIn)
    assert holds(house, entered.token, now=NOW + timedelta(minutes=29))
    assert holds(house, entered.token, now=NOW + timedelta(minutes=58))
    assert not holds(house, entered.token, now=NOW + timedelta(minutes=89))


def test_a_session_ends_after_twelve_hours_however_busy(house: House) -> None:
    entered = enter(house)
    assert isinstance(entered, SignedIn)
    for minutes in range(20, 12 * 60, 20):
        assert holds(house, entered.token, now=NOW + timedelta(minutes=minutes))
    assert not holds(house, entered.token, now=NOW + timedelta(hours=12))


def test_a_copied_token_is_worth_nothing_after_signing_out_a_new_password_or_closing_the_account(house: House) -> None:
    def after(ending: str) -> str:
        entered = enter(house, now=NOW)
        assert isinstance(entered, SignedIn)
        with house.installation.scope(house.slug) as scope:
            if ending == "signed out":
                sign_out(scope, entered.token, now=NOW)
            elif ending == "new password":
                set_password(scope, "operator", PASSWORD, now=NOW)
            else:
                close_account(scope, "operator", now=NOW)
        return entered.token

    for ending in ("signed out", "new password", "closed"):
        assert not holds(house, after(ending), now=NOW), ending


def test_every_sign_in_gets_a_token_of_its_own(house: House) -> None:
    first, second = enter(house), enter(house)
    assert isinstance(first, SignedIn)
    assert isinstance(second, SignedIn)
    assert first.token != second.token


def test_a_token_does_not_open_another_district(make_house: Callable[[], House]) -> None:
    here, there = make_house(), make_house()
    entered = enter(here)
    assert isinstance(entered, SignedIn)
    visitor = Visitor(here.app)
    visitor.client.set_cookie("huiying_staff", f"{there.slug}:{entered.token}")
    assert visitor.get("/desk").location.startswith("/sign-in")


def test_nobody_is_led_away_after_signing_in(house: House) -> None:
    for wanted in ("//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"):
        visitor = Visitor(house.app)
        visitor.get("/sign-in")
        answer = visitor.post("/sign-in", login=house.operator, password=PASSWORD, next=wanted)
        assert answer.location == "/"

"""The second step of a sign-in: binding a phone, its codes, recovery codes, and what does not get around them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.journey.sign_in import (
    NotSignedIn,
    SignedIn,
    StepNeeded,
    give_code,
    offer_at_sign_in,
    resume,
    sign_in,
)
from core.people.queries import accounts
from core.people.rules import FAILURES_PER_LOGIN
from core.people.second_factor.models import RecoveryCode, SecondFactor
from core.people.second_factor.service import bind, offer
from core.people.service import open_account, set_password
from core.tenancy.security_log import security_events
from tests.web.conftest import House
from tests.web.making import PASSWORD, Visitor
from tests.web.phone import Phone, recovery_codes_on

NOW = datetime(2026, 3, 12, 2, 0, 10, tzinfo=UTC)
ADDRESS = "10.0.0.1"


def hire(house: House, login: str, *roles: str) -> str:
    """Open an account as in production and return how it signs in."""
    with house.installation.scope(house.slug) as scope:
        open_account(scope, login=login, name=login, password=PASSWORD, roles=roles, now=datetime.now(UTC))
    return f"{login}@{house.slug}"


def account_id(house: House, login: str) -> int:
    with house.installation.scope(house.slug) as scope:
        return next(each.id for each in accounts(scope) if each.login == login)


def bound(house: House, login: str = "keeper", *, now: datetime = NOW) -> tuple[Phone, tuple[str, ...]]:
    """Bind a phone to an account and return it with the recovery codes; its first code was used ten minutes ago."""
    before = now - timedelta(minutes=10)
    with house.installation.scope(house.slug) as scope:
        phone = Phone(offer(scope, account_id(house, login)))
        codes = bind(scope, account_id(house, login), phone.code(now=before), now=before)
    assert codes is not None
    return phone, codes


def enter(house: House, login: str = "keeper", *, now: datetime = NOW) -> SignedIn | StepNeeded | NotSignedIn:
    """Give login and password below the pages."""
    return house.installation.run(
        house.slug, lambda scope: sign_in(scope, login=login, password=PASSWORD, address=ADDRESS, now=now)
    )


def step(house: House, login: str = "keeper", *, now: datetime = NOW) -> str:
    """Get as far as the second step and return its token."""
    outcome = enter(house, login, now=now)
    assert isinstance(outcome, StepNeeded)
    return outcome.token


def give(house: House, token: str, code: str, *, now: datetime = NOW) -> SignedIn | NotSignedIn:
    return house.installation.run(
        house.slug, lambda scope: give_code(scope, token, code=code, address=ADDRESS, now=now)
    )


def logged(house: House, kind: str) -> list[tuple[str, str]]:
    """Return what the security log holds of one kind: to whom it happened, from which address."""
    with house.installation.scope(house.slug) as scope:
        return [(event.subject, event.address) for event in security_events(scope, kind=kind)]


@pytest.mark.parametrize("role", ["administrator", "discipline"])
def test_a_role_that_needs_it_binds_a_phone_at_the_first_sign_in(house: House, role: str) -> None:
    visitor = Visitor(house.app)
    led = visitor.sign_in(hire(house, "keeper", role))
    assert led.location == "/sign-in/bind?next=%2F"
    assert visitor.get("/account").location.startswith("/sign-in"), "nothing is open before"

    visitor.get(led.location)
    phone = Phone.scanning(visitor.page)
    assert 'class="qr"' in visitor.page
    wrong = visitor.post("/sign-in/bind", code="000000" if phone.code() != "000000" else "111111")
    assert wrong.status_code == 422
    assert Phone.scanning(visitor.page) == phone, "the same is offered until it is confirmed"

    shown = visitor.post("/sign-in/bind", code=phone.code())
    assert shown.status_code == 200
    assert len(set(recovery_codes_on(visitor.page))) == 10
    assert visitor.get("/account").status_code == 200
    assert [subject for subject, _ in logged(house, "totp_on")] == ["keeper"]


def test_whoever_bound_a_phone_is_asked_for_its_code_and_gets_a_session_only_then(house: House) -> None:
    login = hire(house, "keeper", "operator")
    phone, _ = bound(house, now=datetime.now(UTC))
    visitor = Visitor(house.app)
    led = visitor.sign_in(login)
    assert led.location == "/sign-in/code?next=%2F"
    assert not any("huiying_staff=" in each for each in led.headers.getlist("Set-Cookie"))
    step_cookie = next(each for each in led.headers.getlist("Set-Cookie") if each.startswith("huiying_step="))
    assert all(part in step_cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/sign-in"))

    visitor.get(led.location)
    entered = visitor.post("/sign-in/code", code=phone.code(), next="/account")
    assert entered.location == "/account"
    assert visitor.get("/account").status_code == 200
    assert visitor.get("/sign-in/code").status_code == 422, "the step is over"


def test_the_token_of_the_step_opens_no_session(house: House) -> None:
    hire(house, "keeper", "operator")
    bound(house)
    token = step(house)
    assert house.installation.run(house.slug, lambda scope: resume(scope, token, now=NOW)) is None


def test_a_code_opens_once_even_from_two_places(house: House) -> None:
    hire(house, "keeper", "operator")
    phone, _ = bound(house)
    first, second = step(house), step(house)
    assert isinstance(give(house, first, phone.code(now=NOW)), SignedIn)
    assert give(house, second, phone.code(now=NOW)) == NotSignedIn("wrong-code")
    assert give(house, second, phone.code(now=NOW, steps_on=-1)) == NotSignedIn("wrong-code")
    assert isinstance(give(house, second, phone.code(now=NOW, steps_on=1)), SignedIn)


def test_a_recovery_code_opens_once_and_is_logged(house: House) -> None:
    hire(house, "keeper", "operator")
    _, codes = bound(house)
    typed = codes[0].upper().replace("-", " ")
    assert isinstance(give(house, step(house), typed), SignedIn)
    assert give(house, step(house), codes[0]) == NotSignedIn("wrong-code")
    assert isinstance(give(house, step(house), codes[9]), SignedIn)
    assert logged(house, "recovery_used") == [("keeper", ADDRESS), ("keeper", ADDRESS)]


def test_a_recovery_code_is_of_one_account(house: House) -> None:
    hire(house, "keeper", "operator")
    hire(house, "neighbour", "operator")
    _, codes = bound(house)
    bound(house, "neighbour")
    assert give(house, step(house, "neighbour"), codes[0]) == NotSignedIn("wrong-code")


def test_wrong_codes_close_the_login_and_the_password_does_not_open_it_again(house: House) -> None:
    hire(house, "keeper", "operator")
    phone, _ = bound(house)
    for _ in range(FAILURES_PER_LOGIN - 1):
        assert give(house, step(house), "000000") == NotSignedIn("wrong-code")
    token = step(house)
    assert give(house, token, "12345") == NotSignedIn("wrong-code")
    assert give(house, token, phone.code(now=NOW)) == NotSignedIn("throttled")
    assert enter(house) == NotSignedIn("throttled")
    assert logged(house, "locked") == [("keeper", ADDRESS)]


def test_a_step_is_over_after_ten_minutes_and_after_a_new_password(house: House) -> None:
    hire(house, "keeper", "operator")
    phone, _ = bound(house)
    token, late = step(house), NOW + timedelta(minutes=10)
    assert give(house, token, phone.code(now=late), now=late) == NotSignedIn("too-late")

    token = step(house)
    with house.installation.scope(house.slug) as scope:
        set_password(scope, "keeper", PASSWORD, now=NOW)
    assert give(house, token, phone.code(now=NOW)) == NotSignedIn("too-late")
    assert isinstance(enter(house), StepNeeded), "a new password does not take the second factor away"


def test_whoever_knows_the_password_alone_is_offered_no_other_phone(house: House) -> None:
    hire(house, "keeper", "administrator")
    bound(house)
    token = step(house)
    assert house.installation.run(house.slug, lambda scope: offer_at_sign_in(scope, token, now=NOW)) is None


def test_secret_and_recovery_codes_are_not_in_the_database_as_they_are(house: House) -> None:
    hire(house, "keeper", "operator")
    phone, codes = bound(house)
    with house.installation.scope(house.slug) as scope:
        kept = scope.session.scalars(select(SecondFactor).where(SecondFactor.tenant_id == scope.tenant.id)).one()
        hashes = scope.session.scalars(select(RecoveryCode.code_hash)).all()
    assert kept.secret is not None
    assert phone.secret not in kept.secret
    assert len(hashes) == 10
    assert not any(code.replace("-", "").upper().encode() in each for each in hashes for code in codes)


def test_an_account_for_demonstration_is_let_off_and_says_so(house: House) -> None:
    visitor = Visitor(house.app)
    with house.installation.scope(house.slug) as scope:
        open_account(
            scope,
            login="shown",
            name="演示",
            password=PASSWORD,
            roles=["administrator"],
            is_demonstration=True,
            now=datetime.now(UTC),
        )
    assert visitor.sign_in(f"shown@{house.slug}").location == "/"
    visitor.get("/account")
    assert "这是演示账号，任何角色都免动态口令" in visitor.page


def test_a_sign_in_that_fails_is_logged_without_what_was_typed_for_a_login(house: House) -> None:
    hire(house, "keeper", "operator")
    with house.installation.scope(house.slug) as scope:
        for login in ("keeper", "my-password-by-mistake"):
            sign_in(scope, login=login, password="不是这个", address=ADDRESS, now=NOW)
    assert sorted(logged(house, "sign_in_failed")) == [("", ADDRESS), ("keeper", ADDRESS)]

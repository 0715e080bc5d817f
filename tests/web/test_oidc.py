"""Signing in by an identity provider: against a local one with real keys, and against one that lies."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from core.cli import oidc as commands
from core.journey.identity import bring_provider, drop_provider
from core.people.identities import Provider, link
from core.people.models import IdentityProvider
from core.people.queries import accounts
from core.people.service import close_account, open_account
from core.tenancy.security_log import security_events
from core.web.oidc_protocol import ProviderUnusable, endpoints_of, refuse_plain
from tests.web.conftest import House
from tests.web.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    LocalProvider,
    asked_in,
    running,
    signed_by_another,
    signed_with_the_public_key,
    unsigned,
)
from tests.web.making import PASSWORD, Visitor
from tests.web.phone import Phone


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalProvider]:
    with running(LocalProvider()) as provider:
        monkeypatch.setenv("HUIYING_OUTSIDE_HOSTS", urlsplit(provider.issuer).netloc)
        yield provider


@pytest.fixture
def wired(house: House, provider: LocalProvider) -> House:
    """A district that has connected the provider."""
    connect(house, provider)
    return house


def connect(house: House, provider: LocalProvider, name: str = "city") -> None:
    known = Provider(name, "市统一身份认证", provider.issuer, CLIENT_ID, CLIENT_SECRET)
    with house.installation.scope(house.slug) as scope:
        bring_provider(scope, known, now=datetime.now(UTC))


def link_to(house: House, provider: LocalProvider, login: str) -> None:
    """Link the person at the provider to an account, below the pages."""
    with house.installation.scope(house.slug) as scope:
        account_id = next(each.id for each in accounts(scope) if each.login == login)
        link(scope, account_id, issuer=provider.issuer, subject=provider.subject, now=datetime.now(UTC))


def leave(visitor: Visitor, house: House, *, name: str = "city") -> str:
    """Leave for the provider and return the address."""
    sent = visitor.get(f"/sign-in/oidc/{house.slug}/{name}?next=/account")
    assert sent.status_code == 303
    return sent.location


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/account").status_code == 200


def test_whoever_the_provider_vouches_for_gets_into_the_linked_account(wired: House, provider: LocalProvider) -> None:
    link_to(wired, provider, "operator")
    visitor = Visitor(wired.app)
    assert "用市统一身份认证登录" in visitor.get(f"/sign-in?at={wired.slug}").get_data(as_text=True)
    address = leave(visitor, wired)
    asked = asked_in(address)
    assert (asked["client_id"], asked["scope"]) == (CLIENT_ID, "openid")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3

    assert visitor.get(provider.consent(address)).location == "/account"
    assert is_in(visitor)
    with wired.installation.scope(wired.slug) as scope:
        (event,) = security_events(scope, kind="sign_in")
        assert (event.subject, event.detail) == ("operator", {"by": "identity"})


def test_an_identity_that_nobody_linked_opens_nothing(wired: House, provider: LocalProvider) -> None:
    provider.subject = "operator"  # whatever the provider calls them
    visitor = Visitor(wired.app)
    answer = visitor.get(provider.consent(leave(visitor, wired)))
    assert answer.status_code == 403
    assert "没有关联本区的账号" in visitor.page
    assert not is_in(visitor)


def test_an_identity_opens_no_closed_account_and_none_of_another_district(
    wired: House, provider: LocalProvider
) -> None:
    link_to(wired, provider, "operator")
    with wired.installation.scope(wired.slug) as scope:
        close_account(scope, "operator", now=datetime.now(UTC))
    visitor = Visitor(wired.app)
    assert visitor.get(provider.consent(leave(visitor, wired))).status_code == 403
    assert Visitor(wired.app).get("/sign-in/oidc/no-such-district/city").status_code == 404
    assert Visitor(wired.app).get(f"/sign-in/oidc/{wired.slug}/other").status_code == 404


def test_a_second_factor_is_asked_for_all_the_same(wired: House, provider: LocalProvider) -> None:
    with wired.installation.scope(wired.slug) as scope:
        now = datetime.now(UTC)
        open_account(scope, login="keeper", name="管", password=PASSWORD, roles=["administrator"], now=now)
    link_to(wired, provider, "keeper")
    visitor = Visitor(wired.app)
    led = visitor.get(provider.consent(leave(visitor, wired))).location
    assert led.startswith("/sign-in/bind")
    visitor.get(led)
    visitor.post("/sign-in/bind", code=Phone.scanning(visitor.page).code())
    again = Visitor(wired.app)
    assert again.get(provider.consent(leave(again, wired))).location.startswith("/sign-in/code")
    assert not is_in(again)


def test_an_answer_is_good_once_and_in_the_browser_that_asked(wired: House, provider: LocalProvider) -> None:
    link_to(wired, provider, "operator")
    asking, other = Visitor(wired.app), Visitor(wired.app)
    back = provider.consent(leave(asking, wired))
    leave(other, wired)
    assert other.get(back).status_code == 403, "the state is another browser's"
    assert Visitor(wired.app).get(back).status_code == 403, "nothing was asked there"
    assert asking.get(back).status_code == 303
    assert asking.get(back).status_code == 403
    assert not is_in(other)


@pytest.mark.parametrize(
    "altered",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"exp": 1_000_000_000},
        {"sub": ""},
        {"sub": 1},
        {"sub": "x" * 256},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    wired: House, provider: LocalProvider, altered: dict[str, object]
) -> None:
    link_to(wired, provider, "operator")
    provider.altered = altered
    visitor = Visitor(wired.app)
    assert visitor.get(provider.consent(leave(visitor, wired))).status_code == 403
    assert not is_in(visitor)


@pytest.mark.parametrize("sign", [unsigned, signed_by_another, signed_with_the_public_key])
def test_a_token_that_the_provider_did_not_sign_is_refused(wired: House, provider: LocalProvider, sign: object) -> None:
    link_to(wired, provider, "operator")
    provider.sign = sign  # type: ignore[assignment]
    visitor = Visitor(wired.app)
    assert visitor.get(provider.consent(leave(visitor, wired))).status_code == 403
    assert not is_in(visitor)


def test_a_code_is_redeemed_with_the_verifier_of_the_browser_that_asked(wired: House, provider: LocalProvider) -> None:
    link_to(wired, provider, "operator")
    visitor, thief = Visitor(wired.app), Visitor(wired.app)
    stolen = asked_in(provider.consent(leave(visitor, wired)))["code"]
    state = asked_in(leave(thief, wired))["state"]
    assert thief.get(f"/sign-in/oidc/callback?code={stolen}&state={state}").status_code == 403
    assert not is_in(thief)


def test_the_same_subject_at_another_provider_is_another_person(wired: House, provider: LocalProvider) -> None:
    link_to(wired, provider, "operator")
    with running(LocalProvider(subject=provider.subject)) as other, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIYING_OUTSIDE_HOSTS", "127.0.0.1")
        connect(wired, other, "other")
        visitor = Visitor(wired.app)
        assert visitor.get(other.consent(leave(visitor, wired, name="other"))).status_code == 403

        mixed = Visitor(wired.app)
        back = other.consent(leave(mixed, wired))
        assert mixed.get(back).status_code == 403, "an answer of one provider to what was asked of the other"
        other.altered = {"iss": provider.issuer}
        lying = Visitor(wired.app)
        assert lying.get(other.consent(leave(lying, wired, name="other"))).status_code == 403


def test_a_provider_that_says_it_is_another_is_not_used(provider: LocalProvider) -> None:
    provider.says_it_is = "https://evil.example"
    with pytest.raises(ProviderUnusable):
        endpoints_of(Provider("city", "市", provider.issuer, CLIENT_ID, None))


@pytest.mark.parametrize("address", ["http://idp.example.org", "ftp://idp.example.org", "//idp.example.org", None, "x"])
def test_only_https_is_spoken_unless_the_host_is_ones_own(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_OUTSIDE_HOSTS", "127.0.0.1:9,other.example.org")
    refuse_plain("https://idp.example.org")
    refuse_plain("http://other.example.org/token")
    with pytest.raises(ProviderUnusable):
        refuse_plain(address)


def test_an_identity_is_linked_and_unlinked_on_the_own_page_with_proof(wired: House, provider: LocalProvider) -> None:
    visitor = wired.visitor(wired.operator)
    visitor.get("/account")
    assert visitor.get("/account/identities/city").location == "/account", "not without a proof"
    visitor.get("/account")
    assert visitor.post("/account/identities/prove", provider="city", password="不是这个").status_code == 422
    assert visitor.post("/account/identities/prove", provider="city", password=PASSWORD).status_code == 200
    sent = visitor.get("/account/identities/city")
    assert visitor.get(provider.consent(sent.location)).location == "/account"
    visitor.get("/account")
    assert f"解除 {provider.issuer}" in visitor.page

    elsewhere = Visitor(wired.app)
    assert elsewhere.get(provider.consent(leave(elsewhere, wired))).status_code == 303
    number = visitor.hidden("identity")
    assert visitor.post("/account/identities/unlink", identity=number, password=PASSWORD).location == "/account"
    again = Visitor(wired.app)
    assert again.get(provider.consent(leave(again, wired))).status_code == 403
    with wired.installation.scope(wired.slug) as scope:
        kinds = [event.kind for event in security_events(scope)]
    assert kinds.index("identity_linked") < kinds.index("identity_unlinked")


def test_an_identity_of_one_account_is_not_linked_to_a_second(wired: House, provider: LocalProvider) -> None:
    link_to(wired, provider, "reviewer")
    visitor = wired.visitor(wired.operator)
    visitor.get("/account")
    visitor.post("/account/identities/prove", provider="city", password=PASSWORD)
    sent = visitor.get("/account/identities/city")
    assert visitor.get(provider.consent(sent.location)).status_code == 422
    assert "已经关联了本区的另一个账号" in visitor.page


def test_nobody_signs_in_by_a_provider_that_was_removed(wired: House, provider: LocalProvider) -> None:
    link_to(wired, provider, "operator")
    visitor = Visitor(wired.app)
    back = provider.consent(leave(visitor, wired))
    with wired.installation.scope(wired.slug) as scope:
        drop_provider(scope, "city", now=datetime.now(UTC))
    assert visitor.get(back).status_code == 404
    assert not is_in(visitor)


def test_the_operator_connects_and_removes_a_provider_that_is_asked_first(
    house: House, provider: LocalProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "installed", lambda: nullcontext(house.installation))
    secret = tmp_path / "secret"
    secret.write_text(f"{CLIENT_SECRET}\n")

    def run(name: str, *arguments: str) -> Result:
        return CliRunner().invoke(commands.oidc, [name, "--tenant", house.slug, *arguments])

    there = ("--label", "市统一身份认证", "--client-id", CLIENT_ID, "--secret-file", str(secret), "--issuer")
    assert isinstance(run("add", "city", *there, "http://127.0.0.1:9").exception, ProviderUnusable)
    assert run("list").stdout == "没有接入统一身份认证。\n"
    added = run("add", "city", *there, provider.issuer)
    assert "/sign-in/oidc/callback" in added.stdout
    assert run("list").stdout == f"city  市统一身份认证  {provider.issuer}  {CLIENT_ID}\n"
    with house.installation.scope(house.slug) as scope:
        kept = scope.session.scalars(
            select(IdentityProvider.secret).where(IdentityProvider.tenant_id == scope.tenant.id)
        ).one()
    assert kept is not None
    assert CLIENT_SECRET.encode() not in kept

    link_to(house, provider, "operator")
    visitor = Visitor(house.app)
    assert visitor.get(provider.consent(leave(visitor, house))).status_code == 303
    assert run("remove", "city").exit_code == 0
    assert Visitor(house.app).get(f"/sign-in/oidc/{house.slug}/city").status_code == 404

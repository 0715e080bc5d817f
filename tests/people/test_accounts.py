"""Accounts and tokens on the real database."""

import pytest
from sqlalchemy import select

from core.people.failures import record_failure
from core.people.models import Account, AccountRole, ApiToken
from core.people.passwords import PasswordTooWeak
from core.people.queries import System, accounts, find_system
from core.people.secrets import password_fits
from core.people.service import (
    LabelTaken,
    LoginTaken,
    NoSuchAccount,
    close_account,
    give_roles,
    issue_token,
    open_account,
    revoke_token,
)
from core.tenancy.models import Tally
from core.tenancy.scope import Installation
from tests.builders import beijing, make_district, make_installation

NOW = beijing("2026-03-12 10:00")
PASSWORD = "一句只有测试才知道的长话"


@pytest.fixture
def installation(database_url: str) -> Installation:
    return make_installation(database_url)


def test_an_account_signs_in_with_a_lower_case_login_and_keeps_no_password(installation: Installation) -> None:
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        open_account(scope, login=" ZhangLi ", name="张丽", password=PASSWORD, roles=["operator"], now=NOW)
    with installation.scope(slug) as scope:
        (account,) = accounts(scope)
        assert (account.login, account.name, account.active) == ("zhangli", "张丽", True)
        assert account.password_hash.startswith("$argon2id$")
        assert password_fits(account.password_hash, PASSWORD)
        assert not password_fits(account.password_hash, PASSWORD + " ")


@pytest.mark.parametrize("password", ["短", "123456789", "zhangli-zhangli"])
def test_a_weak_password_is_refused_in_words(installation: Installation, password: str) -> None:
    with installation.scope(make_district(installation)) as scope, pytest.raises(PasswordTooWeak):
        open_account(scope, login="zhangli-zhangli", name="张丽", password=password, roles=[], now=NOW)


def test_a_login_is_taken_once_per_district(installation: Installation) -> None:
    here, there = make_district(installation), make_district(installation)
    for slug in (here, there):
        with installation.scope(slug) as scope:
            open_account(scope, login="zhangli", name="张丽", password=PASSWORD, roles=[], now=NOW)
    with installation.scope(here) as scope, pytest.raises(LoginTaken):
        open_account(scope, login="ZHANGLI", name="张丽", password=PASSWORD, roles=[], now=NOW)


def test_giving_roles_replaces_those_before(installation: Installation) -> None:
    with installation.scope(make_district(installation)) as scope:
        account = open_account(scope, login="zhangli", name="张丽", password=PASSWORD, roles=["operator"], now=NOW)
        give_roles(scope, account, ["reviewer", "reviewer", "discipline"], now=NOW)
        held = scope.session.scalars(
            select(AccountRole.role).where(AccountRole.tenant_id == scope.tenant.id).order_by(AccountRole.role)
        )
        assert list(held) == ["discipline", "reviewer"]


def test_an_account_that_does_not_exist_cannot_be_closed(installation: Installation) -> None:
    with installation.scope(make_district(installation)) as scope, pytest.raises(NoSuchAccount):
        close_account(scope, "nobody", now=NOW)


def test_what_was_typed_into_the_login_field_is_not_kept(installation: Installation) -> None:
    with installation.scope(make_district(installation)) as scope:
        record_failure(scope, "my-password-by-mistake", address="10.0.0.1", now=NOW)
        kept = list(scope.session.scalars(select(Tally).where(Tally.tenant_id == scope.tenant.id)))
        assert {row.kind for row in kept} == {"failures-of-login", "failures-from-address", "failures"}
        assert not any(b"password" in row.key or b"10.0.0.1" in row.key for row in kept)


def test_a_token_is_shown_once_kept_as_a_hash_and_can_be_revoked(installation: Installation) -> None:
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        token = issue_token(scope, "网格平台", now=NOW)
        assert token.startswith(f"hy_{slug}_")
        kept = scope.session.scalars(select(ApiToken).where(ApiToken.tenant_id == scope.tenant.id)).one()
        assert find_system(scope, token, now=NOW) == System(kept.id, "网格平台", role="", unit_id=None)
        assert token.encode() not in kept.token_hash
        revoke_token(scope, "网格平台", now=NOW)
        assert find_system(scope, token, now=NOW) is None
        with pytest.raises(LabelTaken):
            issue_token(scope, "网格平台", now=NOW)


def test_accounts_of_another_district_are_not_seen(installation: Installation) -> None:
    here, there = make_district(installation), make_district(installation)
    for slug in (here, there):
        with installation.scope(slug) as scope:
            open_account(scope, login="zhangli", name=slug, password=PASSWORD, roles=[], now=NOW)
    with installation.scope(here) as scope:
        assert [account.name for account in scope.session.scalars(select(Account))] == [here]

"""Accounts given into people's hands at the command line: links, roles, sessions, second factors, the emergency account."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from core.cli import entrusting
from core.cli.people import user
from core.journey.entrusting import (
    AccountClosed,
    LinkUnusable,
    NoSecondFactor,
    ReasonMissing,
    emergencies,
    look_at_link,
    set_password_by_link,
)
from core.journey.people import UnitMissing
from core.journey.sign_in import NotSignedIn, SignedIn, StepNeeded, resume, sign_in
from core.people.models import AccountLink
from core.people.passwords import PasswordTooWeak
from core.people.queries import accounts
from core.people.rules import FAILURES_PER_LOGIN, FAILURES_PER_LOGIN_A_DAY, SPRAYING
from core.people.second_factor.service import bind, offer
from core.people.second_factor.totp import code_at, step_at
from core.people.service import NoSuchAccount, close_account, open_account
from core.tenancy.scope import Installation
from core.tenancy.security_log import security_events
from tests.builders import make_district

PASSWORD = "一句只有测试才知道的长话"
OTHER = "另一句没有人想得到的长话"
Command = Callable[..., Result]
Outcome = SignedIn | StepNeeded | NotSignedIn


@pytest.fixture
def district(installation: Installation) -> str:
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        open_account(scope, login="zhangli", name="张丽", password=PASSWORD, roles=["leader"], now=datetime.now(UTC))
    return slug


@pytest.fixture
def run(district: str, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `huiying user …` in the district."""
    monkeypatch.setattr(entrusting, "installed", lambda: nullcontext(installation))

    def run(name: str, *arguments: str) -> Result:
        return CliRunner().invoke(user, [name, "--tenant", district, *arguments])

    return run


@pytest.fixture
def enter(installation: Installation, district: str) -> Callable[..., Outcome]:
    """Sign in."""

    def enter(
        login: str = "zhangli", password: str = PASSWORD, *, now: datetime | None = None, address: str = "10.0.0.1"
    ) -> Outcome:
        at = now or datetime.now(UTC)
        return installation.run(
            district, lambda scope: sign_in(scope, login=login, password=password, address=address, now=at)
        )

    return enter


def token_in(result: Result, district: str) -> str:
    """Return the token of the link that a command printed."""
    address = result.stdout.splitlines()[-1]
    before, _, token = address.rpartition("/")
    assert before.endswith(f"/set-password/{district}")
    return token


def holds(installation: Installation, slug: str, outcome: Outcome, *, now: datetime | None = None) -> bool:
    assert isinstance(outcome, SignedIn)
    at = now or datetime.now(UTC)
    return installation.run(slug, lambda scope: resume(scope, outcome.token, now=at)) is not None


def kinds(installation: Installation, slug: str) -> list[str]:
    with installation.scope(slug) as scope:
        return [event.kind for event in security_events(scope)]


def test_an_invited_person_sets_the_password_once(
    run: Command, enter: Callable[..., Outcome], installation: Installation, district: str
) -> None:
    result = run("invite", "lina", "--name", "李娜", "--role", "leader")
    assert result.exit_code == 0
    token = token_in(result, district)
    assert enter("lina", "") == NotSignedIn("wrong"), "nobody signs in before"
    assert "尚未设置密码" in run("list").stdout

    now = datetime.now(UTC)
    with installation.scope(district) as scope:
        assert look_at_link(scope, token, now=now).name == "李娜"
    with pytest.raises(PasswordTooWeak), installation.scope(district) as scope:
        set_password_by_link(scope, token, "lina20260312", now=now)
    with installation.scope(district) as scope:
        set_password_by_link(scope, token, OTHER, now=now)
    assert isinstance(enter("lina", OTHER), SignedIn)
    with installation.scope(district) as scope, pytest.raises(LinkUnusable):
        set_password_by_link(scope, token, PASSWORD, now=now)
    assert [kind for kind in kinds(installation, district) if kind in ("invited", "password_set")] == [
        "invited",
        "password_set",
    ]


@pytest.mark.parametrize(("command", "hours"), [("invite", 7 * 24), ("reset", 24)])
def test_a_link_expires(run: Command, installation: Installation, district: str, command: str, hours: int) -> None:
    arguments = ("lina", "--name", "李娜", "--role", "leader") if command == "invite" else ("zhangli",)
    token = token_in(run(command, *arguments), district)
    with installation.scope(district) as scope:
        look_at_link(scope, token, now=datetime.now(UTC) + timedelta(hours=hours, seconds=-60))
        with pytest.raises(LinkUnusable):
            look_at_link(scope, token, now=datetime.now(UTC) + timedelta(hours=hours, seconds=60))


def test_a_new_link_ends_the_one_before_and_the_token_is_nowhere_stored(
    run: Command, installation: Installation, district: str
) -> None:
    first, second = (token_in(run("reset", "zhangli"), district) for _ in range(2))
    now = datetime.now(UTC)
    with installation.scope(district) as scope:
        kept = scope.session.scalars(select(AccountLink).where(AccountLink.tenant_id == scope.tenant.id)).one()
        assert second.encode() not in kept.token_hash
        with pytest.raises(LinkUnusable):
            look_at_link(scope, first, now=now)
        look_at_link(scope, second, now=now)
        close_account(scope, "zhangli", now=now)
        with pytest.raises(LinkUnusable):
            look_at_link(scope, second, now=now)
    assert isinstance(run("reset", "zhangli").exception, AccountClosed)


def test_a_link_opens_nothing_in_another_district(run: Command, installation: Installation, district: str) -> None:
    token = token_in(run("reset", "zhangli"), district)
    there = make_district(installation)
    with installation.scope(there) as scope, pytest.raises(LinkUnusable):
        look_at_link(scope, token, now=datetime.now(UTC))


def test_a_link_names_the_host_that_was_configured(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_HOSTS", "huiying.example.org,other.example.org")
    result = run("reset", "zhangli", "--json")
    assert json.loads(result.stdout)["link"].startswith("https://huiying.example.org/set-password/")


def test_a_reset_ends_sessions_and_leaves_the_second_factor(
    run: Command, enter: Callable[..., Outcome], installation: Installation, district: str
) -> None:
    session, now = enter(), datetime.now(UTC)
    with installation.scope(district) as scope:
        (account,) = accounts(scope)
        secret = offer(scope, account.id)
        assert bind(scope, account.id, code_at(secret, step_at(now)), now=now)
    token = token_in(run("reset", "zhangli"), district)
    assert holds(installation, district, session), "until the password is set nothing changes"
    with installation.scope(district) as scope:
        set_password_by_link(scope, token, OTHER, now=now)
    assert not holds(installation, district, session)
    assert isinstance(enter(password=OTHER), StepNeeded)

    assert "已绑定动态口令" in run("list").stdout
    assert run("totp-off", "zhangli").exit_code == 0
    assert isinstance(enter(password=OTHER), SignedIn)
    assert isinstance(run("totp-off", "zhangli").exception, NoSecondFactor)
    assert "totp_off" in kinds(installation, district)


def test_sessions_of_somebody_are_listed_and_ended(
    run: Command, enter: Callable[..., Outcome], installation: Installation, district: str
) -> None:
    one, two = enter(address="10.0.0.8"), enter(address="10.0.0.9")
    listed = run("sessions", "zhangli").stdout.splitlines()
    assert sorted(line.rpartition(" ")[2] for line in listed) == ["10.0.0.8", "10.0.0.9"]
    assert run("sign-out", "zhangli").stdout == "已结束 zhangli 的 2 处登录。\n"
    assert not holds(installation, district, one)
    assert not holds(installation, district, two)
    assert run("sessions", "zhangli").stdout == "账号 zhangli 现在没有登录。\n"
    assert isinstance(run("sign-out", "nobody").exception, NoSuchAccount)


def test_other_roles_end_sessions_and_the_same_roles_do_not(
    run: Command, enter: Callable[..., Outcome], installation: Installation, district: str
) -> None:
    session = enter()
    run("roles", "zhangli", "--role", "leader")
    assert holds(installation, district, session)
    assert run("roles", "zhangli", "--role", "leader", "--role", "reviewer").exit_code == 0
    assert not holds(installation, district, session)
    assert isinstance(run("roles", "zhangli", "--role", "clerk").exception, UnitMissing)


def test_an_emergency_account_administers_for_hours_under_a_reason(
    run: Command, enter: Callable[..., Outcome], installation: Installation, district: str
) -> None:
    assert isinstance(run("break-glass", "--reason", " ").exception, ReasonMissing)
    opened = json.loads(run("break-glass", "--reason", "管理员出差，手机丢失", "--hours", "2", "--json").stdout)
    session = enter(opened["login"], opened["password"])
    later = datetime.now(UTC) + timedelta(hours=2, minutes=1)
    assert holds(installation, district, session), "no second factor is asked for"
    assert not holds(installation, district, session, now=later)
    assert enter(opened["login"], opened["password"], now=later) == NotSignedIn("wrong")

    with installation.scope(district) as scope:
        (event,) = security_events(scope, kind="break_glass")
        assert (event.subject, event.detail["reason"]) == (opened["login"], "管理员出差，手机丢失")
        assert [each.login for each in emergencies(scope, now=datetime.now(UTC))] == [opened["login"]]
        assert emergencies(scope, now=later) == []
    assert "应急账号，有效至" in run("list").stdout


def test_twenty_failures_in_a_day_close_a_login_until_somebody_unlocks_it(
    run: Command, enter: Callable[..., Outcome], installation: Installation, district: str
) -> None:
    now = datetime.now(UTC)
    start = now - timedelta(hours=2)
    for number in range(FAILURES_PER_LOGIN_A_DAY):
        at = start + timedelta(minutes=20 * (number // FAILURES_PER_LOGIN))
        assert enter(password="不是这个密码", now=at) == NotSignedIn("wrong")
    assert enter(now=now) == NotSignedIn("throttled")
    assert run("unlock", "zhangli").exit_code == 0
    assert isinstance(enter(now=now), SignedIn)
    assert {"locked", "unlocked"} <= set(kinds(installation, district))


def test_trying_at_many_accounts_from_many_addresses_is_told_in_the_log(
    enter: Callable[..., Outcome], installation: Installation, district: str
) -> None:
    for number in range(SPRAYING):
        assert enter(f"guess-{number}", "Welcome2026", address=f"10.1.0.{number}") == NotSignedIn("wrong")
    assert kinds(installation, district).count("spraying") == 1

"""`huiying user` and `huiying token`: a password or token made here is shown once; refusals say what there is."""

import json
from collections.abc import Callable

import pytest
from click import Group
from click.testing import CliRunner, Result

from core.cli.people import token, user
from core.journey.people import LabelUnusable, LoginUnusable, NoSuchToken, RoleMissing, UnitMissing
from core.journey.sign_in import SignedIn, resume, sign_in
from core.kit.errors import Refused
from core.people.passwords import PasswordTooWeak
from core.people.queries import find_system
from core.people.roles import ROLES, UnknownRole
from core.people.service import LabelTaken, LoginTaken, NoSuchAccount
from core.tenancy.scope import Installation
from core.units.queries import NoSuchUnit, directory
from tests.builders import beijing, make_district

NOW = beijing("2026-03-12 10:00")
Command = Callable[..., Result]


@pytest.fixture
def district(installation: Installation) -> str:
    return make_district(installation)


@pytest.fixture
def run(district: str) -> Command:
    """Run a command in the district."""

    def run(group: Group, name: str, *arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(group, [name, "--tenant", district, *arguments], input=typed)

    return run


def add(run: Command, login: str = "zhangli", *options: str, typed: str | None = None) -> Result:
    return run(user, "add", login, "--name", "张丽", *(options or ("--role", "leader")), typed=typed)


def signs_in(installation: Installation, slug: str, login: str, password: str) -> bool:
    answer = installation.run(
        slug, lambda scope: sign_in(scope, login=login, password=password, address="127.0.0.1", now=NOW)
    )
    return isinstance(answer, SignedIn)


def test_a_new_account_signs_in_with_the_password_that_was_shown(
    run: Command, installation: Installation, district: str
) -> None:
    result = add(run)

    first, second = result.stdout.splitlines()
    assert (result.exit_code, first) == (0, "已开设账号 zhangli。")
    assert second.startswith("密码（只显示这一次）：")
    assert signs_in(installation, district, "zhangli", second.partition("：")[2])


def test_passwords_made_here_are_long_and_never_the_same(run: Command) -> None:
    passwords = [
        json.loads(add(run, login, "--role", "leader", "--json").stdout)["password"] for login in ("jia", "yi-")
    ]

    assert [len(password.replace("-", "")) for password in passwords] == [16, 16]
    assert passwords[0] != passwords[1]


def test_a_typed_password_is_not_shown(run: Command, installation: Installation, district: str) -> None:
    sentence = "一句只有我自己知道的长话"

    result = add(run, "zhangli", "--role", "leader", "--ask-password", typed=f"{sentence}\n{sentence}\n")

    assert result.exit_code == 0
    assert sentence not in result.output
    assert signs_in(installation, district, "zhangli", sentence)


def test_a_clerk_belongs_to_a_unit(run: Command) -> None:
    without = add(run, "zhangli", "--role", "clerk")
    unknown = add(run, "zhangli", "--role", "clerk", "--unit", "nowhere")
    given = add(run, "zhangli", "--role", "clerk", "--unit", "roads")

    assert (type(without.exception), type(unknown.exception), given.exit_code) == (UnitMissing, NoSuchUnit, 0)


def test_an_unknown_role_is_refused_with_all_that_exist(run: Command) -> None:
    refusal = add(run, "zhangli", "--role", "emperor").exception

    assert isinstance(refusal, UnknownRole)
    assert "emperor" in refusal.message
    assert all(f"{role.name}（{role.label}）" in refusal.message for role in ROLES.values())


@pytest.mark.parametrize(
    ("login", "options", "typed", "refusal"),
    [
        ("张丽", (), None, LoginUnusable),
        ("x", (), None, LoginUnusable),
        ("has space", (), None, LoginUnusable),
        ("zhangli", ("--role", "leader", "--ask-password"), "short\nshort\n", PasswordTooWeak),
    ],
)
def test_an_unusable_account_is_refused_and_not_made(
    run: Command, login: str, options: tuple[str, ...], typed: str | None, refusal: type[Refused]
) -> None:
    result = add(run, login, *options, typed=typed)

    assert isinstance(result.exception, refusal)
    assert json.loads(run(user, "list", "--json").stdout) == []


def test_a_login_is_taken_once(run: Command) -> None:
    add(run)

    assert isinstance(add(run, "ZhangLi").exception, LoginTaken)


def test_accounts_are_listed_with_what_they_do(run: Command) -> None:
    add(run, "zhangli", "--role", "reviewer", "--role", "operator")
    add(run, "lisi", "--role", "clerk", "--unit", "roads")
    run(user, "close", "lisi")

    assert run(user, "list").stdout == "lisi  张丽  承办  道路管理处  已停用\nzhangli  张丽  受理席、审核席\n"
    plain = {"second_factor": False, "standing": ""}
    assert json.loads(run(user, "list", "--json").stdout) == [
        {"login": "lisi", "name": "张丽", "roles": ["clerk"], "unit": "道路管理处", "active": False, **plain},
        {"login": "zhangli", "name": "张丽", "roles": ["operator", "reviewer"], "unit": "", "active": True, **plain},
    ]


def test_a_closed_account_is_out_at_once(run: Command, installation: Installation, district: str) -> None:
    password = json.loads(add(run, "zhangli", "--role", "leader", "--json").stdout)["password"]
    session = installation.run(
        district, lambda scope: sign_in(scope, login="zhangli", password=password, address="127.0.0.1", now=NOW)
    )
    assert isinstance(session, SignedIn)

    assert run(user, "close", "zhangli").stdout == "已停用账号 zhangli。\n"

    assert installation.run(district, lambda scope: resume(scope, session.token, now=NOW)) is None
    assert not signs_in(installation, district, "zhangli", password)


def test_a_changed_password_replaces_the_old_one(run: Command, installation: Installation, district: str) -> None:
    old = json.loads(add(run, "zhangli", "--role", "leader", "--json").stdout)["password"]

    new = json.loads(run(user, "password", "zhangli", "--json").stdout)["password"]

    assert signs_in(installation, district, "zhangli", new)
    assert not signs_in(installation, district, "zhangli", old)


@pytest.mark.parametrize("command", ["close", "password"])
def test_a_login_that_does_not_exist_is_refused(run: Command, command: str) -> None:
    assert isinstance(run(user, command, "nobody").exception, NoSuchAccount)


def test_a_token_opens_until_it_is_revoked(run: Command, installation: Installation, district: str) -> None:
    issued = json.loads(run(token, "issue", "hotline", "--json").stdout)["token"]
    named = installation.run(district, lambda scope: find_system(scope, issued, now=NOW))

    assert run(token, "revoke", "hotline").stdout == "已吊销令牌「hotline」。\n"

    assert named is not None
    assert (named.label, named.role, named.unit_id) == ("hotline", "", None)
    assert installation.run(district, lambda scope: find_system(scope, issued, now=NOW)) is None


def test_a_token_is_shown_once(run: Command) -> None:
    issued = run(token, "issue", "hotline").stdout.splitlines()[-1]

    assert issued not in run(token, "list").output
    assert [(each["label"], each["revoked"]) for each in json.loads(run(token, "list", "--json").stdout)] == [
        ("hotline", None)
    ]


def test_tokens_are_listed_with_what_became_of_them(run: Command) -> None:
    for label in ("wechat", "hotline"):
        run(token, "issue", label)
    run(token, "revoke", "wechat")

    assert [line.split("  ")[1:] for line in run(token, "list").stdout.splitlines()] == [
        ["hotline", "只提交和查询", "有效"],
        ["wechat", "只提交和查询", "已吊销"],
    ]


def test_a_token_can_act_in_a_role_for_a_unit(run: Command, installation: Installation, district: str) -> None:
    issued = run(token, "issue", "roads-office", "--role", "clerk", "--unit", "roads").stdout.splitlines()[-1]

    system = installation.run(district, lambda scope: find_system(scope, issued, now=NOW))
    roads = installation.run(district, lambda scope: directory(scope).get_unit("roads"))
    assert system is not None
    assert (system.label, system.role, system.unit_id) == ("roads-office", "clerk", roads.id)
    assert run(token, "list").stdout.splitlines()[0].split("  ")[1:] == ["roads-office", "承办", roads.name, "有效"]


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        (("--role", "emperor"), UnknownRole),
        (("--role", "clerk"), UnitMissing),
        (("--role", "clerk", "--unit", "nowhere"), NoSuchUnit),
        (("--unit", "roads"), RoleMissing),
    ],
)
def test_an_unusable_token_is_refused_and_not_made(
    run: Command, options: tuple[str, ...], refusal: type[Refused]
) -> None:
    assert isinstance(run(token, "issue", "office", *options).exception, refusal)
    assert run(token, "list").stdout == "还没有令牌。用 huiying token issue 发放。\n"


def test_a_label_is_taken_once(run: Command) -> None:
    run(token, "issue", "hotline")

    assert isinstance(run(token, "issue", "hotline").exception, LabelTaken)
    assert isinstance(run(token, "issue", " ").exception, LabelUnusable)


def test_a_token_that_does_not_exist_is_refused_with_those_that_do(run: Command) -> None:
    run(token, "issue", "hotline")

    refusal = run(token, "revoke", "wechat").exception

    assert isinstance(refusal, NoSuchToken)
    assert "hotline" in refusal.message

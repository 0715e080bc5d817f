"""Who gives himself a right in the tables, or lets other settings hold, is found by what no record tells."""

import pytest
from sqlalchemy import select

from core.people.models import Account
from core.people.service import close_account, give_roles, issue_token, open_account, revoke_token
from core.tenancy.models import SecurityEvent
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Installation, Scope
from tests.builders import beijing, make_district
from tests.trust.spoiling import Owner, Proven

NOW = beijing("2026-03-13 10:00")
PASSWORD = "一句只有这里的测试才知道的话"
FEATURE = "test.feature"


def staff(scope: Scope) -> None:
    """Two accounts of which one was closed, and two tokens of which one was revoked; roles changed meanwhile."""
    lin = open_account(scope, login="lin", name="林工", password=PASSWORD, roles=["operator"], now=NOW)
    open_account(scope, login="wang", name="王工", password=PASSWORD, roles=["reviewer"], now=NOW)
    for roles in (["operator", "reviewer"], ["reviewer"], ["operator"]):
        give_roles(scope, lin, roles, now=NOW)
    close_account(scope, "wang", now=NOW)
    issue_token(scope, "网格平台", role="reviewer", now=NOW)
    issue_token(scope, "旧平台", now=NOW)
    revoke_token(scope, "旧平台", now=NOW)


@pytest.fixture
def walk(installation: Installation) -> Proven:
    walk = Proven(installation, make_district(installation))
    walk.take_in()
    walk.run(staff)
    return walk


@pytest.fixture
def owner(owner_url: str, walk: Proven) -> Owner:
    return Owner(owner_url, walk)


def found(walk: Proven) -> list[tuple[str | None, str]]:
    return [(each.record, each.words) for each in walk.audit().findings]


def test_rights_that_changed_as_they_should_are_whole(walk: Proven) -> None:
    walk.seal("2026-03-14 00:00")

    assert found(walk) == []


@pytest.mark.parametrize(
    ("change", "record", "words"),
    [
        (
            """INSERT INTO account_role SELECT tenant_id, id, 'administrator' FROM account
               WHERE DISTRICT AND login = 'lin'""",
            "账号 lin",
            "有角色 administrator，安全日志没有记载授予",
        ),
        (
            "DELETE FROM account_role WHERE DISTRICT AND role = 'operator'",
            "账号 lin",
            "没有角色 operator，安全日志只记载了授予",
        ),
        ("UPDATE account SET active = true WHERE DISTRICT", "账号 wang", "可以登录，安全日志记载已停用"),
        (
            "UPDATE api_token SET role = 'administrator' WHERE DISTRICT AND revoked_at IS NULL",
            "令牌 网格平台",
            "角色为“administrator”，签发时为“reviewer”",
        ),
        ("UPDATE api_token SET revoked_at = NULL WHERE DISTRICT", "令牌 旧平台", "可以使用，安全日志记载已吊销"),
        (
            """INSERT INTO api_token (tenant_id, id, label, token_hash, created_at, role)
               SELECT tenant_id, id + 1000000, '后门', 'x', created_at, role
               FROM api_token WHERE DISTRICT AND revoked_at IS NULL""",
            "令牌 后门",
            "安全日志没有记载签发",
        ),
    ],
)
def test_a_right_of_which_the_log_does_not_tell_is_named(
    walk: Proven, owner: Owner, change: str, record: str, words: str
) -> None:
    walk.seal("2026-03-14 00:00")

    assert owner.do(change) >= 1

    assert found(walk) == [(record, words)]
    walk.seal("2026-03-15 00:00")
    assert found(walk) == [(record, words)]


def test_rights_of_before_the_log_are_written_down_with_the_first_seal(walk: Proven, owner: Owner) -> None:
    """As after an upgrade: accounts and tokens are there, and the log is empty."""
    owner.do("DELETE FROM security_event WHERE DISTRICT")
    assert found(walk) == []

    walk.seal("2026-03-14 00:00")

    assert found(walk) == []
    told = walk.run(lambda scope: list(scope.session.scalars(select(SecurityEvent).order_by(SecurityEvent.id))))
    assert [(each.kind, each.subject, each.detail["role"], each.detail["was_there"]) for each in told] == [
        ("role_given", "lin", "operator", True),
        ("role_given", "wang", "reviewer", True),
        ("token_made", "旧平台", "", True),
        ("token_made", "网格平台", "reviewer", True),
    ]
    owner.do(
        "INSERT INTO account_role SELECT tenant_id, id, 'administrator' FROM account WHERE DISTRICT AND login = 'lin'"
    )
    assert found(walk) == [("账号 lin", "有角色 administrator，安全日志没有记载授予")]


def test_settings_that_hold_without_having_been_activated_are_named(walk: Proven, owner: Owner) -> None:
    def activate(day: int) -> None:
        now = beijing(f"2026-03-{day} 10:00")
        with walk.installation.scope(walk.slug) as scope:
            values = {"duty_list": day}
            revision = write_revision(
                scope, FEATURE, values=values, schema_version=1, reason="试行", author=FILES, now=now
            )
            make_active(scope, FEATURE, revision.number, actor=FILES, now=now)

    activate(10)
    activate(11)
    walk.seal("2026-03-14 00:00")
    assert found(walk) == []

    for number in (1, 0):
        change = "UPDATE tenant_feature SET revision = %(number)s WHERE DISTRICT AND feature = 'test.feature'"
        assert owner.do(change, number=number) == 1
        assert found(walk) == [("功能 test.feature", f"生效的是第 {number} 次修订，记载启用的是第 2 次")]


def test_an_account_may_take_any_login(walk: Proven) -> None:
    def rename(scope: Scope) -> None:
        open_account(scope, login="x" * 600 + "\u202e", name="长", password=PASSWORD, roles=["operator"], now=NOW)
        assert scope.session.scalars(select(Account).where(Account.tenant_id == scope.tenant.id)).all()

    walk.run(rename)
    walk.seal("2026-03-14 00:00")

    assert found(walk) == []

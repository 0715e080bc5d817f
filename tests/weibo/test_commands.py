"""The command line: one look at the account, who is at the desk, and which units are members."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest
from click import Command
from click.testing import CliRunner, Result
from sqlalchemy import update

from core.cli import roster, unit, weibo
from core.tenancy.scope import Installation
from core.units.models import Unit
from tests.weibo.double import WeiboApi
from tests.weibo.making import District

Run = Callable[..., Result]


@pytest.fixture
def run(district: District, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of a group for the district."""

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield district.installation

    def run(module: ModuleType, group: Command, *words: str) -> Result:
        monkeypatch.setattr(module, "installed", installed)
        return CliRunner().invoke(group, [words[0], "--tenant", district.slug, *words[1:]])

    return run


def test_the_account_is_looked_at_by_hand(run: Run, api: WeiboApi) -> None:
    assert run(weibo, weibo.weibo, "look").stdout == "新的 @ 0 条，诉求人的评论 0 条。\n"
    api.token = "2.00another"
    refused = run(weibo, weibo.weibo, "look")
    assert refused.exit_code != 0
    assert "重新授权" in str(refused.exception)


def test_nobody_at_the_desk_is_said(run: Run) -> None:
    said = run(roster, roster.roster, "watch").stdout
    assert said.startswith("现在当班：没有人。没有要求 7×24 小时值守。\n今起七天有 1 段没有人值守：")


def test_members_are_listed_and_counted(run: Run, district: District) -> None:
    with district.installation.scope(district.slug) as scope:
        made = update(Unit).where(Unit.tenant_id == scope.tenant.id, Unit.code == "roads").values(member=True)
        scope.session.execute(made)
    district.installation.forget()

    heading, *rows, count = run(unit, unit.unit, "list", "--members").stdout.splitlines()
    assert [row.split()[0] for row in rows if "roads" in row] == ["roads"]
    assert "其中成员单位 1 个" in count
    assert not any("parks" in row for row in (heading, *rows))

"""`huiying plugin`: what is installed, whether it keeps the rules, and what it leaves behind."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli import plugin as command
from core.conformance.scratch import Scratch
from core.conformance.walk import District, make_district
from core.hooks.roster import Roster, read_manifests
from core.kit.db import Database
from core.kit.errors import Refused
from core.kit.keys import Keyring
from core.migrations import migrate_plugin
from core.tenancy.scope import Installation
from tests.conformance.planting import Ground


@pytest.fixture
def district(scratch: Callable[[], Scratch], ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Iterator[District]:
    """A district whose installation has one planted plugin, in place of the one on this machine."""
    manifest = ground.plant().manifest
    roster = Roster(manifest.features)
    installation = Installation(Database(scratch().database_url), Keyring({1: b"k" * 32}), roster)

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    @contextmanager
    def as_owner() -> Iterator[str]:
        yield scratch().owner_url

    monkeypatch.setattr(command, "installed", installed)
    monkeypatch.setattr(command, "as_owner", as_owner)
    monkeypatch.setattr(command, "installed_manifests", lambda: [manifest])
    migrate_plugin(scratch().owner_url, manifest)
    yield make_district(installation)
    installation.database.engine.dispose()


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(command.plugin, list(arguments))


def test_the_list_tells_features_and_who_has_them_on(district: District, ground: Ground) -> None:
    [planted] = ground.planted
    [feature] = district.installation.roster.features.values()
    district.switch(feature, on=True, values={})

    told = json.loads(invoked("list", "--json").output)

    assert told == {
        "plugins": [
            {
                "id": planted,
                "version": "1.0.0",
                "api": ">=1.1,<2",
                "label": "试验",
                "features": [{"id": f"{planted}.limits", "label": "时限", "tenants": [district.slug]}],
            }
        ],
        "quarantined": [],
    }
    assert district.slug in invoked("list").output


def test_the_list_tells_what_was_put_aside_and_why(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    _, quarantined = read_manifests([EntryPoint("gone", "no_such_package", "huiying.plugins")])
    district.installation.roster.quarantined = tuple(quarantined)

    assert invoked("list").output.splitlines()[-1].startswith("已隔离 gone：插件包 no_such_package")
    assert json.loads(invoked("list", "--json").output)["quarantined"][0]["id"] == "gone"


def test_a_check_ends_with_the_tier_that_is_reached(ground: Ground) -> None:
    ground.plant()
    folder = str(ground.folder / ground.planted[0])

    green = invoked("check", folder, "--without-database")

    assert green.exit_code == 0
    assert green.output.splitlines()[-1].endswith("；达到金级。")


def test_a_check_tells_every_rule_with_its_words_and_fails(ground: Ground) -> None:
    ground.plant(("limits.py", "答复时限", "limit"))
    folder = str(ground.folder / ground.planted[0])

    red = invoked("check", folder, "--without-database")
    told: dict[str, Any] = json.loads(invoked("check", folder, "--without-database", "--json", "--tier", "铜").output)

    assert red.exit_code == 1
    assert "K5" in red.output
    assert "返回的理由 'limit' 不是中文" in red.output
    assert red.output.splitlines()[-1].endswith("未达到铜级，不能启用。")
    assert (told["green"], told["tier"]) == (False, None)
    assert {rule["tier"] for rule in told["rules"]} == {"铜"}
    assert [rule["id"] for rule in told["rules"] if rule["status"] == "fail"] == ["K5"]


def test_a_plugin_that_is_nowhere_is_refused() -> None:
    refused = invoked("check", "nowhere")

    assert isinstance(refused.exception, Refused)
    assert refused.exception.message.startswith("没有安装名为 nowhere 的插件，也没有这个文件夹。已安装：")


def test_a_lock_is_written_beside_the_manifest(ground: Ground) -> None:
    subject = ground.plant(("settings.lock.json", "", "{}"))

    assert invoked("lock", str(subject.folder)).exit_code == 0
    assert list(json.loads((subject.folder / "settings.lock.json").read_text(encoding="utf-8"))) == [
        f"{subject.package}.limits"
    ]


def test_a_purge_says_what_it_would_remove_and_then_removes_it(district: District, ground: Ground) -> None:
    [planted] = ground.planted

    would = invoked("purge", planted, "--dry-run")
    did = invoked("purge", planted, "--yes")
    again = invoked("purge", planted, "--yes")

    assert would.output.startswith(f"将删除数据库模式 plugin_{planted}")
    assert did.output.startswith(f"已删除数据库模式 plugin_{planted}")
    assert isinstance(again.exception, Refused)


def test_nothing_is_purged_while_a_feature_is_on(district: District, ground: Ground) -> None:
    [planted] = ground.planted
    [feature] = district.installation.roster.features.values()
    district.switch(feature, on=True, values={})

    refused = invoked("purge", planted, "--yes")

    assert isinstance(refused.exception, command.StillOn)
    assert invoked("migrate", planted).output == f"插件 {planted} 的数据表已是当前版本。\n"


def test_an_empty_migration_is_written_after_the_last(district: District, ground: Ground) -> None:
    [planted] = ground.planted

    written = invoked("migration", planted, "add owner")

    path = ground.folder / planted / "migrations" / "0002_add_owner.py"
    assert written.output == f"已写入 {path}。\n"
    assert "down_revision: str | None = '0001'" in path.read_text(encoding="utf-8")

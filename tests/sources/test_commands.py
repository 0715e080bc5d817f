"""`huiying source`: what a file would change, what it changed, who is silent, and what came by each in a month."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli import source as commands
from core.people.service import open_account
from core.tenancy.scope import Installation
from tests.builders import beijing, make_district, make_installation
from tests.journey.walking import Walk


@pytest.fixture
def installation(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    opened = make_installation(database_url)

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield opened

    monkeypatch.setattr(commands, "installed", installed)
    yield opened
    opened.database.engine.dispose()


def test_a_file_is_tried_put_in_place_and_looked_through(installation: Installation, tmp_path: Path) -> None:
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        open_account(
            scope, login="anna", name="安娜", password=None, roles=("administrator",), now=beijing("2026-03-01 09:00")
        )
    listed = tmp_path / "sources.csv"
    listed.write_text("代码,来源名称,别名,主管单位\nszcg,数字城管,城管系统,roads\nwb,微博,,宣传部\n", encoding="utf-8")

    def run(name: str, *arguments: str) -> Result:
        done = CliRunner().invoke(commands.source, [name, *arguments, "--tenant", slug])
        installation.forget()
        return done

    def told(name: str, *arguments: str) -> Any:
        return json.loads(run(name, *arguments, "--json").stdout.splitlines()[-1])

    by = (str(listed), "--by", "anna", "--reason", "渠道整合")
    assert run("import", *by, "--dry-run").stdout.splitlines() == [
        "szcg  数字城管：新增",
        "wb  微博：新增",
        "只是试算，没有改动：新增 2，更改 0，停用 0，不变 0。",
    ]
    assert told("list") == {"sources": [], "unknown": []}
    assert run("import", *by).stdout.splitlines()[-1] == "已换上来源名册：新增 2，更改 0，停用 0，不变 0。"
    Walk(installation, slug).take_in("2026-03-12 10:00", source="城管系统")

    assert [(each["code"], each["owner"], each["in_all"]) for each in told("list", "--words", "城管")["sources"]] == [
        ("szcg", "道路管理处", 1)
    ]
    assert told("count", "--month", "2026-03")["sources"] == [
        {"way": "szcg", "name": "数字城管", "n": 1},
        {"way": "wb", "name": "微博", "n": 0},
    ]
    assert "最近来件：2026-03-12" in run("show", "城管系统").stdout
    assert run("show", "电报").exception is not None

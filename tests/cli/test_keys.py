"""`huiying keys` at the command line: which keys there are, a new one, and the end of an old one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.cli import keys as command
from core.hooks.roster import Roster
from core.journey.rekeying import RetirementTooEarly
from core.kit.db import Database
from core.kit.key_file import Keys, read_keys, write_keys
from core.kit.keys import Keyring
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from tests.builders import make_district, make_ticket


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture(autouse=True)
def one_tenant(database_url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installation with a key file that knows of one tenant alone, with one contact."""
    installation = Installation(Database(database_url), Keyring.load(path), Roster([]))
    slug = make_district(installation)
    make_ticket(installation, slug, contact=Contact("陈某某", "13800000001"))
    installation.tenants = lambda: [installation.tenant(slug)]  # type: ignore[method-assign]

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(command, "installed", installed)
    yield
    installation.database.engine.dispose()


def run(*words: str) -> Result:
    return CliRunner().invoke(command.keys, list(words))


def test_a_key_is_made_used_listed_and_the_old_one_ended(path: Path) -> None:
    rotated = run("rotate", "--cipher", "sm4-gcm")
    assert rotated.exit_code == 0, rotated.output
    assert "第 2 号密钥已启用（sm4-gcm），重新加密 2 行。请备份密钥文件。" in rotated.stdout
    assert isinstance(run("retire", "1").exception, RetirementTooEarly)
    kept = read_keys(path)
    write_keys(path, Keys(kept.masters, cipher=kept.cipher, made_at={2: datetime.now(UTC) - timedelta(hours=2)}))

    assert run("retire", "1").stdout == "第 1 号密钥已停用，不再用来解密。请备份密钥文件。\n"

    told = json.loads(run("list", "--json").stdout)
    assert (told["cipher"], told["unfinished"]) == ("sm4-gcm", False)
    assert [(key["number"], key["values"], key["encrypts"]) for key in told["keys"]] == [(1, 0, False), (2, 3, True)]
    lines = run("list").stdout
    assert [word in lines for word in ("已停用", "在用", "加密方式：sm4-gcm。")] == [True, True, True]


def test_no_key_is_ever_shown(path: Path) -> None:
    said = "".join(run(*words).output for words in (("list",), ("list", "--json"), ("rotate",), ("rotate", "--json")))
    stored = json.loads(path.read_text())["masters"]
    assert len(stored) == 3
    assert [key for key in stored.values() if key in said] == []


def test_another_way_of_encrypting_is_one_of_two() -> None:
    assert run("rotate", "--cipher", "rot13").exit_code == 2

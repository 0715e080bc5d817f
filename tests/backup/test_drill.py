"""`huiying backup` from the command line: the drill proves a restore, and what cannot be done is said."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from core.cli.backup import backup, restore
from core.embedded.backup.base_backups import backups_in
from core.embedded.errors import BackupRefused
from core.tickets.queries import count_tickets
from tests.backup.conftest import DISTRICT, Installed


@pytest.fixture
def here(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """The installation whose home the commands find."""
    monkeypatch.setenv("HUIYING_HOME", str(installed.home.path))
    return installed


def run(command: click.Command, *arguments: str) -> str:
    return CliRunner().invoke(command, arguments, catch_exceptions=False).stdout


def as_json(command: click.Command, *arguments: str) -> Any:
    return json.loads(run(command, *arguments, "--json").splitlines()[-1])


def tickets(installed: Installed) -> int:
    with installed.installation.scope(DISTRICT) as scope:
        return count_tickets(scope)


def test_the_drill_restores_to_before_the_last_ticket_and_cleans_up(here: Installed) -> None:
    before, backups = tickets(here), len(backups_in(here.archive))

    drilled = as_json(backup, "drill", "--tenant", DISTRICT)

    assert drilled["faults"] == []
    assert drilled["proof"]["tickets"] == before + 2
    assert set(drilled["seconds"]) == {"backup", "archive", "unpack", "recover", "verify", "total"}
    assert tickets(here) == before + 3
    assert len(backups_in(here.archive)) == backups + 1
    assert here.backup.name in run(backup, "list")


def test_the_command_restores_and_proves(here: Installed, into: Path) -> None:
    proof = as_json(restore, here.backup.name, "--into", str(into), "--keys", str(here.home.keys))

    assert (proof["faults"], proof["home"]) == ([], str(into))
    assert not (into / "backup.json").exists()


def test_of_a_database_of_ones_own_it_says_what_to_use(
    here: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://huiying_app@db.example.org/huiying")
    for command, arguments in (
        (backup, ["init", str(tmp_path / "backups")]),
        (backup, ["now"]),
        (backup, ["list"]),
        (backup, ["drill"]),
        (restore, ["x", "--into", str(tmp_path / "restored")]),
    ):
        with pytest.raises(BackupRefused, match="pgBackRest"):
            run(command, *arguments)

"""`huiying engagement`: two administrators hold a quiz from the command line, to the file that finance pays by."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from core.cli import engagement as commands
from core.engagement.models import Campaign
from core.journey.lists import SamePerson
from core.journey.taking_part import Entering, take_part
from core.people.service import open_account
from core.tenancy.scope import Installation, Scope
from tests.builders import make_district
from tests.engagement.conftest import FEATURES, QUIZ, RIGHT, Fair


def test_a_quiz_from_the_command_line_to_the_list_of_payments(
    fair: Fair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation, now = fair.installation, datetime.now(UTC)
    slug = make_district(installation, features={name: {} for name in FEATURES})
    with installation.scope(slug) as scope:
        for login in ("anna", "berta"):
            open_account(scope, login=login, name=login, password=None, roles=("administrator",), now=now)

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(commands, "installed", installed)

    def run(name: str, *arguments: str, by: str = "") -> Result:
        who = ["--by", by, "--reason", "宣传周"] if by else []
        return CliRunner().invoke(commands.engagement, [name, *arguments, "--tenant", slug, *who])

    def told(name: str, *arguments: str, by: str = "") -> Any:
        return json.loads(run(name, *arguments, "--json", by=by).stdout.splitlines()[-1])

    written = QUIZ.replace("2026-03-12T09:00:00", f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
    written = written.replace("2026-03-14T18:00:00", f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
    (quiz := tmp_path / "quiz.toml").write_text(written, encoding="utf-8")
    number = str(told("draft", str(quiz), by="anna")["id"])
    assert isinstance(run("open", number, by="anna").exception, SamePerson)
    assert len(told("open", number, by="berta")["seed_sha256"]) == 64
    entering = Entering("form-1", now - timedelta(minutes=1), "13800000001", is_no_staff=True, answers=RIGHT)
    installation.run(slug, lambda scope: take_part(scope, int(number), entering, address="", now=now))
    assert "还没有截止" in str(run("draw", number, by="anna").exception)
    installation.run(slug, _end)

    assert told("draw", number, by="anna")["state"] == "待签发结果"
    assert told("sign", number, by="berta")["state"] == "结果已公布"
    paid = tmp_path / "paid.csv"
    assert "已写出 1 人，共 100 元" in run("pay-list", number, "--to", str(paid), by="berta").stdout

    rows = list(csv.reader(paid.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row[0], *row[2:]) for row in rows[1:]] == [("一等奖", "13800000001", "100")]
    assert paid.stat().st_mode & 0o777 == 0o600
    assert told("check", number)["comes_out_again"] is True
    assert [(each["state"], each["entries"]) for each in told("list")["campaigns"]] == [("结果已公布", 1)]


def _end(scope: Scope) -> None:
    """Let the campaigns of the district be over."""
    over = datetime.now(UTC) - timedelta(minutes=1)
    scope.session.execute(update(Campaign).where(Campaign.tenant_id == scope.tenant.id).values(closes_at=over))

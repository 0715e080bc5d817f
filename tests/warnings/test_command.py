"""`huiying warning` tries the rules on the past and tells what was raised; `huiying report places` writes matters by area."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner

from core.cli import report, warning
from core.journey import warnings
from core.statistics.service import refresh
from core.tenancy.scope import Installation
from tests.builders import beijing
from tests.judge.case import Case
from tests.warnings.conftest import TODAY
from tests.warnings.test_watching import take_in


@pytest.fixture(autouse=True)
def _here(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    for command in (report, warning):
        monkeypatch.setattr(command, "installed", installed)


def said(command: Command, *arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_past_is_tried_with_what_came_after_and_nothing_is_written(quiet: Case) -> None:
    take_in(quiet, 8, "2026-06-18 09:00", matter="road")
    take_in(quiet, 1, "2026-06-25 09:00", matter="road")
    quiet.run(refresh)
    stretch = ("--tenant", quiet.slug, "--from", "2026-06-01", "--to", "2026-06-25")

    told = json.loads(said(warning.warning, "try", *stretch, "--json").splitlines()[-1])
    lines = said(warning.warning, "try", *stretch).splitlines()

    [found] = told["warnings"]
    assert (found["day"], found["rule"], found["count"], found["after"]) == ("2026-06-18", "whole", 8, 1)
    assert lines[-1] == "共 1 条。"
    assert said(warning.warning, "list", "--tenant", quiet.slug) == "没有预警。\n"


def test_what_was_raised_is_listed_with_how_its_rule_has_done(quiet: Case) -> None:
    take_in(quiet, 8, "2026-06-18 09:00", matter="road")
    quiet.run(lambda scope: warnings.watch(scope, now=beijing(TODAY)))

    listed = said(warning.warning, "list", "--tenant", quiet.slug)

    assert "2026-06-15 至 2026-06-21" in listed
    assert listed.splitlines()[-1] == "事项（全区）：预警 1，已研判 0，误报 0"


def test_matters_by_area_are_written_as_a_spreadsheet(quiet: Case, tmp_path: Path) -> None:
    quiet.run(refresh)
    stretch = ("--tenant", quiet.slug, "--from", "2026-04-01", "--to", "2026-06-30")

    plain = json.loads(said(report.report, "places", *stretch, "--json").splitlines()[-1])
    said(report.report, "places", *stretch, "--format", "xlsx", "--into", str(tmp_path))

    assert plain["areas"] == [{"area": "区域不明", "counts": [9], "total": 9}]
    assert [file.name for file in tmp_path.iterdir()] == [f"{quiet.slug}-places-2026-06-30.xlsx"]

"""`huiying report` says a report in lines that line up, or as one JSON object for machines."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import report as command
from core.cli.tables import table, width
from core.kit.errors import Refused
from core.tenancy.scope import Installation
from tests.builders import beijing, make_city, make_district
from tests.stages.lives import DUTIES, Life


@pytest.fixture
def life(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Life:
    """A district with one answered appeal in March 2026 and one that waits, behind the command line."""

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(command, "installed", installed)
    life = Life(installation, make_district(installation, duties=DUTIES), now=beijing("2026-03-02 09:00"))
    life.take_in("路灯不亮")
    life.take_in()
    life.walk("answer", "rate well", hours=12)
    return life


def said(*arguments: str) -> str:
    result = CliRunner().invoke(command.report, arguments, catch_exceptions=True)
    if result.exception:
        raise result.exception
    return result.stdout


def test_a_month_is_said_in_a_table_with_the_numbers_behind_every_figure(life: Life) -> None:
    lines = said("month", "--tenant", life.slug, "--month", "2026-03").splitlines()

    assert lines[0] == f"测试区 {life.slug} 2026年3月月报"
    rows = {line.split()[0]: line.split() for line in lines if line}
    assert rows["受理量"] == ["受理量", "2", "件", "0", "件", "增加", "2", "件"]
    assert rows["群众满意率"][:4] == ["群众满意率", "100.00%", "1/1", "—"]
    assert any(line.startswith("公共设施 / 路灯") and "1/2" in line and "50.00%" in line for line in lines)


def test_the_last_line_is_an_object_for_machines(life: Life) -> None:
    told = json.loads(said("month", "--tenant", life.slug, "--month", "2026-03", "--json").splitlines()[-1])

    assert (told["tenant"], told["month"], told["accepted"]["n"], told["concluded"]["n"]) == (
        life.slug,
        "2026-03",
        2,
        1,
    )
    assert {"accepted", "on_time", "satisfied", "mean_days_to_reply", "median_days_to_reply"} <= told["figures"].keys()
    assert told["figures"]["mean_days_to_reply"]["value"] == 0.5


def test_a_city_is_said_with_its_districts_beside_each_other(installation: Installation, life: Life) -> None:
    city = make_city(installation, [life.slug])

    lines = said("city", "--city", city, "--month", "2026-03").splitlines()
    told = json.loads(said("city", "--city", city, "--month", "2026-03", "--json").splitlines()[-1])

    assert f"测试区 {city} 2026年3月月报" in lines[0]
    assert any(line.startswith(f"测试区 {life.slug}") and "100.00%* (1/1)" in line for line in lines)
    assert any(line.startswith("全市") for line in lines)
    assert [district["tenant"] for district in told["districts"]] == [life.slug]
    assert (told["accepted"]["n"], len(told["weeks"])) == (2, 12)


def test_a_month_that_still_runs_says_so(life: Life) -> None:
    lines = said("month", "--tenant", life.slug, "--month", f"{datetime.now(UTC):%Y-%m}").splitlines()

    assert "本月未结束" in lines[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ("month", "--tenant", "nowhere", "--month", "2026-03"),
        ("city", "--city", "nowhere", "--month", "2026-03"),
    ],
)
def test_an_unknown_tenant_is_refused_with_those_there_are(life: Life, arguments: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refusal:
        said(*arguments)

    assert "nowhere" in refusal.value.message
    assert life.slug in refusal.value.message


def test_columns_line_up_where_characters_are_two_cells_wide() -> None:
    lines = table(("指标", "n"), [("受理量", "7"), ("a", "1,204")], right=(1,))

    assert lines == ["指标        n", "受理量      7", "a       1,204"]
    assert {width(line) for line in lines} == {13}


def test_a_month_is_written_into_files_that_are_the_same_whenever_they_are_made(life: Life, tmp_path: Path) -> None:
    asked = ("month", "--tenant", life.slug, "--month", "2026-03", "--format", "pdf,docx,xlsx", "--into")

    lines = said(*asked, str(tmp_path / "one")).splitlines()
    said(*asked, str(tmp_path / "two"))

    names = [f"{life.slug}-2026-03.{form}" for form in ("pdf", "docx", "xlsx")]
    assert lines == [f"已写入 {tmp_path / 'one' / name}" for name in names]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(names)


def test_a_form_that_there_is_not_is_refused_before_anything_is_counted(life: Life, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        said("month", "--tenant", life.slug, "--month", "2026-03", "--format", "pdf,doc", "--into", str(tmp_path))

    assert refusal.value.code == "document-form-unknown"
    assert "没有 doc 这种格式" in refusal.value.message
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to_is_told(life: Life, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Refused) as refusal:
        said(
            "month",
            "--tenant",
            life.slug,
            "--month",
            "2026-03",
            "--format",
            "xlsx",
            "--into",
            str(tmp_path / "file" / "deeper"),
        )

    assert "换一个目录" in refusal.value.message

"""`huiying import appeals`: words on the screen, one JSON object for machines, a file of what was not taken."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli import import_ as command
from core.kit.errors import Refused
from core.tenancy.scope import Installation
from tests.builders import make_city, make_district
from tests.journey.importing import tickets_of


@pytest.fixture
def empty_district(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> str:
    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(command, "installed", installed)
    return make_district(installation)


def run(path: Path, tenant: str, *options: str) -> Result:
    result = CliRunner().invoke(command.import_, ["appeals", str(path), "--tenant", tenant, *options])
    if result.exception and not isinstance(result.exception, Refused | SystemExit):
        raise result.exception
    return result


def refusal(path: Path, tenant: str, *options: str) -> str:
    """Return the sentence of a refusal; `core.cli.main` prints it and ends with exit code 2."""
    refused = run(path, tenant, *options).exception
    assert isinstance(refused, Refused)
    return refused.message


def said(result: Result) -> dict[str, Any]:
    """Return the JSON object of the last line, without what differs from run to run."""
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    assert answer.pop("seconds") >= 0
    assert answer.pop("per_second") >= 0
    return answer


def written(tmp_path: Path, content: str, *, encoding: str = "utf-8") -> Path:
    path = tmp_path / "appeals.csv"
    path.write_bytes(content.encode(encoding))
    return path


def test_the_last_line_is_an_object_for_machines(tmp_path: Path, empty_district: str) -> None:
    path = written(tmp_path, "编号,内容,点赞\r\n1,路灯不亮,3\r\n2,,0\r\n1,路灯不亮,3\r\n", encoding="gb18030")

    result = run(path, empty_district, "--json")

    assert result.exit_code == 0
    assert said(result) == {
        "read": 3,
        "created": 1,
        "existing": 1,
        "rejected": 1,
        "points_left_out": 0,
        "rejects_file": f"{path}.rejects.csv",
        "unread_columns": ["点赞"],
        "tenant": empty_district,
        "file": str(path),
    }
    assert len(result.stdout.splitlines()) == 1
    assert "3/3" in result.stderr


def test_people_are_told_in_words(tmp_path: Path, empty_district: str) -> None:
    path = written(tmp_path, "编号,内容,答复,点赞\n1,路灯不亮,已修好,3\n2,,,0\n")

    first, *rest = run(path, empty_district).stdout.splitlines()

    assert first.startswith(f"{empty_district}：读入 2 件，新收 1 件，先前已有 0 件，退回 1 件；用时 ")
    assert rest == [
        "没有读取的列：点赞。要读取请用 --map 项目=列名。",
        "答复没有收进来：诉求按现在受理。如为历史数据，请加 --history。",
        f"退回的行和原因在 {path}.rejects.csv，改好后可直接导入这个文件。原因：",
        "  1 行：诉求没有内容。请填写要反映的事情。",
    ]


def test_rejects_are_mended_and_imported(tmp_path: Path, installation: Installation, empty_district: str) -> None:
    path = written(tmp_path, "内容,时间\n路灯不亮,2026-11-01\n=1+1,昨天\n")
    run(path, empty_district)
    rejects = tmp_path / "appeals.csv.rejects.csv"
    assert rejects.read_bytes().decode("utf-8-sig").splitlines() == [
        "内容,时间,行号,原因",
        "'=1+1,昨天,3,“时间”一格有误：“昨天”不是日期；请写成 2020-01-06 12:09 这样",
    ]
    mended = tmp_path / "mended.csv"
    mended.write_text(rejects.read_text("utf-8-sig").replace("昨天", "2026-11-02", 1), "utf-8")

    outcomes = [said(run(mended, empty_district, "--json")) for _ in range(2)]

    assert [(outcome["created"], outcome["existing"], outcome["rejected"]) for outcome in outcomes] == [
        (1, 0, 0),
        (0, 1, 0),
    ]
    assert [ticket.text for ticket in tickets_of(installation, empty_district)] == ["路灯不亮", "=1+1"]


def test_without_rejects_no_file_is_left_and_none_is_named(tmp_path: Path, empty_district: str) -> None:
    path = written(tmp_path, "内容\n路灯不亮\n")

    assert said(run(path, empty_district, "--json"))["rejects_file"] is None
    assert list(tmp_path.iterdir()) == [path]


def test_rejects_go_where_we_are_told(tmp_path: Path, empty_district: str) -> None:
    path = written(tmp_path, "编号,内容\n1,\n")

    result = run(path, empty_district, "--rejects", str(tmp_path / "mend.csv"), "--json")

    assert said(result)["rejects_file"] == str(tmp_path / "mend.csv")
    assert (tmp_path / "mend.csv").exists()


def test_a_column_of_another_name_is_read_when_we_are_told(
    tmp_path: Path, installation: Installation, empty_district: str
) -> None:
    path = written(tmp_path, "单号,正文列\n1,路灯不亮\n")

    assert refusal(path, empty_district) == (
        "没有认出哪一列是诉求内容。表中的列：单号、正文列。请用 --map text=列名 指明。"
    )
    run(path, empty_district, "--map", "text=正文列", "--map", "编号=单号")

    assert [ticket.text for ticket in tickets_of(installation, empty_district)] == ["路灯不亮"]


def test_history_without_times_is_refused_before_anything_is_written(tmp_path: Path, empty_district: str) -> None:
    path = written(tmp_path, "编号,内容\n1,路灯不亮\n")

    assert refusal(path, empty_district, "--history") == (
        "没有认出哪一列是提交时间。表中的列：编号、内容。请用 --map submitted_at=列名 指明。"
    )


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (["内容"], "--map 内容 里没有等号。请写成 --map 项目=列名，如 --map text=正文列。"),
        (["text=内容", "正文=编号"], "--map 给 text 指了两列。一项只能读一列，请去掉一个。"),
        (["text=正文"], "表中没有名为“正文”的列。表中的列：编号、内容。请改正 --map。"),
    ],
)
def test_a_map_that_cannot_be_meant_is_refused(
    tmp_path: Path, empty_district: str, told: list[str], sentence: str
) -> None:
    path = written(tmp_path, "编号,内容\n1,路灯不亮\n")

    assert refusal(path, empty_district, *(word for one in told for word in ("--map", one))) == sentence


def test_who_cannot_take_appeals_in_is_told(tmp_path: Path, installation: Installation, empty_district: str) -> None:
    path = written(tmp_path, "编号,内容\n1,路灯不亮\n")
    city = make_city(installation, [empty_district])

    assert refusal(path, city) == (f"测试区 {city}是中心城市，只汇总各区的数字，不收诉求。请用 --tenant 指定一个区。")
    assert refusal(path, empty_district, "--channel", "pigeon").startswith("本区没有渠道 pigeon。")
    assert refusal(path, "atlantis").startswith("没有名为 atlantis 的租户。")


def test_a_table_of_nothing_but_a_header_is_no_error(tmp_path: Path, empty_district: str) -> None:
    path = written(tmp_path, "编号,内容\n")

    assert said(run(path, empty_district, "--json"))["read"] == 0


def test_points_that_are_of_no_use_are_told(tmp_path: Path, empty_district: str) -> None:
    path = written(tmp_path, "内容,经度,纬度\n路灯不亮,22.6,114.3\n井盖缺失,114.3,22.6\n")

    told = run(path, empty_district).stdout.splitlines()

    assert told[1:] == ["有 1 件的经纬度不能用，没有采用，原因见各工单的流转记录。"]

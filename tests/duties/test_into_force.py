"""A drafted version comes into force by the commands that its draft ends with, and its limits become history."""

from click.testing import CliRunner

from core.cli import huiying
from tests.builders import make_ticket
from tests.duties.commanding import LINES, NOW, District


def put_into_force(district: District, told: list[str], revision: int) -> list[str]:
    """Give the commands that a draft ended with, and return what the last one printed."""
    printed: list[str] = []
    for line in told[told.index("要启用，依次：") + 1 :]:
        words = line.replace("第几次", str(revision)).replace("另一人", "boris").split()
        assert words[0] == "huiying"
        district.installation.forget()
        result = CliRunner().invoke(huiying, words[1:])
        assert result.exit_code == 0, (line, result.output, result.exception)
        printed = result.stdout.splitlines()
    district.installation.forget()
    return printed


def test_the_commands_that_are_told_put_a_version_into_force(district: District) -> None:
    make_ticket(district.installation, district.slug, now=NOW)

    first = put_into_force(district, district.imported(), 1)
    second = put_into_force(district, district.imported("城市管理,道路,,道路管理处,3,", *LINES[1:]), 2)

    assert first[0] == "第 1 次修订已生效："
    assert second[:2] == ["第 2 次修订已生效：", "  职责清单（须两人同意）：第 1 版 → 第 2 版"]
    assert next(line.split()[:2] for line in district.said("versions")[1:]) == ["2", "现行"]
    [change] = district.said("limits")
    assert change.endswith("01.01 城市管理 / 道路（全区）时限压缩 5个工作日 → 3个工作日（理由）")

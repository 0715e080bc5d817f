"""Published shares are held against their counts, and sums against their parts; what does not follow is said in words."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from core.cli.report import report
from core.journey.published import check_file
from core.kit.errors import Refused
from core.statistics.checks import Published, check

TRIAL_MONTH = """项目,件数,总数,占比,构成
来信总量,6796,,,市委书记信箱、市政府信箱、区（市）县信箱、乡镇（街道）信箱
市委书记信箱,1338,6796,,
市政府信箱,4773,6796,,
区（市）县信箱,659,6796,,
乡镇（街道）信箱,26,6796,,
诉求类型,6796,,,投诉、建议、咨询、表扬
投诉,3358,,,
建议,608,,,
咨询,419,,,
表扬,48,,,
城市管理,920,6796,13.54%,
城乡住房,823,"6,796",12.11%,
交通管理,625,6796,9.20%,
前三类,,,40.20%,城市管理；城乡住房；交通管理
"""
"""What the article says of the trial month."""


def written(folder: Path, text: str) -> Path:
    path = folder / "figures.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_articles_forty_per_cent_is_not_what_its_parts_give(tmp_path: Path) -> None:
    told = CliRunner().invoke(report, ["check", str(written(tmp_path, TRIAL_MONTH))])

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        "第 7 行“诉求类型”：写 6,796 件，4 部分合计 4,433 件，少 2,363 件（占 34.77%）",
        "第 15 行“前三类”：写 40.20%，3 部分合计 2,368 件，2,368/6,796 是 34.84%；要 40.20% 须有 2,732 件",
        "核对了 14 项，2 处对不上。",
    ]


def test_figures_that_follow_are_found_to_follow(tmp_path: Path) -> None:
    path = written(tmp_path, TRIAL_MONTH.replace("40.20%", "34.84%").replace("诉求类型,6796", "诉求类型,4433"))

    told = CliRunner().invoke(report, ["check", str(path)])

    assert (told.exit_code, told.stdout) == (0, "核对了 14 项，都对得上。\n")


def test_a_sum_of_shares_alone_may_be_off_by_their_rounding_and_no_more() -> None:
    thirds = [Published(row, f"{row}", share=Decimal("33.3")) for row in (1, 2, 3)]

    assert check([*thirds, Published(4, "合计", share=Decimal("100.0"), parts=("1", "2", "3"))]) == []
    (finding,) = check([*thirds, Published(4, "合计", share=Decimal("100.2"), parts=("1", "2", "3"))])
    assert finding.words == "写 100.2%，3 部分的占比合计 99.9%"


@given(whole=st.integers(1, 100_000), data=st.data(), digits=st.integers(0, 4))
def test_a_share_as_we_round_it_follows_and_one_a_digit_further_does_not(
    whole: int, data: st.DataObject, digits: int
) -> None:
    count = data.draw(st.integers(0, whole))
    rounded = Decimal(int(Fraction(100 * count * 10**digits, whole) + Fraction(1, 2))).scaleb(-digits)
    step = Decimal(1).scaleb(-digits)

    assert check([Published(1, "一", count, whole, rounded)]) == []
    for wrong in (rounded + 2 * step, rounded - 2 * step):
        (finding,) = check([Published(1, "一", count, whole, wrong)])
        assert f"写 {wrong}%" in finding.words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("名字,数\n甲,1\n", "没有认出要核对的列"),
        ("项目,件数\n甲,1.5\n", "第 2 行的件数“1.5”不是整数"),
        ("项目,占比\n甲,十分之一\n", "第 2 行的占比“十分之一”看不懂"),
        ("项目,件数\n甲,1\n甲,2\n", "第 3 行的“甲”与第 2 行同名"),
        ("项目,件数,构成\n甲,1,乙\n", "第 2 行的“甲”说由“乙”构成，表中没有这一项"),
        ("项目,件数,构成\n甲,1,甲\n", "第 2 行的“甲”说由“甲”构成，表中没有这一项"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        check_file(written(tmp_path, text))


def test_a_part_larger_than_its_whole_is_found() -> None:
    (finding,) = check([Published(1, "投诉", 7, 6)])

    assert finding.words == "件数 7 超过总数 6"

"""A row becomes an appeal, or the reason why not; rejected rows go to a file that no spreadsheet computes."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.intake.columns import recognise
from core.intake.reading import Incoming, Vocabulary, read_incoming
from core.intake.rules import Appeal
from core.intake.tabular.opening import open_table
from core.intake.tabular.rejects import Rejects
from core.intake.tabular.rows import Row, TableUnusable
from core.intake.times import parse_time
from core.kit.errors import Refused
from core.tickets.contact import Contact

BEIJING = ZoneInfo("Asia/Shanghai")
VOCABULARY = Vocabulary(
    channels={"批量导入": "file", "file": "file"},
    natures={"投诉": "complaint", "complaint": "complaint", "咨询": "inquiry"},
    matters={"道路": "M-01", "M-01": "M-01"},
    dispositions={"已解决": "resolved"},
)


def read(**cells: str) -> Incoming:
    columns = recognise(list(cells), {})
    return read_incoming(Row(2, tuple(cells.values())), columns, VOCABULARY, channel="file", zone=BEIJING)


def reason(**cells: str) -> str:
    with pytest.raises(Refused) as refused:
        read(**cells)
    return refused.value.message


def test_every_field_of_a_row_is_read() -> None:
    incoming = read(
        编号="A-7",
        标题="路灯",
        内容="路灯不亮",
        提交时间="2020-01-06 12:09",
        答复="已经修好",
        答复时间="2020-01-09 10:00",
        办理结果="已解决",
        渠道="批量导入",
        性质="投诉类",
        事项="道路",
        地点="示范路 1 号",
        姓名="示范人",
        电话="138 0000 0001",
        联系地址="示范路 2 号",
        人数="30 人",
        紧急程度="紧急",
    )

    assert incoming == Incoming(
        Appeal(
            channel="file",
            text="路灯不亮",
            title="路灯",
            place="示范路 1 号",
            contact=Contact("示范人", "138 0000 0001", "示范路 2 号"),
            external_id="A-7",
            submitted_at=parse_time("2020-01-06 12:09", BEIJING),
            nature="complaint",
            matter="M-01",
            urgency="urgent",
            affected_count=30,
        ),
        reply="已经修好",
        replied_at=parse_time("2020-01-09 10:00", BEIJING),
        disposition="resolved",
    )


def test_a_row_without_an_id_gets_one_of_its_content_in_any_order_of_columns() -> None:
    one = read(标题="路灯", 内容="路灯不亮", 点赞="")
    same = read(内容="路灯不亮", 标题="路灯", 行号="8", 原因="已改")
    other = read(标题="路灯", 内容="路灯又不亮")

    assert one.key == same.key
    assert one.key != other.key


def test_a_formula_is_text_like_any_other() -> None:
    assert read(内容="=cmd|' /C calc'!A0").appeal.text == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"内容": " \n "}, "诉求没有内容。请填写要反映的事情。"),
        ({"内容": "路灯\x00不亮"}, "诉求内容含有空字符（NUL），无法保存。请检查来源文件或接口的编码。"),
        ({"内容": "路灯\udcff不亮"}, "诉求内容含有不成对的代理字符，无法保存。请检查来源的编码是否为 UTF-8。"),
        (
            {"内容": "长" * 200_000},
            "诉求内容有 200,000 个字，超过 20,000 字的上限。请分成几件提交，或把材料作为附件。",
        ),
        (
            {"内容": "路灯不亮", "姓名": "示\x00范"},
            "“姓名”一格含有无法保存的字符（空字符或乱码）；请检查来源文件的编码",
        ),
        (
            {"内容": "路灯不亮", "提交时间": "昨天"},
            "“提交时间”一格有误：“昨天”不是日期；请写成 2020-01-06 12:09 这样",
        ),
        (
            {"内容": "路灯不亮", "提交时间": "2020-01-06", "答复时间": "2020-01-05 10:00"},
            "答复时间（2020-01-05 10:00）早于提交时间（2020-01-06 00:00）",
        ),
        (
            {"内容": "路灯不亮", "性质": "其他"},
            "“性质”一格的“其他”不在本区的范围内（有：投诉、complaint、咨询）；不按此列导入请加 --map nature=",
        ),
        (
            {"内容": "路灯不亮", "渠道": "飞鸽"},
            "“渠道”一格的“飞鸽”不在本区的范围内（有：批量导入、file）；不按此列导入请加 --map channel=",
        ),
        ({"内容": "路灯不亮", "人数": "很多"}, "“人数”一格的“很多”不是 1 至 1,000,000 的人数"),
        ({"内容": "路灯不亮", "编号": "9" * 300}, "“编号”一格有 300 个字，超过编号的 200 个字"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_in_words(cells: dict[str, str], why: str) -> None:
    assert reason(**cells) == why


def test_cells_beyond_the_header_are_refused_rather_than_shifted() -> None:
    columns = recognise(["编号", "内容"], {})
    row = Row(2, ("1", "路灯不亮", "夜里看不清"))

    with pytest.raises(Refused) as refused:
        read_incoming(row, columns, VOCABULARY, channel="file", zone=BEIJING)

    assert refused.value.message == ("这一行有 3 格，表头只有 2 列，内容可能错位；含分隔符的内容请用双引号括起来")


def test_rejects_are_harmless_in_a_spreadsheet_and_whole_when_read_again(tmp_path: Path) -> None:
    path = tmp_path / "appeals.csv.rejects.csv"
    rejects = Rejects(path, ("编号", "内容"))
    rejects.add(Row(3, ("1", "=cmd|' /C calc'!A0")), "原因一")
    rejects.add(Row(7, ("-2",)), "原因二")
    rejects.close()

    assert path.read_bytes().decode("utf-8-sig").splitlines() == [
        "编号,内容,行号,原因",
        "1,'=cmd|' /C calc'!A0,3,原因一",
        "'-2,,7,原因二",
    ]
    table = open_table(path, is_header=lambda cells: "内容" in cells)
    assert [row.cells for row in table.rows()] == [
        ("1", "=cmd|' /C calc'!A0", "3", "原因一"),
        ("-2", "", "7", "原因二"),
    ]


def test_no_reject_no_file(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path / "rejects.csv", ("内容",))
    rejects.close()

    assert list(tmp_path.iterdir()) == []


def test_rejects_are_never_written_over_their_source(tmp_path: Path) -> None:
    source = tmp_path / "appeals.csv"
    source.write_text("内容\n路灯不亮\n")

    with pytest.raises(TableUnusable):
        Rejects(source, ("内容",)).refuse_unwritable(source)
    with pytest.raises(TableUnusable):
        Rejects(tmp_path / "gone" / "rejects.csv", ("内容",)).refuse_unwritable(source)

"""Files of appeals as people have them become columns and rows, or one sentence that says why not."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from core.intake.columns import is_header
from core.intake.tabular.opening import Table, open_table
from core.intake.tabular.rows import Row, TableUnusable


def opened(path: Path) -> Table:
    return open_table(path, is_header=lambda cells: is_header(cells, {}))


def table_of(tmp_path: Path, content: str | bytes) -> Table:
    path = tmp_path / "appeals.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return opened(path)


def cells_of(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows()]


def refusal(path: Path) -> str:
    with pytest.raises(TableUnusable) as refused:
        opened(path)
    return refused.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    table = table_of(tmp_path, "编号,诉求内容\n1,路灯不亮，夜里看不清\n".encode(encoding))

    assert table.columns == ("编号", "诉求内容")
    assert cells_of(table) == [("1", "路灯不亮，夜里看不清")]


def test_a_spoilt_row_of_utf_16_is_a_fault_of_that_row_alone(tmp_path: Path) -> None:
    before, after = ("编号,内容\n1,路灯不亮\n2,井盖".encode("utf-16"), "破损\n3,积水\n".encode("utf-16-le"))

    table = table_of(tmp_path, before + b"\x00\xd8" + after + b"\x00")

    assert cells_of(table) == [("1", "路灯不亮"), ("2", "井盖\udcff破损"), ("3", "积水"), ("\udcff",)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    table = table_of(tmp_path, f"编号{delimiter}内容\n1{delimiter}路灯不亮\n")

    assert table.columns == ("编号", "内容")
    assert cells_of(table) == [("1", "路灯不亮")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(tmp_path: Path, end: str) -> None:
    table = table_of(tmp_path, end.join(("编号,内容", "1,路灯不亮", "2,井盖破损", "")))

    assert cells_of(table) == [("1", "路灯不亮"), ("2", "井盖破损")]


def test_quoted_line_breaks_and_delimiters_belong_to_the_cell(tmp_path: Path) -> None:
    table = table_of(tmp_path, '编号,内容\r\n1,"路灯不亮,\r\n夜里看不清"\r\n2,"他说""修好了"""\r\n')

    assert cells_of(table) == [("1", "路灯不亮,\n夜里看不清"), ("2", '他说"修好了"')]


def test_blank_rows_are_left_out_and_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    table = table_of(tmp_path, "编号,内容\n1,路灯不亮\n\n,,\n2,井盖破损\n")

    assert list(table.rows()) == [Row(2, ("1", "路灯不亮")), Row(5, ("2", "井盖破损"))]
    assert table.count() == 2


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    table = table_of(tmp_path, "三月诉求汇总,\n,\n编号,诉求内容\n1,路灯不亮\n")

    assert table.columns == ("编号", "诉求内容")
    assert cells_of(table) == [("1", "路灯不亮")]


def test_a_bad_byte_spoils_its_own_row_only(tmp_path: Path) -> None:
    content = "编号,内容\n1,路灯不亮已有三天\n2,坏".encode() + b"\xff" + "字符\n3,井盖破损\n".encode()

    assert cells_of(table_of(tmp_path, content)) == [
        ("1", "路灯不亮已有三天"),
        ("2", "坏\udcff字符"),
        ("3", "井盖破损"),
    ]


def test_a_quote_that_nobody_closes_is_the_fault_of_its_row(tmp_path: Path) -> None:
    first, last = table_of(tmp_path, '编号,内容\n1,路灯不亮\n2,"没有结尾\n3,井盖破损\n').rows()

    assert (first.fault, last.number) == ("", 3)
    assert last.fault == "从这一行起双引号没有成对，其后的内容都被当作同一格；请补上引号后重新导入"


def test_a_cell_of_two_hundred_thousand_characters_is_read_whole(tmp_path: Path) -> None:
    table = table_of(tmp_path, f"编号,内容\n1,{'长' * 200_000}\n2,井盖破损\n")

    assert [len(cells[1]) for cells in cells_of(table)] == [200_000, 4]


def workbook(path: Path, *sheets: Sequence[Sequence[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return path


def test_a_workbook_is_read_as_a_person_would_have_typed_it(tmp_path: Path) -> None:
    rows = [
        ("编号", "内容", "提交时间", "电话", "人数"),
        (2549, "路灯不亮", datetime.fromisoformat("2020-01-06T12:09:38"), 13800000001, 1.5),
        ("A-1", "井盖破损\n很危险", date(2020, 1, 6), "138 0000 0001", True),
    ]

    table = opened(workbook(tmp_path / "appeals.xlsx", rows))

    assert table.columns == ("编号", "内容", "提交时间", "电话", "人数")
    assert list(table.rows()) == [
        Row(2, ("2549", "路灯不亮", "2020-01-06 12:09:38", "13800000001", "1.5")),
        Row(3, ("A-1", "井盖破损\n很危险", "2020-01-06", "138 0000 0001", "是")),
    ]


def test_the_sheet_that_holds_appeals_is_chosen(tmp_path: Path) -> None:
    path = workbook(tmp_path / "appeals.xlsx", [], [("说明",), ("请填写第三页",)], [("内容",), ("路灯不亮",)])

    assert cells_of(opened(path)) == [("路灯不亮",)]


def test_a_file_of_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.txt", "路灯不亮")
    kinds = {
        "photo.csv": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "letter.csv": b"%PDF-1.7\n",
        "packed.xlsx": archive.getvalue(),
        "broken.xlsx": b"PK\x03\x04 and then nothing",
        "page.xls": "<html><table><tr><td>内容</td></tr></table></html>".encode(),
        "program.csv": bytes(range(32)) * 40,
    }
    for name, content in kinds.items():
        (tmp_path / name).write_bytes(content)

    assert {name: refusal(tmp_path / name) for name in kinds} == {
        "photo.csv": "photo.csv 是图片，不是表格。请提供 CSV 或 Excel（xlsx、xls、ods）文件。",
        "letter.csv": "letter.csv 是 PDF 文档，不是表格。请提供 CSV 或 Excel（xlsx、xls、ods）文件。",
        "packed.xlsx": "packed.xlsx 不是能读的工作簿（可能已损坏，或是别的压缩包）。"
        "请用 Excel 或 WPS 打开它，另存为 xlsx 或 CSV 后再导入。",
        "broken.xlsx": "broken.xlsx 不是能读的工作簿（可能已损坏，或是别的压缩包）。"
        "请用 Excel 或 WPS 打开它，另存为 xlsx 或 CSV 后再导入。",
        "page.xls": "page.xls 是网页或 XML（扩展名可能是 xls，请用 Excel 打开后另存为 xlsx），不是表格。"
        "请提供 CSV 或 Excel（xlsx、xls、ods）文件。",
        "program.csv": "program.csv 是二进制文件，不是表格。请提供 CSV 或 Excel（xlsx、xls、ods）文件。",
    }


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b",,\r\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "appeals.csv"
    path.write_bytes(content)

    assert refusal(path) == "appeals.csv 是空文件。请换一个第一行是列名、其下每行一条记录的文件。"


def test_a_workbook_without_a_cell_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "appeals.xlsx", [])

    assert refusal(path) == "appeals.xlsx 里什么也没有。请换一个第一行是列名、其下每行一条记录的文件。"


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "march").mkdir()

    assert refusal(tmp_path / "march") == "march 是文件夹，不是文件。请指定其中的一个 CSV 或 Excel 文件。"
    assert refusal(tmp_path / "gone.csv") == f"没有 {tmp_path / 'gone.csv'} 这个文件。请检查路径和文件名。"


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "appeals.csv"
    path.write_text("内容\n路灯不亮\n")

    def refuse(*_: object, **__: object) -> None:  # not by chmod: root, who may run the tests, reads everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    assert refusal(path) == "没有读取 appeals.csv 的权限。请换有权限的账号运行，或请文件的主人放开权限。"

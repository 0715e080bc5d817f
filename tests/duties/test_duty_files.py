"""Duty lists in files: workbooks with merged cells, rejected rows beside the file, and lists written and read again."""

import csv
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from core.hooks.values import Budget
from core.intake.tabular.rows import TableUnusable
from core.journey.duties.files import read_duty_file, write_duty_file
from core.units.catalogue.columns import NotADutyList
from core.units.catalogue.rows import Row
from tests.duties.made_up import AREAS, UNITS, make_catalogue


def test_merged_cells_of_a_workbook_are_filled_and_told(tmp_path: Path) -> None:
    path = tmp_path / "duties.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.merge_range(0, 1, 0, 5, "示例区职责清单")
        sheet.write_row(1, 1, ["事项大类", "事项小类", "主办单位", "处置时限", "协办单位"])
        sheet.merge_range(2, 1, 4, 1, "城市管理")
        sheet.write_column(2, 2, ["道路", "井盖", "路灯"])
        sheet.merge_range(2, 3, 3, 3, "道路管理处")
        sheet.write(4, 3, "灯光管理科")
        sheet.write_column(2, 4, ["24小时", "5个工作日", "即时"])
        sheet.merge_range(5, 1, 5, 2, "环境卫生")
        sheet.write(5, 3, "园林管理处")

    found = read_duty_file(path, units=UNITS)

    assert [(row.matter, row.lead, row.limit) for row in found.reading.catalogue.rows] == [
        ("01.01", "roads", Budget("wall", 86_400)),
        ("01.02", "roads", Budget("wd_eod", 5)),
        ("01.03", "light", Budget("wall", 3600)),
    ]
    assert found.reading.remarks == (
        "“事项大类”列有 2 处空格按合并单元格或上面的行补全（第 4、5 行）",
        "“主办单位”列有 1 处空格按合并单元格或上面的行补全（第 4 行）",
        "“即时”按 1小时 计，共 1 处",
    )
    assert found.rejects == tmp_path / "duties.xlsx.rejects.csv"
    assert found.rejects.read_text(encoding="utf-8-sig").splitlines() == [
        "事项大类,事项小类,主办单位,处置时限,协办单位,行号,原因",
        "环境卫生,,园林管理处,,,6,单元格跨列合并（事项大类、事项小类），不知道各列该填什么；请取消合并后逐格填写",
    ]


def test_rejected_rows_are_mended_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "duties.csv"
    path.write_text("大类,小类,主办\n城管,路灯,灯光科\n城管,道路,roads\n", encoding="gb18030")

    first = read_duty_file(path, units=UNITS)
    assert first.rejects is not None
    mended = first.rejects.read_text(encoding="utf-8-sig").replace("灯光科,2", "灯光管理科,2")
    first.rejects.write_text(mended, encoding="utf-8-sig")
    second = read_duty_file(first.rejects, units=UNITS)

    assert [row.reason for row in first.reading.rejected] == ["没有单位“灯光科”；是不是 灯光管理科"]
    assert [row.lead for row in second.reading.catalogue.rows] == ["light"]
    assert (second.rejects, second.reading.remarks) == (None, ())


def test_a_list_is_written_so_that_it_reads_the_same_and_computes_nothing(tmp_path: Path) -> None:
    catalogue = make_catalogue(
        Row(matter="1", lead="roads", co=("north-cg", "local:street"), limit=Budget("wd_same", 5)),
        Row(matter="1.1.1", area="n2", legal_basis='=cmd|" /C calc"', standard="一、修复；\n二、回访", guide=""),
    )
    path = tmp_path / "list.csv"

    written = write_duty_file(path, catalogue, units=UNITS)
    found = read_duty_file(path, units=UNITS, areas=AREAS)

    assert written == 8
    assert (found.reading.catalogue, found.reading.rejected, found.rejects) == (catalogue, (), None)
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell.startswith("=")]


def test_a_file_that_is_no_duty_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "phones.csv"
    path.write_text("单位,电话\n道路管理处,1\n", encoding="utf-8")

    with pytest.raises(NotADutyList):
        read_duty_file(path, units=UNITS)
    with pytest.raises(TableUnusable):
        read_duty_file(tmp_path / "nothing.csv", units=UNITS)


def test_a_small_workbook_that_unpacks_into_a_huge_one_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as parts, parts.open("xl/worksheets/sheet1.xml", "w") as sheet:
        for _ in range(101):
            sheet.write(b" " * 1024**2)

    assert path.stat().st_size < 1024**2
    with pytest.raises(TableUnusable, match="解开后有 101 MB"):
        read_duty_file(path, units=UNITS)

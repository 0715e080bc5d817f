"""The file that an administrator takes along: nothing in it is computed by a spreadsheet, and every change is there."""

import csv
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from core.journey.dry_run import Result, Side, export
from core.journey.dry_run.export import COLUMNS, NoSuchFormat
from core.tenancy.scope import Installation
from tests.builders import make_district
from tests.dry_run.test_time import answered
from tests.dry_run.trying import tried

MARK = "admin@here 于 2026-03-20 09:00 导出"


@pytest.fixture(scope="module")
def found(installation: Installation) -> Result:
    slug = make_district(installation, features={"nanhai.light": {}})
    answered(installation, slug, "2026-03-19 14:30")
    return tried(installation, slug, "nanhai.light", {"yellow_hours": 5})


def test_the_workbook_has_the_conclusion_the_tickets_the_units_and_the_rules(found: Result, tmp_path: Path) -> None:
    export(found, tmp_path / "试算.xlsx", mark=MARK)

    book = CalamineWorkbook.from_path(tmp_path / "试算.xlsx")
    assert book.sheet_names == ["结论", "改变的工单", "单位工单量", "规则"]
    conclusion = {row[0]: row[1] for row in book.get_sheet_by_name("结论").to_python()}
    assert (conclusion["试算工单数"], conclusion["会变黄（原来不会）的工单数"]) == (1, 1)
    head, *rows = book.get_sheet_by_name("改变的工单").to_python()
    assert tuple(head) == COLUMNS
    assert rows[0][:6] == [
        found.changed[0].serial_no,
        "变黄",
        "新增",
        "答复时限（2026-03-12 10:10 起）",
        "办结前没有变黄",
        "2026-03-19 11:00",
    ]
    assert rows[0][12:] == ["道路管理处", "2026-03-19 14:30", "按时", "", MARK]


def test_the_table_of_text_has_a_row_for_each_change(found: Result, tmp_path: Path) -> None:
    export(found, tmp_path / "试算.csv", mark=MARK)

    raw = (tmp_path / "试算.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert [row[1] for row in rows[1:]] == ["变黄", "提醒消息"]


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_who_took_it_out_and_when_stands_in_every_row_and_under_every_page(
    found: Result, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"试算{ending}"

    export(found, file, mark=MARK)

    if ending == ".csv":
        last = {row[-1] for row in csv.reader(file.read_text("utf-8-sig").splitlines()[1:])}
    else:
        last = {
            str(row[-1]) for row in CalamineWorkbook.from_path(file).get_sheet_by_name("改变的工单").to_python()[1:]
        }
        with ZipFile(file) as archive:
            sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
            assert all(MARK in archive.read(name).decode() for name in sheets)
    assert last == {MARK}


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_what_begins_like_a_formula_stays_text(found: Result, tmp_path: Path, ending: str) -> None:
    [ticket] = found.changed
    bad = replace(ticket.changes[0], before=Side("", "=HYPERLINK(1)", "", "@SUM(1)", ""))
    file = tmp_path / f"试算{ending}"

    export(replace(found, changed=(replace(ticket, changes=(bad,)),)), file, mark=MARK)

    if ending == ".csv":
        row = list(csv.reader(file.read_text("utf-8-sig").splitlines()))[1]
        assert (row[4], row[6]) == ("'=HYPERLINK(1)", "'@SUM(1)")
    else:
        sheet = CalamineWorkbook.from_path(file).get_sheet_by_name("改变的工单").to_python()
        assert (sheet[1][4], sheet[1][6]) == ("=HYPERLINK(1)", "@SUM(1)")


def test_another_format_is_refused_in_words(found: Result, tmp_path: Path) -> None:
    with pytest.raises(NoSuchFormat, match=r"\.xlsx 或 \.csv"):
        export(found, tmp_path / "试算.pdf", mark=MARK)

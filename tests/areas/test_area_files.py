"""Gazetteers in files: rows taken in any order, the others beside the file with the reason, and written as they are read."""

from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from core.areas.boundaries import Boundaries
from core.areas.gazetteer import Gazetteer, PlaceName
from core.areas.headings import NotAGazetteer
from core.areas.reading import BLANKS, Line, read_lines
from core.areas.tree import Area
from core.areas.writing import COLUMNS, rows_of
from core.intake.tabular.rows import TableUnusable
from core.journey.area_tables import (
    LARGEST_BOUNDARIES,
    read_area_file,
    read_boundary_file,
    with_boundaries,
    write_area_file,
)
from core.units.levels import KnownUnit
from tests.areas.places import AREAS, GAZETTEER, NAMES, square

HEAD = "类型,编码,名称,上级,属地单位,所属区域,门牌起,门牌止,单双,边界"
UNITS = {
    unit.code: unit
    for unit in (
        KnownUnit("st-1", "石井街道办事处", "street"),
        KnownUnit("cc-1", "田头社区党群服务中心", "community_center"),
        KnownUnit("cc-0", "旧社区党群服务中心", "community_center", active=False),
        KnownUnit("roads", "道路管理处", "district_department"),
    )
}


def written(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "areas.csv"
    path.write_text("\n".join((head, *rows)), encoding="utf-8")
    return path


def test_areas_and_names_come_in_any_order_by_code_name_or_path(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "道路,,创景路,,,田头社区,1,99号,单号,",
        "地标,,万达,,,石井街道/田头社区,,,,",
        "社区,T,田头社区,石井街道,,,,,,",
        "街道,S,石井街道,D,,,,,,",
        "区,D,示例区,,,,,,,",
        "别名,,石井,,,S,,,,",
    )

    found = read_area_file(path)

    assert (found.read, found.accepted, found.rejects, found.reasons) == (6, 6, None, ())
    assert found.gazetteer == Gazetteer.of(
        [
            Area("D", "示例区", None, "district"),
            Area("S", "石井街道", "D", "street"),
            Area("T", "田头社区", "S", "community"),
        ],
        [
            PlaceName("创景路", "T", "road", 1, 99, "odd"),
            PlaceName("万达", "T", "landmark"),
            PlaceName("石井", "S"),
        ],
    )


def test_each_row_that_cannot_be_taken_is_told_why_and_takes_those_below_it_along(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "区,D,示例区,,,,,,,",
        "街道,,无码街道,D,,,,,,",
        "街道,D,重码街道,D,,,,,,",
        "街道,S 1,空白街道,D,,,,,,",
        "街道,S2,远方街道,天边,,,,,,",
        "社区,C2,远方社区,S2,,,,,,",
        "地标,,远方广场,,,远方社区,,,,",
        "片区,P,某片区,D,,,,,,",
        "道路,,长路,,,D,一,0,两边,",
        "地标,,塔,,,,,,,",
        "社区,C3,破界社区,D,,,,,,POLYGON ((0 0))",
        "社区,C4,错栏社区,D,,,5,,,",
    )

    found = read_area_file(path)

    assert [area.code for area in found.gazetteer.areas.nodes] == ["D"]
    assert found.reasons == (
        "第 3 行：没有编码，职责清单无法指明它；请填写",
        "第 4 行：编码 D 在第 2 行已经用过；请换一个编码",
        "第 5 行：编码“S 1”中间有空白；请删去空白",
        "第 6 行：上级“天边”不在表中，或它那一行被退回；请写已有区域的编码或名称",
        "第 7 行：上级“S2”不在表中，或它那一行被退回；请写已有区域的编码或名称",
        "第 8 行：所属区域“远方社区”不在表中，或它那一行被退回；请写已有区域的编码或名称",
        "第 9 行：类型“片区”不认识；请写 区、街道、社区、别名、道路、地标",
        "第 10 行：门牌起“一”不是 1 至 99,999 的门牌号；请只写数字；门牌止“0”不是 1 至 99,999 的门牌号；请只写数字；"
        "单双“两边”不认识；请写 两侧、单号、双号，或留空",
        "第 11 行：没有写所属区域；请填写区域的编码或名称",
        "第 12 行：边界只有 1 个不同的点，围不成一块地；请至少给出 3 个点",
        "第 13 行：社区不写“门牌起”；请删去，或改正类型",
    )
    assert found.rejects == tmp_path / "areas.csv.rejects.csv"
    assert len(found.rejects.read_text(encoding="utf-8-sig").splitlines()) == 12


def test_a_name_of_two_areas_has_to_be_a_code(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "街道,S1,东街道,,,,,,,",
        "街道,S2,西街道,,,,,,,",
        "社区,C1,柳塘社区,S1,,,,,,",
        "社区,C2,柳塘社区,S2,,,,,,",
        "地标,,柳塘塔,,,柳塘社区,,,,",
        "地标,,西塔,,,西街道/柳塘社区,,,,",
    )

    found = read_area_file(path)

    assert found.reasons == ("第 6 行：所属区域“柳塘社区”有 2 个（C1、C2）；请写编码",)
    assert [name.area for name in found.gazetteer.names] == ["C2"]


def test_units_at_home_are_found_by_name_and_must_fit(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "区,D,示例区,,,,,,,",
        "街道,S,石井街道,D,石井街道办事处,,,,,",
        "社区,T,田头社区,S,cc-1,,,,,",
        "社区,U,新田社区,S,旧社区党群服务中心,,,,,",
        "社区,V,北田社区,S,没有的中心,,,,,",
        "街道,W,东街道,D,道路管理处,,,,,",
    )

    found = read_area_file(path, units=UNITS)

    assert [(area.code, area.unit) for area in found.gazetteer.areas.nodes] == [("D", ""), ("S", "st-1"), ("T", "cc-1")]
    assert found.reasons == (
        "第 5 行：属地单位“旧社区党群服务中心”（cc-0）已停用；请改成承接其职责的单位",
        "第 6 行：属地没有单位“没有的中心”；请先添加单位，或改写代码",
        "第 7 行：属地单位“道路管理处”与街道不相配；请写街道办事处",
    )


def test_merged_cells_are_filled_down_where_they_say_something_of_each_row(tmp_path: Path) -> None:
    path = tmp_path / "areas.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "示例区地名库")
        sheet.write_row(1, 0, ["类型", "编码", "名称", "上级"])
        sheet.write_row(2, 0, ["街道", "S", "石井街道"])
        sheet.merge_range(3, 0, 4, 0, "社区")
        sheet.write_column(3, 1, ["C1", "C2"])
        sheet.write_column(3, 2, ["田头社区", "柳塘社区"])
        sheet.merge_range(3, 3, 4, 3, "石井街道")
        sheet.merge_range(5, 1, 6, 1, "C3")
        sheet.write_column(5, 0, ["社区", "社区"])
        sheet.write_column(5, 2, ["老坑社区", "南布社区"])
        sheet.merge_range(7, 2, 7, 3, "马峦社区")
        sheet.write_row(7, 0, ["社区", "C4"])

    found = read_area_file(path)

    assert [(area.code, area.parent) for area in found.gazetteer.areas.nodes] == [("S", None), ("C1", "S"), ("C2", "S")]
    assert found.remarks == ("有 2 处空格按合并单元格补全",)
    assert found.reasons == (
        "第 6 行：单元格合并（编码），不知道每一行、每一列该填什么；请取消合并后逐格填写",
        "第 7 行：单元格合并（编码），不知道每一行、每一列该填什么；请取消合并后逐格填写",
        "第 8 行：单元格合并（名称、上级），不知道每一行、每一列该填什么；请取消合并后逐格填写",
    )


def test_rejected_rows_are_mended_and_read_again(tmp_path: Path) -> None:
    first = read_area_file(written(tmp_path, "街道,S,石井街道,,,,,,,", "村子,C,田头村,S,,,,,,"))
    assert first.rejects is not None
    mended = first.rejects.read_text(encoding="utf-8-sig").replace("村子,C,田头村,S", "村,C,田头村,")
    first.rejects.write_text(mended, encoding="utf-8-sig")

    second = read_area_file(first.rejects)

    assert [(area.code, area.kind) for area in second.gazetteer.areas.nodes] == [("C", "community")]
    assert second.remarks == ()


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAGazetteer) as refused:
        read_area_file(written(tmp_path, "坑洼,3", head="内容,人数"))

    assert "没有认出哪一列是类型、名称。表中的列：内容、人数。" in refused.value.message


def test_boundaries_of_a_file_replace_those_of_the_table_and_strangers_are_told() -> None:
    gazetteer, strangers = with_boundaries(GAZETTEER, Boundaries({"laokeng": square(5, 0), "sky": square(0, 0)}, ()))

    assert {area.code for area in gazetteer.areas.nodes if area.shape} == {
        *(area.code for area in AREAS if area.shape),
        "laokeng",
    }
    assert strangers == ("边界的区域 sky 不在地名库里，没有采用；请核对编码",)


def test_a_boundary_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xff\xfe\x00\x80")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(LARGEST_BOUNDARIES + 1)

    for name in ("nowhere", "latin", "huge", "."):
        with pytest.raises(TableUnusable):
            read_boundary_file(tmp_path / name)


def test_what_is_written_to_a_file_reads_the_same(tmp_path: Path) -> None:
    assert write_area_file(tmp_path / "areas.csv", GAZETTEER) == len(AREAS) + len(NAMES)

    assert read_area_file(tmp_path / "areas.csv").gazetteer == GAZETTEER


codes = st.text("abAB019.-=一", min_size=1, max_size=4).filter(lambda code: code not in BLANKS)
words = st.text("石井路田头a1 =", min_size=1, max_size=6).map(str.strip).filter(bool)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_gazetteer_is_written_so_that_it_reads_the_same(data: st.DataObject) -> None:
    known = data.draw(st.lists(codes, min_size=1, max_size=5, unique=True))
    areas = [
        Area(
            code,
            data.draw(words),
            data.draw(st.sampled_from(known[:place])) if place else None,
            data.draw(st.sampled_from(["district", "street", "community"])),
            shape=data.draw(st.none() | st.just(square(1, 2))),
        )
        for place, code in enumerate(known)
    ]
    names = [
        PlaceName(
            data.draw(words),
            data.draw(st.sampled_from(known)),
            data.draw(st.sampled_from(["alias", "road", "landmark"])),
            data.draw(st.none() | st.integers(1, 99)),
            data.draw(st.none() | st.integers(1, 99)),
            data.draw(st.sampled_from(["both", "odd", "even"])),
        )
        for _ in range(data.draw(st.integers(0, 3)))
    ]
    gazetteer = Gazetteer.of(areas, names)
    fields = ("kind", "code", "name", "parent", "unit", "area", "first", "last", "side", "boundary")
    assert len(fields) == len(COLUMNS)

    reading = read_lines(
        Line(number, dict(zip(fields, row, strict=True))) for number, row in enumerate(rows_of(gazetteer), start=2)
    )

    assert (reading.gazetteer, reading.faults) == (gazetteer, {})
